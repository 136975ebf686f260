"""Live revisions as lists show them: in a few queries, however many there are."""

from functools import cache

from policies.models import Revision

from . import summary
from .facets import Labels

# What apps that policies must not know tell of a case: name -> expression, seen from a revision. They
# register it in ``AppConfig.ready``; it is read in the query of the revisions themselves, for cards,
# and for the page of a case, which need not ask for what is not there.
ON_CARDS, ON_PAGES = {}, {}


def revisions(keys, among=None, also=()):
    """Return the live revisions among ``keys``, in this order, each with its summary; one query.

    ``among`` is a queryset of live revisions that has more to tell of them, ``also`` names further
    columns.
    """
    live = _live(also) if among is None else _with_summaries(among, also)
    found = list(live.in_order(keys))
    summary.complete(found)
    return found


def _with_summaries(live, also):
    return live.for_lists(*also).annotate(**ON_CARDS)


@cache
def _live(also):
    """Return the query that all lists begin with: to put it together takes longer than to ask it."""
    return _with_summaries(Revision.objects.live(), also)


def read(keys, labels=None, also=()):
    """Return the live revisions with these ``keys``, in that order, with the names that cards show;
    ``labels`` are those that the page has read already.

    Each has ``listed_targets`` and the names ``listed_themes``, in the author's order.
    """
    found = revisions(keys, also=also)
    if not found:
        return []
    labels = labels or Labels()
    targets = labels.targets(_all(found, "targets"))
    themes = labels.of("theme", _all(found, "themes"))
    for revision in found:
        stored = revision.list_summary
        revision.listed_targets = [targets[code] for code in stored["targets"] if code in targets]
        revision.listed_themes = [themes[slug] for slug in stored["themes"] if slug in themes]
    return found


def _all(revisions, kind):
    return {key for revision in revisions for key in revision.list_summary[kind]}
