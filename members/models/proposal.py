from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from .member import Member


class MemberProposal(models.Model):
    """A person's request for a city or organisation that is not listed yet, and to join its team.

    Nothing of it is public; only a decision of the secretariat makes a member of it.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        TAKEN_BACK = "taken-back", _("Taken back")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="proposals",
        verbose_name=_("proposed by"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Member.Kind)
    name = models.CharField(_("name"), max_length=200)
    country = CountryField(_("country or area"), blank=True)
    website = models.URLField(_("website"), max_length=500)
    message = models.TextField(_("message"), blank=True, validators=[MaxLengthValidator(1000)])
    created_at = models.DateTimeField(_("proposed on"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    member = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("member"),
        help_text=_("What was made of it."),
    )
    provisional_member = models.OneToOneField(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="proposed_as",
        verbose_name=_("provisional member"),
    )
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(1000)])
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("proposed member")
        verbose_name_plural = _("proposed members")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed") | Q(decided_at__isnull=False),
                name="a_decided_proposal_has_a_date",
            ),
        ]

    def __str__(self):
        return self.name
