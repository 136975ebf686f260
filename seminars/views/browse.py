"""The seminars to come, and those that were held."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response
from citynet.web.headers import open_to_other_sites
from seminars.content import files
from seminars.content.rows import rows
from seminars.forms.filter import SeminarFilter
from seminars.models import Seminar

PER_PAGE = 20


@login_not_required
@require_safe
@page_cache.cache_public_page
def seminar_list(request):
    """Public seminars that match the filters in the address: all to come, and a page of those held."""
    filters = SeminarFilter(request.GET, Seminar.objects.public(), request=request)
    context = {"form": filters.form, "crumbs": [(_("Exchange"), reverse("exchange:home"))]}
    if not filters.is_valid():
        return render(request, "seminars/list.html", context, status=400)
    when = filters.form.cleaned_data["when"]
    found = filters.qs
    pages = Paginator(found.held(), PER_PAGE)
    try:
        page = pages.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of the list.")) from error
    # What is to come stands on the first page only.
    coming = list(found.coming()) if when != "held" and page.number == 1 else []
    held = list(page) if when != "coming" else []
    shown = rows([*coming, *held])
    context |= {
        "when": when,
        "goal": filters.form.cleaned_data["goal"],
        "narrowed": any(filters.form.cleaned_data[name] for name in ("kind", "goal")),
        "coming": shown[: len(coming)],
        "held": shown[len(coming) :],
        "page": page,
    }
    return render(request, "seminars/list.html", context)


@open_to_other_sites
@require_safe
def seminars_csv(request):
    """All public seminars that match the filters, coming or held, the last first, as CSV."""
    filters = SeminarFilter(request.GET, Seminar.objects.public(), request=request)
    if not filters.is_valid():
        return seminar_list(request)
    when, found = filters.form.cleaned_data["when"], filters.qs
    if when:
        found = found.coming() if when == "coming" else found.held()
    name = f"seminars-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(request, name, files.COLUMNS, files.lines(found))
