"""Addresses of pages, remembered: a page with maps and tables asks for hundreds."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse


def address(name, key):
    """The address of the page ``name`` of one row, as ``reverse`` gives it."""
    return _address(get_script_prefix(), name, key)


@lru_cache(maxsize=4096)
def _address(prefix, name, key):
    return reverse(name, args=[key])
