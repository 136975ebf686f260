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
    targets, themes = _names(_all(found, "targets"), _all(found, "themes"))
    for revision in found:
        stored = revision.list_summary
        revision.listed_targets = [targets[code] for code in stored["targets"] if code in targets]
        revision.listed_themes = [themes[slug] for slug in stored["themes"] if slug in themes]
    return found


def _all(revisions, kind):
    return {key for revision in revisions for key in revision.list_summary[kind]}


def _names(codes, slugs):
    """Return the targets by code and the names of themes by slug, read in one query."""
    if not codes and not slugs:
        return {}, {}
    targets = Target.objects.filter(code__in=codes).order_by()
    themes = Theme.objects.filter(slug__in=slugs).order_by()
    rows = targets.values_list("code", "label", "text").union(
        themes.values_list("slug", "name", "description"), all=True
    )
    found = {key: (label, text) for key, label, text in rows}
    # One object a target, whose page's address is then found once for all cards.
    targets = {
        code: Target(code=code, label=label, text=text)
        for code, (label, text) in found.items()
        if code in codes
    }
    return targets, {slug: name for slug, (name, _text) in found.items() if slug in slugs}
