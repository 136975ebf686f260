"""What allauth does to an account by itself: on record and, for a new factor, the end of other sessions.

allauth has no other place to learn of every way in which a factor or a password is changed.
"""

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.dispatch import receiver

from members.record import audit

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@receiver(mfa.authenticator_added)
def factor_added(request, user, authenticator, **kwargs):
    """Count the factor for this session, which has just shown it, and end all others.

    Whoever knew the password before has no session any more that was never asked for it.
    """
    if authenticator.type not in FACTORS:
        return
    audit.record("second-factor-added", user, by=user, reason=authenticator.type)
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    others = UserSession.objects.filter(user=user)
    for session in others.exclude(session_key=request.session.session_key):
        session.end()


@receiver(mfa.authenticator_removed)
def factor_removed(user, authenticator, **kwargs):
    if authenticator.type in FACTORS:
        audit.record("second-factor-removed", user, by=user, reason=authenticator.type)


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(user, **kwargs):
    audit.record("password-changed", user, by=user)


@receiver(account.email_changed)
def email_changed(user, **kwargs):
    audit.record("email-changed", user, by=user)
