"""The filters of the members' directory, all of them in the address and all of them strict."""

import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, MultipleChoiceFilter

from members.models import Member
from members.subregions import BY_SLUG, SUBREGIONS, subregion_of
from policies.content.bands import NONE, POPULATION

SORTS = {
    "name": _("Name"),
    "cases": _("Most policies"),
    "population": _("Largest population"),
}
MAX_WORDS = 200
FACETS = ("kind", "subregion", "country", "population", "status")
# Every parameter that the directory knows.
NAMES = frozenset({"q", "sort", "page", *FACETS})


def _population_conditions():
    """Band -> the members in it: its lower edge included, its upper one not."""
    edges = POPULATION.edges
    conditions = {NONE: Q(population__isnull=True)}
    for name, low, high in zip(POPULATION.names, [0, *edges], [*edges, None], strict=True):
        conditions[name] = Q(population__gte=low)
        if high is not None:
            conditions[name] &= Q(population__lt=high)
    return conditions


POPULATION_CONDITIONS = _population_conditions()


def folded(text):
    """Text as it is compared: without accents and capitals ("Đà Nẵng" and "da nang" are one)."""
    text = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d").replace("ı", "i")
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def names(member):
    """All that a member may be looked up by, folded."""
    return folded(f"{member.name} {member.local_name} {member.country_name}")


def countries():
    """The countries and areas that members come from, as choices in the order of their names."""
    codes = Member.objects.order_by().values_list("country", flat=True).distinct()
    named = {
        code: Member(country=code).country_name
        for code in codes
        if code and code not in settings.COUNTRIES_WITHOUT_LABEL
    }
    return sorted(named.items(), key=lambda choice: folded(choice[1]))


def subregions():
    """The UN M49 subregions as choices."""
    return [(subregion.slug, subregion.name) for subregion in SUBREGIONS]


def population_bands():
    """The bands of population as choices, and the one for what is not reported."""
    return [*POPULATION.choices, (NONE, _("Not reported"))]


@dataclass(frozen=True)
class Choice:
    """One value of a filter, with how many members it would give."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """A filter as the page offers it."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def in_use(self):
        return any(choice.chosen for choice in self.choices)


class MemberFilter(FilterSet):
    """Inside a filter any choice may match; different filters must all match.

    ``is_valid()`` is False for any value that is no choice: then nothing may be shown.
    """

    q = CharFilter(method="by_words", label=_("Name"), max_length=MAX_WORDS)
    kind = MultipleChoiceFilter(choices=Member.Kind.choices, label=_("Kind"))
    subregion = MultipleChoiceFilter(
        choices=subregions, method="by_subregion", label=_("Subregion")
    )
    country = MultipleChoiceFilter(choices=countries, label=_("Country or area"))
    population = MultipleChoiceFilter(
        choices=population_bands, method="by_population", label=_("Population")
    )
    status = MultipleChoiceFilter(choices=Member.Status.choices, label=_("Membership"))
    # The view sorts: it alone knows the number of cases.
    sort = ChoiceFilter(choices=list(SORTS.items()), method="unchanged", label=_("Sort by"))

    class Meta:
        model = Member
        fields = []

    def __init__(self, data, queryset):
        data = data.copy()
        for name in data:
            # A filter that is given without a value is not given.
            data.setlist(name, [value for value in data.getlist(name) if value])
        super().__init__(data, queryset)

    @cached_property
    def named(self):
        """Members with every word in their name, local name or country, whatever the accents."""
        words = folded(self.form.cleaned_data["q"]).split()
        if not words:
            return self.queryset
        found = [
            member.pk
            for member in self.queryset.only("name", "local_name", "country")
            if all(word in names(member) for word in words)
        ]
        return self.queryset.filter(pk__in=found)

    def by_words(self, members, name, value):
        return members.filter(pk__in=self.named.values("pk"))

    def by_subregion(self, members, name, values):
        codes = {code for slug in values for code in BY_SLUG[slug].countries}
        return members.filter(country__in=codes) if values else members

    def by_population(self, members, name, values):
        condition = Q()
        for band in values:
            condition |= POPULATION_CONDITIONS[band]
        return members.filter(condition)

    def unchanged(self, members, name, value):
        return members

    def facets(self):
        """The filters with their choices: those that some member has, and the chosen ones."""
        return [Facet(name, self.filters[name].label, list(self._choices(name))) for name in FACETS]

    def _choices(self, name):
        if not self.is_valid():
            # Nothing is counted, but what was chosen stays chosen.
            chosen = self.data.getlist(name)
            for value, label in self.form.fields[name].choices:
                yield Choice(value, label, 0, value in chosen)
            return
        counts = self.counts(name)
        chosen = self.form.cleaned_data[name]
        for value, label in self.form.fields[name].choices:
            if counts.get(value) or value in chosen:
                yield Choice(value, label, counts.get(value, 0), value in chosen)

    def counts(self, facet):
        """Members by value of a facet; its own choice does not narrow its own counts."""
        data = self.data.copy()
        data.setlist(facet, [])
        data.setlist("q", [])
        rows = type(self)(data, self.named).qs.order_by()
        return getattr(self, f"count_{facet}", self.count_field)(rows, facet)

    def count_field(self, rows, facet):
        return dict(rows.values_list(facet).annotate(Count("pk")))

    def count_subregion(self, rows, facet):
        counts = {}
        for code, number in self.count_field(rows, "country").items():
            subregion = subregion_of(code)
            if subregion:
                counts[subregion.slug] = counts.get(subregion.slug, 0) + number
        return counts

    def count_population(self, rows, facet):
        # Names of bands are no names of arguments, so they travel by number.
        bands = list(POPULATION_CONDITIONS.items())
        counted = rows.aggregate(
            **{
                f"band{i}": Count("pk", filter=condition)
                for i, (name, condition) in enumerate(bands)
            }
        )
        return {name: counted[f"band{i}"] for i, (name, condition) in enumerate(bands)}
