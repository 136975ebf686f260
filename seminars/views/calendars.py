"""Seminars as calendar files, for programs that people subscribe with."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from seminars.content import ical
from seminars.models import Seminar


@login_not_required
@require_safe
@page_cache.cache_public_page
def calendar(request):
    """All public seminars: those to come, and those of the last half year."""
    return _answer(ical.calendar_of_all(), "citynet-seminars.ics")


@login_not_required
@require_safe
@page_cache.cache_public_page
def event(request, pk, slug):
    """One public seminar of a known day."""
    seminar = Seminar.objects.public().filter(pk=pk, starts_at__isnull=False).first()
    if seminar is None:
        raise Http404(_("There is no such seminar."))
    if seminar.slug != slug:
        return redirect("seminars:event", pk, seminar.slug, permanent=True)
    return _answer(ical.calendar_of(seminar), f"seminar-{seminar.pk}.ics")


def _answer(file, name):
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(file, content_type=ical.CONTENT_TYPE, headers=headers)
