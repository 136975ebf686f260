from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .revision import Revision


class ReviewEvent(models.Model):
    """One change of a revision's state: who, when, why. Rows are only ever added."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="events")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(_("by"), max_length=254)
    from_state = models.CharField(_("from"), max_length=20, choices=Revision.State)
    to_state = models.CharField(_("to"), max_length=20, choices=Revision.State)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("review event")
        verbose_name_plural = _("review events")

    def __str__(self):
        return f"{self.from_state} → {self.to_state}"


class ReviewNote(models.Model):
    """What author and moderators write to each other about a submission."""

    revision = models.ForeignKey(Revision, models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    author_name = models.CharField(_("by"), max_length=254)
    from_moderators = models.BooleanField(_("from the moderators"), default=False)
    text = models.TextField(_("note"), validators=[MaxLengthValidator(5000)])
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("review note")
        verbose_name_plural = _("review notes")

    def __str__(self):
        return self.text[:80]
