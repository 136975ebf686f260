"""Accounts: where they differ from allauth's ways, what is known about a person, and their end."""

import logging
import time
from base64 import urlsafe_b64encode
from importlib import import_module
from types import SimpleNamespace

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from members.models import Member, Membership
from members.record import audit

logger = logging.getLogger(__name__)

# In the session: when its person signed in, in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"


class AccountAdapter(DefaultAccountAdapter):
    """People have a name; mails carry the platform's name and never break a page."""

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def authentication_failed(self, request, **credentials):
        # Not with which address: who has mistyped it may have typed a password there.
        logger.warning("A sign-in failed.")

    def login(self, request, user):
        super().login(request, user)
        request.session[SIGNED_IN_AT] = time.time()

    def send_mail(self, template_prefix, email, context):
        """Send a mail about an account, or log that it could not be sent.

        Each of them can be asked for again, so that a broken mail server costs time, not a page.
        """
        site = SimpleNamespace(name=_("Urban SDG Knowledge Platform"), domain=settings.SITE_URL)
        try:
            super().send_mail(template_prefix, email, {"current_site": site} | context)
        except OSError:
            logger.exception("A mail %s could not be sent.", template_prefix)

    def render_mail(self, template_prefix, email, context, headers=None):
        headers = {"Auto-Submitted": "auto-generated"} | (headers or {})
        return super().render_mail(template_prefix, email, context, headers)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted, so that the database alone is no use."""

    def encrypt(self, text):
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return self._cipher().decrypt(encrypted_text.encode()).decode()

    @staticmethod
    def _cipher():
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return MultiFernet(
            Fernet(
                urlsafe_b64encode(
                    salted_hmac("second factor", "", secret=key, algorithm="sha256").digest()
                )
            )
            for key in keys
        )


def verify(user):
    """Mark the person's address as verified, as if the link in the mail had been opened."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )


def has_second_factor(user):
    """Whether signing in takes more than a password; recovery codes alone are not asked for."""
    return is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def is_over(request):
    """Whether who works for the secretariat has been signed in for longer than a working day."""
    since = request.session.get(SIGNED_IN_AT)
    return (
        since is not None
        and request.user.is_staff
        and time.time() - since > settings.SECRETARIAT_SESSION_AGE
    )


def only_coordinator_of(user):
    """Members that would be left without a coordinator if this person went."""
    others = Membership.objects.active().filter(role=Membership.Role.COORDINATOR).exclude(user=user)
    return Member.objects.coordinated_by(user).exclude(pk__in=others.values("member"))


def data_of(user):
    """All that is stored about a person, by subject, without secrets."""
    data = {}
    for module in _keepers():
        data |= module.export(user)
    return data


@transaction.atomic
def export_data(user, by):
    """The same, for ``by`` to take along, which is recorded."""
    data = data_of(user)
    audit.record("personal-data-exported", user, by=by)
    return data


@transaction.atomic
def delete_account(user, by=None):
    """Delete a person. What they published stays, without their name.

    ``by`` is who does it, where that is not the person.
    """
    audit.record("account-deleted", user, by=by or user)
    for module in _keepers():
        module.forget(user)
    user.delete()


def _keepers():
    return map(import_module, settings.PERSONAL_DATA)
