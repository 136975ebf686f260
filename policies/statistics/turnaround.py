"""How long the moderators take: from handing in to the decision, in days.

A submission that is sent back and handed in again is two submissions with two decisions. Texts that
the secretariat brought in by a file were never submitted and count nowhere.
"""

import math
import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from policies.models import ReviewEvent, Revision

State = Revision.State
DECISIONS = (State.PUBLISHED, State.CHANGES_REQUESTED, State.REJECTED)
A_YEAR = timedelta(days=365)
A_DAY = timedelta(days=1)
# With fewer decisions a middle says nothing.
ENOUGH = 5


@dataclass(frozen=True)
class Decision:
    """A decision of the moderators: on what, when, which, and after how many days."""

    revision: int
    at: datetime
    outcome: str
    days: float


def decisions(start, end):
    """Every decision on a submission from ``start`` until before ``end``; one query."""
    handed_in = ReviewEvent.objects.filter(
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
            "revision", "created_at", "to_state", Subquery(handed_in.values("created_at")[:1])
        )
    )
    return [
        Decision(revision, at, outcome, (at - since) / A_DAY)
        for revision, at, outcome, since in rows
        if since is not None
    ]


def median(days):
    """The middle of some numbers of days; None where there are none."""
    return statistics.median(days) if days else None


def ninety_percent(days):
    """The number of days within which nine of ten were decided; None where there are none."""
    return sorted(days)[math.ceil(len(days) * 0.9) - 1] if days else None


def of_last_year(now=None):
    """``(median, ninety percent, number)`` of the decisions of the last 365 days.

    Both are None while there are too few to say anything.
    """
    now = now or timezone.now()
    days = [each.days for each in decisions(now - A_YEAR, now + A_DAY)]
    if len(days) < ENOUGH:
        return None, None, len(days)
    return median(days), ninety_percent(days), len(days)
