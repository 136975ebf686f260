"""Second factors: how their secrets are stored, and who has one."""

from base64 import urlsafe_b64encode

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


class SecondFactorAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of second factors: reading the database alone does not reveal them."""

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


def has_second_factor(user):
    """Return whether signing in takes more than a password; recovery codes alone do not count."""
    return is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
