"""Live revisions as lists show them: in a few queries, however many there are."""

from functools import cache
from types import SimpleNamespace

from members.models import Member
from policies.models import CaseStudy, Revision
from policies.models.querysets import LISTED

from . import summary
from .facets import Labels

# What apps that policies must not know tell of a case, which they register in ``AppConfig.ready``. For
# cards: name -> function that returns what is known by case; pages of lists have no time for another
# query, so it is a ``citynet.web.recent.Recent``. For the page of a case: name -> expression, seen from
# a revision, so that the page need not ask for what is not there.
ON_CARDS, ON_PAGES = {}, {}
CASE, MEMBER = "case__", "case__member__"


class ListedMember(SimpleNamespace):
    """What lists show of a member."""

    iso_code, country_code, country_name = (
        Member.iso_code,
        Member.country_code,
        Member.country_name,
    )
    get_absolute_url = Member.get_absolute_url


class ListedCase(SimpleNamespace):
    """What lists show of a case."""

    get_absolute_url = CaseStudy.get_absolute_url


class ListedRevision(SimpleNamespace):
    """What lists show of a live revision, under the names of the models: to make models of its row, of
    its case and of its member takes longer than to read them."""

    RIGHT_TO_LEFT, direction = Revision.RIGHT_TO_LEFT, Revision.direction
    # Why it was found: see policies.filters.explanation.
    passage, because = None, ()


def revisions(keys, among=None):
    """Return the live revisions among ``keys``, in this order, each with its summary; one query.

    ``among`` is a queryset of live revisions that has more to tell of them.
    """
    live = Revision.objects.live() if among is None else among
    found = list(live.for_lists().in_order(keys))
    summary.complete(found)
    return found


def read(keys, labels=None, also=()):
    """Return a :class:`ListedRevision` of each live revision with these ``keys``, in that order, with the
    names that cards show; ``labels`` are those that the page has read already.

    Each has ``listed_targets`` and the names ``listed_themes``, in the author's order. ``also`` names
    further columns.
    """
    found = _rows(keys, also)
    if not found:
        return []
    summary.complete(found)
    labels = labels or Labels()
    targets = labels.targets(_all(found, "targets"))
    themes = labels.of("theme", _all(found, "themes"))
    told = {name: tell() for name, tell in ON_CARDS.items()}
    for revision in found:
        stored = revision.list_summary
        revision.listed_targets = [targets[code] for code in stored["targets"] if code in targets]
        revision.listed_themes = [themes[slug] for slug in stored["themes"] if slug in themes]
        for name, by_case in told.items():
            setattr(revision, name, by_case.get(revision.case.pk))
    return found


def _rows(keys, also):
    found = {row["pk"]: _listed(row) for row in _live(also).filter(pk__in=set(keys))}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


@cache
def _live(also):
    """Return the query that all lists begin with: to put it together takes longer than to ask it."""
    return Revision.objects.live().order_by().values("pk", "case", *LISTED, *also)


def _listed(row):
    """Return a row as a revision with its case and member."""
    revision, case, member = {}, {"pk": row["case"]}, {}
    for name, value in row.items():
        if name.startswith(MEMBER):
            member[name.removeprefix(MEMBER)] = value
        elif name.startswith(CASE):
            case[name.removeprefix(CASE)] = value
        else:
            revision[name] = value
    case = ListedCase(**case, member=ListedMember(**member))
    return ListedRevision(**revision | {"case": case, "case_id": case.pk})


def _all(revisions, kind):
    return {key for revision in revisions for key in revision.list_summary[kind]}
