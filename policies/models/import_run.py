from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """A file that the secretariat imports: first checked without writing, then run."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    file = models.FileField(_("file"), upload_to="imports/", max_length=200)
    original_name = models.CharField(_("name of the file"), max_length=255)
    publish = models.BooleanField(
        _("publish"), default=False, help_text=_("Otherwise the cases become drafts.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    # The result: counts by outcome, and errors as [row, column or field, message].
    counts = models.JSONField(_("counts"), default=dict)
    errors = models.JSONField(_("errors"), default=list)
    # What to look at again, and what is not read, in the same form.
    warnings = models.JSONField(_("warnings"), default=list, null=True)
    # Keys of the revisions that it wrote as drafts.
    drafts = models.JSONField(_("drafts"), null=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(_("by"), max_length=254)
    created_at = models.DateTimeField(_("uploaded on"), auto_now_add=True)
    updated_at = models.DateTimeField(_("time"), auto_now=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self):
        return self.original_name
