"""Jinja2, for the pieces of a page that repeat by the dozen (cards, choices, page links), and for those of
its frame that are on every page."""

from functools import cache

from django.templatetags.static import static
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined

from .addresses import address
from .formats import number


def environment(**options):
    """Return the environment of ``templates/jinja2``: strict, with gettext and the site's addresses."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(extensions=["jinja2.ext.i18n"], **options)  # noqa: S701 - Django asks for autoescape
    made.install_gettext_callables(gettext, ngettext, newstyle=True)
    made.globals |= {"static": cache(static), "url": address}
    made.filters["number"] = number
    return made
