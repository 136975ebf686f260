"""The directory of members, and a profile of each."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Max
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import maps, page_cache
from members.models import FormerAddress, Member
from policies.content.facets import FACETS_BY_NAME
from policies.content.listing import listed
from policies.filters.fields import shown
from policies.filters.members import NAMES, SORTS, MemberFilter
from policies.models import Revision
from policies.search.counts import count_cases, goals_with_counts

PER_PAGE = 50
CARDS = 20

# Sort orders by a figure, the largest first; the rest is in the order of names.
FIGURES = {"cases": "case_count", "population": "population"}


@login_not_required
@require_safe
@page_cache.cache_public_page
def member_list(request):
    """The members that match the filters in the address, on a map and in a list."""
    filters = MemberFilter(request.GET, Member.objects.all())
    unknown = [shown(name) for name in request.GET if name not in NAMES]
    context = {"filters": filters, "form": filters.form, "unknown": unknown, "sorts": SORTS}
    if unknown or not filters.is_valid():
        context |= {"facets": filters.facets(), "is_refused": True}
        return render(request, "members/list.html", context, status=400)
    sort = filters.form.cleaned_data["sort"] or "name"
    members = filters.qs.annotate(evidence_year=Max("evidence__year"))
    found = _sorted(_with_case_counts(members), sort)
    try:
        page = Paginator(found, PER_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of the list.")) from error
    context |= {
        "page": page,
        "facets": filters.facets(),
        "sort": sort,
        "points": maps.points(found),
        "outside": maps.outside(found),
    }
    return render(request, "members/list.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def detail(request, slug):
    """A member: what is known of it, and its cases."""
    member = Member.objects.filter(slug=slug).first()
    if member is None:
        former = get_object_or_404(FormerAddress.objects.select_related("member"), slug=slug)
        return redirect(former.member, permanent=True)
    evidence = list(member.evidence.all())
    member.evidence_year = max((row.year for row in evidence if row.year), default=None)
    counts = count_cases(member=member.slug, newest=CARDS)
    member.case_count = counts.total
    goals = [goal for goal in goals_with_counts(counts) if goal.case_count]
    for goal in goals:
        goal.share = f"{100 * goal.case_count / counts.total:.1f}%"
    targets = [target for goal in goals for target in goal.rows if target.case_count]
    context = {
        "member": member,
        "evidence": evidence,
        "counts": counts,
        "goals": goals,
        "targets": targets,
        "reported": Revision.objects.live().filter(case__member=member).reported(),
        "evidence_of_results": _evidence_of_results(counts),
        "revisions": listed(counts.newest),
        "points": maps.points([member], mini=True, here=member),
        "outside": maps.outside([member]),
        "crumbs": _crumbs(member),
    }
    return render(request, "members/detail.html", context)


def _with_case_counts(members):
    """The members, each with ``case_count``."""
    by_slug = count_cases().of("member")
    members = list(members)
    for member in members:
        member.case_count = by_slug.get(member.slug, 0)
    return members


def _sorted(members, sort):
    figure = FIGURES.get(sort)
    if not figure:
        return sorted(members, key=lambda member: member.name)
    return sorted(members, key=lambda member: (-(getattr(member, figure) or 0), member.name))


def _evidence_of_results(counts):
    """(label, value, number) of the kinds of evidence behind the results of a member's cases."""
    numbers = counts.of("evidence")
    return [
        (label, value, numbers[value])
        for value, label in FACETS_BY_NAME["evidence"].options()
        if value in numbers
    ]


def _crumbs(member):
    directory = reverse("members:list")
    crumbs = [(_("Members"), directory)]
    if member.country_name:
        crumbs.append((member.country_name, f"{directory}?country={member.country_code}"))
    return crumbs
