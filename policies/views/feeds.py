"""Lists as Atom, for feed readers: the filtered list of cases, and what other apps add."""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpResponseNotAllowed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from citynet.web import licence
from policies.content import citations, lists
from policies.content.key_facts import goal_numbers
from policies.content.summary import summary_of
from policies.filters.active import in_words
from policies.filters.library import LibraryFilter
from policies.models import Revision
from sdg.models import UN_SDG

from .browse import refused, unavailable
from .exports import NoIndex, matching

FEED_LENGTH = 50
# Characters that no XML document may hold.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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

    ``page`` and ``address`` name the addresses of the list and of the feed; ``texts(entry)`` of each feed
    gives (title, text, language) of an entry, as plain text.
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

    def item_title(self, entry):
        title, _text, _language = self.texts(entry)
        return clean(title)

    def item_description(self, entry):
        # Summaries of feeds are HTML, these texts are plain.
        _title, text, _language = self.texts(entry)
        return escape(clean(text))

    def item_extra_kwargs(self, entry):
        _title, _text, language = self.texts(entry)
        return {"language": language}

    def item_link(self, entry):
        return settings.SITE_URL + entry.get_absolute_url()


class CaseFeed(PublicFeed):
    """The newest cases of a filtered list."""

    def __call__(self, request, *args, **kwargs):
        search = LibraryFilter(request.GET)
        if not search.is_valid():
            return refused(request, search)
        try:
            keys = matching(search, newest=FEED_LENGTH)
        except NoIndex:
            return unavailable(request, search)
        return super().__call__(request, *args, search=search, keys=keys, **kwargs)

    def get_object(self, request, search, keys):
        return search, lists.revisions(keys, Revision.objects.live().with_first_published())

    def texts(self, revision):
        return revision.title, revision.summary, revision.language

    def title(self, found):
        phrase = in_words(found[0])
        name = _("Urban SDG Knowledge Platform")
        return clean(
            _("%(name)s: %(phrase)s") % {"name": name, "phrase": phrase} if phrase else name
        )

    def subtitle(self, found):
        return _("Policies of cities, the one published last first.")

    def link(self, found):
        return settings.SITE_URL + found[0].address(sort=(), view=())

    def feed_url(self, found):
        query = found[0].query(sort=(), view=())
        return settings.SITE_URL + reverse("policies:feed") + ("?" + query if query else "")

    def feed_guid(self, found):
        return self.feed_url(found)

    def items(self, found):
        return found[1]

    def item_extra_kwargs(self, revision):
        return super().item_extra_kwargs(revision) | {"targets": summary_of(revision)["targets"]}

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
