"""What stands in the address of the members' directory; the database answers."""

from typing import NamedTuple

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from members.models import Member
from members.subregions import BY_SLUG, subregion_of
from policies.content.bands import NONE, POPULATION
from policies.content.facets import FACETS_BY_NAME, NOT_REPORTED

from .strict import StrictFilterSet

BEST = "relevance"
SORTS = {
    BEST: _("Best match"),
    "name": _("Name"),
    "cases": _("Most policies"),
    "population": _("Largest population"),
}
ORDER = {
    "name": ["search_names", "pk"],
    "cases": ["-case_count", "search_names", "pk"],
    "population": [F("population").desc(nulls_last=True), "search_names", "pk"],
}
MAX_WORDS = 200
FACETS = ("kind", "subregion", "country", "population", "status")


def _population_conditions():
    """Return band -> the members in it: its lower edge included, its upper one not."""
    edges = POPULATION.edges
    conditions = {NONE: Q(population__isnull=True)}
    for name, low, high in zip(POPULATION.names, [0, *edges], [*edges, None], strict=True):
        conditions[name] = Q(population__gte=low)
        if high is not None:
            conditions[name] &= Q(population__lt=high)
    return conditions


POPULATION_CONDITIONS = _population_conditions()


class Choice(NamedTuple):
    """One value of a filter, with how many members it would give."""

    value: str
    label: str
    count: int
    chosen: bool


class FilterGroup(NamedTuple):
    """A filter as the page offers it."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def in_use(self):
        return any(choice.chosen for choice in self.choices)


class MemberFilter(StrictFilterSet):
    """Inside a filter any choice may match; different filters must all match."""

    q = CharFilter(method="by_words", label=_("Name"), max_length=MAX_WORDS)
    kind = MultipleChoiceFilter(choices=Member.Kind.choices, label=_("Kind"), distinct=False)
    subregion = MultipleChoiceFilter(
        choices=FACETS_BY_NAME["subregion"].options, method="by_subregion", label=_("Subregion")
    )
    country = MultipleChoiceFilter(
        choices=FACETS_BY_NAME["country"].options, label=_("Country or area"), distinct=False
    )
    population = MultipleChoiceFilter(
        choices=[*POPULATION.choices, (NONE, NOT_REPORTED)],
        method="by_population",
        label=_("Population"),
    )
    status = MultipleChoiceFilter(
        choices=Member.Status.choices, label=_("Membership"), distinct=False
    )
    sort = ChoiceFilter(choices=list(SORTS.items()), method="in_order", label=_("Sort by"))

    class Meta:
        model = Member
        fields = []

    read_by_the_view = frozenset({"page"})

    def __init__(self, data):
        data = data.copy()
        for name in data:
            # A filter that is given without a value is not given.
            data.setlist(name, [value for value in data.getlist(name) if value])
        super().__init__(data, Member.objects.with_case_counts().order_by(*ORDER["name"]))

    @property
    def sort_order(self):
        return self.form.cleaned_data.get("sort") or (BEST if self.words else "name")

    @property
    def words(self):
        """What was typed; "" where it was nothing or too long."""
        return self.form.cleaned_data.get("q") or ""

    @property
    def sorts(self):
        """Return the orders that can be chosen: the best match needs words."""
        return {name: label for name, label in SORTS.items() if self.words or name != BEST}

    def by_words(self, members, name, value):
        """Return the members that the words name; without another order the best fit first."""
        return members.named(value)

    def by_subregion(self, members, name, values):
        codes = {code for slug in values for code in BY_SLUG[slug].countries}
        return members.filter(country__in=codes)

    def by_population(self, members, name, values):
        condition = Q()
        for band in values:
            condition |= POPULATION_CONDITIONS[band]
        return members.filter(condition)

    def in_order(self, members, name, value):
        return members if value == BEST else members.order_by(*ORDER[value])

    def groups(self):
        """Return the filters with their choices: those that some member has, and the chosen ones."""
        return [
            FilterGroup(name, self.filters[name].label, list(self._choices(name)))
            for name in FACETS
        ]

    def _choices(self, name):
        counts = self.counts(name)
        chosen = self.data.getlist(name)
        for value, label in self.form.fields[name].choices:
            if counts.get(value) or value in chosen:
                yield Choice(value, label, counts.get(value, 0), value in chosen)

    def counts(self, facet):
        """Return members by value of a facet; its own choice does not narrow its own counts.

        Beside a mistake nothing narrows them.
        """
        members = Member.objects.order_by()
        narrowing = self.form.cleaned_data if self.is_valid() else {}
        for name, value in narrowing.items():
            if name not in (facet, "sort"):
                members = self.filters[name].filter(members, value)
        return getattr(self, f"count_{facet}", self.count_field)(members, facet)

    def count_field(self, members, facet):
        return dict(members.order_by().values_list(facet).annotate(Count("pk")))

    def count_subregion(self, members, facet):
        counts = {}
        for code, number in self.count_field(members, "country").items():
            subregion = subregion_of(code)
            if subregion:
                counts[subregion.slug] = counts.get(subregion.slug, 0) + number
        return counts

    def count_population(self, members, facet):
        # Names of bands are no names of arguments, so they travel by number.
        bands = list(POPULATION_CONDITIONS.items())
        counted = members.aggregate(
            **{
                f"band{i}": Count("pk", filter=condition)
                for i, (name, condition) in enumerate(bands)
            }
        )
        return {name: counted[f"band{i}"] for i, (name, condition) in enumerate(bands)}
