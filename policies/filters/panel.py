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

from .library import MEMBERS, RANGES

# So many members are offered at first, those with the most cases; a button leads to all of them.
FIRST_MEMBERS = 12
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

    Both are empty where nothing was counted. What has choices ``below`` it has them left out, as None,
    until somebody asks for the ``part`` of the filters that they are, "goal-11"; ``whole`` says what
    they are. ``goal`` is the number of a goal, for its colour.
    """

    facet: str
    value: str
    label: str
    number: str = ""
    noun: str = ""
    is_chosen: bool = False
    goal: str = ""
    part: str = ""
    whole: str = ""
    below: list | None = None


class FilterPanel:
    """The panel for a ``LibraryFilter``.

    ``counts`` are those of the answer: facet name -> value -> number of cases. Where nothing was
    searched, ``has_numbers`` is False: the choices are offered without a number.
    """

    def __init__(self, filters, counts, *, has_numbers=True):
        self.filters = filters
        self.counts = counts
        self.matches = Matches() if has_numbers else defaultdict(lambda: ("", ""))
        # The parts that are shown whole: asked for, or with something chosen in them.
        chosen = filters.chosen
        self.open = {
            *filters.opened,
            *(f"goal-{goal}" for goal in chosen.get("goal", ())),
            *(f"goal-{_goal(target)}" for target in chosen.get("target", ())),
            *(f"subregion-{subregion}" for subregion in chosen.get("subregion", ())),
            *(f"subregion-{_subregion(country)}" for country in chosen.get("country", ())),
        }

    def groups(self):
        """Return what the template shows of each group with something to choose or a mistake."""
        return [found for group in GROUPS if (found := self._group(group))]

    def _group(self, group):
        errors, ends = self.filters.errors, RANGES.get(group.range, ())
        choices = self._offered(group)
        mistakes = [(name, errors[name][0]) for name in group.facets if name in errors]
        if not (choices or ends or mistakes):
            return None
        in_use = any(
            name in self.filters.values or name in errors for name in (*group.facets, *ends)
        ) or any(part.partition("-")[0] in group.facets for part in self.filters.opened)
        return {
            "heading": group.heading,
            "is_open": group.is_open or in_use,
            "mistakes": mistakes,
            "choices": choices,
            "part": MEMBERS if group.facets == (MEMBERS,) else "",
            "more": self._more() if group.facets == (MEMBERS,) else "",
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
        """Return the choices of a group."""
        if group.facets == ("goal", "target"):
            return self._goals()
        if group.facets == ("subregion", "country"):
            return self._places()
        return [choice for facet in group.facets for choice in self._choices(facet)]

    def _more(self):
        """Return what the button says that asks for all members; "" where they are all there."""
        count = len(self.counts.get(MEMBERS, ()))
        if MEMBERS in self.open or count <= FIRST_MEMBERS:
            return ""
        return _("All %(count)s members") % {"count": number(count)}

    def _choices(self, facet, among=None):
        """Return the choices that some case has, and the chosen ones; those of ``among`` where only
        some are wanted."""
        counts = self.counts.get(facet, {})
        chosen = self.filters.chosen.get(facet, ())
        offered = counts
        if among is not None:
            offered = [value for value in among if counts.get(value)]
        elif facet == MEMBERS and MEMBERS not in self.open:
            offered = nlargest(FIRST_MEMBERS, counts, counts.get)
        labels = self.filters.labels(facet, {*offered, *chosen})
        return [
            Choice(facet, value, label, *self.matches[counts.get(value, 0)], value in chosen)
            for value, label in labels.items()
        ]

    def _goals(self):
        offered = [
            target
            for target in self.counts.get("target", {})
            if f"goal-{_goal(target)}" in self.open
        ]
        targets = _by(lambda choice: _goal(choice.value), self._choices("target", offered))
        goals = self._with_parts("goal", targets, _("Targets of Goal %(value)s"))
        goals = [goal._replace(goal=goal.value) if goal.part else goal for goal in goals]
        # Not offered beside its goal, where it says the same, but it may have been chosen.
        return goals + [choice for choice in targets.get(NONE, ()) if choice.is_chosen]

    def _places(self):
        offered = [
            country
            for country in self.counts.get("country", {})
            if (where := _subregion(country)) == NONE or f"subregion-{where}" in self.open
        ]
        countries = _by(lambda choice: _subregion(choice.value), self._choices("country", offered))
        whole = _("Countries and areas of %(label)s")
        return self._with_parts("subregion", countries, whole) + countries.get(NONE, [])

    def _with_parts(self, facet, rows, whole):
        """Return the choices of a facet, each with those of ``rows`` below it; "none" at the end.

        ``whole`` says what is below a value.
        """
        offered = {choice.value: choice for choice in self._choices(facet)}
        none = [offered[NONE]] if NONE in offered else []
        found = []
        # A row may be chosen although no case is left above it.
        for value, label in self.filters.labels(facet, {*offered, *rows} - {NONE}).items():
            choice = offered.get(value) or Choice(facet, value, label, *self.matches[0])
            part, said = f"{facet}-{value}", whole % {"value": value, "label": label}
            below = rows.get(value, []) if part in self.open else None
            found.append(choice._replace(part=part, whole=said, below=below))
        return found + none


def _goal(target):
    """Return the number of the goal of a target: "11" of "11.b"."""
    return target.partition(".")[0]


def _subregion(country):
    """Return the subregion of a country as it stands in addresses; "none" for none."""
    found = subregion_of(country)
    return found.slug if found else NONE


def _by(key, choices):
    """Return the choices by a key, in their order."""
    found = defaultdict(list)
    for choice in choices:
        found[key(choice)].append(choice)
    return found


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
