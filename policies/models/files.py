"""Photos and documents of a revision."""

import uuid
from pathlib import PurePath

from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from citynet.uploads import files, images

from .revision import OrderedRow


def stored_name(instance, filename):
    """Return a random name with the same extension: no name that a person typed reaches the disk."""
    folder = instance._meta.model_name
    return f"{folder}s/{uuid.uuid4().hex}{PurePath(filename).suffix.lower()}"


class StoredFile(OrderedRow):
    """A stored file: checked, renamed, and never changed afterwards."""

    caption = models.CharField(
        _("caption"), max_length=300, blank=True, help_text=_("What it shows, or what it is.")
    )
    credit = models.CharField(_("credit"), max_length=200, blank=True, help_text=_("Who made it."))
    licence = models.CharField(
        _("licence"), max_length=100, blank=True, help_text=_("How it may be used.")
    )
    original_name = models.CharField(_("original name"), max_length=255)
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes."))
    # Where it was taken down from a public text, nothing is left of it but this.
    removed_on = models.DateField(_("removed on"), null=True, blank=True, editable=False)
    removed_because = models.CharField(
        _("removed because"), max_length=300, blank=True, default="", db_default="", editable=False
    )

    class Meta(OrderedRow.Meta):
        abstract = True

    def __str__(self):
        return self.original_name

    @property
    def removal(self):
        """Return what stands in its place where it was taken down, or ""."""
        if self.removed_on is None:
            return ""
        return str(_("Removed on %(day)s: %(reason)s")) % {
            "day": date_format(self.removed_on),
            "reason": self.removed_because,
        }

    @property
    def kind(self):
        """Return the kind of file, for people: "PDF"."""
        return files.kind_of(self.original_name).label


class Photo(StoredFile):
    """A picture of the case."""

    image = models.ImageField(
        _("image"),
        upload_to=stored_name,
        width_field="width",
        height_field="height",
        help_text=_("A picture of the policy."),
    )
    small = models.ImageField(_("small image"), upload_to=stored_name)
    width = models.PositiveIntegerField(_("width"), help_text=_("Pixels."))
    height = models.PositiveIntegerField(_("height"), help_text=_("Pixels."))
    alt = models.CharField(
        _("alternative text"),
        max_length=300,
        validators=[MaxLengthValidator(300)],
        help_text=_("What the picture shows, for people who do not see it."),
    )

    class Meta(StoredFile.Meta):
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    @property
    def large_url(self):
        return reverse("policies:photo", args=[self.pk, "large"])

    @property
    def small_url(self):
        return reverse("policies:photo", args=[self.pk, "small"])

    @property
    def small_width(self):
        """Return the width of the small picture in pixels."""
        return min(self.width, round(self.width * images.SMALL / max(self.width, self.height)))


class Attachment(StoredFile):
    """A document for download."""

    file = models.FileField(
        _("file"), upload_to=stored_name, help_text=_("A document for download.")
    )

    class Meta(StoredFile.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")

    @property
    def url(self):
        return reverse("policies:attachment", args=[self.pk])
