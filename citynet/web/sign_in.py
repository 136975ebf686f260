"""Why a person is asked to sign in: the view that one came to says it, and the page of the sign-in too."""

from urllib.parse import urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme


def signing_in_to(reason):
    """Decorator, outermost, for a view that public pages lead to.

    ``reason`` is a sentence that the pages of sign-in and sign-up show to who came for it.
    """

    def decorate(view):
        view.sign_in_reason = reason
        return view

    return decorate


def reason_for(request):
    """Return why somebody signs in, from where the sign-in will lead on to; "" where it is not said."""
    asked = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    if not url_has_allowed_host_and_scheme(asked, None):
        return ""
    try:
        return getattr(resolve(urlsplit(asked).path).func, "sign_in_reason", "")
    except (Resolver404, ValueError):
        return ""
