"""Addresses of pages that a page leads to by the dozen, each looked up once in a process."""

from django.urls import get_script_prefix, reverse

from .languages import cached_per_language


def address(name, *args):
    """Return the address of a page. Only for those of which there are some hundreds at most.

    ``reverse`` tries the patterns of the whole site each time, and every page has thirty links that
    never change.
    """
    return _address(get_script_prefix(), name, *args)


@cached_per_language
def _address(_prefix, name, *args):
    return reverse(name, args=args)
