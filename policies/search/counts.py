"""How many live cases there are, by goal, target, member and place.

The search engine counts 100,000 cases in milliseconds. While it has no readable index, the
database counts: slower, with the same result.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q

from citynet.web.text import order_key
from members.models import Member
from members.subregions import BY_SLUG, SUBREGIONS, subregion_of
from policies.models import Revision
from sdg.models import Goal

from .query import Question, ask

# Cases from which a cell has its goal's full colour.
FULL_COLOUR = 5
# How a live revision leads to a value of each facet that the database can count.
PATHS = {
    "goal": "contributions__target__goal",
    "target": "contributions__target",
    "member": "case__member__slug",
    "country": "case__member__country",
}
# The same for the further members of joint cases.
JOINT_PATHS = {
    "member": "joint_members__member__slug",
    "country": "joint_members__member__country",
}


@dataclass(frozen=True)
class Counts:
    """Numbers of live cases, in all and by value of a facet, and the newest of them.

    ``total`` and ``newest`` are about the cases that have the chosen value. The facet of that value
    itself is counted as if nothing had been chosen.
    """

    total: int
    by_facet: Mapping[str, Mapping[str, int]]
    newest: list[int] = field(default_factory=list)

    def of(self, facet):
        """Return the counts of one facet by value, without values that no case has."""
        return {value: n for value, n in self.by_facet.get(facet, {}).items() if n}


def count_cases(*, newest=0, **chosen):
    """Return counts of the live cases, or those with one ``chosen`` value (``goal=11``, ``member="suva"``).

    ``newest`` is how many keys of revisions to return as well, those published last first.
    """
    chosen = {name: (str(value),) for name, value in chosen.items()}
    answer = ask(Question(chosen=chosen, limit=newest))
    if answer.available:
        return Counts(total=answer.total, by_facet=answer.counts, newest=answer.ids)
    return _from_database(chosen, newest)


def goals_with_counts(counts):
    """Return the goals with their targets; a goal has ``case_count``, ``covered`` and ``rows``.

    ``covered`` is the number of its targets with a case, ``rows`` the targets, each with
    ``case_count`` and ``heat``.
    """
    goals = list(Goal.objects.prefetch_related("targets"))
    numbers = counts.of("goal")
    for goal in goals:
        goal.case_count = numbers.get(str(goal.number), 0)
        goal.rows = with_counts(goal.targets.all(), counts)
        goal.covered = sum(1 for target in goal.rows if target.case_count)
    return goals


def with_counts(targets, counts):
    """Return the targets, each with ``case_count`` and the class ``heat`` of its colour."""
    targets, numbers = list(targets), counts.by_facet.get("target", {})
    for target in targets:
        target.case_count = numbers.get(target.code, 0)
        target.heat = heat(target.case_count)
    return targets


def heat(number):
    """Return the class of a coloured cell with so many cases: none, 1, 2 to 4, or 5 and more."""
    if not number:
        return ""
    if number == 1:
        return "x1"
    return "x2" if number < FULL_COLOUR else "x3"


def members_with_counts(counts):
    """Return members with live cases, those with most cases first, each with ``case_count``."""
    by_slug = counts.of("member")
    members = list(Member.objects.filter(slug__in=by_slug))
    for member in members:
        member.case_count = by_slug[member.slug]
    return sorted(members, key=lambda member: (-member.case_count, order_key(member.name)))


def subregions_with_cases(counts):
    """Return the subregions that live cases come from, in the order of the list of subregions."""
    return [subregion for subregion in SUBREGIONS if counts.of("subregion").get(subregion.slug)]


def _from_database(chosen, newest):
    counts = {}
    for facet in PATHS:
        others = {name: values for name, values in chosen.items() if name != facet}
        counts[facet] = _count(_narrowed(others), facet)
    rows = _narrowed({name: values for name, values in chosen.items() if name != "subregion"})
    counts["subregion"] = _count(rows, "country", _subregion)
    for code in settings.COUNTRIES_WITHOUT_LABEL:
        counts["country"].pop(code, None)
    rows = _narrowed(chosen)
    # As the search engine orders them: the last published first, of one moment the later start.
    newest_first = rows.order_by("-decided_at", "-start", "pk").values_list("pk", flat=True)
    return Counts(total=rows.count(), by_facet=counts, newest=list(newest_first[:newest]))


def _subregion(code):
    subregion = subregion_of(code)
    return subregion.slug if subregion else ""


def _count(rows, facet, value_of=str):
    """Return how many of these revisions there are by value; a joint case counts once for each value
    of its members."""
    counts, path, joint = Counter(), PATHS[facet], JOINT_PATHS.get(facet)
    for found, number in rows.count_by(path).items():
        counts[value_of(found)] += number
    if joint:
        pairs = rows.filter(joint_members__isnull=False).values_list("pk", path, joint)
        more = {
            (key, value_of(other))
            for key, lead, other in pairs
            if value_of(other) != value_of(lead)
        }
        counts.update(value for _key, value in more)
    counts.pop("", None)
    return counts


def _narrowed(chosen):
    rows = Revision.objects.live()
    for facet, values in chosen.items():
        stored = "country" if facet == "subregion" else facet
        wanted = BY_SLUG[values[0]].countries if facet == "subregion" else values
        # A subquery, so that no case is counted twice and no join narrows what is counted later.
        having = Q(**{f"{PATHS[stored]}__in": wanted})
        if stored in JOINT_PATHS:
            having |= Q(**{f"{JOINT_PATHS[stored]}__in": wanted})
        rows = rows.filter(pk__in=Revision.objects.filter(having).values("pk"))
    return rows
