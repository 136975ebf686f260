"""What every answer says about itself, whoever gives it: view, error page, static file or redirect.

The middleware stands outermost, so that answers given early (a static file, a redirect to https, a
refusal) and those of errors carry the same headers as pages. What a view has set itself stays.
"""

from csp.middleware import CSPMiddleware
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

    def process_response(self, request, response):
        response = super().process_response(request, response)
        for name, value in _headers(request, response):
            response.headers.setdefault(name, value)
        return response


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
