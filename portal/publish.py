"""How to publish: who may, the way, what is asked, who decides; and blank forms to take along."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citynet.web import licence, page_cache
from members.teams import waiting
from policies.interchange.template import template
from policies.models import CaseStudy, Revision
from policies.statistics import turnaround

from . import blank_form
from .models import PageText, texts_of

ODT = "application/vnd.oasis.opendocument.text"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_not_required
@require_safe
@page_cache.cache_public_page
def publish(request):
    """Who may publish, the steps, what is asked, who decides and in how many days now."""
    median, ninety, decided = turnaround.of_last_year()
    waits = Revision.objects.awaiting_review()
    oldest = waits.values_list("submitted_at", flat=True).first()
    context = {
        "median": None if median is None else round(median),
        "ninety": None if ninety is None else round(ninety),
        "decided": decided,
        "waiting": waits.count(),
        "oldest": None if oldest is None else (timezone.now() - oldest).days,
        "pace_of_requests": waiting.pace_of_requests(),
        "pace_of_proposals": waiting.pace_of_proposals(),
        "example": CaseStudy.objects.featured().first() or CaseStudy.objects.live().last(),
        "parts": blank_form.parts(),
        "languages": len(Revision.Language.choices),
        "licence": licence.name_and_address(),
        "texts": texts_of(PageText.Place.LICENCE),
        "contact": settings.CONTACT_EMAIL,
    }
    return render(request, "portal/publish.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def blank(request):
    """The blank form as a page to print."""
    return render(request, "portal/blank.html", {"parts": blank_form.parts()})


@login_not_required
@require_safe
@page_cache.cache_public_page
def blank_document(_request):
    """The blank form as a document to write in."""
    return _file(blank_form.document(), ODT, "blank-case.odt")


@login_not_required
@require_safe
@page_cache.cache_public_page
def blank_workbook(_request):
    """The blank form as a workbook, which can be uploaded again."""
    return _file(template(one_case=True), XLSX, "blank-case.xlsx")


def _file(content, kind, name):
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=disposition)
