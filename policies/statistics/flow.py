"""Submissions and decisions by month, country, goal and theme."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.conf import settings
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from members.models import Member
from policies.models import Contribution, JointMember, ReviewEvent, Revision, RevisionTheme, Theme
from sdg.models import Goal

from . import turnaround

State = Revision.State
MONTHS = 12


@dataclass
class Row:
    """Submissions and decisions in a month, or of a country, goal or theme."""

    key: str
    label: str
    submissions: int = 0
    days: list = field(default_factory=list, repr=False)
    outcomes: Counter = field(default_factory=Counter)

    def add(self, decision):
        self.days.append(decision.days)
        self.outcomes[decision.outcome] += 1

    @property
    def decisions(self):
        return len(self.days)

    @property
    def published(self):
        return self.outcomes[State.PUBLISHED]

    @property
    def changes(self):
        return self.outcomes[State.CHANGES_REQUESTED]

    @property
    def rejected(self):
        return self.outcomes[State.REJECTED]

    @property
    def median(self):
        """Return the median in days; None where nothing was decided."""
        return turnaround.median(self.days)

    @property
    def ninety(self):
        """Return the days within which nine of ten were decided; None where nothing was."""
        return turnaround.ninety_percent(self.days)


@dataclass(frozen=True)
class Period:
    """Whole months, the first and the last of them included."""

    first: date
    last: date

    @property
    def months(self):
        """Return the months as in "2026-11", in order."""
        found, month = [], self.first
        while month <= self.last:
            found.append(f"{month:%Y-%m}")
            month = _next(month)
        return found

    @property
    def start(self):
        return datetime(self.first.year, self.first.month, 1, tzinfo=UTC)

    @property
    def end(self):
        """Return the first moment after the period."""
        after = _next(self.last)
        return datetime(after.year, after.month, 1, tzinfo=UTC)


def _next(month):
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def last_months(today):
    """Return the twelve months that end with the month of ``today``."""
    year, month = divmod(today.year * 12 + today.month - MONTHS, 12)
    return Period(date(year, month + 1, 1), today.replace(day=1))


def of_year(year):
    """Return a whole calendar year."""
    return Period(date(year, 1, 1), date(year, 12, 1))


def years():
    """Return the years from the first to the last submission, the newest first."""
    found = ReviewEvent.objects.filter(to_state=State.SUBMITTED).aggregate(
        first=Min("created_at"), last=Max("created_at")
    )
    if not found["first"]:
        return []
    return list(range(found["last"].year, found["first"].year - 1, -1))


@dataclass(frozen=True)
class Flow:
    """Submissions and decisions in a period: in total, by month, country, goal and theme."""

    total: Row
    months: list
    countries: list
    goals: list
    themes: list


def flow(period):
    """Return the ``Flow`` of a period, in a fixed number of queries."""
    in_period = Q(created_at__gte=period.start, created_at__lt=period.end)
    submitted = list(
        ReviewEvent.objects.filter(in_period, to_state=State.SUBMITTED)
        .order_by()
        .values_list("revision", "created_at")
    )
    decided = turnaround.decisions(period.start, period.end)
    moved = ReviewEvent.objects.filter(
        in_period, Q(to_state=State.SUBMITTED) | Q(from_state=State.SUBMITTED)
    ).values("revision")
    countries = {code: Row(code, name or _("Without a country")) for code, name in _countries()}
    goals = {goal.pk: Row(str(goal.pk), str(goal)) for goal in Goal.objects.all()}
    themes = {theme.pk: Row(theme.slug, theme.name) for theme in Theme.objects.all()}
    total = Row("", _("All"))
    months = {month: Row(month, month) for month in period.months}
    parts = [
        ({"": total}, None),
        (countries, _countries_of(moved)),
        (goals, _pairs(Contribution, "target__goal_id", moved)),
        (themes, _pairs(RevisionTheme, "theme_id", moved)),
    ]
    for rows, of_revision in parts:
        _count(submitted, decided, rows, of_revision)
    for _revision, at in submitted:
        months[f"{at:%Y-%m}"].submissions += 1
    for decision in decided:
        months[f"{decision.at:%Y-%m}"].add(decision)
    busy = [row for row in countries.values() if row.submissions or row.decisions]
    busy.sort(key=lambda row: (-row.submissions, row.label))
    return Flow(total, list(months.values()), busy, list(goals.values()), list(themes.values()))


def _countries():
    """Return (code, name) of each country with a member; both are empty where none is shown."""
    found = {member.country_code: member.country_name for member in one_a_country()}
    return sorted(found.items())


def _countries_of(revisions):
    """Return {revision: the countries of its members}, so that a joint case counts in each once."""
    lead = Revision.objects.filter(pk__in=revisions).values_list("pk", "case__member__country")
    joint = JointMember.objects.filter(revision__in=revisions)
    hidden = settings.COUNTRIES_WITHOUT_LABEL
    found = defaultdict(set)
    for revision, code in (
        *lead.order_by(),
        *joint.order_by().values_list("revision", "member__country"),
    ):
        found[revision].add("" if code in hidden else code)
    return found


def one_a_country():
    """Return one member of each country."""
    first = Member.objects.order_by().values("country").annotate(first=Min("pk")).values("first")
    return Member.objects.filter(pk__in=first)


def _pairs(model, path, revisions):
    found = defaultdict(set)
    rows = model.objects.filter(revision__in=revisions).order_by().values_list("revision", path)
    for revision, value in rows:
        found[revision].add(value)
    return found


def _count(submitted, decided, rows, of_revision):
    """Count submissions and decisions in each of ``rows`` that a revision belongs to."""
    everywhere = rows.keys()
    for revision, _at in submitted:
        for key in everywhere if of_revision is None else of_revision.get(revision, ()):
            rows[key].submissions += 1
    for decision in decided:
        for key in everywhere if of_revision is None else of_revision.get(decision.revision, ()):
            rows[key].add(decision)
