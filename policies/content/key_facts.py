"""The four facts that every case shows, in one order: budget, staff, duration, stakeholders.

Reads a revision with its prefetched rows (``RevisionQuerySet.for_cards``) and asks the database
nothing. What is unknown is a fact too: it is said, never left out.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils import timezone
from django.utils.text import Truncator

from policies.models import FundingSource, Indicator, Revision, months

from . import formats
from .formats import counted as ngettext
from .formats import current_language, remembered
from .formats import said as _

# A start with a month is followed month by month for two years, then in whole years.
LAST_MONTH_COUNT = 24
_STATEMENT_ENDS = re.compile(r"[.:;](?:\s|$)")
# A note longer than this is cut in the small line; the case page shows all of it.
NOTE_LENGTH = 90


@dataclass(frozen=True)
class Fact:
    """One fact: its label, its value, a small line below, and whether it is not reported."""

    label: str
    value: str
    detail: str = ""
    unknown: bool = False


def key_facts(revision, language=None):
    """Budget, staff, duration and stakeholders of a revision, always in this order.

    ``language`` is the active one, if the caller knows it: that saves time in long lists.
    """
    language = language or current_language()
    return [fact(revision, language) for fact in (budget, staff, duration, stakeholders)]


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


def evidence(revision, language=None):
    """What its results rest on, in a few words: the strongest evidence of any result."""
    rows = revision.indicators.all()
    results = {row.evidence for row in rows if row.result is not None}
    planned = any(row.planned is not None for row in rows)
    return _evidence(frozenset(results), planned, bool(revision.results), language=language)


def budget(revision, language=None):
    """What it costs, in the currency of the case, with the amount in USD below."""
    return _budget(
        _Money(
            revision.budget_amount,
            revision.budget_currency,
            revision.budget_year,
            revision.budget_usd,
            bool(revision.budget_usd_source),
        ),
        revision.budget_scope,
        revision.budget_note,
        revision.budget_unavailable,
        tuple([(row.name, row.state) for row in revision.funding_sources.all()]),
        language=language,
    )


def staff(revision, language=None):
    """How many people work on it, in full-time equivalents."""
    return _staff(
        revision.staff_fte, revision.staff_note, revision.staff_unavailable, language=language
    )


def duration(revision, language=None):
    """From when to when, and how long that is or has been until today."""
    is_open = revision.start and not revision.end
    today = timezone.localdate() if is_open else None
    return _duration(revision.start, revision.end, revision.stage, today, language=language)


def stakeholders(revision, language=None):
    """How many organisations and groups have a part in it."""
    rows = revision.stakeholders.all()
    with_role = len([row for row in rows if row.role])
    return _stakeholders(len(rows), with_role, revision.stakeholders_unavailable, language=language)


@dataclass(frozen=True)
class _Money:
    amount: object
    currency: str
    year: int | None
    usd: object
    is_usd_stated: bool


@remembered
def _evidence(results, planned, in_words):
    for value in reversed(Indicator.Evidence.values):
        if value in results:
            return str(Indicator.Evidence(value).label)
    if results:
        return _("Figures reported")
    if planned:
        return _("Planned figures only")
    return _("Results in words") if in_words else _("No results reported")


@remembered
def _budget(money, scope, note, unavailable, funding):
    label = _("Budget")
    if money.amount is not None:
        value = formats.money(money.amount, money.currency)
    elif money.usd is not None:
        value = formats.usd(money.usd)
    else:
        return _missing(label, unavailable, _funding(funding))
    if scope == Revision.Scope.ANNUAL:
        value = _("%(amount)s a year") % {"amount": value}
    details = [_part(note) if scope == Revision.Scope.PART else "", _in_usd(money)]
    details.append(_funding(funding))
    return Fact(label, value, _("; ").join(detail for detail in details if detail))


def _part(note):
    """What a budget that is not the whole covers."""
    first = _first_statement(note)
    return _("Partial: %(note)s") % {"note": first} if first else _("Partial")


def _in_usd(money):
    """The amount in USD and where it comes from; nothing where the value itself is in USD."""
    if money.amount is None or money.currency == "USD":
        return ""
    if money.usd is None:
        if money.year is None:
            return _("No USD amount: year not reported")
        return _("No USD rate on file")
    amount = formats.usd(money.usd)
    if money.is_usd_stated:
        return _("about %(amount)s, as stated") % {"amount": amount}
    if money.year is None:
        return _("about %(amount)s") % {"amount": amount}
    return _("about %(amount)s at the mean rate of %(year)s") % {
        "amount": amount,
        "year": money.year,
    }


def _funding(sources):
    """Who pays, or how many do; money that was withdrawn is said."""
    if not sources:
        return ""
    if len(sources) == 1:
        text = _first_statement(sources[0][0])
    else:
        text = ngettext("%(count)s funding source", "%(count)s funding sources", len(sources))
        text %= {"count": len(sources)}
    withdrawn = sum(state == FundingSource.State.WITHDRAWN for _name, state in sources)
    if not withdrawn:
        return text
    return ngettext(
        "%(sources)s, %(count)s withdrawn", "%(sources)s, %(count)s withdrawn", withdrawn
    ) % {"sources": text, "count": withdrawn}


@remembered
def _staff(fte, note, unavailable):
    label = _("Staff")
    detail = _first_statement(note)
    if fte is not None:
        value = _("%(count)s FTE") % {"count": formats.number(fte)}
        return Fact(label, value, detail or _("full-time equivalents"))
    if detail:
        return Fact(label, _("No total reported"), detail)
    return _missing(label, unavailable)


@remembered
def _duration(start, end, stage, today):
    label = _("Duration")
    if not start and not end:
        return _missing(label, "")
    if not start:
        return Fact(label, formats.period(start, end), _("start not reported"))
    if not end:
        return _open_ended(label, start, stage, today)
    if months.is_exact(start) and months.is_exact(end):
        length = formats.duration(months.duration_months(start, end))
    else:
        years = months.year_of(end) - months.year_of(start) + 1
        length = ngettext("%(count)s calendar year", "%(count)s calendar years", years)
        length %= {"count": years}
    return Fact(label, formats.period(start, end), length)


def _open_ended(label, start, stage, today):
    """A start without an end: how long so far is said only of what is known to go on."""
    began = {"month": formats.month(start)}
    gap = _("end not reported")
    if stage == Revision.Stage.PLANNED:
        return Fact(label, _("From %(month)s") % began, gap)
    if stage != Revision.Stage.UNDER_WAY:
        return Fact(label, _("Started %(month)s") % began, gap)
    so_far = _months_between(start, today)
    if so_far > 0:
        gap = _("%(duration)s so far; end not reported") % {"duration": formats.duration(so_far)}
    return Fact(label, formats.period(start, ""), gap)


def _months_between(start, today):
    """Months from a start to today; from a year, or of more than two years, whole years only."""
    if not months.is_exact(start):
        return (today.year - months.year_of(start)) * 12
    count = today.year * 12 + today.month - 1 - months.month_number(start, last=False)
    return count - count % 12 if count > LAST_MONTH_COUNT else count


@remembered
def _stakeholders(count, with_role, unavailable):
    label = _("Stakeholders")
    if not count:
        return _missing(label, unavailable)
    value = ngettext("%(count)s named", "%(count)s named", count) % {"count": count}
    if with_role == count:
        return Fact(label, value, _("all with a role"))
    if not with_role:
        return Fact(label, value, _("roles not reported"))
    detail = ngettext("%(count)s with a role", "%(count)s with a role", with_role)
    return Fact(label, value, detail % {"count": with_role})


def _missing(label, reason, detail=""):
    """A fact that nobody stated, or one that its author says is not available, and why."""
    if reason:
        return Fact(label, _("Not available"), reason, unknown=True)
    return Fact(label, _("Not reported"), detail, unknown=True)


def _first_statement(note):
    """The first statement of a note, for a small line."""
    if not note:
        return ""
    first = " ".join(_STATEMENT_ENDS.split(note.strip(), maxsplit=1)[0].split())
    # Cutting reads a text letter by letter, and most are short enough.
    if len(first) <= NOTE_LENGTH:
        return first if first.isascii() else unicodedata.normalize("NFC", first)
    return Truncator(first).chars(NOTE_LENGTH)
