from allauth.account.adapter import get_adapter
from django.contrib.auth import logout, middleware
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils.translation import gettext as _

from members.accounts import adapter
from members.record.audit import client_address

from . import form_recovery, throttles


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, but a public page is not asked who reads it.

    Asking would load the session and mark every public answer as differing by cookie, so that no
    cache could share it. Who works for the secretariat signs in anew each working day.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated and adapter.is_over(request):
            logout(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """Ask to sign in. What was written while the session ended is shown, to be sent again."""
        written = form_recovery.again(request, "signed-out", _("You are signed out"))
        return written or super().handle_no_permission(request, view_func)


def record_client_address(get_response):
    """Tell the record from where the request comes that is being answered."""

    def middleware(request):
        token = client_address.set(_address_of(request))
        try:
            return get_response(request)
        finally:
            client_address.reset(token)

    return middleware


def _address_of(request):
    """The client's address as our outermost proxy saw it; None where nobody knows it."""
    try:
        return get_adapter().get_client_ip(request)
    except (PermissionDenied, ImproperlyConfigured):
        # A request that came past the proxies. Whatever it does is recorded without an address.
        return None


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
