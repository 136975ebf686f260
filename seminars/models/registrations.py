from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Member
from policies.models import Revision

from .seminars import Seminar


class Registration(models.Model):
    """A person's place in a seminar, or on its waiting list. It goes with the account."""

    class State(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        WAITING = "waiting", _("On the waiting list")
        CANCELLED = "cancelled", _("Cancelled by the person")
        CAME = "came", _("Came")

    # Those who have a place, and those who are told of changes.
    WITH_PLACE = (State.REGISTERED, State.CAME)
    TOLD = (State.REGISTERED, State.WAITING)

    seminar = models.ForeignKey(Seminar, models.CASCADE, related_name="registrations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="seminar_registrations",
        verbose_name=_("person"),
    )
    member = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="seminar_registrations",
        verbose_name=_("member"),
        help_text=_("For whom the person comes; left empty by people who come for themselves."),
    )
    language = models.CharField(
        _("language"),
        max_length=3,
        choices=Revision.Language,
        blank=True,
        help_text=_("In which the person would speak."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REGISTERED)
    # Who registers anew after cancelling stands at the end of the waiting list.
    registered_at = models.DateTimeField(_("registered on"), default=timezone.now)
    # The beginning of which the person was reminded: one that is moved is reminded of again.
    reminded_of = models.DateTimeField(_("reminded of"), null=True, blank=True)

    class Meta:
        ordering = ["registered_at", "pk"]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["seminar", "user"], name="a_person_registers_once_for_a_seminar"
            )
        ]

    def __str__(self):
        return f"{self.seminar}: {self.get_state_display()}"
