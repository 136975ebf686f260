"""Where somebody was going who had to confirm an address first, signed into the link of the mail.

The mail may be opened in another browser, which has no session of it. What it says is signed, so that
nobody has us mail words of theirs, and it leads to a page of this site only.
"""

from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from django.core import signing
from django.utils.http import url_has_allowed_host_and_scheme

FIELD, SALT = "for", "confirm-email"
MAX_LENGTH = 300  # characters of an address that is carried


def carry(link, request):
    """Return ``link`` with where ``request`` will lead on to, if anywhere."""
    onward = get_next_redirect_url(request) if request else None
    if not onward or len(onward) > MAX_LENGTH:
        return link
    signed = signing.dumps(onward, salt=SALT, compress=True)
    return f"{link}?{urlencode({FIELD: signed})}"


def carried(request):
    """Return where the link that ``request`` opens leads on to, a page of this site; else ""."""
    try:
        onward = signing.loads(request.GET.get(FIELD, ""), salt=SALT)
    except signing.BadSignature:
        return ""
    return onward if url_has_allowed_host_and_scheme(onward, None) else ""
