"""The filtered list as files: the same parameters and the same strictness."""

import json
from dataclasses import replace

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from citynet.web import licence
from citynet.web.csv import csv_response, download, joined
from citynet.web.headers import open_to_other_sites
from policies import interchange
from policies.filters.active import in_words
from policies.filters.library import NEWEST, LibraryFilter
from policies.interchange import library_book, spreadsheet
from policies.models import Revision
from policies.search.query import ask
from policies.statistics import uses

from .browse import refused, unavailable

CSVM = "application/csvm+json"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NoIndex(Exception):
    """Filters cannot be applied, because there is no readable index just now."""


@open_to_other_sites
@require_safe
def export(request, form):
    """All pages of the filtered list as one file; ``form`` is csv, jsonl or xlsx.

    A header of the answer names the licence, which tables and JSON Lines have no place for.
    """
    search = LibraryFilter(request.GET)
    if not search.is_valid():
        return refused(request, search)
    try:
        keys = matching(search)
    except NoIndex:
        return unavailable(request, search)
    return library_file(request, keys, form, search.address(view=()), in_words(search))


def library_file(request, keys, form, address, phrase):
    """Return the live revisions with these keys as a file; ``address`` is that of their list, which
    ``phrase`` says in words."""
    answer = _file(request, keys, form, address, phrase)
    _name, terms = licence.name_and_address()
    if terms:
        links = [f'<{terms}>; rel="license"', *filter(None, [answer.get("Link")])]
        answer["Link"] = ", ".join(links)
    return answer


def _file(request, keys, form, address, phrase):
    name = f"urban-sdg-policies-{timezone.localdate():%Y-%m-%d}.{form}"
    live = Revision.objects.live().with_first_published()
    live = live.with_rows(*spreadsheet.ROWS) if form == "csv" else live.with_rows()
    found = uses.count_export(request, live.in_order(keys))
    if form == "csv":
        answer = csv_response(request, name, spreadsheet.header(), spreadsheet.rows(found))
        answer["Link"] = f'<{reverse("policies:export-schema")}>; rel="describedby"; type="{CSVM}"'
        return answer
    if form == "jsonl":
        lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in interchange.records(found))
        return download(request, name, "application/jsonl; charset=utf-8", joined(lines))
    if request.method == "HEAD":
        return download(request, name, WORKBOOK, ())
    about = library_book.about(address, len(keys), phrase)
    return workbook_response(request, name, library_book.workbook(found, about))


def workbook_response(request, name, file):
    """Answer ``request`` with a workbook for saving."""
    # It is packed already: packing it again costs time and loses the length.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    return FileResponse(file, as_attachment=True, filename=name, content_type=WORKBOOK)


@open_to_other_sites
@require_safe
def export_schema(request):
    """What the columns of the CSV file are, for programs that read it."""
    text = json.dumps(spreadsheet.schema(), ensure_ascii=False, indent=2) + "\n"
    return HttpResponse(text, content_type=f"{CSVM}; charset=utf-8")


def matching(search, *, newest=None):
    """Return keys of the live revisions that match, in the order asked for; or of the ``newest`` so
    many.

    All keys are asked for at once, so that a case published meanwhile neither doubles nor drops a
    row; each takes a few bytes. Raises ``NoIndex`` where filters cannot be applied.
    """
    question = search.question(offset=0, limit=newest)
    answer = ask(replace(question, sort=NEWEST, in_tiers=False) if newest else question)
    if answer.available:
        return answer.ids
    if search.is_narrowed:
        raise NoIndex
    rows = Revision.objects.live().order_by("-decided_at", "-start", "pk")
    return list(rows.values_list("pk", flat=True)[:newest])
