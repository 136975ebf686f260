"""News of the network as Atom, for feed readers."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext as _

from policies.views.exports import PublicFeed, clean

from .models import News

FEED_LENGTH = 50


class NewsFeed(PublicFeed):
    """The newest first; addresses and ids are those of ``SITE_URL``."""

    page, address = "news", "news-feed"

    def title(self):
        return _("News of the network")

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
