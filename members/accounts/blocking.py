"""Closing an account to its person, and opening it again, without deleting anything."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from members.errors import AlreadyDecided, NotAllowed, ReasonRequired
from members.models import Invitation, User
from members.secretariat import acts_for_secretariat

from .telling import record_and_tell


@transaction.atomic
def block(user, *, by, reason):
    """End the sessions of ``user``, let nobody sign in to the account, and return it.

    Raises ``ReasonRequired``, ``NotAllowed`` for one's own account and for an administrator's where
    ``by`` is none, and ``AlreadyDecided`` for an account that is blocked.
    """
    user = _locked(user, by, reason)
    if not user.is_active:
        raise AlreadyDecided(_("This account is blocked already."))
    _set_active(user, False)
    for session in UserSession.objects.filter(user=user):
        session.end()
    Invitation.objects.filter(invited_by=user).end_without_right()
    record_and_tell("account-blocked", user, "blocked", by=by, reason=reason)
    return user


@transaction.atomic
def unblock(user, *, by, reason):
    """Let a blocked person sign in again, and return the account; raises the same as ``block``."""
    user = _locked(user, by, reason)
    if user.is_active:
        raise AlreadyDecided(_("This account is not blocked."))
    _set_active(user, True)
    record_and_tell("account-unblocked", user, "unblocked", by=by, reason=reason)
    return user


def may_block(by, user):
    """Return whether ``by`` may block and unblock ``user`` at all."""
    return (
        acts_for_secretariat(by, "members.change_user")
        and by.pk != user.pk
        and (by.is_superuser or not user.is_superuser)
    )


def _locked(user, by, reason):
    if not may_block(by, user):
        raise NotAllowed(_("You may not block or unblock this account."))
    if not reason.strip():
        raise ReasonRequired(_("Give a reason."))
    return User.objects.select_for_update().get(pk=user.pk)


def _set_active(user, active):
    user.is_active = active
    user.save(update_fields=["is_active"])
