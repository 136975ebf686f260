"""What is taken into a meeting: a case, or an estimate, on two sheets of paper."""

import unicodedata

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from policies.content.case_page import case_context
from policies.models import Revision

from .detail import live_revision, moved
from .gone import or_gone

# Rows of a table, and Latin letters of a text, that two sheets have room for.
MOST_ROWS, MOST_SOURCES = 4, 4
ROOM = {
    "title": 180,
    "summary": 400,
    "challenge": 400,
    "solution": 650,
    "results": 480,
    "lessons": 520,
    "transferability": 400,
}
# East Asian letters are twice as wide as Latin ones.
WIDE = frozenset("WF")


def fitted(text, room):
    """Return as much of a text as has room, which is counted in Latin letters, to the end of a word."""
    for place, letter in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(letter) in WIDE else 1
        if room < 0:
            return f"{text[:place].rpartition(' ')[0] or text[:place]}…"
    return text


@login_not_required
@require_safe
@page_cache.cache_public_page
@or_gone
def brief(request, pk, slug):
    """The live text of a case, cut to two pages for printing."""
    live = live_revision(pk, Revision.objects.live().with_rows())
    if elsewhere := moved(request, live, "policies:brief"):
        return elsewhere
    context = case_context(live)
    indicators, sources = context["indicators"], context["sources"]
    context |= {
        "crumbs": [(live.title, live.case.get_absolute_url())],
        "texts": {name: fitted(getattr(live, name), room) for name, room in ROOM.items()},
        "rows": indicators[:MOST_ROWS],
        "further_rows": len(indicators[MOST_ROWS:]),
        "shown_sources": sources[:MOST_SOURCES],
        "further_sources": len(sources[MOST_SOURCES:]),
        "partners": [name for group in context["groups"] for name, *_rest in group.people],
        "today": timezone.localdate(),
        "contact": settings.CONTACT_EMAIL,
        "site": settings.SITE_URL,
    }
    return render(request, "policies/brief.html", context)
