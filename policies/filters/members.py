"""The filters of the members' directory; the database answers."""

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from members.models import Member
from members.subregions import BY_SLUG, subregion_of
from policies.content.bands import NONE, POPULATION
from policies.content.facets import FACETS_BY_NAME, NOT_REPORTED

from .counted import CountedFilterSet

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


class MemberFilter(CountedFilterSet):
    """Narrows and orders the directory."""

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

    offered = ("kind", "subregion", "country", "population", "status")
    folded = frozenset({"country"})

    def __init__(self, data):
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

    def counts(self, name):
        """Return value of a filter -> members; beside a mistake nothing narrows them."""
        members = Member.objects.order_by()
        narrowing = self.form.cleaned_data if self.is_valid() else {}
        for other, value in narrowing.items():
            if other not in (name, "sort"):
                members = self.filters[other].filter(members, value)
        return getattr(self, f"count_{name}", self.count_field)(members, name)

    def count_field(self, members, name):
        return dict(members.order_by().values_list(name).annotate(Count("pk")))

    def count_subregion(self, members, name):
        counts = {}
        for code, number in self.count_field(members, "country").items():
            subregion = subregion_of(code)
            if subregion:
                counts[subregion.slug] = counts.get(subregion.slug, 0) + number
        return counts

    def count_population(self, members, name):
        # Names of bands are no names of arguments, so they travel by number.
        bands = list(POPULATION_CONDITIONS.items())
        counted = members.aggregate(
            **{
                f"band{i}": Count("pk", filter=condition)
                for i, (_band, condition) in enumerate(bands)
            }
        )
        return {band: counted[f"band{i}"] for i, (band, _condition) in enumerate(bands)}
