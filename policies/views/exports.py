"""The filtered list as files and as a feed: the same parameters and the same strictness."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import FileResponse, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import licence
from citynet.web.csv import csv_response, download, joined
from citynet.web.headers import open_to_other_sites
from policies import interchange
from policies.content import citations, lists
from policies.content.key_facts import goal_numbers
from policies.content.summary import summary_of
from policies.filters.active import in_words
from policies.filters.library import NEWEST, LibraryFilter
from policies.interchange import library_book, spreadsheet
from policies.models import Revision
from policies.search.query import ask
from policies.statistics import uses
from sdg.models import UN_SDG

from .browse import refused, unavailable

FEED_LENGTH = 50
CSVM = "application/csvm+json"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Characters that no XML document may hold.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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


class SteadyAtomFeed(Atom1Feed):
    """An Atom feed that is the same as long as its entries are; each entry names its language."""

    def latest_post_date(self):
        """Return the time of the newest entry; the beginning of time where there is none, and not
        now."""
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=datetime(1970, 1, 1, tzinfo=UTC))

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        for code in item.get("targets", ()):
            attributes = {"scheme": UN_SDG, "term": UN_SDG + code, "label": code}
            handler.addQuickElement("category", attrs=attributes)


class PublicFeed(Feed):
    """The newest entries of a list for everybody, as Atom; addresses and ids are those of ``SITE_URL``.

    ``page`` and ``address`` name the addresses of the list and of the feed.
    """

    feed_type = SteadyAtomFeed
    login_required = False
    page = address = ""

    def __call__(self, request, *args, **kwargs):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        answer = super().__call__(request, *args, **kwargs)
        # The time of the newest entry says nothing of entries that are gone; the ETag does.
        del answer["Last-Modified"]
        return answer

    def feed_copyright(self):
        return licence.terms()

    def link(self):
        return settings.SITE_URL + reverse(self.page)

    def feed_url(self):
        return settings.SITE_URL + reverse(self.address)

    def feed_guid(self):
        return self.feed_url()

    def item_link(self, entry):
        return settings.SITE_URL + entry.get_absolute_url()


class CaseFeed(Feed):
    """The newest cases of a filtered list as Atom; addresses and ids are those of ``SITE_URL``."""

    feed_type = SteadyAtomFeed
    login_required = False

    def __call__(self, request, *args, **kwargs):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        search = LibraryFilter(request.GET)
        if not search.is_valid():
            return refused(request, search)
        try:
            keys = matching(search, newest=FEED_LENGTH)
        except NoIndex:
            return unavailable(request, search)
        answer = super().__call__(request, *args, search=search, keys=keys, **kwargs)
        # The time of the newest entry says nothing of entries that are gone; the ETag does.
        del answer["Last-Modified"]
        return answer

    def get_object(self, request, search, keys):
        return search, lists.revisions(keys, Revision.objects.live().with_first_published())

    def title(self, found):
        phrase = in_words(found[0])
        name = _("Urban SDG Knowledge Platform")
        return clean(
            _("%(name)s: %(phrase)s") % {"name": name, "phrase": phrase} if phrase else name
        )

    def subtitle(self, found):
        return _("Policies of cities, the one published last first.")

    def feed_copyright(self, found):
        return licence.terms()

    def link(self, found):
        return settings.SITE_URL + found[0].address(sort=(), view=())

    def feed_url(self, found):
        query = found[0].query(sort=(), view=())
        return settings.SITE_URL + reverse("policies:feed") + ("?" + query if query else "")

    def feed_guid(self, found):
        return self.feed_url(found)

    def items(self, found):
        return found[1]

    def item_title(self, revision):
        return clean(revision.title)

    def item_description(self, revision):
        # Summaries of feeds are HTML, those of cases plain text.
        return escape(clean(revision.summary))

    def item_extra_kwargs(self, revision):
        return {"language": revision.language, "targets": summary_of(revision)["targets"]}

    def item_pubdate(self, revision):
        return revision.first_published

    def item_link(self, revision):
        return settings.SITE_URL + revision.case.get_absolute_url()

    def item_guid(self, revision):
        return citations.lasting_address(revision.case)

    def item_author_name(self, revision):
        return clean(revision.case.member.name)

    def item_updateddate(self, revision):
        return revision.decided_at

    def item_categories(self, revision):
        return [_("Goal %(number)s") % {"number": number} for number in goal_numbers(revision)]


def clean(text):
    """Return text without the characters that would break the XML."""
    return NOT_XML.sub("", text)
