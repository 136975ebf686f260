"""The list of case studies: search, filters, and the three ways to look at the result."""

from decimal import Decimal

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from citynet.web import maps, page_cache
from members.models import Member
from policies.content.facets import FACETS_BY_NAME
from policies.content.formats import number, one_language, remembered
from policies.content.key_facts import Fact, key_facts
from policies.content.listing import listed
from policies.filters.active import in_words, pills, quoted, relaxations
from policies.filters.fields import MAX_WORDS, WordsField
from policies.filters.panel import Rail
from policies.filters.search import LIST, MAP, PER_PAGE, TABLE, VIEWS, SearchForm, typed_words
from policies.models import Revision
from policies.search.counts import count_cases
from policies.search.query import SORTS, Answer, Question, ask, highlight, matching_pages
from policies.search.query import suggest as suggestions_for

RETRY_AFTER = "30"


@login_not_required
@require_safe
@page_cache.shared
@one_language()
def case_list(request):
    """The policies that match the address, 20 a page, with all filters beside them."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return refused(request, form)
    if form.has_empty_ends:
        return redirect(form.address(page=form.values.get("page", ())), permanent=True)
    answer = ask(form.question())
    if not answer.available:
        if form.is_narrowed:
            return unavailable(request, form)
        answer = _newest(form)
    try:
        page = Paginator(range(answer.total), PER_PAGE).page(form.page_number)
    except EmptyPage as error:
        raise Http404(
            _("The list has no page %(number)s.") % {"number": form.page_number}
        ) from error
    page.object_list = listed(answer.ids)
    return render(request, "policies/list.html", _context(form, answer, page))


def refused(request, form):
    """The answer to an address that is not understood: nothing is searched, the mistakes are named.

    One with the former slug of a member or theme leads to the same with the present one.
    """
    if moved := form.moved_query():
        return redirect(f"{request.path}?{moved}", permanent=True)
    library = ask(Question(limit=0))
    context = _frame(form, library.counts, numbers=False)
    context["mistakes"] = _mistakes(form)
    return render(request, "policies/list.html", context, status=400)


def unavailable(request, form):
    """The page for the moments in which there is no index to search: nothing rather than all."""
    context = _frame(form, {}, numbers=False)
    context["is_unavailable"] = True
    answer = render(request, "policies/list.html", context, status=503)
    answer["Retry-After"] = RETRY_AFTER
    return answer


@login_not_required
@require_safe
@cache_control(public=True, max_age=60)
def suggest(request):
    """Goals, targets, members and cases whose names begin with what is being typed, as JSON."""
    try:
        words = WordsField().clean(request.GET.get("q", ""))
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)
    found = suggestions_for(words) if words else []
    count = len(found)
    message = ngettext("%(count)s suggestion", "%(count)s suggestions", count) % {"count": count}
    rows = [
        {
            "kind": str(row.kind),
            "label": str(row.label),
            "detail": str(row.detail),
            "url": str(row.url),
        }
        for row in found
    ]
    return JsonResponse({"suggestions": rows, "message": message})


def _newest(form):
    """The whole library, the newest first, from the database while there is no index."""
    rows = Revision.objects.live().order_by("-decided_at", "-pk").values_list("pk", flat=True)
    total = rows.count()
    start = min((form.page_number - 1) * PER_PAGE, total)
    counts = {"member": count_cases().of("member")} if form.view_name == MAP else {}
    ids = list(rows[start : start + PER_PAGE])
    return Answer(total=total, ids=ids, counts=counts, available=False)


def _context(form, answer, page):
    """What a page of results shows."""
    context = _frame(form, answer.counts, numbers=answer.available) | {
        "is_rebuilding": not answer.available,
        "page": page,
        "query": QueryDict(form.query()),
        "words": answer.corrected or form.words,
        "corrected": quoted(answer.corrected) if answer.corrected else "",
        "typed": quoted(form.words) if form.words else "",
        "total": answer.total,
        "sorts": _sorts(form),
        "exports": _exports(form),
    }
    if form.page_number == 1 and form.words:
        context["also"] = matching_pages(form.words)
    if form.view_name == TABLE:
        context["rows"] = [_row(revision, context["words"]) for revision in page.object_list]
    elif form.view_name == MAP:
        placed = _placed(form, answer.counts.get("member", {}))
        context |= {
            "places": [(member, form.address(member=(member.slug,))) for member in placed],
            "points": maps.points(placed),
            "outside": maps.outside(placed),
        }
    if not answer.total and form.is_narrowed:
        context["relaxed"] = [
            (label, address, ask(question).total) for label, address, question in relaxations(form)
        ]
    return context


def _frame(form, counts, *, numbers):
    """What every answer of the page has; without ``numbers`` nothing was searched."""
    chosen = pills(form)
    state = form.values
    return {
        "form": form,
        "rail": Rail(form, counts, numbers=numbers).html(),
        "pills": chosen,
        "phrase": in_words(form),
        "typed_words": typed_words(form),
        "max_words": MAX_WORDS,
        "cleared": form.address(**dict.fromkeys(state, ())),
        "understood": form.address(),
        "canonical": form.address(page=state.get("page", ())),
        "is_deep": len(form.chosen) + len(form.ranges) + bool(form.words) > 1,
        "layout": form.view_name,
        "views": [
            (label, form.address(view=() if view == LIST else (view,)), view == form.view_name)
            for view, label in VIEWS.items()
        ],
        "kept_by_filters": _pairs(form, [name for name in ("sort", "view") if name in state]),
        "kept_by_sort": _pairs(form, [name for name in state if name not in ("sort", "page")]),
        "feed_query": form.query(view=()),
    }


def _pairs(form, names):
    return [(name, value) for name in names for value in form.values[name]]


def _exports(form):
    """(label, address) of each export of exactly this list."""
    query = form.query(view=())
    query = "?" + query if query else ""
    return [(label, address + query) for label, address in _addresses_of_exports()]


@remembered
def _addresses_of_exports():
    files = [
        (label, reverse("policies:export", args=[kind]))
        for kind, label in (("csv", "CSV"), ("jsonl", "JSON Lines"), ("xlsx", "XLSX"))
    ]
    return [*files, (_("Atom feed"), reverse("policies:feed"))]


def _row(revision, words):
    """A policy in the table: its facts, with the amount in USD as a number to compare."""
    budget, staff, duration, stakeholders = key_facts(revision)
    usd = revision.budget_usd
    whole = _("Not reported") if usd is None else number(usd.quantize(Decimal(1)))
    in_usd = Fact(_("In USD"), whole, unknown=usd is None)
    return {
        "revision": revision,
        "title": highlight(revision.title, words) if words else revision.title,
        "cells": [
            (budget, False),
            (in_usd, True),
            (staff, True),
            (duration, False),
            (stakeholders, False),
        ],
    }


def _sorts(form):
    """(value, label, whether it is in use): the best match needs words."""
    return [
        (value, label, value == form.sort_order)
        for value, label in SORTS.items()
        if form.words or value != "relevance"
    ]


def _placed(form, counts):
    """The members with a case in the result, each with ``case_count``, by name."""
    # The counts of a facet do not regard its own choice; the map does.
    slugs = form.chosen.get("member", counts)
    members = Member.objects.filter(slug__in=[slug for slug in slugs if counts.get(slug)])
    for member in members:
        member.case_count = counts[member.slug]
    return members


def _mistakes(form):
    """(label, message, id of the field or "") for each mistake, in the order of the address."""
    found = []
    for name in [*form.fields_in_order, "__all__"]:
        label = form.fields[name].label if name in form.fields else ""
        # A facet has no field of its own to go to: its message stands above its choices.
        field = f"error-{name}" if name in FACETS_BY_NAME else name
        if name in ("sort", "view", "page", "__all__"):
            field = ""
        found += [(label, message, field) for message in form.errors.get(name, ())]
    return found
