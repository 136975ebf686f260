"""Who decides on what waits, and how long it takes now: said to those who wait."""

import statistics
from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import MemberProposal, Membership

YEAR = timedelta(days=365)
DAY = timedelta(days=1)
# With fewer decisions a median says nothing.
MIN_DECISIONS = 5


def on_requests(requests):
    """Return pk -> who decides on each of these requests to join, and how long it takes now."""
    members = {request.member_id for request in requests}
    coordinated = set(
        Membership.objects.active()
        .filter(member__in=members, role=Membership.Role.COORDINATOR, user__is_active=True)
        .values_list("member", flat=True)
    )
    pace = pace_of_requests() if requests else ""
    return {
        request.pk: _joined(
            _("The coordinator of the team decides.")
            if request.member_id in coordinated
            else _("The secretariat decides: the team has no coordinator."),
            pace,
        )
        for request in requests
    }


def pace_of_requests():
    """Return how long decisions on requests to join take now; "" while there are too few."""
    rows = Membership.objects.exclude(status=Membership.Status.REQUESTED)
    # Who was invited did not wait.
    return in_words(_days(rows.exclude(decided_by=F("user"))))


def pace_of_proposals():
    """Return how long decisions on proposed members take now; "" while there are too few."""
    decided = (MemberProposal.State.APPROVED, MemberProposal.State.DECLINED)
    return in_words(_days(MemberProposal.objects.filter(state__in=decided)))


def on_proposals():
    """Return who decides on a proposed member, and how long it takes now."""
    return _joined(_("The secretariat decides."), pace_of_proposals())


def in_words(days):
    """Return how long decisions that took so many days took; "" for too few of them."""
    if len(days) < MIN_DECISIONS:
        return ""
    median = round(statistics.median(days))
    if median < 1:
        return _("Half of those of the last year were decided within a day.")
    return ngettext(
        "Half of those of the last year were decided within %(count)d day.",
        "Half of those of the last year were decided within %(count)d days.",
        median,
    ) % {"count": median}


def _days(rows):
    """Return after how many days each of these was decided in the last year."""
    times = rows.filter(decided_at__gte=timezone.now() - YEAR, decided_by__isnull=False)
    return [
        (decided - asked) / DAY for asked, decided in times.values_list("created_at", "decided_at")
    ]


def _joined(*sentences):
    return " ".join(filter(None, sentences))
