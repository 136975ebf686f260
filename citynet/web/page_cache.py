"""Public pages are the same for everybody, so each is rendered once in some seconds.

They are kept by Django's own cache of pages for ``PAGE_CACHE_SECONDS``, under their whole address,
the language and the release. Nothing ends that time early: whoever has no session sees a change when
it is over, and who is signed in is never served from here. Browsers are told to ask each time.
"""

from functools import wraps

from django.conf import settings
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import cache_page

from . import request_log

OK = 200
# Cookies of ours that may stand for a person.
PERSONAL_COOKIES = frozenset({settings.SESSION_COOKIE_NAME, "messages"})


def cache_public_page(view):
    """Return ``view``, answered from the cache for visitors who carry no session."""

    @wraps(view)
    def render(request, *args, **kwargs):
        request_log.note(page_cache="miss")
        response = view(request, *args, **kwargs)
        if is_for_everybody(request, response):
            patch_cache_control(response, max_age=0)
        else:
            # Django's cache takes no private answer.
            patch_cache_control(response, private=True)
        return response

    cached = cache_page(settings.PAGE_CACHE_SECONDS, cache="pages", key_prefix=settings.RELEASE)(
        render
    )

    @wraps(view)
    def public_page(request, *args, **kwargs):
        if PERSONAL_COOKIES & request.COOKIES.keys():
            response = view(request, *args, **kwargs)
            if is_for_everybody(request, response):
                patch_cache_control(response, max_age=0)
            return response
        request_log.note(page_cache="hit")
        return cached(request, *args, **kwargs)

    return public_page


def is_for_everybody(request, response):
    """Return whether an answer is a whole page that was made without looking at the visitor."""
    return not (
        response.status_code != OK
        or response.streaming
        or response.cookies
        # The page holds a token of this visitor, whose cookie is set further out.
        or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        or request.session.accessed
    )
