"""The four facts that every case shows, in one order: budget, staff, duration, stakeholders.

Reads a revision with its prefetched rows (``RevisionQuerySet.for_cards``) and asks the database
nothing. What is unknown is a fact too: it is said, never left out.
"""

import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import formats, months
from .models import FundingSource, Indicator, Revision

# A start with a month is followed month by month for two years, then in whole years.
LAST_MONTH_COUNT = 24
# A note longer than this is cut in the small line; the case page shows all of it.
NOTE_LENGTH = 90


@dataclass(frozen=True)
class Fact:
    """One fact: its label, its value, a small line below, and whether it is not reported."""

    label: str
    value: str
    detail: str = ""
    unknown: bool = False


def key_facts(revision):
    """Budget, staff, duration and stakeholders of a revision, always in this order."""
    return [budget(revision), staff(revision), duration(revision), stakeholders(revision)]


def goal_numbers(revision):
    """The numbers of the goals that its targets belong to, in order: [6, 11, 13]."""
    rows = revision.contributions.all()
    return sorted({int(row.target_id.partition(".")[0]) for row in rows})


def per_resident(revision):
    """USD per resident of the member (a year, where the budget is annual), or None.

    None where the budget in USD or the population is unknown.
    """
    population = revision.case.member.population
    if revision.budget_usd is None or not population:
        return None
    return revision.budget_usd / population


def card_meta(revision):
    """The short words below a card's title: period, stage, themes, evidence."""
    time = duration(revision)
    words = ["" if time.unknown else time.value, revision.get_stage_display()]
    words += [row.theme.name for row in revision.theme_rows.all()]
    return [word for word in [*words, evidence(revision)] if word]


def evidence(revision):
    """What its results rest on, in a few words: the strongest evidence of any result."""
    rows = revision.indicators.all()
    results = [row for row in rows if row.result is not None]
    classes = {row.evidence for row in results}
    for value in reversed(Indicator.Evidence.values):
        if value in classes:
            return Indicator.Evidence(value).label
    if results:
        return _("Figures reported")
    if any(row.planned is not None for row in rows):
        return _("Planned figures only")
    return _("Results in words") if revision.results else _("No results reported")


def budget(revision):
    """What it costs, in the currency of the case, with the amount in USD below."""
    label = _("Budget")
    if revision.budget_amount is not None:
        value = formats.money(revision.budget_amount, revision.budget_currency)
    elif revision.budget_usd is not None:
        value = formats.usd(revision.budget_usd)
    else:
        return _missing(label, revision.budget_unavailable, _funding(revision))
    if revision.budget_scope == Revision.Scope.ANNUAL:
        value = _("%(amount)s a year") % {"amount": value}
    details = [_scope(revision), _in_usd(revision), _funding(revision)]
    return Fact(label, value, _("; ").join(detail for detail in details if detail))


def staff(revision):
    """How many people work on it, in full-time equivalents."""
    label = _("Staff")
    note = _short(revision.staff_note)
    if revision.staff_fte is not None:
        value = _("%(count)s FTE") % {"count": formats.number(revision.staff_fte)}
        return Fact(label, value, note or _("full-time equivalents"))
    if note:
        return Fact(label, _("No total reported"), note)
    return _missing(label, revision.staff_unavailable)


def duration(revision):
    """From when to when, and how long that is."""
    label = _("Duration")
    start, end = revision.start, revision.end
    if not start and not end:
        return Fact(label, _("Not reported"), unknown=True)
    if not start:
        return Fact(label, formats.period(start, end), _("start not reported"))
    if not end:
        return _open_ended(label, revision)
    if months.is_exact(start) and months.is_exact(end):
        length = formats.duration(revision.duration_months)
    else:
        years = months.year_of(end) - months.year_of(start) + 1
        length = ngettext("%(count)s calendar year", "%(count)s calendar years", years) % {
            "count": years
        }
    return Fact(label, formats.period(start, end), length)


def stakeholders(revision):
    """How many organisations and groups have a part in it."""
    label = _("Stakeholders")
    rows = revision.stakeholders.all()
    if not rows:
        return _missing(label, revision.stakeholders_unavailable)
    with_role = sum(1 for row in rows if row.role)
    if with_role == len(rows):
        detail = _("all with a role")
    elif with_role:
        detail = ngettext("%(count)s with a role", "%(count)s with a role", with_role) % {
            "count": with_role
        }
    else:
        detail = _("roles not reported")
    value = ngettext("%(count)s named", "%(count)s named", len(rows)) % {"count": len(rows)}
    return Fact(label, value, detail)


def _missing(label, reason, detail=""):
    """A fact that nobody stated, or one that its author says is not available, and why."""
    if reason:
        return Fact(label, _("Not available"), reason, unknown=True)
    return Fact(label, _("Not reported"), detail, unknown=True)


def _short(note):
    """The first statement of a note, for a small line."""
    first = re.split(r"[.:;](?:\s|$)", note.strip(), maxsplit=1)[0]
    return Truncator(" ".join(first.split())).chars(NOTE_LENGTH)


def _scope(revision):
    """What the amount covers, where it is not the whole."""
    if revision.budget_scope != Revision.Scope.PART:
        return ""
    note = _short(revision.budget_note)
    return _("Partial: %(note)s") % {"note": note} if note else _("Partial")


def _in_usd(revision):
    """The amount in USD and where it comes from; nothing where the value itself is in USD."""
    if revision.budget_amount is None or revision.budget_currency == "USD":
        return ""
    if revision.budget_usd is None:
        if revision.budget_year is None:
            return _("No USD amount: year not reported")
        return _("No USD rate on file")
    amount = formats.usd(revision.budget_usd)
    if revision.budget_usd_source:
        return _("about %(amount)s, as stated") % {"amount": amount}
    if revision.budget_year is None:
        return _("about %(amount)s") % {"amount": amount}
    return _("about %(amount)s at the mean rate of %(year)s") % {
        "amount": amount,
        "year": revision.budget_year,
    }


def _funding(revision):
    """Who pays, or how many do; money that was withdrawn is said."""
    rows = revision.funding_sources.all()
    if not rows:
        return ""
    if len(rows) == 1:
        text = _short(rows[0].name)
    else:
        text = ngettext("%(count)s funding source", "%(count)s funding sources", len(rows))
        text %= {"count": len(rows)}
    withdrawn = sum(row.state == FundingSource.State.WITHDRAWN for row in rows)
    if not withdrawn:
        return text
    text_withdrawn = ngettext("%(count)s withdrawn", "%(count)s withdrawn", withdrawn)
    return _("%(sources)s, %(withdrawn)s") % {
        "sources": text,
        "withdrawn": text_withdrawn % {"count": withdrawn},
    }


def _open_ended(label, revision):
    """A start without an end: how long so far is said only of what is known to go on."""
    start = revision.start
    began = {"month": months.label(start)}
    gap = _("end not reported")
    if revision.stage == Revision.Stage.PLANNED:
        return Fact(label, _("From %(month)s") % began, gap)
    if revision.stage != Revision.Stage.UNDER_WAY:
        return Fact(label, _("Started %(month)s") % began, gap)
    so_far = _months_since(start)
    if so_far > 0:
        gap = _("%(duration)s so far; end not reported") % {"duration": formats.duration(so_far)}
    return Fact(label, formats.period(start, ""), gap)


def _months_since(start):
    """Months from a start to today; from a year, or of more than two years, whole years only."""
    today = timezone.localdate()
    if not months.is_exact(start):
        return (today.year - months.year_of(start)) * 12
    count = today.year * 12 + today.month - 1 - months.month_number(start, last=False)
    return count - count % 12 if count > LAST_MONTH_COUNT else count
