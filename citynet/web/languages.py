"""Constants that differ by language only: names, formats, addresses of reference pages."""

from functools import lru_cache, wraps

from django.conf import settings
from django.utils.translation import get_language


def cached_per_language(function):
    """Decorator: call ``function`` once for each language and each of its few arguments.

    Only for what never changes while the process lives. To look up one message takes Django some
    microseconds, and a page of lists asks for the same hundreds of them.
    """

    if not settings.USE_I18N:
        return lru_cache(maxsize=2048)(function)

    @lru_cache(maxsize=2048)
    def in_language(language, *args):
        return function(*args)

    @wraps(function)
    def cached(*args):
        return in_language(get_language(), *args)

    return cached
