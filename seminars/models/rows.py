"""The lists of a seminar: hosts, programme, material, sources."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citynet.uploads import files
from members.models import Member
from policies.models import CaseStudy, Revision
from policies.models.files import stored_name

from .seminars import Seminar


class Row(models.Model):
    """A row of a list of a seminar."""

    position = models.PositiveSmallIntegerField(_("position"), default=0, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class SeminarHost(Row):
    """Who holds it; a member of the library, or somebody who is only named."""

    seminar = models.ForeignKey(Seminar, models.CASCADE, related_name="hosts")
    member = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="hosted_seminars",
        verbose_name=_("member"),
        help_text=_("The host or partner, where it is in the library."),
    )
    name = models.CharField(
        _("name"), max_length=200, blank=True, help_text=_("Of who is not in the library.")
    )

    class Meta(Row.Meta):
        verbose_name = _("host or partner")
        verbose_name_plural = _("hosts and partners")
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False) | ~Q(name=""),
                name="seminar_host_is_named",
                violation_error_message=_("Choose a member, or write a name."),
            )
        ]

    def __str__(self):
        return self.member.name if self.member else self.name

    def save(self, **kwargs):
        # Its name stays where the member is deleted.
        if self.member and not self.name:
            self.name = self.member.name
        super().save(**kwargs)


class SeminarItem(Row):
    """A part of the programme, and the case that it shows."""

    seminar = models.ForeignKey(Seminar, models.CASCADE, related_name="items")
    starts_at = models.DateTimeField(
        _("begins"), null=True, blank=True, help_text=_("When this part begins.")
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, help_text=_("How long it lasts.")
    )
    title = models.CharField(_("title"), max_length=300, help_text=_("What is shown or spoken of."))
    speaker = models.CharField(
        _("who speaks"), max_length=200, blank=True, help_text=_("An office, or a name.")
    )
    member = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="seminar_items",
        verbose_name=_("member"),
        help_text=_("Whose work is shown."),
    )
    case = models.ForeignKey(
        CaseStudy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="seminar_items",
        verbose_name=_("case"),
        help_text=_("The number of the case that it shows."),
    )

    class Meta(Row.Meta):
        ordering = ["starts_at", "position", "pk"]
        verbose_name = _("part of the programme")
        verbose_name_plural = _("programme")

    def __str__(self):
        return self.title

    @property
    def shown_case(self):
        """The public case that it shows, which may be the one that it was merged into; or None."""
        for case in (self.case, self.case and self.case.merged_into):
            if case and case.live_id:
                return case
        return None


class SeminarMaterial(Row):
    """What is left of a seminar: a link, or a stored file."""

    class Kind(models.TextChoices):
        SLIDES = "slides", _("Slides")
        RECORDING = "recording", _("Recording")
        MINUTES = "minutes", _("Minutes")
        PAPER = "paper", _("Paper")
        CERTIFICATE = "certificate", _("Text of the certificate")
        PAGE = "page", _("Web page")

    seminar = models.ForeignKey(Seminar, models.CASCADE, related_name="materials")
    kind = models.CharField(
        _("kind"), max_length=11, choices=Kind, help_text=_("What is left of the seminar.")
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("What it is called."))
    url = models.URLField(
        _("address"),
        max_length=500,
        blank=True,
        help_text=_("Where it is, if it is not stored here."),
    )
    file = models.FileField(
        _("file"),
        max_length=200,
        blank=True,
        upload_to=stored_name,
        help_text=_("The stored file."),
    )
    original_name = models.CharField(max_length=255, blank=True, editable=False)
    size = models.PositiveIntegerField(null=True, editable=False)
    language = models.CharField(
        _("language"),
        max_length=3,
        choices=Revision.Language,
        blank=True,
        help_text=_("Language of the material."),
    )

    class Meta(Row.Meta):
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="")) | (~Q(url="") & Q(file="")),
                name="seminar_material_is_one_thing",
                violation_error_message=_("Write an address or choose a file, one of the two."),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return self.url or reverse("seminars:material", args=[self.pk])

    @property
    def file_kind(self):
        """The kind of a stored file, for people: "PDF"; "" for a link."""
        kind = files.kind_of(self.original_name) if self.file else None
        return kind.label if kind else ""


class SeminarSource(Row):
    """A public page that tells of a seminar which was compiled."""

    seminar = models.ForeignKey(Seminar, models.CASCADE, related_name="sources")
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=500)
    accessed = models.DateField(_("accessed"), null=True, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self):
        return self.title
