"""The state of the library: what waits, what is missing, what is used, what may be out of date.

The number of queries does not depend on the size of the library.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Max, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from members.subregions import SUBREGIONS
from policies.models import CaseStudy, CaseUse, Revision
from policies.search import counts
from policies.workflow import reminders

from .flow import one_a_country

State = Revision.State
MOST_USED = 20
# Upper bounds of the groups of waiting times, in days.
STEPS = (7, 14, 30)


@dataclass(frozen=True)
class Waiting:
    """What waits for the moderators now, by how long, and what waits for others."""

    total: int
    unassigned: int
    oldest_days: int | None
    steps: list
    with_authors: int
    drafts: int


def waiting(now=None):
    """Return the ``Waiting`` of this moment, by one query."""
    now = now or timezone.now()
    edges = [now - timedelta(days=days) for days in STEPS]
    is_waiting = Q(state=State.SUBMITTED)
    bounds = zip([None, *edges], [*edges, None], strict=True)
    parts = {}
    for number, (newer, older) in enumerate(bounds):
        condition = is_waiting
        condition &= Q(submitted_at__lte=newer) if newer else Q()
        condition &= Q(submitted_at__gt=older) if older else Q()
        parts[f"step_{number}"] = Count("pk", filter=condition)
    found = Revision.objects.filter(state__in=Revision.OPEN_STATES).aggregate(
        total=Count("pk", filter=is_waiting),
        unassigned=Count("pk", filter=is_waiting & Q(reviewer=None)),
        oldest=Min("submitted_at", filter=is_waiting),
        with_authors=Count("pk", filter=Q(state=State.CHANGES_REQUESTED)),
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
        **parts,
    )
    week, fortnight, month = STEPS
    labels = [
        _("less than %(days)d days") % {"days": week},
        _("%(first)d to %(last)d days") % {"first": week, "last": fortnight - 1},
        _("%(first)d to %(last)d days") % {"first": fortnight, "last": month - 1},
        _("%(days)d days or more") % {"days": month},
    ]
    steps = [(label, found[f"step_{number}"]) for number, label in enumerate(labels)]
    oldest = (now - found["oldest"]).days if found["oldest"] else None
    return Waiting(
        found["total"],
        found["unassigned"],
        oldest,
        steps,
        found["with_authors"],
        found["drafts"],
    )


@dataclass(frozen=True)
class Coverage:
    """How many live cases the library has by goal, target and place, and where it has none."""

    total: int
    goals: list
    empty: list
    subregions: list
    countries: list


def coverage():
    """Return the ``Coverage`` now. ``countries`` are those with members and without a case."""
    found = counts.count_cases()
    goals = counts.goals_with_counts(found)
    by_country, by_subregion = found.of("country"), found.of("subregion")
    for goal in goals:
        goal.empty = len(goal.rows) - goal.covered
    members = list(one_a_country())
    without = {
        member.country_name
        for member in members
        if member.country_name and not by_country.get(member.country_code)
    }
    ours = {member.subregion.slug for member in members if member.subregion}
    return Coverage(
        found.total,
        goals,
        [target for goal in goals for target in goal.rows if not target.case_count],
        [
            (str(subregion), by_subregion.get(subregion.slug, 0))
            for subregion in SUBREGIONS
            if subregion.slug in ours or by_subregion.get(subregion.slug)
        ],
        sorted(without),
    )


@dataclass(frozen=True)
class Uses:
    """How often cases were opened and exported in a period."""

    months: list
    cases: list


def uses(period):
    """Return the ``Uses`` of a period: (month, views, exports), and the cases used most."""
    rows = CaseUse.objects.filter(month__gte=period.months[0], month__lte=period.months[-1])
    sums = {"seen": Sum("views"), "taken": Sum("exports")}
    by_month = {
        month: (seen, taken)
        for month, seen, taken in rows.order_by()
        .values("month")
        .annotate(**sums)
        .values_list("month", "seen", "taken")
    }
    most = (
        rows.filter(case__live__isnull=False)
        .order_by()
        .values("case", "case__slug", "case__live__title", "case__member__name")
        .annotate(**sums)
        .order_by("-seen", "-taken", "case")[:MOST_USED]
    )
    return Uses([(month, *by_month.get(month, (0, 0))) for month in period.months], list(most))


@dataclass(frozen=True)
class StillTrue:
    """Answers to the yearly question whether public texts are still true."""

    public: int
    confirmed: int
    unanswered: int
    due: int
    last_asked: date | None


def still_true(today):
    """Return the ``StillTrue`` of today, by two queries."""
    a_year_ago = today - reminders.TRUE_FOR
    live = CaseStudy.objects.live().filter(synthetic=False)
    open_question = Q(reminded_at__isnull=False) & (
        Q(confirmed_at=None) | Q(confirmed_at__lt=F("reminded_at"))
    )
    found = live.aggregate(
        public=Count("pk"),
        confirmed=Count("pk", filter=Q(confirmed_at__gt=a_year_ago)),
        unanswered=Count("pk", filter=open_question),
        last_asked=Max("reminded_at"),
    )
    return StillTrue(due=reminders.cases_to_ask_about(today).count(), **found)
