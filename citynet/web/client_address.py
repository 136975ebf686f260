"""The network address that the request being answered came from."""

from contextvars import ContextVar

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied

# None where nobody knows it, and in commands, which answer no request.
client_address = ContextVar("client_address", default=None)


def set_client_address(get_response):
    """Middleware: set ``client_address`` while a request is answered."""

    def middleware(request):
        token = client_address.set(_address_of(request))
        try:
            return get_response(request)
        finally:
            client_address.reset(token)

    return middleware


def _address_of(request):
    """Return the client's address as our outermost proxy saw it, or None."""
    try:
        return get_adapter().get_client_ip(request)
    except (PermissionDenied, ImproperlyConfigured):
        # A request that bypassed the proxies: whatever it does is recorded without an address.
        return None
