from allauth.account.adapter import get_adapter
from django.contrib.auth import middleware
from django.core.exceptions import ImproperlyConfigured, PermissionDenied

from members.audit import client_address


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, but a public page is not asked who reads it.

    Asking would load the session and mark every public answer as differing by cookie, so that no
    cache could share it.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


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
