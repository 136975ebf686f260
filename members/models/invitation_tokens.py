"""The secret in an invitation's link.

It is computed from the invitation and the secret of the site: the database holds only its hash,
and the mail that carries it can still be written, or written again, later.
"""

import hashlib
from base64 import urlsafe_b64encode

from django.conf import settings
from django.utils.crypto import salted_hmac

from .user import Invitation


def new_token(invitation):
    """Return the secret of an invitation whose address, role and expiry are set.

    Its member is no part of it: invitations of members that are merged go on as they are.
    """
    return _token(settings.SECRET_KEY, *_facts(invitation))


def token_of(invitation):
    """Return the secret of a saved invitation.

    Raises ``LookupError`` when the site's secret it was made with is no longer known.
    """
    facts = _facts(invitation)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        # Of those made before December 2026 the member was a part; they expire in two weeks.
        for each in (facts, [invitation.member_id, *facts]):
            token = _token(key, *each)
            if hash_of(token) == invitation.token_hash:
                return token
    raise LookupError("The invitation was made with a secret that is no longer known.")


def hash_of(token):
    """Return what is stored of a secret: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def by_token(token):
    """Return the invitation whose link carries ``token``. Raises ``Invitation.DoesNotExist``."""
    return Invitation.objects.select_related("member", "invited_by").get(token_hash=hash_of(token))


def _facts(invitation):
    return [invitation.email, invitation.role, f"{invitation.expires_at:%Y%m%dT%H%M%S%f}"]


def _token(key, *facts):
    text = " ".join(map(str, facts))
    mac = salted_hmac("invitation to a team", text, secret=key, algorithm="sha256")
    return urlsafe_b64encode(mac.digest()).decode().rstrip("=")
