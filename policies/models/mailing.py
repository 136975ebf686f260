from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Mailing(models.Model):
    """A mail of the secretariat to people of teams, and to whom it goes.

    Who was reached is in the notices that were written for it: they hold its number.
    """

    class Roles(models.TextChoices):
        COORDINATORS = "coordinators", _("Coordinators")
        ALL = "all", _("All officials, coordinators included")

    class Cases(models.TextChoices):
        ANY = "", _("Whatever cases they have")
        NONE = "none", _("Without a public case")
        PUBLIC = "public", _("With a public case")
        WAITING = "waiting", _("With a submission that waits for a decision")
        CHANGES = "changes", _("With a submission for which changes are asked")
        UPDATE = "update", _("With a public case whose update is asked for")
        COMPILED = "compiled", _("With a compiled case that they have not confirmed")

    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(
        _("text"),
        validators=[MaxLengthValidator(5000)],
        help_text=_("Plain text. Greeting and signature come by themselves."),
    )
    is_about_own_work = models.BooleanField(
        _("about their own work"),
        default=False,
        help_text=_(
            "Tick it only for what people need for their own cases and teams: such mail cannot be "
            "switched off. Everything else can."
        ),
    )
    roles = models.CharField(_("to"), max_length=12, choices=Roles, default=Roles.COORDINATORS)
    kinds = models.JSONField(_("kinds of members"), default=list, blank=True)
    countries = models.JSONField(_("countries and areas"), default=list, blank=True)
    cases = models.CharField(_("state of their cases"), max_length=8, choices=Cases, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    by_name = models.CharField(_("by"), max_length=254)
    created_at = models.DateTimeField(_("begun on"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent on"), null=True, blank=True)
    reached = models.PositiveIntegerField(_("people"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mail to people")
        verbose_name_plural = _("mails to people")

    def __str__(self):
        return self.subject
