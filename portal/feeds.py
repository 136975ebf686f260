"""News of the network as Atom, for feed readers."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.utils.translation import gettext as _

from policies.views.feeds import FEED_LENGTH, PublicFeed

from .models import News


class NewsFeed(PublicFeed):
    """The newest first; addresses and ids are those of ``SITE_URL``."""

    page, address = "news", "news-feed"

    def title(self):
        return _("News of the network")

    def items(self):
        return News.objects.public()[:FEED_LENGTH]

    def texts(self, news):
        return news.title, news.text, settings.LANGUAGE_CODE

    def item_pubdate(self, news):
        return datetime.combine(news.day, time.min, tzinfo=UTC)

    def item_updateddate(self, news):
        return max(news.changed_at, self.item_pubdate(news))
