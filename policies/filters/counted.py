"""Filters that a page offers with how many rows each choice would give."""

from typing import NamedTuple

from .strict import StrictFilterSet, without_empty


class Choice(NamedTuple):
    """One value of a filter, with how many rows it would give."""

    value: str
    label: str
    count: int
    chosen: bool


class FilterGroup(NamedTuple):
    """A filter as the page offers it."""

    name: str
    label: str
    choices: list[Choice]
    is_folded: bool

    @property
    def in_use(self):
        return any(choice.chosen for choice in self.choices)


class CountedFilterSet(StrictFilterSet):
    """Inside a filter any choice may match; different filters must all match.

    ``offered`` names the filters that the page shows with counts, ``folded`` those of them that are
    closed until they are in use. ``counts(name)`` of each list gives value of a filter -> rows; its own
    choice does not narrow its own counts.
    """

    offered = ()
    folded = frozenset()
    read_by_the_view = frozenset({"page"})

    def __init__(self, data, queryset):
        super().__init__(without_empty(data), queryset)

    def groups(self):
        """Return the filters with their choices: those that some row has, and the chosen ones."""
        return [
            FilterGroup(
                name, self.filters[name].label, list(self._choices(name)), name in self.folded
            )
            for name in self.offered
        ]

    def _choices(self, name):
        counts, chosen = self.counts(name), self.data.getlist(name)
        for value, label in self.form.fields[name].choices:
            if counts.get(value) or value in chosen:
                yield Choice(value, label, counts.get(value, 0), value in chosen)
