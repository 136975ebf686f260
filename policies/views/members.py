"""The directory of members, and a profile of each."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import maps, page_cache
from members.models import Member, MemberEvidence
from policies.content import lists
from policies.content.facets import Labels
from policies.filters.members import MemberFilter
from policies.models import Revision
from policies.search.counts import count_cases, goals_with_counts

PER_PAGE = 50
CARDS = 20


@login_not_required
@require_safe
@page_cache.cache_public_page
def member_list(request):
    """The members that match the filters in the address, on a map and in a list."""
    filters = MemberFilter(request.GET)
    context = {"filters": filters, "form": filters.form, "sorts": filters.sorts}
    if not filters.is_valid():
        context |= {"groups": filters.groups(), "is_refused": True}
        return render(request, "members/list.html", context, status=400)
    year = MemberEvidence.objects.filter(member=OuterRef("pk"), year__isnull=False)
    latest = year.order_by("-year").values("year")[:1]
    pages = Paginator(filters.qs.annotate(evidence_year=Subquery(latest)), PER_PAGE)
    try:
        page = pages.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of the list.")) from error
    placed = filters.qs.filter(latitude__isnull=False)
    placed = placed.only("name", "slug", "latitude", "longitude")
    context |= {
        "page": page,
        "groups": filters.groups(),
        "sort": filters.sort_order,
        "points": maps.points(placed),
        "outside": maps.outside(placed),
    }
    if filters.words and not page.paginator.count:
        context["near"] = Member.objects.near(filters.words)
    return render(request, "members/list.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def detail(request, slug):
    """A member: what is known of it, and its cases."""
    member = Member.objects.filter(slug=slug).first()
    if member is None:
        # A former address, or the present one in capitals.
        moved = Member.objects.at(slug).first()
        return redirect(moved or get_object_or_404(Member.objects.at(slug.lower())), permanent=True)
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
        "reported": Revision.objects.live().of_members([member]).reported(),
        "evidence_of_results": _evidence_of_results(counts),
        "revisions": lists.read(counts.newest),
        "points": maps.points([member], mini=True, here=member),
        "outside": maps.outside([member]),
        "crumbs": _crumbs(member),
    }
    return render(request, "members/detail.html", context)


def _evidence_of_results(counts):
    """Return (label, value, number) of the kinds of evidence behind the results of a member's
    cases."""
    numbers = counts.of("evidence")
    labels = Labels().of("evidence", numbers)
    return [(label, value, numbers[value]) for value, label in labels.items()]


def _crumbs(member):
    directory = reverse("members:list")
    crumbs = [(_("Members"), directory)]
    if member.country_name:
        crumbs.append((member.country_name, f"{directory}?country={member.country_code}"))
    return crumbs
