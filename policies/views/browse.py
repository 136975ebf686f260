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
from citynet.web.addresses import address
from citynet.web.formats import number
from members.models import Member
from policies.content import lists
from policies.content.bands import NONE
from policies.content.facets import FACETS_BY_NAME
from policies.content.key_facts import Fact, key_facts, label_of
from policies.filters.active import (
    active_filters,
    in_words,
    quoted,
    searches_without_one_filter,
)
from policies.filters.estimate_form import CLOSE, MOST_NAMED
from policies.filters.explanation import Explanation
from policies.filters.fields import MAX_WORDS, WordsField
from policies.filters.library import LIST, MAP, PER_PAGE, TABLE, VIEWS, LibraryFilter
from policies.filters.panel import FilterPanel
from policies.filters.places import Places
from policies.filters.unknown import Unknown
from policies.models import Revision
from policies.search.counts import count_cases
from policies.search.query import (
    SORTS,
    Answer,
    Question,
    ask,
    highlight,
    matching_pages,
    total_of,
)
from policies.search.query import suggest as suggestions_for
from policies.search.schema import SECTIONS
from policies.statistics import questions

RETRY_AFTER = "30"


@login_not_required
@require_safe
@page_cache.cache_public_page
def case_list(request):
    """The policies that match the address, 20 a page, with all filters beside them."""
    filters = LibraryFilter(request.GET)
    if not filters.is_valid():
        return refused(request, filters)
    if filters.has_empty_ends:
        plain = filters.address(page=filters.values.get("page", ()), open=filters.opened)
        return redirect(plain, permanent=True)
    answer = filters.answer
    if not answer.available:
        if filters.is_narrowed:
            return unavailable(request, filters)
        answer = _newest(filters)
    try:
        page = Paginator(range(answer.total), PER_PAGE).page(filters.page_number)
    except EmptyPage as error:
        raise Http404(
            _("The list has no page %(number)s.") % {"number": filters.page_number}
        ) from error
    # What a card does not show is read where it may have to tell why the policy is found.
    also = SECTIONS if filters.words and filters.view_name != TABLE else ()
    page.object_list = lists.read(answer.ids, filters.known_labels, also)
    if filters.has_words_alone and answer.available:
        questions.note(request, filters.words, answer)
    return render(request, "policies/list.html", _context(filters, answer, page))


def refused(request, filters):
    """The answer to an address that is not understood: nothing is searched, the mistakes are named.

    One with the former slug of a member or theme leads to the same with the present one.
    """
    if moved := filters.moved_query():
        return redirect(f"{request.path}?{moved}", permanent=True)
    library = ask(Question(limit=0))
    context = _frame(filters, library.counts, has_numbers=False)
    context["mistakes"] = _mistakes(filters)
    return render(request, "policies/list.html", context, status=400)


def unavailable(request, filters):
    """The page for the moments in which there is no index to search: nothing rather than all."""
    context = _frame(filters, {}, has_numbers=False)
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
        words = WordsField(required=False).clean(request.GET.get("q", ""))
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


def _newest(filters):
    """Return the whole library, the newest first, from the database while there is no index."""
    rows = (
        Revision.objects.live().order_by("-decided_at", "-start", "pk").values_list("pk", flat=True)
    )
    total = rows.count()
    start = min((filters.page_number - 1) * PER_PAGE, total)
    counts = {"member": count_cases().of("member")} if filters.view_name == MAP else {}
    ids = list(rows[start : start + PER_PAGE])
    return Answer(total=total, ids=ids, counts=counts, available=False)


def _context(filters, answer, page):
    """Return what a page of results shows."""
    reading = Explanation(filters, answer)
    reading.mark(page.object_list)
    if filters.view_name != TABLE:
        reading.show_passages(page.object_list)
    context = _frame(filters, answer.counts, has_numbers=answer.available) | {
        "reading": reading,
        "is_rebuilding": not answer.available,
        "page": page,
        "query": QueryDict(filters.query()),
        "words": answer.reading.understood.words,
        "corrected": quoted(answer.corrected) if answer.corrected else "",
        "typed": quoted(filters.words) if filters.words else "",
        "total": answer.total,
        "sorts": _sorts(filters),
        "exports": _exports(filters),
        "estimate": estimate_address(filters) if answer.total else "",
    }
    stated, unstated = page.object_list, []
    if answer.available:
        context["unknown"] = unknown = Unknown(filters, answer)
        stated, unstated = unknown.split(stated, page.start_index())
    context |= {"stated": stated, "unstated": unstated}
    if answer.available and (filters.words or filters.chosen.get("country")):
        context["places"] = Places(filters, answer)
    if filters.page_number == 1 and filters.words:
        context["also"] = matching_pages(filters.words)
    if filters.view_name == TABLE:
        for name in ("stated", "unstated"):
            context[name] = [_row(revision, context["words"]) for revision in context[name]]
    else:
        context["stated"], context["rest"] = reading.split(stated, page.start_index())
    if filters.view_name == MAP:
        placed = _placed(filters, answer.counts.get("member", {}))
        context |= {
            "placed": [(member, filters.address(member=(member.slug,))) for member in placed],
            "points": maps.points(placed),
            "outside": maps.outside(placed),
        }
    if not answer.total and filters.is_narrowed:
        context["searches_without_one_filter"] = [
            (label, address, total_of(question))
            for label, address, question in searches_without_one_filter(filters)
        ]
    return context


def _frame(filters, counts, *, has_numbers):
    """Return what every answer of the page has; without ``has_numbers`` nothing was searched."""
    state = filters.values
    return {
        "filters": filters,
        "panel": FilterPanel(filters, counts, has_numbers=has_numbers),
        "active_filters": active_filters(filters),
        "phrase": in_words(filters),
        "max_words": MAX_WORDS,
        "cleared": filters.address(**dict.fromkeys(state, ())),
        "understood": filters.address(),
        "canonical": filters.address(page=state.get("page", ())),
        "is_deep": len(filters.chosen) + len(filters.ranges) + bool(filters.words) > 1,
        "layout": filters.view_name,
        "views": [
            (
                label,
                filters.address(view=() if view == LIST else (view,)),
                view == filters.view_name,
            )
            for view, label in VIEWS.items()
        ],
        "kept_by_filters": _pairs(
            filters,
            [name for name in ("like", "meaning", "unknown", "sort", "view") if name in state],
        )
        + [("open", part) for part in filters.opened],
        "kept_by_sort": _pairs(filters, [name for name in state if name not in ("sort", "page")]),
        "feed_query": filters.query(view=()),
    }


def _pairs(filters, names):
    return [(name, value) for name in names for value in filters.values[name]]


def _exports(filters):
    """Return (label, address) of each export of exactly this list."""
    query = filters.query(view=())
    query = "?" + query if query else ""
    files = [
        (label, address("policies:export", kind))
        for kind, label in (("csv", "CSV"), ("jsonl", "JSON Lines"), ("xlsx", "XLSX"))
    ]
    files.append((_("Atom feed"), address("policies:feed")))
    return [(label, path + query) for label, path in files]


def _row(revision, words):
    """Return a policy in the table: its facts, with the amount in USD as a number to compare."""
    budget, staff, duration, stakeholders = key_facts(revision)
    usd = revision.budget_usd
    whole = _("Not reported") if usd is None else number(usd.quantize(Decimal(1)))
    in_usd = Fact(_("In USD"), whole, unknown=usd is None)
    return {
        "revision": revision,
        "title": highlight(revision.title, words) if words else revision.title,
        "stage": label_of(Revision.Stage, revision.stage),
        "cells": [
            (budget, False),
            (in_usd, True),
            (staff, True),
            (duration, False),
            (stakeholders, False),
        ],
    }


def _sorts(filters):
    """Return (value, label, whether it is in use): the best match needs words."""
    return [
        (value, label, value == filters.sort_order)
        for value, label in SORTS.items()
        if filters.words or value != "relevance"
    ]


def estimate_address(filters):
    """Return where it is told what the policies of a list took; "" where the list is narrowed by
    what an estimate cannot name, or by more of it than it can."""
    found = dict(filters.chosen)
    asked = {"q": (filters.words,) if filters.words else ()}
    asked |= {name: found.pop(name, ()) for name in ("target", "goal", "theme")}
    scale = found.pop("scale", ())
    if not any(asked.values()) or found or filters.ranges or len(scale) > 1:
        return ""
    if filters.words and not filters.by_meaning:
        return ""
    if any(NONE in named or len(named) > MOST_NAMED for named in asked.values()):
        return ""
    if city := filters.cleaned.get("like"):
        asked |= {"for": (city.slug,), "like": (CLOSE,)}
    asked["scale"] = scale
    return reverse(
        "policies:estimate", query={name: values for name, values in asked.items() if values}
    )


def _placed(filters, counts):
    """Return the members with a case in the result, each with ``case_count``, by name."""
    # The counts of a facet do not regard its own choice; the map does.
    slugs = filters.chosen.get("member", counts)
    members = Member.objects.filter(slug__in=[slug for slug in slugs if counts.get(slug)])
    for member in members:
        member.case_count = counts[member.slug]
    return members


def _mistakes(filters):
    """Return (label, message, id of the field or "") for each mistake, in the order of the
    address."""
    found = []
    for name in [*filters.filters, "__all__"]:
        label = filters.filters[name].label if name in filters.filters else ""
        # A facet has no field of its own to go to: its message stands above its choices.
        field = f"error-{name}" if name in FACETS_BY_NAME else name
        if name in ("sort", "view", "page", "open", "__all__"):
            field = ""
        found += [(label, message, field) for message in filters.errors.get(name, ())]
    return found
