"""What the secretariat writes on the pages of the platform: news, and texts of its own."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NewsQuerySet(models.QuerySet):
    def public(self):
        """Return the news whose day has come, the newest first."""
        return self.filter(day__lte=timezone.localdate()).order_by("-day", "-pk")


class News(models.Model):
    """A short text with a date: on the home page, in a list and in a feed."""

    title = models.CharField(_("title"), max_length=200, help_text=_("What is new."))
    text = models.TextField(
        _("text"), validators=[MaxLengthValidator(3000)], help_text=_("The news itself.")
    )
    day = models.DateField(
        _("date"), default=timezone.localdate, help_text=_("Not shown before this day.")
    )
    changed_at = models.DateTimeField(_("changed on"), auto_now=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        verbose_name = _("news")
        verbose_name_plural = _("news")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("news-item", args=[self.pk])


class PageText(models.Model):
    """A text of the secretariat on a page of the platform. The newest of a place is shown there, in
    place of the built-in words; the ones before it are its history, so rows are only ever added."""

    class Place(models.TextChoices):
        ABOUT = "about", _("About the platform: what it is and who is behind it, on “About”")
        LICENCE = "licence", _("Licence: on “About”, “How to publish”, “Data” and in the codebook")
        RULES = "rules", _("House rules of the exchange: on “How we review”")
        TIMES = "times", _("Review times: beside the counted days on “How we review”")

    place = models.CharField(_("place"), max_length=10, choices=Place)
    text = models.TextField(
        _("text"),
        blank=True,
        validators=[MaxLengthValidator(10_000)],
        help_text=_(
            "Empty lines part paragraphs. It takes the place of the words that come with the platform; left empty, those are shown again."
        ),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    by_name = models.CharField(_("by"), max_length=254)
    created_at = models.DateTimeField(_("written on"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("text of a page")
        verbose_name_plural = _("texts of pages")

    def __str__(self):
        return str(self.get_place_display())


def texts_of(*places):
    """Return place -> the text that is shown there, of those that have one, in one query."""
    shown = {}
    for row in PageText.objects.filter(place__in=places).order_by("created_at", "pk"):
        shown[row.place] = row.text
    return {place: text for place, text in shown.items() if text.strip()}
