"""The library as data: its page, its descriptions for programs, and the file of each month."""

import base64
import json

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import licence, page_cache, ranges
from citynet.web.csv import csv_response
from citynet.web.headers import open_to_other_sites
from policies.models import CaseStudy, Dump
from portal.models import PageText, texts_of

from . import descriptions
from .tables import TARGET_COLUMNS, tables, target_rows

GONE = 410
# Examples of what can stand in a frame: its name, what goes into the address, pixels.
EMBEDS = (("case", [1], 360), ("target", ["11.6"], 900), ("coverage", [], 1200))
SHOWN = 24


@login_not_required
@require_safe
@page_cache.cache_public_page
def data(request):
    """What there is, as files and for programs, under which licence, and how to cite it."""
    dumps = _dumps()
    # Those that are had: for the citation and the data block.
    newest = next((dump for dump in dumps if not dump.is_gone), None)
    context = {
        "total": CaseStudy.objects.live().count(),
        "tables": tables(),
        "licence": licence.name_and_address(),
        "texts": texts_of(PageText.Place.LICENCE),
        "dumps": dumps,
        "newest": newest,
        "data": descriptions.dataset(newest),
        "contact": settings.CONTACT_EMAIL,
        "embed_sites": settings.EMBED_SITES,
        "embeds": [
            (height, settings.SITE_URL + reverse(f"embed:{name}", args=arguments))
            for name, arguments, height in EMBEDS
        ],
    }
    return render(request, "portal/data.html", context)


def _dumps():
    """Return the newest monthly files, each with ``is_gone``: whether it is given out no more."""
    dumps = list(Dump.objects.without_state()[:SHOWN])
    last = Dump.last_removal()
    for dump in dumps:
        dump.is_gone = not dump.file or (last is not None and dump.made_at < last)
    return dumps


@open_to_other_sites
@require_safe
@page_cache.cache_public_page
def package(request):
    """The Frictionless Data Package of the library as it is now."""
    found = descriptions.package(f"{timezone.localdate():%Y-%m-%d}")
    return _as_json(found, "application/json")


@open_to_other_sites
@require_safe
@page_cache.cache_public_page
def catalogue(request):
    """The library for data portals: DCAT in JSON-LD."""
    found = descriptions.catalogue([dump for dump in _dumps() if not dump.is_gone])
    return _as_json(found, "application/ld+json")


def _as_json(found, kind):
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8")


@open_to_other_sites
@require_safe
def targets(request):
    """The 169 targets as a table."""
    return csv_response(request, "sdg-targets.csv", TARGET_COLUMNS, target_rows())


@open_to_other_sites
@require_safe
def dump(request, month):
    """The file of a month; 410 where something in it was removed from the site since."""
    found = get_object_or_404(Dump.objects.without_state(), month=month)
    if not found.file or found.is_withdrawn():
        text = _("Something in this file was removed from the site, so it is no longer given out.")
        answer = HttpResponse(text, status=GONE, content_type="text/plain; charset=utf-8")
        answer["Cache-Control"] = "no-cache"
        return answer
    tag = f'"{found.sha256}"'
    answer = get_conditional_response(request, etag=tag)
    if answer is None:
        try:
            file = found.file.open("rb")
        except FileNotFoundError as error:
            raise Http404(_("There is no such file.")) from error
        # It is packed already.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        answer = FileResponse(
            file, as_attachment=True, filename=found.name, content_type="application/zip"
        )
        answer["ETag"] = tag
        answer["Repr-Digest"] = f"sha-256=:{_base64(found.sha256)}:"
        answer = ranges.in_part(request, answer, file)
    answer["ETag"] = tag
    # Soon to be asked for again: it may be withdrawn.
    answer["Cache-Control"] = "public, max-age=60"
    return answer


def _base64(digest):
    return base64.b64encode(bytes.fromhex(digest)).decode()
