from django.contrib.auth import middleware
from django.utils.translation import gettext as _

from . import form_recovery, throttles


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, but a public page is not asked who reads it.

    Asking would load the session and mark every public answer as differing by cookie, so that no
    cache could share it.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """Ask to sign in. What was written while the session ended is shown, to be sent again."""
        written = form_recovery.again(request, "signed-out", _("You are signed out"))
        return written or super().handle_no_permission(request, view_func)


def throttle(get_response):
    """Refuses with 429 what comes too often, before its view does anything.

    Forms whose views keep what was typed ask for themselves: see :mod:`citynet.web.form_recovery`.
    """

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if request.method == "POST" and getattr(view, "keeps_what_was_typed", False):
            return None
        seconds = throttles.wait(request)
        if not seconds:
            return None
        written = form_recovery.again(request, "busy", throttles.message(seconds))
        return (
            throttles.delayed(written, seconds) if written else throttles.refusal(request, seconds)
        )

    middleware.process_view = process_view
    return middleware
