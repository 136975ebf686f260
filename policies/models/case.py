"""Themes, and the identity of a case."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citynet.web.languages import cached_per_language
from citynet.web.text import address_part
from members.models import Member

from .querysets import CaseStudyQuerySet

MAX_THEMES = 3
MAX_TARGETS = 7
# Parts of URLs below a case that are not titles.
RESERVED_SLUGS = frozenset({"edit", "preview", "submit", "withdraw", "confirm", "notes", "update"})


class Theme(models.Model):
    """One of the network's themes; a case has one to three."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self):
        return self.name


class FormerTheme(models.Model):
    """The slug of a theme that was merged: filters with it lead to the theme that stays."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    theme = models.ForeignKey(Theme, models.CASCADE, related_name="former_slugs")

    class Meta:
        ordering = ["slug"]
        verbose_name = _("former theme")
        verbose_name_plural = _("former themes")

    def __str__(self):
        return self.slug


@cached_per_language
def _address_parts():
    """Return what stands before and after number and slug in the address of a case: pages of three
    hundred cases have no time to look for each in all addresses of the site."""
    return tuple(reverse("policies:case", args=[0, "slug"]).split("0/slug"))


class CaseStudy(models.Model):
    """The identity of a case: its member and URL. All content is in its revisions."""

    class Provenance(models.TextChoices):
        CITY = "city", _("Written by the city")
        SECRETARIAT = "secretariat", _("Compiled by the secretariat")

    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="cases",
        verbose_name=_("member"),
        help_text=_("The city or organisation whose policy it is."),
    )
    slug = models.SlugField(_("slug"), max_length=80)
    live = models.OneToOneField(
        "Revision",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="live_of",
        verbose_name=_("public revision"),
    )
    provenance = models.CharField(
        _("provenance"),
        max_length=12,
        choices=Provenance,
        default=Provenance.CITY,
        help_text=_("Who wrote the text: the city itself, or the secretariat."),
    )
    source_id = models.CharField(
        _("source id"),
        max_length=200,
        null=True,
        blank=True,
        unique=True,
        help_text=_(
            "Identifies the case in imported files, so that importing twice changes nothing."
        ),
    )
    synthetic = models.BooleanField(
        _("synthetic"),
        default=False,
        help_text=_("Made by a program to measure speed; not a real case."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who writes it alone, until the member’s team has taken the person in."),
    )
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    # Not told from who its authors are: people come to the secretariat, and leave it.
    claimed_at = models.DateTimeField(
        _("claimed on"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the member’s team first wrote in a case that the secretariat compiled."),
    )
    confirmed_at = models.DateField(
        _("confirmed on"),
        null=True,
        blank=True,
        help_text=_("When the city last said that it is still true."),
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reminded_at = models.DateField(
        _("reminded on"),
        null=True,
        blank=True,
        help_text=_("When the team was last asked whether it is still true."),
    )

    featured_at = models.DateTimeField(
        _("featured on"),
        null=True,
        blank=True,
        help_text=_("Since when the secretariat shows it on the home page."),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
        help_text=_("The case that took its place; its addresses lead there."),
    )

    # What came of its answers to calls, as the page shows it: label, call, title.
    awards = models.JSONField(_("awards"), default=list, db_default=[], editable=False)

    objects = CaseStudyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("case study")
        permissions = [("take_down", _("Can take photos, files and passages out of public texts"))]
        verbose_name_plural = _("case studies")

    def __str__(self):
        return f"{self.pk} {self.slug}"

    def get_absolute_url(self):
        before, after = _address_parts()
        return f"{before}{self.pk}/{self.slug}{after}"

    @staticmethod
    def slug_for(title):
        """Return the part of the URL made from a title; "policy" for titles in other scripts."""
        slug = address_part(title, 80) or "policy"
        return f"{slug}-policy" if slug in RESERVED_SLUGS else slug
