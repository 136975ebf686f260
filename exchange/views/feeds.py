"""The newest public questions and advice as Atom, for feed readers."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.content import know_how
from exchange.models import Advice, Question
from policies.views.feeds import FEED_LENGTH, PublicFeed, clean


class ExchangeFeed(PublicFeed):
    """What everybody may read, the newest first; addresses and ids are those of ``SITE_URL``."""

    page, address = "exchange:home", "exchange:feed"

    def title(self):
        return _("Exchange of the Urban SDG Knowledge Platform")

    def subtitle(self):
        return _("What cities ask each other and what they advise, the newest first.")

    def items(self):
        questions = Question.objects.public().select_related("member").order_by("-opened_at", "-pk")
        advice = know_how.listed(Advice.objects.public())
        both = [*questions[:FEED_LENGTH], *advice[:FEED_LENGTH]]
        return sorted(both, key=self.item_pubdate, reverse=True)[:FEED_LENGTH]

    def texts(self, entry):
        if isinstance(entry, Question):
            return entry.title, entry.background, entry.language
        facts = {"member": entry.member, "topic": entry.get_topic_display()}
        return _("%(member)s on %(topic)s") % facts, entry.text, entry.language

    def item_pubdate(self, entry):
        return entry.opened_at if isinstance(entry, Question) else entry.created_at

    def item_updateddate(self, entry):
        return self.item_pubdate(entry)

    def item_guid(self, entry):
        # Without the title, which is part of the address of a question and may be corrected.
        if isinstance(entry, Question):
            return settings.SITE_URL + reverse("exchange:question-short", args=[entry.pk])
        return self.item_link(entry)

    def item_author_name(self, entry):
        return clean(entry.member.name)

    def item_categories(self, entry):
        return [str(entry.get_topic_display())]
