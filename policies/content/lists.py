"""Live revisions as lists show them: in a few queries, however many there are."""

from policies.models import Revision, Theme
from sdg.models import Target

from . import summary


def revisions(keys):
    """Return the live revisions among ``keys``, in this order, each with its summary; one query."""
    found = list(Revision.objects.live().for_lists().in_order(keys))
    summary.complete(found)
    return found


def read(keys):
    """Return the same with the names that cards show, in one more query.

    Each has ``listed_targets`` and the names ``listed_themes``, in the author's order.
    """
    found = revisions(keys)
    names = _names(_all(found, "targets"), _all(found, "themes"))
    for revision in found:
        stored = revision.list_summary
        codes = [code for code in stored["targets"] if code in names]
        slugs = [slug for slug in stored["themes"] if slug in names]
        revision.listed_targets = [
            Target(code=code, label=names[code][0], text=names[code][1]) for code in codes
        ]
        revision.listed_themes = [names[slug][0] for slug in slugs]
    return found


def _all(revisions, kind):
    return {key for revision in revisions for key in revision.list_summary[kind]}


def _names(codes, slugs):
    """Return (label, text) of targets by code and of themes by slug, read in one query."""
    if not codes and not slugs:
        return {}
    targets = Target.objects.filter(code__in=codes).order_by()
    themes = Theme.objects.filter(slug__in=slugs).order_by()
    rows = targets.values_list("code", "label", "text").union(
        themes.values_list("slug", "name", "description"), all=True
    )
    return {key: (label, text) for key, label, text in rows}
