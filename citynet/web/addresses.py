"""Addresses of pages that a page leads to by the dozen, each looked up once in a process."""

from django.urls import reverse

from .languages import cached_per_language


@cached_per_language
def address(name, *args):
    """Return the address of a page. Only for those of which there are some hundreds at most.

    ``reverse`` tries the patterns of the whole site each time, and every page has thirty links that
    never change.
    """
    return reverse(name, args=args)
