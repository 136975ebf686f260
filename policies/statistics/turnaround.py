"""How long the moderators take from submission to decision, in days.

A text that is sent back and submitted again counts as two submissions with two decisions. Texts that
the secretariat imported were never submitted and are not counted.
"""

import math
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from members.teams import waiting
from policies.models import ReviewEvent, Revision

State = Revision.State
DECISIONS = (State.PUBLISHED, State.CHANGES_REQUESTED, State.REJECTED)
YEAR = timedelta(days=365)
DAY = timedelta(days=1)
# With fewer decisions a median says nothing.
MIN_DECISIONS = 5


@dataclass(frozen=True)
class Decision:
    """A decision of the moderators on a revision, and after how many days."""

    revision: int
    at: datetime
    outcome: str
    days: float


def decisions(start, end):
    """Return every decision on a submission from ``start`` until before ``end``, by one query."""
    submissions = ReviewEvent.objects.filter(
        revision=OuterRef("revision"),
        to_state=State.SUBMITTED,
        created_at__lte=OuterRef("created_at"),
    ).order_by("-created_at", "-pk")
    rows = (
        ReviewEvent.objects.filter(
            from_state=State.SUBMITTED,
            to_state__in=DECISIONS,
            created_at__gte=start,
            created_at__lt=end,
        )
        .order_by("created_at", "pk")
        .values_list(
            "revision", "created_at", "to_state", Subquery(submissions.values("created_at")[:1])
        )
    )
    return [
        Decision(revision, at, outcome, (at - since) / DAY)
        for revision, at, outcome, since in rows
        if since is not None
    ]


def median(days):
    """Return the median of numbers of days; None where there are none."""
    return statistics.median(days) if days else None


def ninety_percent(days):
    """Return the days within which nine of ten were decided; None where there are none."""
    return sorted(days)[math.ceil(len(days) * 0.9) - 1] if days else None


def days_of_last_year(now=None):
    """Return after how many days each decision of the last 365 days was made."""
    now = now or timezone.now()
    return [each.days for each in decisions(now - YEAR, now + DAY)]


def facts_of_receipt(_notice):
    """Return what the receipt of a submission says of how long decisions take now."""
    return {"pace": waiting.in_words(days_of_last_year())}


def of_last_year(now=None):
    """Return ``(median, ninety percent, number)`` of the decisions of the last 365 days.

    The first two are None while there are too few decisions.
    """
    days = days_of_last_year(now)
    if len(days) < MIN_DECISIONS:
        return None, None, len(days)
    return median(days), ninety_percent(days), len(days)
