"""Invitations to a team: sent by those who lead it, accepted once by the person invited."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.errors import AlreadyDecided, AlreadyInTeam, NotAllowed, TooManyToday
from members.models import Invitation, Membership, Notice
from members.models.invitation_tokens import hash_of, new_token
from members.notices.notifications import notify
from members.record import audit

from .leaders import leads
from .memberships import (
    CURRENT,
    Role,
    Status,
    acting_name,
    joined,
    lock,
    tell_team,
)

VALID_FOR = timedelta(days=14)
# Nobody needs more; what lies above is a mistake or a robot.
MAX_A_DAY = 30
# Who sends the same invitation twice within this time has clicked twice.
DUPLICATE_WINDOW = timedelta(minutes=1)


@transaction.atomic
def invite(member, email, by, role=Role.OFFICIAL):
    """Invite who has the address ``email`` to the team of ``member`` and return the invitation.

    It lasts 14 days and replaces an open one to the same address, whose link stops working; only
    the second of two clicks returns the first one. Raises ``NotAllowed``, ``AlreadyInTeam``, and
    ``TooManyToday``.
    """
    lock(member)
    if not leads(by, member):
        raise NotAllowed(_("You may not change this team."))
    email, now = email.lower(), timezone.now()
    # The link belongs to whoever reads the address, whatever other addresses the person has.
    owner = Q(user__email__iexact=email) | Q(
        user__emailaddress__email__iexact=email, user__emailaddress__verified=True
    )
    if member.memberships.active().filter(owner).exists():
        raise AlreadyInTeam(_("%(email)s is in the team already.") % {"email": email})
    former = member.invitations.open().filter(email__iexact=email)
    twin = former.filter(role=role, invited_by=by, created_at__gt=now - DUPLICATE_WINDOW).first()
    if twin:
        return twin
    sent = member.invitations.filter(created_at__gt=now - timedelta(days=1)).count()
    if sent >= MAX_A_DAY:
        raise TooManyToday(_("This team has sent many invitations today. Please go on tomorrow."))
    for invitation in former:
        _revoke(invitation, by)
    invitation = Invitation(
        member=member, email=email, role=role, invited_by=by, expires_at=now + VALID_FOR
    )
    invitation.token_hash = hash_of(new_token(invitation))
    invitation.save()
    audit.record("invitation-sent", invitation, by=by, reason=role)
    notify(
        Notice.Kind.INVITED,
        [email],
        invitation=invitation.pk,
        member=member.name,
        role=role,
        by=acting_name(by, member),
    )
    return invitation


@transaction.atomic
def revoke(invitation, by):
    """Take an invitation back: its link stops working, and a mail not yet sent is not sent.

    Raises ``NotAllowed``, and ``AlreadyDecided`` when it was accepted meanwhile.
    """
    lock(invitation.member)
    invitation = _current(invitation)
    if not leads(by, invitation.member):
        raise NotAllowed(_("You may not change this team."))
    if invitation.accepted_at:
        raise AlreadyDecided(_("This invitation was accepted meanwhile."))
    if not invitation.revoked_at:
        _revoke(invitation, by)
    return invitation


def _revoke(invitation, by):
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    audit.record("invitation-revoked", invitation, by=by)
    Notice.objects.filter(
        kind=Notice.Kind.INVITED, mail=Notice.Mail.WAITING, context__invitation=invitation.pk
    ).delete()


@transaction.atomic
def accept(invitation, user):
    """Let ``user`` into the team, once, and return the membership.

    A request that waits is granted with it; nobody loses a role. Raises ``NotAllowed`` when the
    invited address is no verified address of the person, and ``AlreadyDecided`` for an invitation
    that was accepted, was revoked or has expired.
    """
    member = invitation.member
    lock(member)
    invitation = _current(invitation)
    if invitation.state != "open":
        raise AlreadyDecided(why_over(invitation))
    if invitation.email.lower() not in verified_addresses(user):
        raise NotAllowed(_("This invitation is for %(email)s.") % {"email": invitation.email})
    membership = member.memberships.filter(user=user, status__in=CURRENT).first()
    is_new = membership is None or membership.status == Status.REQUESTED
    membership = membership or Membership(user=user, member=member)
    if is_new or invitation.role == Role.COORDINATOR:
        membership.role = invitation.role
    if is_new:
        membership.status = Status.ACTIVE
        membership.decided_by, membership.decided_at = invitation.invited_by, timezone.now()
    membership.save()
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    audit.record("invitation-accepted", invitation, by=user, reason=membership.role)
    if is_new:
        joined(membership)
        tell_team(membership, "joined")
    return membership


def why_over(invitation):
    """Return why an invitation can no longer be accepted, in a sentence; "" while it can."""
    return {
        "accepted": _("This invitation was accepted already. Each works only once."),
        "revoked": _("This invitation was taken back or replaced by a newer one."),
        "expired": _("This invitation has expired."),
        "ended": _(
            "Whoever sent this invitation no longer leads the team. Ask the team for a new one."
        ),
    }.get(invitation.state, "")


def invitations_to(user):
    """Return open invitations to a verified address of ``user``."""
    return (
        Invitation.objects.open()
        .filter(email__in=verified_addresses(user))
        .select_related("member", "invited_by")
    )


def verified_addresses(user):
    """Return the addresses that the person has verified, in lower case."""
    addresses = EmailAddress.objects.filter(user=user, verified=True)
    return {email.lower() for email in addresses.values_list("email", flat=True)}


def _current(invitation):
    try:
        return Invitation.objects.select_related("member", "invited_by").get(pk=invitation.pk)
    except Invitation.DoesNotExist:
        raise AlreadyDecided(_("This invitation was taken back.")) from None
