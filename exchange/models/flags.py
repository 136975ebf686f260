from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class Flag(models.Model):
    """Somebody's remark that something is wrong with an entry."""

    class Reason(models.TextChoices):
        ADVERTISING = "advertising", _("Advertising")
        WRONG = "wrong", _("Wrong")
        PERSONAL = "personal-data", _("Personal data")
        NOT_POLITE = "not-polite", _("Not polite")
        OTHER = "other", _("Another reason")

    # As in the record: the label of the model, and the number.
    subject_type = models.CharField(_("kind of entry"), max_length=40)
    subject_id = models.PositiveBigIntegerField(_("number of the entry"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="flags",
        verbose_name=_("flagged by"),
    )
    # One team flags a thing once, however many colleagues do.
    member = models.ForeignKey(
        "members.Member",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="flags",
        verbose_name=_("member"),
    )
    reason = models.CharField(_("reason"), max_length=13, choices=Reason)
    text = models.CharField(_("in words"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("flagged on"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked at by"),
    )
    decided_at = models.DateTimeField(_("looked at on"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="flag_subject")]

    def __str__(self):
        kind = capfirst(apps.get_model(self.subject_type)._meta.verbose_name)
        return f"{kind} {self.subject_id}: {self.get_reason_display()}"
