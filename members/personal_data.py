"""What accounts, teams and notices know about a person. See ``settings.PERSONAL_DATA``."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry

from . import teams
from .models import Invitation, Membership, Notice
from .redaction import Redactor, addresses_of, former_colleague


def export(user):
    """All rows about ``user`` as plain values, without secrets.

    Other people are in it only where a notice told ``user`` of them.
    """
    return {
        "account": {
            "email": user.email,
            "name": user.name,
            "created_at": user.date_joined,
            "last_login": user.last_login,
            "notices_without_mail": user.muted,
            "secretariat": user.is_staff,
        },
        "email_addresses": list(
            user.emailaddress_set.order_by("email").values("email", "verified", "primary")
        ),
        "second_factors": [
            {
                "kind": factor.type,
                "name": str(factor),
                "created_at": factor.created_at,
                "last_used_at": factor.last_used_at,
            }
            for factor in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "sessions": list(
            UserSession.objects.filter(user=user)
            .order_by("pk")
            .values("created_at", "last_seen_at", "ip", "user_agent")
        ),
        "memberships": list(
            user.memberships.order_by("pk").values(
                *("member__name", "role", "status", "message", "created_at", "note", "decided_at")
            )
        ),
        "memberships_decided": list(
            Membership.objects.filter(decided_by=user)
            .order_by("pk")
            .values("member__name", "role", "status", "note", "decided_at")
        ),
        "invitations_sent": list(
            Invitation.objects.filter(invited_by=user)
            .order_by("pk")
            .values("member__name", "role", "created_at", "accepted_at", "revoked_at")
        ),
        "invitations_received": list(
            Invitation.objects.filter(email__in=addresses_of(user))
            .order_by("pk")
            .values("member__name", "email", "role", "created_at", "expires_at", "accepted_at")
        ),
        "notices": list(
            user.notices.order_by("pk").values(
                *("kind", "context", "path", "email", "created_at", "read_at", "mail", "mailed_at")
            )
        ),
        "secretariat_log": list(
            LogEntry.objects.filter(user=user)
            .order_by("pk")
            .values("action_time", "content_type__model", "object_id", "action_flag")
        ),
    }


def forget(user):
    """End the person's memberships and sessions, and take the name out of what stays.

    Teams that lose their last coordinator are made known to the secretariat. Addresses, second
    factors and own notices go with the account itself.
    """
    teams.leave_all(user)
    for session in UserSession.objects.filter(user=user):
        session.end()
    addresses = addresses_of(user)
    Invitation.objects.filter(email__in=addresses).delete()
    Notice.objects.filter(recipient=None, email__in=addresses).delete()
    redactor = Redactor(user, former_colleague())
    redactor.rows(Notice.objects.exclude(recipient=user), "context")
    redactor.rows(Membership.objects.exclude(user=user), "message", "note")
    redactor.rows(LogEntry.objects.exclude(user=user), "object_repr", "change_message")
