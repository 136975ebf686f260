"""What in a case cannot be true, and what somebody should look at again: one list of checks.

Forms show them beside their fields, reports of imports as warnings, and the desk on its page. What
is :data:`HARD` prevents a submission, though a draft may hold it; what is :data:`SOFT` is a
question. All rules and limits are here. A check asks for no row that the section does not have.
"""

from decimal import Decimal
from typing import NamedTuple

import regex
from django.utils import timezone
from django.utils.translation import gettext as _

from policies.models import FundingSource, Revision, StaffRole
from policies.models.months import year_of

from . import currencies, web_addresses
from .formats import money, number
from .key_facts import residents

HARD, SOFT = "hard", "soft"
CASE = "case"  # in the place of a section, for what is said of the case itself
Stage = Revision.Stage

# A summary and sections this short cannot carry as many targets as they are tagged with.
WORDS_A_TARGET = 40
PROSE = ("summary", "challenge", "solution", "results")
# Letters of scripts that write no blanks between words, with about how many of them make a word.
LETTERS_WITHOUT_BLANKS = (
    (regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]"), 2),
    (regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"), 5),
)

# Years from now in which a plan may end, and for which an amount may be budgeted.
LONGEST_PLAN = 40
# In Nepal a year has the number of the common era and 56 or 57 more; the new year is in April.
BIKRAM_SAMBAT = 57
BIKRAM_SAMBAT_CASES = range(LONGEST_PLAN + 1, BIKRAM_SAMBAT + 2)
# Years between an amount and the policy that it paid for.
MOST_YEARS_APART = 10
# US dollars: no city has paid more for one policy, and none can be had for less.
LARGEST_BUDGET_USD = 50 * 10**9
SMALLEST_BUDGET_USD = 100
LARGEST_BUDGET_A_RESIDENT = 50_000
MOST_STAFF = 50_000  # full-time equivalents
MOST_MONTHS = 600


class Finding(NamedTuple):
    """Something that is not plausible, and where.

    ``field`` is named as the inputs of the form are: "start", or "phases-0-end" for one of the first
    phase.
    """

    level: str
    section: str
    field: str
    message: str

    @property
    def is_hard(self):
        return self.level == HARD

    @property
    def anchor(self):
        """Return the id of its input, or of its list, on the page of its section."""
        return f"rows-{self.field}" if self.field in Revision.row_models() else f"id_{self.field}"


def checks(revision, section=None, today=None):
    """Return every :class:`Finding` of a revision, or of one ``section`` of it, in the order of the form.

    ``revision.case.member`` and the rows of the sections are read; prefetched, they cost no query.
    """
    today = today or timezone.localdate()
    found = (
        (slug, *each)
        for slug, check in _CHECKS.items()
        if section in (None, slug)
        for each in check(revision, today)
    )
    return [Finding(level, slug, field, message) for slug, level, field, message in found]


# Texts and targets


def word_count(revision):
    """Return about how many words the texts have that explain the targets."""
    text = " ".join(getattr(revision, field) for field in PROSE)
    count = 0.0
    for letters, a_word in LETTERS_WITHOUT_BLANKS:
        text, found = letters.subn(" ", text)
        count += found / a_word
    return round(count) + sum(any(map(str.isalnum, word)) for word in text.split())


def is_over_tagged(revision):
    """Return whether there are more targets than the length of the text can explain."""
    targets = len(revision.contributions.all())
    return targets > 1 and word_count(revision) < targets * WORDS_A_TARGET


def is_without_source(revision):
    """Return whether no page, paper or file lets readers check the facts."""
    files = [row for row in revision.attachments.all() if not row.removed_on]
    return not revision.sources.all() and not files


def _targets(revision, today):
    rows = list(revision.contributions.all())
    if is_over_tagged(revision):
        yield (
            SOFT,
            "contributions",
            _(
                "%(targets)s targets are a lot for a text of about %(words)s words. Readers trust tags "
                "that the text explains."
            )
            % {"targets": len(rows), "words": word_count(revision)},
        )
    unexplained = [row.target_id for row in rows if not row.how]
    if unexplained:
        yield (
            SOFT,
            "contributions",
            _("Nothing says how the case contributes to %(codes)s.")
            % {"codes": ", ".join(unexplained)},
        )


# Time


def _is_future(month, today):
    """Return whether a month, or a year, has not begun."""
    return bool(month) and month > today.isoformat()[: len(month)]


def _is_past(month, today):
    """Return whether a month, or a year, is over."""
    return bool(month) and month < today.isoformat()[: len(month)]


def _far_year(revision, year, today):
    """Return what is wrong with a year too far ahead for any plan, or ""."""
    ahead = (year or 0) - today.year
    if ahead <= LONGEST_PLAN:
        return ""
    if ahead in BIKRAM_SAMBAT_CASES:
        # Told to everybody, and for sure where this calendar is the one in use.
        common = {"year": year, "first": year - BIKRAM_SAMBAT, "second": year - BIKRAM_SAMBAT + 1}
        if revision.language == "ne" or revision.case.member.country == "NP":
            return (
                _(
                    "%(year)s is a year of Bikram Sambat: in the common era it is %(first)s or "
                    "%(second)s. Write that."
                )
                % common
            )
        return (
            _(
                "%(year)s is too far ahead. If it is a year of Bikram Sambat, it is %(first)s or "
                "%(second)s in the common era: write that."
            )
            % common
        )
    return _("%(year)s is more than %(years)d years ahead: check the year.") % {
        "year": year,
        "years": LONGEST_PLAN,
    }


def _far_months(revision, prefix, row, today):
    for name in ("start", "end"):
        message = _far_year(revision, year_of(getattr(row, name)), today)
        if message:
            yield HARD, f"{prefix}{name}", message


def _time(revision, today):
    far = list(_far_months(revision, "", revision, today))
    yield from far
    if not far:
        yield from _stage(revision, today)
    for place, phase in enumerate(revision.phases.all()):
        prefix = f"phases-{place}-"
        yield from _far_months(revision, prefix, phase, today)
        yield from _phase(revision, phase, prefix)


def _stage(revision, today):
    """Yield doubts about a stage that the dates contradict."""
    stage, start, end = revision.stage, revision.start, revision.end
    begun = stage in (Stage.UNDER_WAY, Stage.COMPLETED, Stage.STOPPED)
    values = {"stage": revision.get_stage_display().lower(), "start": start, "end": end}
    if begun and _is_future(start, today):
        message = _("It is %(stage)s, but starts in the future (%(start)s). Is it planned?")
        yield HARD, "start", message % values
    elif stage in (Stage.COMPLETED, Stage.STOPPED) and _is_future(end, today):
        message = _("It is %(stage)s, but ends in the future (%(end)s). Is it under way?")
        yield HARD, "end", message % values
    elif stage == Stage.UNDER_WAY and _is_past(end, today):
        message = _("It is %(stage)s, but ended in the past (%(end)s). Is it completed?")
        yield SOFT, "stage", message % values
    elif stage == Stage.PLANNED and _is_past(end or start, today):
        message = _("It is %(stage)s, but its time is over (%(end)s). Has it begun?")
        yield SOFT, "stage", message % (values | {"end": end or start})


def _phase(revision, phase, prefix):
    """Yield doubts about a phase that ends after the policy; one that prepares it may well begin before."""
    if _is_before(revision.end, phase.end or phase.start):
        yield (
            SOFT,
            f"{prefix}end",
            _("This phase ends after the policy (%(month)s).") % {"month": revision.end},
        )


def _is_before(month, other):
    """Return whether a month is surely before another; a year is not before its own months."""
    if not month or not other:
        return False
    length = min(len(month), len(other))
    return month[:length] < other[:length]


# Money


def _currency(revision, code, year, today):
    """Return (level, message) of what is wrong with the code of a currency, or None."""
    if not code:
        return None
    country = revision.case.member.country
    when = year or today.year
    if code not in currencies.codes():
        meant = currencies.meant(code, str(country or ""), when)
        message = _("There is no currency %(code)s.")
        if meant:
            message = _("There is no currency %(code)s. Did you mean %(meant)s?")
        # Translators: joins the codes of currencies of which one is meant.
        return HARD, message % {"code": code, "meant": _(" or ").join(meant)}
    last = currencies.last_years().get(code)
    if last and year and year > last:
        message = _("%(code)s was money until %(last)d, and the amount is of %(year)d.")
        return SOFT, message % {"code": code, "last": last, "year": year}
    return None


def _budget(revision, today):
    amount, year, code = revision.budget_amount, revision.budget_year, revision.budget_currency
    if found := _currency(revision, code, year, today):
        yield found[0], "budget_currency", found[1]
    if amount is not None and not year:
        message = _("The budget has no year, so it cannot be converted or compared.")
        yield SOFT, "budget_year", message
    if message := _far_year(revision, year, today):
        yield HARD, "budget_year", message
    elif message := _amount_of_another_time(revision, year, today):
        yield SOFT, "budget_year", message
    yield from _size(revision)
    yield from _lines(revision)
    yield from _funding(revision, today)


def _amount_of_another_time(revision, year, today):
    """Return what is wrong with the year of an amount beside the time of the policy, or ""."""
    start, end = year_of(revision.start), year_of(revision.end)
    if year and start and year < start - MOST_YEARS_APART:
        message = _("The amount is of %(year)d, and the policy began in %(other)d.")
        return message % {"year": year, "other": start}
    if year and end and year > end + MOST_YEARS_APART:
        message = _("The amount is of %(year)d, and the policy ended in %(other)d.")
        return message % {"year": year, "other": end}
    if year and year > today.year and revision.stage in (Stage.COMPLETED, Stage.STOPPED):
        message = _("The amount is of %(year)d, which is in the future.")
        return message % {"year": year}
    return ""


def _size(revision):
    usd = revision.budget_usd
    if usd is None:
        return
    shown = money(usd, "USD")
    people = residents(revision)
    if usd > LARGEST_BUDGET_USD:
        message = _("%(amount)s is more than any city spent on one policy: check the zeros.")
        yield SOFT, "budget_amount", message % {"amount": shown}
    elif people and usd > people * LARGEST_BUDGET_A_RESIDENT:
        message = _("%(amount)s is %(each)s for each resident: check the zeros and the currency.")
        each = money((usd / people).quantize(Decimal(1)), "USD")
        yield SOFT, "budget_amount", message % {"amount": shown, "each": each}
    elif 0 < usd < SMALLEST_BUDGET_USD:
        message = _("%(amount)s is very little. Was it written in thousands or millions?")
        yield SOFT, "budget_amount", message % {"amount": shown}


def _lines(revision):
    rows = [row for row in revision.budget_lines.all() if row.amount is not None]
    message = _("The budget lines add up to %(sum)s, which is more than the budget of %(whole)s.")
    yield from _above(revision, rows, "budget_lines", message)


def _funding(revision, today):
    rows = []
    for place, row in enumerate(revision.funding_sources.all()):
        code, year = row.currency, row.year
        if found := _currency(revision, code, year, today):
            yield found[0], f"funding_sources-{place}-currency", found[1]
        if message := _far_year(revision, year, today):
            yield HARD, f"funding_sources-{place}-year", message
        same = code in ("", revision.budget_currency)
        if row.amount is not None and row.state != FundingSource.State.WITHDRAWN and same:
            rows.append(row)
    message = _(
        "The funding sources add up to %(sum)s, which is more than the budget of %(whole)s."
    )
    yield from _above(revision, rows, "funding_sources", message)


def _above(revision, rows, name, message):
    """Yield doubts about a list of amounts that adds up to more than the whole."""
    whole, total = revision.budget_amount, sum(row.amount for row in rows)
    if whole is not None and total > whole:
        code = revision.budget_currency
        yield SOFT, name, message % {"sum": money(total, code), "whole": money(whole, code)}


# People


def _staff(revision, today):
    yield from _people(revision, "staff_fte", revision.staff_fte)
    total = Decimal(0)
    for place, row in enumerate(revision.staff_roles.all()):
        yield from _people(revision, f"staff_roles-{place}-people", row.people)
        if row.months is not None and row.months > MOST_MONTHS:
            message = _("%(months)s months are more than %(years)d years: check the number.")
            values = {"months": number(row.months), "years": MOST_MONTHS // 12}
            yield SOFT, f"staff_roles-{place}-months", message % values
        if row.counted in ("", StaffRole.Counted.FTE):
            total += row.people or 0
    if revision.staff_fte is not None and total > revision.staff_fte:
        message = _("The roles add up to %(sum)s, which is more than the total of %(whole)s.")
        values = {"sum": number(total), "whole": number(revision.staff_fte)}
        yield SOFT, "staff_roles", message % values


def _people(revision, field, count):
    if count is None:
        return
    population = residents(revision)
    if population and count > population:
        message = _("%(count)s people are more than live there (%(population)s).")
        values = {"count": number(count), "population": number(population)}
        yield SOFT, field, message % values
    elif count > MOST_STAFF:
        message = _("%(count)s people are a lot for one policy: check the number.")
        yield SOFT, field, message % {"count": number(count)}


# Results and sources


def _indicators(revision, today):
    for place, row in enumerate(revision.indicators.all()):
        prefix = f"indicators-{place}-"
        for name in ("baseline", "result"):
            year = getattr(row, f"{name}_year")
            if year and year > today.year:
                message = _far_year(revision, year, today) or _(
                    "%(year)d is in the future, and this was measured. A value that is aimed at "
                    "belongs to “planned”."
                ) % {"year": year}
                yield HARD, f"{prefix}{name}_year", message
        if row.result is not None and row.result == row.baseline:
            message = _("The result equals the value before: did nothing change?")
            yield SOFT, f"{prefix}result", message
        if row.baseline_year and row.result_year and row.result_year < row.baseline_year:
            message = _("The result is of an earlier year than the value before.")
            yield SOFT, f"{prefix}result_year", message


def _sources(revision, today):
    if is_without_source(revision):
        yield SOFT, "sources", _("No source: readers cannot check the figures.")
    for place, row in enumerate(revision.sources.all()):
        if message := web_addresses.not_public(row.url):
            yield HARD, f"sources-{place}-url", message
        elif message := web_addresses.from_manuals(row.url):
            yield SOFT, f"sources-{place}-url", message
        if row.accessed and row.accessed > today:
            message = _("It cannot have been read in the future.")
            yield HARD, f"sources-{place}-accessed", message


# The case itself, which no section holds.


def _case(revision, today):
    confirmed = revision.case.confirmed_at
    if confirmed and confirmed > today:
        message = _("It cannot have been confirmed in the future (%(day)s).")
        yield HARD, "confirmed_at", message % {"day": confirmed.isoformat()}


_CHECKS = {
    CASE: _case,
    "targets-themes": _targets,
    "time": _time,
    "budget": _budget,
    "manpower": _staff,
    "results": _indicators,
    "files": _sources,
}
