"""The filters of the list of adoptions, and what they find."""

from collections import Counter

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from citynet.web.text import is_key
from exchange.models import Adoption, AdoptionChange, AdoptionReport
from exchange.models.adoptions import Stage
from members.names import fold
from policies.content.bands import NONE
from policies.content.facets import NOT_REPORTED, Labels
from policies.filters.counted import CountedFilterSet
from policies.models import Contribution

MAX_WORDS = 200
NEWEST_REPORT = "report"
SORTS = {
    NEWEST_REPORT: _("Newest report"),
    "newest": _("Newest adoption"),
    "case": _("Name of the case"),
    "city": _("Name of the city"),
}
ORDER = {
    NEWEST_REPORT: [F("reported").desc(nulls_last=True), "-pk"],
    "newest": ["-published_at", "-pk"],
    "case": ["original_name", "pk"],
    "city": ["member__search_names", "pk"],
}


def _or_none(choices):
    return [*choices, (NONE, NOT_REPORTED)]


class FacetFilter(MultipleChoiceFilter):
    """A filter that is offered with counts: the ledger is narrowed by all of these together."""

    def filter(self, qs, value):
        return qs


class AdoptionFilter(CountedFilterSet):
    """Narrows and orders the adoptions.

    ``adoptions`` are those that may be read. Their facets are read once, in three queries, and
    counted here: each has several values of some, and its own choice does not narrow its own counts.
    """

    q = CharFilter(method="by_words", label=_("Words"), max_length=MAX_WORDS)
    stage = FacetFilter(choices=_or_none(Stage.choices), label=_("Stage"))
    compared = FacetFilter(
        choices=_or_none(AdoptionReport.Compared.choices), label=_("Compared with the original")
    )
    aspect = FacetFilter(choices=AdoptionChange.Aspect.choices, label=_("What was changed"))
    reason = FacetFilter(choices=_or_none(AdoptionChange.Reason.choices), label=_("Why"))
    goal = FacetFilter(label=_("Goal"))
    target = FacetFilter(label=_("Target"))
    country = FacetFilter(
        choices=lambda: [
            pair for pair in countries if pair[0] not in settings.COUNTRIES_WITHOUT_LABEL
        ],
        label=_("Country of the adopting city"),
    )
    member = CharFilter(field_name="member__slug", label=_("Adopting city"))
    origin = CharFilter(method="by_origin", label=_("City of the original"))
    case = CharFilter(method="by_case", label=_("Case"))
    sort = ChoiceFilter(choices=list(SORTS.items()), method="in_order", label=_("Sort by"))

    class Meta:
        model = Adoption
        fields = []

    offered = ("stage", "compared", "aspect", "reason", "goal", "target", "country")
    folded = frozenset({"goal", "target", "country"})

    def __init__(self, data, adoptions):
        adoptions = adoptions.with_reports().annotate(
            text=Coalesce("case__live", "case__merged_into__live"),
            original_name=Coalesce("case__live__title", "original_title"),
        )
        super().__init__(data, adoptions.order_by(*ORDER[NEWEST_REPORT]))
        labels = Labels()
        for name in ("goal", "target"):
            self.filters[name].extra["choices"] = list(labels.all(name).items())

    @property
    def sort_order(self):
        return self.form.cleaned_data.get("sort") or NEWEST_REPORT

    def by_words(self, adoptions, name, value):
        """Return the adoptions in whose words, originals and cities all the words occur."""
        for word in value.split():
            city = fold(word)
            adoptions = adoptions.filter(
                Q(original_name__icontains=word)
                | Q(original_title__icontains=word)
                | Q(kept__icontains=word)
                | Q(member__search_names__contains=city)
                | Q(case__member__search_names__contains=city)
                | Q(original_member__search_names__contains=city)
            )
        return adoptions

    def by_origin(self, adoptions, name, value):
        return adoptions.filter(
            Q(case__member__slug=value)
            | Q(case__merged_into__member__slug=value)
            | Q(case=None, original_member__slug=value)
        )

    def by_case(self, adoptions, name, value):
        if not is_key(value):
            return adoptions.none()
        return adoptions.filter(Q(case=value) | Q(case__merged_into=value))

    def in_order(self, adoptions, name, value):
        return adoptions.order_by(*ORDER[value])

    @cached_property
    def keys(self):
        """The adoptions that match everything, in the order that was asked for."""
        return self._matching(besides="")

    @cached_property
    def _values(self):
        """Adoption -> facet -> its values, of those that match what is no facet; in order."""
        values, of_text = {}, {}
        adoptions = self.qs.values_list("pk", "stage", "compared", "member__country", "text")
        for key, stage, compared, country, text in adoptions:
            values[key] = {
                "stage": {stage or NONE},
                "compared": {compared or NONE},
                "country": {country},
                "aspect": set(),
                "reason": set(),
            }
            targets, goals = of_text.setdefault(text, (set(), set()))
            values[key] |= {"target": targets, "goal": goals}
        changes = AdoptionChange.objects.filter(adoption__in=self.qs.order_by().values("pk"))
        for key, aspect, reason in changes.values_list("adoption", "aspect", "reason"):
            values[key]["aspect"].add(aspect)
            values[key]["reason"].add(reason or NONE)
        serves = Contribution.objects.filter(revision__in=of_text.keys() - {None})
        for text, code in serves.values_list("revision", "target"):
            targets, goals = of_text[text]
            targets.add(code)
            goals.add(code.partition(".")[0])
        return values

    def _matching(self, besides):
        """Return the keys that match the chosen facets, without regard to the one named."""
        chosen = {
            name: set(self.form.cleaned_data.get(name) or ())
            for name in self.offered
            if name != besides
        }
        return [
            key
            for key, values in self._values.items()
            if all(not wanted or wanted & values[name] for name, wanted in chosen.items())
        ]

    def counts(self, name):
        """Return value of a filter -> adoptions; beside a mistake nothing is counted."""
        found = self._matching(besides=name) if self.is_valid() else ()
        return Counter(value for key in found for value in self._values[key][name])

    @property
    def hidden(self):
        """(name, value) of what is asked for beside the facets and the words: by links."""
        return [
            (name, value)
            for name in ("member", "origin", "case")
            for value in self.data.getlist(name)
        ]
