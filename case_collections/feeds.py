"""The public collections as Atom, for feed readers."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpResponseNotAllowed
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from policies.views.exports import SteadyAtomFeed, clean

from .models import Collection

FEED_LENGTH = 50


class CollectionFeed(Feed):
    """Those made public last first; addresses and ids are those of ``SITE_URL``."""

    feed_type = SteadyAtomFeed
    login_required = False

    def __call__(self, request, *args, **kwargs):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        answer = super().__call__(request, *args, **kwargs)
        # The time of the newest entry says nothing of entries that are gone; the ETag does.
        del answer["Last-Modified"]
        return answer

    def title(self):
        return _("Collections of policies")

    def link(self):
        return settings.SITE_URL + reverse("collections:list")

    def feed_url(self):
        return settings.SITE_URL + reverse("collections:feed")

    def feed_guid(self):
        return self.feed_url()

    def items(self):
        rows = Collection.objects.public().select_related("member")
        return rows.order_by("-published_at", "-pk")[:FEED_LENGTH]

    def item_title(self, collection):
        return clean(collection.title)

    def item_description(self, collection):
        # Summaries of feeds are HTML, these texts are plain.
        return escape(clean(collection.intro))

    def item_extra_kwargs(self, collection):
        return {"language": settings.LANGUAGE_CODE}

    def item_pubdate(self, collection):
        return collection.published_at

    def item_updateddate(self, collection):
        return collection.changed_at

    def item_link(self, collection):
        return settings.SITE_URL + collection.get_absolute_url()

    def item_author_name(self, collection):
        return clean(str(collection.member or _("The secretariat")))
