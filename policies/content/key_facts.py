"""The four facts that every case shows, in one order: budget, staff, duration, stakeholders.

They are written from a revision's own columns and its summary (``policies.content.summary``). What
is unknown is a fact too: it is said, never left out.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citynet.web.languages import cached_per_language
from policies.models import FundingSource, Indicator, Revision, months
from policies.models.amounts import Qualifier

from . import formats
from .summary import summary_of

# What a summary says of the evidence, in words.
EVIDENCE = {
    **dict(Indicator.Evidence.choices),
    "elsewhere": gettext_lazy("Reported by others than the city"),
    "unnamed": gettext_lazy("Figures reported"),
    "planned": gettext_lazy("Planned figures only"),
    "words": gettext_lazy("Results in words"),
    "none": gettext_lazy("No results reported"),
}
# A start with a month is followed month by month for two years, then in whole years.
LAST_MONTH_COUNT = 24
_STATEMENT_ENDS = re.compile(r"[.:;](?:\s|$)")
# A note longer than this is cut in the small line; the case page shows all of it.
NOTE_LENGTH = 90


@dataclass(slots=True)
class Fact:
    """One fact: its label, its value, a small line below, and whether it is not reported; ``gap`` is
    what it lacks, one of ``policies.content.gaps.GAPS``."""

    label: str
    value: str
    detail: str = ""
    unknown: bool = False
    gap: str = field(default="", compare=False)


def key_facts(revision):
    """Return budget, staff, duration and stakeholders of a revision, always in this order."""
    return [budget(revision), staff(revision), duration(revision), stakeholders(revision)]


def goal_numbers(revision):
    """Return the numbers of the goals that its targets belong to, in order: [6, 11, 13]."""
    return sorted({int(code.partition(".")[0]) for code in summary_of(revision)["targets"]})


def joint_case(revision):
    """Return in words how many members share a case of a list; "" for one member's own."""
    further = summary_of(revision)["further_members"]
    if not further:
        return ""
    count = 1 + further
    return ngettext("Joint case of %(count)s member", "Joint case of %(count)s members", count) % {
        "count": formats.number(count)
    }


def residents(revision):
    """Return how many people live in the city, or in all cities of a joint case; None where the
    population of one is unknown."""
    populations = [member.population for member in revision.members]
    return sum(populations) if all(populations) else None


def per_resident(revision):
    """Return USD per resident (a year, where the budget is annual), or None.

    None where the budget in USD or a population is unknown, and where the policy did not reach
    the whole city, or does not say so (H10 of the rules for honest statistics).
    """
    if revision.budget_usd is None or revision.scale not in Revision.WHOLE_CITY:
        return None
    population = residents(revision)
    return revision.budget_usd / population if population else None


def per_person_served(revision):
    """Return USD per person that the policy serves, or None where either is unknown."""
    if revision.budget_usd is None or not revision.people_served:
        return None
    return revision.budget_usd / revision.people_served


def qualified(value, qualifier):
    """Return a written figure with "about", "at least" or "at most" before it, where it is said."""
    if not qualifier:
        return value
    return _("%(qualifier)s %(figure)s") % {
        "qualifier": Qualifier(qualifier).label,
        "figure": value,
    }


def budget_year(revision):
    """Return the year of the budget as it is written: "2013", "2019/20", or "" where unknown."""
    return revision.budget_fiscal_year or str(revision.budget_year or "")


def evidence(revision):
    """Return in a few words what its results rest on: the strongest evidence of any result."""
    return _evidence(summary_of(revision)["evidence"])


@cached_per_language
def _evidence(found):
    return str(EVIDENCE[found])


@cached_per_language
def label_of(choices, value):
    """Return a choice in words, "" for none; Django's ``get_stage_display`` reads all choices anew
    each time."""
    return str(choices(value).label) if value else ""


def budget(revision):
    """Return what it costs, in the currency of the case, with the amount in USD below."""
    label = _("Budget")
    funding = _funding(summary_of(revision)["funding"])
    if revision.budget_amount is not None:
        value = formats.money(revision.budget_amount, revision.budget_currency)
    elif revision.budget_usd is not None:
        value = formats.usd(revision.budget_usd)
    else:
        return _missing(label, "budget", revision.budget_unavailable, funding)
    value = qualified(value, revision.budget_qualifier)
    if revision.budget_scope == Revision.Scope.ANNUAL:
        value = _("%(amount)s a year") % {"amount": value}
    part = _part(revision.budget_note) if revision.budget_scope == Revision.Scope.PART else ""
    details = filter(None, [_basis(revision), part, _scale(revision), _in_usd(revision), funding])
    return Fact(label, value, _("; ").join(details))


def staff(revision):
    """Return how many people work on it, in full-time equivalents."""
    label = _("Staff")
    detail = _first_statement(revision.staff_note)
    if revision.staff_fte is not None:
        value = _("%(count)s FTE") % {"count": formats.number(revision.staff_fte)}
        return Fact(label, value, detail or _("full-time equivalents"))
    if revision.staff_heads is not None:
        heads = ngettext("%(count)s person", "%(count)s people", revision.staff_heads)
        value = heads % {"count": formats.number(revision.staff_heads)}
        return Fact(label, value, _("counted in heads, not in full-time equivalents"))
    if detail:
        return Fact(label, _("No total reported"), detail, gap="staff")
    return _missing(label, "staff", revision.staff_unavailable)


def duration(revision):
    """Return from when to when, and how long that is or has been until today."""
    label = _("Duration")
    start, end = revision.start, revision.end
    if not start and not end:
        return _missing(label, "duration")
    if not start:
        return Fact(label, formats.period(start, end), _("start not reported"))
    if not end:
        return _open_ended(label, start, revision.stage, timezone.localdate())
    if months.is_exact(start) and months.is_exact(end):
        length = formats.duration(months.duration_months(start, end))
    else:
        years = months.year_of(end) - months.year_of(start) + 1
        length = ngettext("%(count)s calendar year", "%(count)s calendar years", years)
        length %= {"count": years}
    return Fact(label, formats.period(start, end), length)


def stakeholders(revision):
    """Return how many organisations and groups have a part in it."""
    label = _("Stakeholders")
    summary = summary_of(revision)
    count, with_role = summary["stakeholders"], summary["with_role"]
    if not count:
        return _missing(label, "stakeholders", revision.stakeholders_unavailable)
    value = ngettext("%(count)s named", "%(count)s named", count) % {"count": count}
    if with_role == count:
        return Fact(label, value, _("all with a role"))
    if not with_role:
        return Fact(label, value, _("roles not reported"))
    detail = ngettext("%(count)s with a role", "%(count)s with a role", with_role)
    return Fact(label, value, detail % {"count": with_role})


def _basis(revision):
    """Return whether the amount was planned, approved or spent, with its fiscal year."""
    basis = label_of(Revision.Basis, revision.budget_basis)
    if not revision.budget_fiscal_year:
        return basis
    year = {"basis": basis, "year": revision.budget_fiscal_year}
    return _("%(basis)s, %(year)s") % year if basis else revision.budget_fiscal_year


def _scale(revision):
    """Return for what part of the city the money is, where that is not all of it."""
    is_part = revision.scale and revision.scale not in Revision.WHOLE_CITY
    return (
        _("for a %(scale)s") % {"scale": label_of(Revision.Scale, revision.scale).lower()}
        if is_part
        else ""
    )


def _part(note):
    """Return what a budget that is not the whole covers."""
    first = _first_statement(note)
    return _("partial: %(note)s") % {"note": first} if first else _("partial")


def _in_usd(revision):
    """Return the amount in USD and where it comes from; nothing where the value itself is in
    USD."""
    if revision.budget_amount is None or revision.budget_currency == "USD":
        return ""
    if revision.budget_usd is None:
        if revision.budget_year is None:
            return _("no USD amount: year not reported")
        return _("no USD rate on file")
    amount = formats.usd(revision.budget_usd)
    if revision.budget_usd_source:
        return _("about %(amount)s, as stated") % {"amount": amount}
    if revision.budget_year is None:
        return _("about %(amount)s") % {"amount": amount}
    return _("about %(amount)s at the mean rate of %(year)s") % {
        "amount": amount,
        "year": revision.budget_year,
    }


def _funding(sources):
    """Return who pays, or how many do; money that was withdrawn is said."""
    if not sources:
        return ""
    if len(sources) == 1:
        text = _("funding: %(name)s") % {"name": _first_statement(sources[0][0])}
    else:
        text = ngettext("%(count)s funding source", "%(count)s funding sources", len(sources))
        text %= {"count": len(sources)}
    withdrawn = sum(state == FundingSource.State.WITHDRAWN for _name, state in sources)
    if not withdrawn:
        return text
    return ngettext(
        "%(sources)s, %(count)s withdrawn", "%(sources)s, %(count)s withdrawn", withdrawn
    ) % {"sources": text, "count": withdrawn}


def _open_ended(label, start, stage, today):
    """Return the fact for a start without an end; a length only where the policy is under way."""
    began = {"month": months.label(start)}
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
    """Return months from a start to today; from a year, or of more than two years, whole years
    only."""
    if not months.is_exact(start):
        return (today.year - months.year_of(start)) * 12
    count = today.year * 12 + today.month - 1 - months.month_number(start, last=False)
    return count - count % 12 if count > LAST_MONTH_COUNT else count


def _missing(label, gap, reason="", detail=""):
    """Return a fact that nobody stated, or one that its author says is not available, and why."""
    if reason:
        return Fact(label, _("Not available"), reason, unknown=True)
    return Fact(label, _("Not reported"), detail, unknown=True, gap=gap)


def _first_statement(note):
    """Return the first statement of a note, for a small line."""
    if not note:
        return ""
    first = " ".join(_STATEMENT_ENDS.split(note.strip(), maxsplit=1)[0].split())
    # Cutting reads a text letter by letter, and most are short enough.
    if len(first) <= NOTE_LENGTH:
        return first if first.isascii() else unicodedata.normalize("NFC", first)
    return Truncator(first).chars(NOTE_LENGTH)
