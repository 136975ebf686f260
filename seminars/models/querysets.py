"""Which seminars may be read, by whom, and in which order."""

from functools import cache

from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone

from exchange.models.querysets import MODERATE
from members.secretariat import acts_for_secretariat
from policies.models import Revision

CASES = ("case__live", "case__merged_into__live")
OF_CASE = frozenset({"id", "case", "title", "language"})


@cache
def not_of_cases():
    """Return the columns of the texts of cases that a link does not need, as paths from an item."""
    names = [field.name for field in Revision._meta.concrete_fields if field.name not in OF_CASE]
    return [f"{path}__{name}" for path in CASES for name in names]


class SeminarQuerySet(models.QuerySet):
    def public(self):
        """Return seminars that everybody may read: all but drafts."""
        return self.exclude(state="draft")

    def readable_by(self, user):
        """Return seminars that ``user`` may read; who acts for the secretariat reads drafts too."""
        if user.is_authenticated and acts_for_secretariat(user, MODERATE):
            return self
        return self.public()

    def coming(self, now=None):
        """Return announced and cancelled seminars that are not over, the next first."""
        now = now or timezone.now()
        rows = self.filter(state__in=["announced", "cancelled"], ends_at__gt=now)
        return rows.order_by("starts_at", "pk")

    def held(self, now=None):
        """Return seminars that are over, the last first; those of no known day at the end.

        The timer may not have said yet that one was held.
        """
        now = now or timezone.now()
        over = Q(state="held") | Q(state="announced", ends_at__lte=now)
        return self.filter(over).order_by("-day", "-pk")

    def with_rows(self):
        """Return seminars with all that their pages show."""
        hosts = self.model.hosts.rel.related_model.objects.select_related("member")
        return self.prefetch_related(
            Prefetch("hosts", hosts),
            "targets",
            "themes",
            self._items("member"),
            "materials",
            "sources",
        )

    def for_lists(self):
        """Return what lists show of seminars, for ``prefetch_related_objects``."""
        return ["targets", self._items(), "materials"]

    def _items(self, *also):
        """Return the parts of the programme, of the cases only what a link needs."""
        items = self.model.items.rel.related_model.objects
        return Prefetch("items", items.select_related(*also, *CASES).defer(*not_of_cases()))
