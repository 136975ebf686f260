"""News of the network as Atom, for feed readers."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpResponseNotAllowed
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from policies.views.exports import SteadyAtomFeed, clean

from .models import News

FEED_LENGTH = 50


class NewsFeed(Feed):
    """The newest first; addresses and ids are those of ``SITE_URL``."""

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
        return _("News of the network")

    def link(self):
        return settings.SITE_URL + reverse("news")

    def feed_url(self):
        return settings.SITE_URL + reverse("news-feed")

    def feed_guid(self):
        return self.feed_url()

    def items(self):
        return News.objects.public()[:FEED_LENGTH]

    def item_title(self, news):
        return clean(news.title)

    def item_description(self, news):
        # Summaries of feeds are HTML, these texts are plain.
        return escape(clean(news.text))

    def item_extra_kwargs(self, news):
        return {"language": settings.LANGUAGE_CODE}

    def item_pubdate(self, news):
        return datetime.combine(news.day, time.min, tzinfo=UTC)

    def item_updateddate(self, news):
        return max(news.changed_at, self.item_pubdate(news))

    def item_link(self, news):
        return settings.SITE_URL + news.get_absolute_url()
