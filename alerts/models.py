from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from policies.models import CaseStudy

MAX_SEARCHES, MAX_FOLLOWED = 20, 200
# After so long the person is asked whether an alert is still wanted; until then it pauses.
GOOD_FOR = timedelta(days=365)


class Alert(models.Model):
    """Something a person wants to be told of. It goes with the account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="%(class)s_alerts"
    )
    created_at = models.DateTimeField(_("made on"), auto_now_add=True)
    # What is newer than this has not been told yet.
    told_until = models.DateTimeField(_("told until"), default=timezone.now)
    renewed_at = models.DateTimeField(_("renewed on"), default=timezone.now)
    paused_at = models.DateTimeField(_("paused on"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    @property
    def ends_at(self):
        """When the person is asked whether it is still wanted."""
        return self.renewed_at + GOOD_FOR


class SavedSearch(Alert):
    """A search of the library, by the query of its one address."""

    class Every(models.TextChoices):
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")
        NEVER = "never", _("Never by mail")

    name = models.CharField(_("name"), max_length=120)
    query = models.TextField(_("search"), blank=True)
    every = models.CharField(_("told"), max_length=5, choices=Every, default=Every.WEEK)

    class Meta(Alert.Meta):
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [
            models.UniqueConstraint(fields=["user", "query"], name="a_search_is_saved_once")
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return (
            f"{reverse('policies:list')}?{self.query}" if self.query else reverse("policies:list")
        )


class Follow(Alert):
    """A case that a person follows: its new texts, advice on it, and who adopts it."""

    case = models.ForeignKey(CaseStudy, models.CASCADE, related_name="followers")

    class Meta(Alert.Meta):
        verbose_name = _("followed case")
        verbose_name_plural = _("followed cases")
        constraints = [
            models.UniqueConstraint(fields=["user", "case"], name="a_case_is_followed_once")
        ]

    def __str__(self):
        return str(self.case)


class Watch(Alert):
    """What concerns the members of a person."""

    class Kind(models.TextChoices):
        MATCHES = "matches", _("Needs and offers that fit those of your members")
        SEMINARS = (
            "seminars",
            _("Seminars on targets of your members’ policies and of your saved searches"),
        )

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)

    class Meta(Alert.Meta):
        verbose_name = _("watched news")
        verbose_name_plural = _("watched news")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="news_are_watched_once")
        ]

    def __str__(self):
        return self.get_kind_display()
