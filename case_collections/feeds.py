"""The public collections as Atom, for feed readers."""

from django.conf import settings
from django.utils.translation import gettext as _

from policies.views.feeds import FEED_LENGTH, PublicFeed, clean

from .models import Collection


class CollectionFeed(PublicFeed):
    """Those made public last first; addresses and ids are those of ``SITE_URL``."""

    page, address = "collections:list", "collections:feed"

    def title(self):
        return _("Collections of policies")

    def items(self):
        rows = Collection.objects.public().select_related("member")
        return rows.order_by("-published_at", "-pk")[:FEED_LENGTH]

    def texts(self, collection):
        return collection.title, collection.intro, settings.LANGUAGE_CODE

    def item_pubdate(self, collection):
        return collection.published_at

    def item_updateddate(self, collection):
        return collection.changed_at

    def item_author_name(self, collection):
        return clean(str(collection.member or _("The secretariat")))
