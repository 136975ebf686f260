"""The library of a month as one file, for who cites it or computes with it."""

from django.db import models
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from members.models import Event

from .review import ReviewEvent
from .revision import Revision

# Events of the record after which a text is not what it was.
TAKEN_DOWN = ("passage-removed", "publication-undone")


class DumpQuerySet(models.QuerySet):
    def without_state(self):
        """Return dumps as lists show them."""
        return self.defer("state")


class Dump(models.Model):
    """The whole library as it was at one moment of a month, with its checksum and what changed."""

    month = models.CharField(_("month"), max_length=7, unique=True, help_text=_("As in 2026-11."))
    made_at = models.DateTimeField(_("made on"))
    file = models.FileField(_("file"), upload_to="dumps", max_length=200)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("Bytes."))
    sha256 = models.CharField(_("checksum"), max_length=64)
    # Number of each case -> number of its revision then.
    state = models.JSONField(default=dict)
    cases = models.PositiveIntegerField(_("cases"))
    added = models.JSONField(_("added"), default=list)
    changed = models.JSONField(_("changed"), default=list)
    removed = models.JSONField(_("removed"), default=list)

    objects = DumpQuerySet.as_manager()

    class Meta:
        ordering = ["-month"]
        verbose_name = _("monthly file")
        verbose_name_plural = _("monthly files")

    def __str__(self):
        return self.month

    @property
    def name(self):
        """Return what the file is called."""
        return f"urban-sdg-policies-{self.month}.zip"

    @staticmethod
    def last_removal():
        """Return when last something was unpublished or taken out of a text; None where nothing was."""
        cases = ReviewEvent.objects.filter(to_state=Revision.State.UNPUBLISHED)
        passages = Event.objects.filter(action__in=TAKEN_DOWN)
        times = [rows.aggregate(last=Max("created_at"))["last"] for rows in (cases, passages)]
        return max(filter(None, times), default=None)

    def is_withdrawn(self):
        """Return whether something was removed from the site since it was made."""
        last = self.last_removal()
        return last is not None and self.made_at < last
