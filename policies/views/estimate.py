"""What would it take in a city: the policies that tell, and what they allow to say."""

from collections import Counter
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response
from members.countries import country_choices
from members.traits import Trait, words
from policies.content import estimate as content
from policies.content import prices
from policies.content.comparable import Reason
from policies.content.exchange_rates import known_currencies
from policies.filters.estimate import MOST_OFFERED, NO_CHOICE, EstimateQuestion
from policies.filters.estimate_form import MOST_NAMED, MOST_POLICIES, SCALES
from policies.filters.library import plain

# With so many amounts to compare nobody needs a wider class.
ENOUGH = 30
# What two sheets of paper have room for.
BRIEF_ROWS, BRIEF_LINES, BRIEF_VOICES = 8, 5, 3
# More policies than these that are left out are listed a reason at a time; of a longer list the first
# few are shown until all are asked for.
MANY, FIRST = 60, 20
# A table of more amounts shows the smallest few of each basis until all are asked for.
LONG_TABLE, LINES = 30, 10


@login_not_required
@require_safe
@page_cache.cache_public_page
def estimate(request):
    """What the policies of a class report, for a city and against a ceiling: cases, then numbers."""
    question = EstimateQuestion(request.GET)
    if not question.is_valid:
        return _refused(request, question)
    if moved := _moved(request, question):
        return redirect(moved)
    if question.is_open:
        return render(request, "policies/estimate.html", _frame(question))
    if not question.is_searchable:
        return _not_searchable(request, question)
    result = _estimate(question)
    if result is None:
        return render(request, "policies/estimate.html", _frame(question) | _too_many(question))
    return render(request, "policies/estimate.html", _frame(question) | _context(question, result))


@login_not_required
@require_safe
@page_cache.cache_public_page
def estimate_brief(request):
    """The estimate on two pages for printing; a question that is not understood leads to its page."""
    question = EstimateQuestion(request.GET)
    asked = question.is_valid and not question.is_open and question.is_searchable
    result = _estimate(question) if asked else None
    if result is None:
        return redirect(f"{reverse('policies:estimate')}?{request.GET.urlencode()}")
    context = _frame(question) | _context(question, result)
    compared = [figure for _basis, _label, figures in result.by_basis for figure in figures]
    context |= {
        "crumbs": [(_("What would it take in your city?"), context["address"])],
        "rows": compared[:BRIEF_ROWS],
        "further_rows": len(compared[BRIEF_ROWS:]),
        "people": result.people[:BRIEF_LINES],
        "lengths": result.lengths[:BRIEF_LINES],
        "voices": result.experience.voices[:BRIEF_VOICES],
        "contact": settings.CONTACT_EMAIL,
    }
    return render(request, "policies/estimate_brief.html", context)


@login_not_required
@require_safe
def estimate_csv(request):
    """The estimate as CSV: every policy, what follows from its amount, and why it is left out."""
    question = EstimateQuestion(request.GET)
    if not question.is_valid:
        return _refused(request, question)
    if question.is_open:
        return render(request, "policies/estimate.html", _frame(question), status=400)
    if not question.is_searchable:
        return _not_searchable(request, question)
    result = _estimate(question)
    if result is None:
        context = _frame(question) | _too_many(question)
        return render(request, "policies/estimate.html", context, status=400)
    name = f"estimate-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(request, name, COLUMNS, _rows(result))


def _estimate(question):
    """Return the :class:`policies.content.estimate.Estimate`, None where there are too many policies
    to be read beside each other."""
    found = content.read(question.revisions(), MOST_POLICIES + 1)
    if len(found) > MOST_POLICIES:
        return None
    if question.is_of_class:
        found += content.read_adopted(found)
    return content.Estimate(
        found,
        asker=question.asker,
        close_only=bool(question.like),
        scale=question.scale,
        chosen=question.case | content.adopted(question.adoption),
    )


def _moved(request, question):
    """Return the address with the member's own slug where it was named in another way."""
    member = question.member
    if member and request.GET.get("for") != member.slug:
        return question.address()
    return ""


def _refused(request, question):
    """The form with what was typed and what is wrong with it; nothing is counted."""
    context = _form(question) | {"mistakes": question.mistakes, "crumbs": _crumbs()}
    return render(request, "policies/estimate.html", context, status=400)


def _not_searchable(request, question):
    """The form, and that the words cannot be searched just now."""
    text = _("The library cannot be searched just now. Try again in a few minutes.")
    context = _frame(question) | {"mistakes": [("q", text)], "wrong": {"q"}}
    return render(request, "policies/estimate.html", context, status=503)


def _form(question):
    wrong = {name for name, _message in question.mistakes}
    return {
        "question": question,
        "typed": question.typed,
        "wrong": wrong,
        "themes": question.form.themes,
        "currencies": [(code, code) for code in sorted(known_currencies())],
        "countries": country_choices(),
        "scales": SCALES,
        "has_room": len(question.typed["targets"]) < MOST_NAMED,
    }


def _frame(question):
    """Return what every answer of the page has that was understood."""
    asker = question.asker
    traits = [words(asker, trait) for trait in Trait if trait != Trait.SIZE] if asker else []
    return _form(question) | {
        "city": question.city,
        "asker": asker,
        "traits": [each for each in traits if each],
        "ceiling": question.ceiling_figure,
        "crumbs": _crumbs(),
    }


def _too_many(question):
    return {"is_too_wide": True, "offers": question.wider(), "named": question.named}


def _context(question, result):
    today = timezone.localdate()
    address, asked = question.address(), question.library_query
    totals = _table(question, "total", result.by_basis)
    annual = _table(question, Reason.ANNUAL, result.annual_by_basis)
    # Ticked, and not in the table here: they go along.
    unseen = [
        ("adoption" if each.is_adopted else "case", str(abs(each.revision.case_id)))
        for each in result.chosen
        if each.page
    ]
    return {
        "totals": totals,
        "annual": annual,
        "estimate": result,
        "named": question.named_with_cities,
        "offers": _offers(question, result),
        "groups": _groups(question, result),
        "people": _list(question, "people", result.people),
        "lengths": _list(question, "lengths", result.lengths),
        "so_far": _list(question, "so-far", result.so_far_in_words),
        "without_start": _list(question, "no-start", result.without_start_in_words),
        "symbols": _symbols(result),
        "picture": result.picture(question.ceiling_figure),
        "library": f"{reverse('policies:list')}?{asked}" if asked else "",
        "asked": asked,
        "below": result.against(question.ceiling_figure),
        "base_year": prices.base_year(),
        "long_ago": result.confirmed_long_ago(today),
        "address": address,
        "whole_address": settings.SITE_URL + address,
        "csv": question.address("policies:estimate-csv"),
        "brief": question.address("policies:estimate-brief"),
        "without_choice": question.address(**NO_CHOICE) if question.has_choice else "",
        "hidden": [*(pair for pair in question.values() if pair[0] not in NO_CHOICE), *unseen],
        "today": date_format(today, "DATE_FORMAT"),
    }


def _groups(question, result):
    """Return the groups of :meth:`Estimate.groups`, each with an address that opens it: a page of
    hundreds of lines that nobody has asked for would be slow and heavy."""
    is_long = sum(len(figures) for _reason, _label, figures in result.left_out) > MANY
    return [
        (
            *group,
            f"{question.address(show=(group[0],))}#g-{group[0]}"
            if is_long and group[0] != question.show
            else "",
        )
        for group in result.groups
    ]


class ShownTable(NamedTuple):
    """What is shown of a table: (basis, label, figures shown, all figures) of each group, and the
    address of the whole table; "" where all of it is shown."""

    groups: list
    whole: str


class ShownList(NamedTuple):
    """What is shown of a list: its rows, how many there are in all, and the address of the whole list;
    "" where all of it is shown."""

    rows: list
    total: int
    whole: str


def _table(question, name, groups):
    """Return the :class:`ShownTable`: of a long table the smallest amounts of each basis. The other
    figures are given its address as their page."""
    count = sum(len(figures) for _basis, _label, figures in groups)
    if count <= LONG_TABLE or question.show == name:
        return ShownTable([(*group, group[2]) for group in groups], "")
    whole = question.address(show=(name,))
    for _basis, _label, figures in groups:
        for figure in figures[LINES:]:
            figure.page = whole
    shown = [(basis, label, found[:LINES], found) for basis, label, found in groups]
    return ShownTable(shown, whole)


def _list(question, name, rows):
    """Return the :class:`ShownList`: of a long list the first few."""
    if len(rows) <= MANY or question.show == name:
        return ShownList(rows, len(rows), "")
    return ShownList(rows[:FIRST], len(rows), f"{question.address(show=(name,))}#l-{name}")


def _symbols(result):
    """Return (symbol, label) of the dots, and of the ring around some of them."""
    found = [(basis or "unsaid", label) for basis, label, _figures in result.by_basis]
    if any(not figure.says_total for figure in result.compared):
        found.append(("halo", _("around it: it does not say whether it is the total")))
    return found


def _offers(question, result):
    """Return (label, address, how many can be compared) of wider and narrower questions."""
    codes = Counter(code for each in result.compared for code in each.summary["targets"])
    if not question.is_of_class:
        return question.targets_of([code for code, _count in codes.most_common(MOST_OFFERED)])
    offers = question.without_choices(result) + question.one_target(codes)
    if len(result.compared) >= ENOUGH:
        return offers
    themes = Counter()
    if not (question.theme or question.like or question.q):
        themes.update(slug for each in result.figures for slug in each.summary["themes"])
    return offers + question.wider([slug for slug, _count in themes.most_common(MOST_OFFERED)])


def _crumbs():
    return [(_("Policies"), reverse("policies:list"))]


COLUMNS = (
    *("case", "title", "member", "country", "population", "compared", "why_not", "ticked"),
    *("amount", "qualifier", "currency", "year", "fiscal_year", "basis", "covers", "scale"),
    *("usd", "how_in_usd", "international_dollars", "international_dollars_of_year"),
    *("usd_per_resident", "people_served", "usd_per_person_served", "why_not_per_resident"),
    *("size", "income", "climate", "coast"),
    *("staff_fte", "staff_heads", "start", "end", "stage", "months_if_completed", "address"),
)


def _rows(result):
    """Yield the lines of the file: those that are compared first, the smallest amount first."""
    compared = set(result.compared)
    others = [figure for figure in result.figures if figure not in compared]
    finished = set(result.finished)
    for figure in [*result.compared, *others]:
        revision, member = figure.revision, figure.member
        marks = figure.home.city.marks if figure.home.city else ()
        yield (
            None if figure.is_adopted else revision.case_id,
            revision.title,
            member.name,
            member.country.code,
            member.population,
            "no" if figure.reason else "yes",
            content.Reason(figure.reason).label if figure.reason else "",
            "yes" if figure.is_chosen else "no",
            _plain(revision.budget_amount),
            revision.budget_qualifier,
            revision.budget_currency,
            revision.budget_year,
            revision.budget_fiscal_year,
            revision.budget_basis,
            revision.budget_scope,
            revision.scale,
            _plain(revision.budget_usd),
            figure.how_in_usd,
            _computed(figure.international),
            prices.base_year() if figure.international is not None else None,
            _computed(figure.resident),
            revision.people_served,
            _computed(figure.served),
            figure.why_not_a_head,
            *([str(mark.likeness.value) for mark in marks] or [""] * len(Trait)),
            _plain(revision.staff_fte),
            revision.staff_heads,
            revision.start,
            revision.end,
            revision.stage,
            revision.duration_months if figure in finished else None,
            settings.SITE_URL + revision.case.get_absolute_url(),
        )


def _plain(value):
    return None if value is None else plain(value)


def _computed(value):
    """Return a computed number with two digits, written out."""
    return None if value is None else f"{prices.two_digits(value):f}"
