"""The filters beside the list: which choices to offer, each with how many cases it would give.

Plain data for ``templates/jinja2/filter_panel.html``.
"""

from collections import defaultdict
from dataclasses import dataclass
from heapq import nlargest
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citynet.web.formats import number
from citynet.web.languages import cached_per_language
from members.subregions import subregion_of
from policies.content.bands import NONE
from policies.content.facets import FACETS_BY_NAME

from .library import RANGES

# So many members are offered, those with the most cases.
MAX_MEMBERS = 40
LAST_DIGITS = 100


@dataclass(frozen=True)
class FilterGroup:
    """One part of the panel: its facets, its exact range, and whether it is open at first."""

    facets: tuple[str, ...]
    label: str = ""
    range: str = ""
    is_open: bool = False

    @property
    def heading(self):
        return self.label or FACETS_BY_NAME[self.facets[0]].label


GROUPS = (
    FilterGroup(("goal", "target"), gettext_lazy("Goal and target"), is_open=True),
    FilterGroup(("theme",), is_open=True),
    FilterGroup(("subregion", "country"), gettext_lazy("Subregion and country")),
    FilterGroup(("member",)),
    FilterGroup(("kind",)),
    FilterGroup(("stage",), is_open=True),
    FilterGroup(("budget",), gettext_lazy("Budget in USD"), range="budget", is_open=True),
    FilterGroup(("basis",)),
    FilterGroup(("scale",)),
    FilterGroup(("staff",), range="staff"),
    FilterGroup(("duration",)),
    FilterGroup((), gettext_lazy("Year of the start"), range="start"),
    FilterGroup(("population",)),
    FilterGroup(("funding",)),
    FilterGroup(("stakeholder",)),
    FilterGroup(("evidence",)),
    FilterGroup(("reporter",)),
    FilterGroup(("provenance",)),
    FilterGroup(("language",)),
)


class Choice(NamedTuple):
    """A box: a value of a facet, with how many cases it would give as a number and its noun.

    Both are empty where nothing was counted.
    """

    facet: str
    value: str
    label: str
    number: str = ""
    noun: str = ""
    is_chosen: bool = False


class Tree(NamedTuple):
    """Choices under a heading of their own; ``goal`` is the number of a goal, for its colour."""

    label: str
    number: str
    noun: str
    choices: list[Choice]
    goal: str = ""

    @property
    def is_open(self):
        return any(choice.is_chosen for choice in self.choices)


class FilterPanel:
    """The panel for a ``LibraryFilter``.

    ``counts`` are those of the answer: facet name -> value -> number of cases. Where nothing was
    searched, ``has_numbers`` is False: the choices are offered without a number.
    """

    def __init__(self, filters, counts, *, has_numbers=True):
        self.filters = filters
        self.counts = counts
        self.matches = Matches() if has_numbers else defaultdict(lambda: ("", ""))

    def groups(self):
        """Return what the template shows of each group with something to choose or a mistake."""
        return [found for group in GROUPS if (found := self._group(group))]

    def _group(self, group):
        errors, ends = self.filters.errors, RANGES.get(group.range, ())
        trees, choices = self._offered(group)
        mistakes = [(name, errors[name][0]) for name in group.facets if name in errors]
        if not (trees or choices or ends or mistakes):
            return None
        in_use = any(
            name in self.filters.values or name in errors for name in (*group.facets, *ends)
        )
        return {
            "heading": group.heading,
            "is_open": group.is_open or in_use,
            "mistakes": mistakes,
            "trees": trees,
            "choices": choices,
            "ends": [self._end(name) for name in ends],
        }

    def _end(self, name):
        """Return an end of an exact range: what was typed, and what is wrong with it."""
        return {
            "name": name,
            "label": self.filters.filters[name].label,
            "value": self.filters.data.get(name, ""),
            "mistake": next(iter(self.filters.errors.get(name, ())), ""),
        }

    def _offered(self, group):
        """Return the trees of a group, and the choices below them."""
        if group.facets == ("goal", "target"):
            return self._goals()
        if group.facets == ("subregion", "country"):
            return self._places()
        return [], [choice for facet in group.facets for choice in self._choices(facet)]

    def _choices(self, facet):
        """Return the choices that some case has, and the chosen ones."""
        counts = self.counts.get(facet, {})
        chosen = self.filters.chosen.get(facet, ())
        # Many members: those with the most cases.
        offered = nlargest(MAX_MEMBERS, counts, counts.get) if facet == "member" else counts
        labels = self.filters.labels(facet, {*offered, *chosen})
        return [
            Choice(facet, value, label, *self.matches[counts.get(value, 0)], value in chosen)
            for value, label in labels.items()
        ]

    def _goals(self):
        targets = {}
        for choice in self._choices("target"):
            targets.setdefault(choice.value.partition(".")[0], []).append(choice)
        trees, without_goal = self._trees("goal", targets, _("Any target of Goal %(value)s"))
        trees = [tree._replace(goal=value) for value, tree in trees.items()]
        # Not offered beside its goal, where it says the same, but it may have been chosen.
        without_target = [choice for choice in targets.get(NONE, ()) if choice.is_chosen]
        return trees, without_goal + without_target

    def _places(self):
        countries = {}
        for choice in self._choices("country"):
            subregion = subregion_of(choice.value)
            countries.setdefault(subregion.slug if subregion else NONE, []).append(choice)
        trees, nowhere = self._trees("subregion", countries, _("Anywhere in %(label)s"))
        return list(trees.values()), nowhere + countries.get(NONE, [])

    def _trees(self, facet, rows, whole):
        """Return value -> tree of a facet over the ``rows`` of its values, and "none" as a choice.

        The first choice of each tree is named by ``whole``.
        """
        offered = {choice.value: choice for choice in self._choices(facet)}
        trees, none = {}, [offered[NONE]] if NONE in offered else []
        # A row may be chosen although no case is left above it.
        for value, label in self.filters.labels(facet, {*offered, *rows} - {NONE}).items():
            choice = offered.get(value) or Choice(facet, value, label, *self.matches[0])
            first = choice._replace(label=whole % {"value": value, "label": label})
            choices = [first, *rows.get(value, ())]
            trees[value] = Tree(label, choice.number, choice.noun, choices)
        return trees, none


class Matches(dict):
    """Number of cases -> how it is written and the noun after it."""

    def __missing__(self, count):
        # Below a million no language's plural looks at more than the last two digits.
        like = count if count < LAST_DIGITS else LAST_DIGITS + count % LAST_DIGITS
        self[count] = found = (number(count), _noun(like))
        return found


@cached_per_language
def _noun(count):
    """Return the word that screen readers hear after the number beside a choice."""
    return ngettext("match", "matches", count)
