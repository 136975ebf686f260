"""Two to four cases side by side, as a page and as a file."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response, download
from citynet.web.text import is_key
from policies.content import comparison, lists, sections
from policies.interchange.library_book import comparison_book
from policies.models import Revision
from policies.search.query import similar

from .exports import WORKBOOK, workbook_response

MIN_CASES, MAX_CASES = 2, 4
SUGGESTED = 6


class ComparisonRefused(Exception):
    """The address asks for something that cannot be compared."""

    def __init__(self, message, status):
        super().__init__(message)
        self.message = message
        self.status = status


@login_not_required
@require_safe
@page_cache.cache_public_page
def compare(request):
    """The cases of the address side by side; fewer than two give the page that says how to choose."""
    try:
        revisions = chosen(request)
    except ComparisonRefused as refusal:
        return refused(request, refusal)
    if len(revisions) < MIN_CASES:
        return render(request, "policies/compare_choose.html", _choice(revisions))
    columns = [
        {
            "revision": revision,
            "text_attributes": sections.text_attributes(revision),
            "without": _address(other for other in revisions if other is not revision),
        }
        for revision in revisions
    ]
    context = {
        "xlsx": _address(revisions, "policies:compare-xlsx"),
        "columns": columns,
        "rows": comparison.rows(revisions),
        "targets": comparison.targets(revisions),
        "csv": _address(revisions, "policies:compare-csv"),
        "shared": _address(revisions),
        "crumbs": _crumbs(),
    }
    return render(request, "policies/compare.html", context)


@login_not_required
@require_safe
def compare_csv(request):
    """The comparison as CSV: a line for each fact, a column for each case."""
    try:
        revisions = _at_least_two(request)
    except ComparisonRefused as refusal:
        return refused(request, refusal)
    header = [_("Policy"), *(revision.title for revision in revisions)]
    return csv_response(request, "comparison.csv", header, comparison.table(revisions))


@login_not_required
@require_safe
def compare_xlsx(request):
    """The comparison as a workbook."""
    try:
        revisions = _at_least_two(request)
    except ComparisonRefused as refusal:
        return refused(request, refusal)
    name = "comparison.xlsx"
    if request.method == "HEAD":
        return download(request, name, WORKBOOK, ())
    return workbook_response(request, name, comparison_book(revisions))


def _at_least_two(request):
    revisions = chosen(request)
    if len(revisions) < MIN_CASES:
        raise ComparisonRefused(_("Choose at least two policies to compare."), 400)
    return revisions


def chosen(request):
    """Return the live revisions of the cases that the address names, in its order.

    Raises ``ComparisonRefused``.
    """
    texts = request.GET.getlist("case")
    if len(texts) > MAX_CASES:
        raise ComparisonRefused(_("At most four policies can be compared at a time."), 400)
    for text in texts:
        if not is_key(text):
            raise ComparisonRefused(_("A policy is named by its number, for example case=12."), 400)
    keys = [int(text) for text in texts]
    if len(set(keys)) < len(keys):
        raise ComparisonRefused(_("The same policy is named twice."), 400)
    live = Revision.objects.live().filter(case_id__in=keys)
    found = {revision.case_id: revision for revision in live.with_rows()}
    unknown = [str(key) for key in keys if key not in found]
    if unknown:
        message = _("There is no public policy with the number %(number)s.")
        raise ComparisonRefused(message % {"number": unknown[0]}, 404)
    return [found[key] for key in keys]


def refused(request, refusal):
    """The page that says what is wrong with the address."""
    context = {"message": refusal.message} | _choice([])
    return render(request, "policies/compare_choose.html", context, status=refusal.status)


def _choice(revisions):
    """Return what the page offers to choose from: what is like the first one, or the newest
    policies."""
    if revisions:
        keys = similar(revisions[0], limit=SUGGESTED)
    else:
        newest = Revision.objects.live().order_by("-decided_at", "-start", "pk")
        keys = list(newest.values_list("pk", flat=True)[:SUGGESTED])
    offered = lists.read(keys)
    return {
        "first": revisions[0] if revisions else None,
        "offered": offered,
        "list_url": reverse("policies:list"),
        "crumbs": _crumbs(),
    }


def _crumbs():
    return [(_("Policies"), reverse("policies:list"))]


def _address(revisions, name="policies:compare"):
    return reverse(name, query={"case": [revision.case_id for revision in revisions]})
