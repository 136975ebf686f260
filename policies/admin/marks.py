"""The marks of the checklists of all cases: as a table, and as a file. Nothing is computed of them."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web.csv import csv_response
from policies.models import Assessment, Revision

from .review import may_decide

PAGE_SIZE = 100
CRITERIA = Assessment.Criterion
HEADER = (
    *("revision", "case", "number", "title", "member", "country", "language", "state"),
    *(f"{name}_{part}" for name in CRITERIA.values for part in ("mark", "remark", "by")),
)


def assessed():
    """Return the revisions with any mark or remark, the newest first, in two queries."""
    marked = Assessment.objects.filter(revision=OuterRef("pk"))
    marks = Prefetch("assessments", Assessment.objects.order_by("pk"), to_attr="marks")
    return (
        Revision.objects.submitted_once()
        .filter(Exists(marked))
        .select_related("case__member")
        .only(
            *("number", "title", "language", "state", "case", "case__member__name"),
            "case__member__country",
        )
        .prefetch_related(marks)
        .order_by("-pk")
    )


def by_criterion(revision):
    """Return the assessment of each criterion in their order; None where there is none."""
    found = {each.criterion: each for each in revision.marks}
    return [found.get(name) for name in CRITERIA.values]


@require_safe
def marks_view(request, admin_site):
    """The table, a page at a time."""
    _check_permission(request)
    page = Paginator(assessed(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = admin_site.each_context(request) | {
        "title": _("Marks of the checklists"),
        "is_nav_sidebar_enabled": False,
        "opts": Assessment._meta,
        "criteria": CRITERIA.labels,
        "page": page,
        "rows": [(revision, by_criterion(revision)) for revision in page],
    }
    return TemplateResponse(request, "admin/policies/statistics/marks.html", context)


@require_safe
def csv_view(request, admin_site):
    """All of it: one revision a row."""
    _check_permission(request)
    name = f"marks-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(request, name, HEADER, map(_row, assessed().iterator(chunk_size=500)))


def _row(revision):
    member = revision.case.member
    cells = [revision.pk, revision.case_id, revision.number, revision.title, member.name]
    cells += [member.country.code, revision.language, revision.state]
    for each in by_criterion(revision):
        cells += [each.mark, each.remark, each.by_name] if each else [None, None, None]
    return cells


def _check_permission(request):
    if not may_decide(request.user):
        raise PermissionDenied
