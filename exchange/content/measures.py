"""Figures of the exchange by month: for the secretariat all of them, for the public the first four.

A question counts in the month in which it was put to its addressees. What is for the network only counts
for the secretariat, not for the public.
"""

import statistics
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exchange.models import Adoption, AdoptionReport, Advice, Cooperation, Introduction, Question
from exchange.models.adoptions import Stage
from exchange.models.entries import DEMONSTRATION
from members.models import Event
from policies.models import Stakeholder
from policies.statistics.flow import last_months

DAY = timedelta(days=1)
ACTIVE = timedelta(days=90)
SOON = 14  # days within which a good part should be answered
# Steps that a team takes; those of the secretariat and of the clock show no activity of a member.
STEPS_OF_TEAMS = (
    *("question-asked", "question-taken", "question-answered", "question-declined"),
    *("advice-given", "advice-replaced", "adoption-begun", "adoption-reported"),
    *("cooperation-opened", "cooperation-renewed", "introduction-asked", "introduction-accepted"),
)

# Every measure, and what it is called.
MEASURES = {
    "asked": gettext_lazy("Questions asked"),
    "answered": gettext_lazy("of them answered until today"),
    "answered-in-14-days": gettext_lazy("of them answered within 14 days"),
    "median-days": gettext_lazy("Days to the first answer, median"),
    "verdict-yes": gettext_lazy("Verdict of the asker: yes"),
    "verdict-partly": gettext_lazy("Verdict of the asker: partly"),
    "verdict-no": gettext_lazy("Verdict of the asker: no"),
    "gaps-filled": gettext_lazy("Gaps of cases filled after a question"),
    "advice": gettext_lazy("Answers and advice"),
    "with-figures": gettext_lazy("of them with figures"),
    "unasked": gettext_lazy("of them given unasked"),
    "adoptions": gettext_lazy("Adoptions made public"),
    "reports": gettext_lazy("Reports on adoptions"),
    "results": gettext_lazy("Reports with a result"),
    "introductions": gettext_lazy("Introductions asked for"),
    "introductions-accepted": gettext_lazy("Introductions accepted"),
    "outcome-spoke": gettext_lazy("Came of them: we spoke"),
    "outcome-visit": gettext_lazy("Came of them: a visit"),
    "outcome-working-together": gettext_lazy("Came of them: we work together"),
    "outcome-nothing": gettext_lazy("Came of them: nothing"),
    "opened": gettext_lazy("Needs and offers opened"),
    "renewed": gettext_lazy("Needs and offers renewed"),
}
OPEN_TO_ALL = Q(visibility="public", hidden_at=None)
WITH_RESULT = ("better", "about-the-same", "worse")


@dataclass
class Figures:
    """The figures of some months: {measure: {month: number}}, and those of today."""

    months: list
    values: dict = field(default_factory=dict)
    stages: list = field(default_factory=list)
    active_teams: int = 0

    def of(self, measure):
        """Return the number of a measure for each month; None where there is nothing to count."""
        found = self.values.get(measure, {})
        nothing = None if measure == "median-days" else 0
        return [found.get(month, nothing) for month in self.months]

    @property
    def rows(self):
        """Return (measure, label, its numbers) of all measures."""
        return [(measure, label, self.of(measure)) for measure, label in MEASURES.items()]


def of_period(period):
    """Return the :class:`Figures` of a :class:`policies.statistics.flow.Period`."""
    found = Figures(list(period.months))
    found.values = {
        **_of_questions(period),
        **_of_advice(period),
        **_of_adoptions(period),
        **_of_cooperation(period),
    }
    stages = Counter(_real(Adoption.objects.standing()).values_list("stage", flat=True))
    found.stages = [(stage.label, stages[stage.value]) for stage in Stage if stages[stage.value]]
    found.active_teams = active_teams()
    return found


def years():
    """Return the years since the first entry, as text, the newest first."""
    first = [
        model.objects.order_by("created_at").values_list("created_at", flat=True).first()
        for model in (Question, Advice, Adoption, Cooperation)
    ]
    first = min((moment.year for moment in first if moment), default=timezone.localdate().year)
    return [str(year) for year in range(timezone.localdate().year, first - 1, -1)]


def active_teams(now=None):
    """Return of how many members somebody took part in the last 90 days."""
    since = (now or timezone.now()) - ACTIVE
    acted = Event.objects.filter(action__in=STEPS_OF_TEAMS, created_at__gt=since)
    people = _real(acted.filter(actor__memberships__status="active"), "actor__memberships__member")
    return people.values("actor__memberships__member").distinct().count()


def public_measures():
    """Return (what it counts, the number as text) of the last twelve months, only what there is."""
    period = last_months(timezone.localdate())
    rows = _questions(period).filter(OPEN_TO_ALL).values_list("opened_at", "answered_at")
    waits = [(answered - opened) / DAY for opened, answered in rows if answered]
    found = []
    if waits:
        total = {"answered": len(waits), "total": len(rows)}
        label = _("questions of the last 12 months are answered")
        found.append((label, _("%(answered)s of %(total)s") % total))
        days = max(1, round(statistics.median(waits)))
        words = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
        found.append((_("to the first answer; half came sooner"), words))
    adoptions = _real(Adoption.objects.public())
    if number := adoptions.count():
        reported = adoptions.filter(Exists(_reports())).count()
        label = _("adoptions on record")
        if reported:
            label = _("adoptions on record, %(count)s of them with a report") % {"count": reported}
        found.append((label, str(number)))
    if number := filled_gaps().filter(OPEN_TO_ALL).count():
        label = ngettext(
            "gap of a case closed after a question", "gaps of cases closed after a question", number
        )
        found.append((label, str(number)))
    return found


def filled_gaps():
    """Return questions about a gap that the case has since stated."""
    live = "case__live"
    partners = Stakeholder.objects.filter(revision=OuterRef(live))
    stated = (
        Q(gap="budget", case__live__budget_amount__isnull=False)
        | Q(gap="staff", case__live__staff_fte__isnull=False)
        | Q(gap="staff", case__live__staff_heads__isnull=False)
        | Q(gap="duration", case__live__start__gt="", case__live__end__gt="")
        | (Q(gap="stakeholders") & Exists(partners) & ~Exists(partners.filter(role="")))
        | Q(gap="results", case__live__indicators__isnull=False)
    )
    # The text that states it became public after the question was asked.
    later = Q(case__live__decided_at__gt=F("opened_at"))
    return _standing().filter(later, stated).distinct()


def _standing():
    return _real(Question.objects.filter(opened_at__isnull=False, removed_at=None))


def _real(rows, member="member"):
    """Return ``rows`` without those of members that do not exist."""
    return rows.exclude(**{f"{member}__slug__in": DEMONSTRATION})


def _questions(period):
    return _standing().filter(**_in(period, "opened_at"))


def _reports():
    return AdoptionReport.objects.filter(adoption=OuterRef("pk"))


def _in(period, name):
    return {f"{name}__gte": period.start, f"{name}__lt": period.end}


def _month(moment):
    return f"{timezone.localtime(moment):%Y-%m}"


def _of_questions(period):
    rows = list(_questions(period).values_list("opened_at", "answered_at", "verdict"))
    waits = {}
    for opened, answered, _verdict in rows:
        if answered:
            waits.setdefault(_month(opened), []).append((answered - opened) / DAY)
    found = {
        "asked": Counter(_month(opened) for opened, _answered, _verdict in rows),
        "answered": {month: len(each) for month, each in waits.items()},
        "answered-in-14-days": {
            month: sum(days <= SOON for days in each) for month, each in waits.items()
        },
        "median-days": {month: round(statistics.median(each), 1) for month, each in waits.items()},
        "gaps-filled": _count(filled_gaps().values_list("case__live__decided_at", flat=True)),
    }
    for verdict in Question.Verdict.values:
        judged = (opened for opened, _answered, said in rows if said == verdict)
        found[f"verdict-{verdict}"] = _count(judged)
    return found


def _of_advice(period):
    rows = Advice.objects.filter(
        **_in(period, "created_at"), removed_at=None, state__in=Advice.OPEN_TO_READERS
    )
    rows = list(
        _real(rows).values_list(
            "created_at", "question", "amount", "people_fte", "months", named=True
        )
    )
    return {
        "advice": _count(row.created_at for row in rows),
        "unasked": _count(row.created_at for row in rows if row.question is None),
        "with-figures": _count(
            row.created_at
            for row in rows
            if any(value is not None for value in (row.amount, row.people_fte, row.months))
        ),
    }


def _of_adoptions(period):
    public = _real(Adoption.objects.standing()).filter(**_in(period, "published_at"))
    reports = AdoptionReport.objects.filter(
        **_in(period, "created_at"), adoption__removed_at=None, adoption__state="published"
    )
    reports = _real(reports, "adoption__member")
    reports = list(reports.values_list("created_at", "compared"))
    return {
        "adoptions": _count(public.values_list("published_at", flat=True)),
        "reports": _count(made for made, _compared in reports),
        "results": _count(made for made, compared in reports if compared in WITH_RESULT),
    }


def _of_cooperation(period):
    asked = Introduction.objects.filter(**_in(period, "created_at"))
    asked = list(_real(asked, "from_member").values_list("created_at", "state", "outcome"))
    renewed = Event.objects.filter(action="cooperation-renewed", **_in(period, "created_at"))
    opened = Cooperation.objects.filter(**_in(period, "opened_at"), removed_at=None)
    opened = _real(opened)
    found = {
        "introductions": _count(made for made, _state, _outcome in asked),
        "introductions-accepted": _count(
            made for made, state, _outcome in asked if state == "accepted"
        ),
        "opened": _count(opened.values_list("opened_at", flat=True)),
        "renewed": _count(renewed.values_list("created_at", flat=True)),
    }
    for outcome in Introduction.Outcome.values:
        found[f"outcome-{outcome}"] = _count(
            made for made, _state, said in asked if said == outcome
        )
    return found


def _count(moments):
    return Counter(map(_month, moments))
