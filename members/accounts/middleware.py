"""The secretariat signs in again each working day."""

import time

from django.conf import settings
from django.contrib.auth import logout

# In the session: when its person signed in, in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"


def end_long_sessions(get_response):
    """Middleware: sign staff out after ``SECRETARIAT_SESSION_AGE`` seconds, active or not.

    Only on pages that need an account: public pages do not read the session.
    """

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if getattr(view, "login_required", True) and _has_expired(request):
            logout(request)

    middleware.process_view = process_view
    return middleware


def _has_expired(request):
    signed_in_at = request.session.get(SIGNED_IN_AT)
    return (
        signed_in_at is not None
        and request.user.is_staff
        and time.time() - signed_in_at > settings.SECRETARIAT_SESSION_AGE
    )
