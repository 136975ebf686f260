from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .member import Member


class UserManager(BaseUserManager):
    use_in_migrations = True

    def create_user(self, email, password=None, **fields):
        """Save and return a user who signs in with ``email``; without a password nobody can sign in."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Save and return an administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person. The e-mail address is the login; there is no user name."""

    username = None
    first_name = None
    last_name = None
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    muted = models.JSONField(
        _("notices without mail"),
        default=list,
        blank=True,
        help_text=_("Kinds of notices that are shown on the page but not mailed."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_person_an_email",
                violation_error_message=_("Somebody already uses this e-mail address."),
            ),
        ]

    def __str__(self):
        return self.get_full_name()

    def get_full_name(self):
        return self.name or self.email

    def get_short_name(self):
        return self.get_full_name()


class MembershipQuerySet(models.QuerySet):
    def active(self):
        """Return memberships that give rights now."""
        return self.filter(status=Membership.Status.ACTIVE)

    def decidable_by(self, user):
        """Return requests that ``user`` may approve or decline: those to members the user
        coordinates."""
        return self.filter(
            status=Membership.Status.REQUESTED,
            member__in=Member.objects.coordinated_by(user),
        ).exclude(user=user)


class Membership(models.Model):
    """A person's place in the team of a member."""

    class Role(models.TextChoices):
        OFFICIAL = "official", _("Official")
        COORDINATOR = "coordinator", _("Coordinator")

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        ACTIVE = "active", _("Active")
        DECLINED = "declined", _("Declined")
        ENDED = "ended", _("Ended")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Member, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.OFFICIAL)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.REQUESTED)
    message = models.TextField(
        _("message"), blank=True, validators=[MaxLengthValidator(1000)], help_text=_("To the team.")
    )
    created_at = models.DateTimeField(_("requested on"), auto_now_add=True)
    note = models.TextField(
        _("note"),
        blank=True,
        validators=[MaxLengthValidator(1000)],
        help_text=_("Why it was approved or declined."),
    )
    known_domain = models.CharField(
        _("known domain"),
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text=_("Domain of the person’s verified address, where it was the member’s own."),
    )
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided on"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["member", "user"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "member"],
                condition=Q(status__in=["requested", "active"]),
                name="one_current_membership_a_person_and_member",
            ),
            models.CheckConstraint(
                condition=Q(status="requested") | Q(decided_at__isnull=False),
                name="a_decided_membership_has_a_date",
            ),
        ]

    def __str__(self):
        return f"{self.user} – {self.member}"


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Return invitations that can still be accepted: their senders may still invite."""
        return self._waiting().filter(self._by_leaders(), expires_at__gt=timezone.now())

    def end_without_right(self):
        """End for good those whose senders may not invite now: they stay ended when a sender leads the team
        again."""
        self._waiting().exclude(self._by_leaders()).update(ended_at=timezone.now())

    def _waiting(self):
        return self.filter(accepted_at=None, revoked_at=None, ended_at=None)

    @staticmethod
    def _by_leaders():
        from django.contrib.auth.backends import ModelBackend  # noqa: PLC0415 - it asks for ``User``

        leads = Membership.objects.active().filter(
            user=OuterRef("invited_by"),
            user__is_active=True,
            member=OuterRef("member"),
            role=Membership.Role.COORDINATOR,
        )
        staff = ModelBackend().with_perm("members.change_membership").filter(is_staff=True)
        return Exists(leads) | Q(invited_by__in=staff.order_by().values("pk"))


class Invitation(models.Model):
    """A coordinator's e-mail that lets one person join a team, once, until it expires."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(
        _("role"), max_length=12, choices=Membership.Role, default=Membership.Role.OFFICIAL
    )
    # Only a hash is kept, so that who reads the database cannot join a team.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("invited on"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires on"))
    accepted_at = models.DateTimeField(_("accepted on"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked on"), null=True, blank=True)
    ended_at = models.DateTimeField(
        _("ended with the right of its sender on"), null=True, blank=True, editable=False
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self):
        return f"{self.email} – {self.member}"

    @property
    def state(self):
        """What has become of it: "accepted", "revoked", "expired", "ended" with the right of who
        sent it, or "open"."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "open" if Invitation.objects.open().filter(pk=self.pk).exists() else "ended"
