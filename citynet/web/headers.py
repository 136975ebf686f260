"""What every answer says about itself, whoever gives it: view, error page, static file or redirect.

The middleware stands outermost, so that answers given early (a static file, a redirect to https, a
refusal) and those of errors carry the same headers as pages. What a view has set itself stays.
"""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings

# What browsers may not offer to our pages: none needs a sensor, a camera or a payment.
UNUSED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)
# Passkeys are asked for by our own pages, never by a page within them.
OWN = ("publickey-credentials-create", "publickey-credentials-get")
FEATURES = ", ".join([*(f"{name}=()" for name in UNUSED), *(f"{name}=(self)" for name in OWN)])
PRIVATE = "private, no-store"


class SecurityHeadersMiddleware(CSPMiddleware):
    """Adds the content security policy (as django-csp makes it) and all other headers."""

    def __init__(self, get_response):
        super().__init__(get_response)
        # Putting it together takes as long as most middleware together, and it is always the same.
        self.policy = build_policy()

    def process_response(self, request, response):
        if _has_policy_of_its_own(request, response):
            response = super().process_response(request, response)
        else:
            response.headers.setdefault(HEADER, self.policy)
        for name, value in _headers(request, response):
            response.headers.setdefault(name, value)
        return response


def _has_policy_of_its_own(request, response):
    """Whether django-csp has to make the policy for this answer: a view has asked it for changes,
    a page for a nonce, or a setting for what only some answers get."""
    return (
        settings.DEBUG
        or hasattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY")
        or "EXCLUDE_URL_PREFIXES" in settings.CONTENT_SECURITY_POLICY
        or hasattr(request, "_csp_nonce")
        or any(name.startswith("_csp_") for name in vars(response))
    )


def _headers(request, response):
    """(name, value) of each header that this answer shall have unless its view chose another."""
    yield "X-Content-Type-Options", "nosniff"
    yield "Referrer-Policy", settings.SECURE_REFERRER_POLICY
    yield "Permissions-Policy", FEATURES
    yield "Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
    # Nothing of ours may be drawn into the page of another site.
    yield "Cross-Origin-Resource-Policy", "same-origin"
    yield "X-Frame-Options", settings.X_FRAME_OPTIONS
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        yield "Strict-Transport-Security", _strict_transport()
    if _is_personal(request, response):
        yield "Cache-Control", PRIVATE


def _strict_transport():
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        parts.append("includeSubDomains")
    if settings.SECURE_HSTS_PRELOAD:
        parts.append("preload")
    return "; ".join(parts)


def _is_personal(request, response):
    """Whether the answer may depend on who asked, so that nobody may keep it."""
    session = getattr(request, "session", None)
    return bool(response.cookies) or (session is not None and session.accessed)
