"""The filters of the library: words, facets, exact ranges, order, view and page.

All state of a search is in the address. ``LibraryFilter.values`` holds it in one order, so that the
same search always has the same address. The search index answers, not the database.
"""

from urllib.parse import urlencode

from django import forms
from django.core.validators import slug_re
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from citynet.web.addresses import address
from members import traits
from members.models import FormerAddress
from members.subregions import SUBREGIONS
from policies.content.facets import FACETS, Labels
from policies.models import FormerTheme, Revision
from policies.search.query import SORTS, Question, ask
from policies.search.understanding import GOALS
from sdg.models import plain_code

from .fields import (
    MAX_WORDS,
    AmountFilter,
    CityFilter,
    FacetFilter,
    OptionFilter,
    PageFilter,
    PartsFilter,
    WordsField,
    WordsFilter,
    YearFilter,
)
from .strict import StrictFilterSet

PER_PAGE = 20
LIST, TABLE, MAP = "list", "table", "map"
WORDS_ONLY = "no"
MEANINGS = {WORDS_ONLY: _("Words only, not what they mean")}
VIEWS = {LIST: _("List"), TABLE: _("Table"), MAP: _("Map")}
LET_IN = "in"
UNKNOWN = {LET_IN: _("Let in, at the end")}
NEWEST, RELEVANCE = "newest", "relevance"
# Parts of the filters that are long: their choices are written where something in them is chosen, or
# where they are asked for by "open".
MEMBERS = "member"
PARTS = {
    **{f"goal-{number}": _("Targets of a goal") for number in GOALS},
    **{f"subregion-{each.slug}": _("Countries of a subregion") for each in SUBREGIONS},
    MEMBERS: _("All members"),
}

# Exact ranges: the name in a Question -> the two parameters in the address.
RANGES = {
    "budget": ("budget_min", "budget_max"),
    "staff": ("staff_min", "staff_max"),
    "start": ("start_from", "start_to"),
}

# Filters whose values are slugs that may have changed, and where the former ones are kept.
FORMER = {"member": FormerAddress, "theme": FormerTheme}


class LibraryForm(forms.Form):
    """Reads the address; the upper end of a range may not lie below the lower."""

    def clean(self):
        data = self.cleaned_data
        for low, high in RANGES.values():
            if None not in (data.get(low), data.get(high)) and data[low] > data[high]:
                self.add_error(high, _("The upper end is below the lower end."))
        return data


class LibraryFilter(StrictFilterSet):
    """Reads the query of a list, feed or export: one filter for each facet, and those below.

    Names that are given twice count once, the last time, except facets, which take many values.
    ``answer`` is what the index says to ``question()``.
    """

    q = WordsFilter(label=_("Words, a sentence, a city or a target, in any language"))
    meaning = OptionFilter(label=_("Meaning"), choices=list(MEANINGS.items()))
    like = CityFilter(label=_("Cities like"))
    budget_min = AmountFilter(label=_("Smallest budget in USD"), max_digits=20, decimal_places=2)
    budget_max = AmountFilter(label=_("Largest budget in USD"), max_digits=20, decimal_places=2)
    staff_min = AmountFilter(label=_("Smallest staff in FTE"), max_digits=9, decimal_places=1)
    staff_max = AmountFilter(label=_("Largest staff in FTE"), max_digits=9, decimal_places=1)
    start_from = YearFilter(label=_("Started in or after"))
    start_to = YearFilter(label=_("Started in or before"))
    unknown = OptionFilter(label=_("What is not reported"), choices=list(UNKNOWN.items()))
    sort = OptionFilter(label=_("Sort by"), choices=list(SORTS.items()))
    view = OptionFilter(label=_("View"), choices=list(VIEWS.items()))
    page = PageFilter(label=_("Page"))
    open = PartsFilter(label=_("Filters shown whole"), choices=list(PARTS.items()))

    class Meta:
        model = Revision
        fields = []
        form = LibraryForm

    def __init__(self, data):
        super().__init__(data, Revision.objects.all())
        self.known_labels = Labels()

    @classmethod
    def get_filters(cls):
        """Return the filters in the order of every address, the facets after the words."""
        filters = super().get_filters()
        facets = {
            facet.name: FacetFilter(field_name=facet.name, label=facet.label) for facet in FACETS
        }
        return {"q": filters["q"], **facets, **filters}

    def get_form_class(self):
        """Return a form of what is in the address: most of the filters are not in use."""
        fields = {
            name: each.field
            for name, each in self.filters.items()
            if name == "q" or name in self.data
        }
        return type(LibraryForm)("LibraryForm", (LibraryForm,), fields)

    def filter_queryset(self, revisions):
        """Return the cases of this page, not in their order: ``answer.ids`` has it."""
        return revisions.live().filter(pk__in=self.answer.ids)

    @cached_property
    def answer(self):
        """What the index says; ask only where the address is understood."""
        return ask(self.question())

    def labels(self, name, values):
        """Return value -> label of those of ``values`` that can be chosen from a facet."""
        return self.known_labels.of(name, values)

    def label_of(self, name, value):
        """Return the label of a value of a facet, or the value where it has none."""
        return self.labels(name, (value,)).get(value, value)

    def moved_query(self):
        """Return the query with the present slugs of members that were renamed or merged and of themes
        that were merged, and with values as they are written; None where nothing is to be changed."""
        query = self.data.copy()
        for facet in FACETS:
            if typed := self.data.getlist(facet.name):
                query.setlist(facet.name, [self._as_written(facet.name, each) for each in typed])
        for name, model in FORMER.items():
            slugs = query.getlist(name)
            former = model.objects.filter(slug__in=filter(slug_re.match, slugs))
            present = dict(former.values_list("slug", f"{name}__slug"))
            if present:
                query.setlist(name, list(dict.fromkeys(present.get(each, each) for each in slugs)))
        return query.urlencode() if query != self.data else None

    def _as_written(self, name, value):
        """Return a value in the letters of the facet's own: "VN" for "vn", "16.a" for "16.A"."""
        forms = (value, value.strip().lower(), value.strip().upper(), plain_code(value.strip()))
        known = self.labels(name, forms)
        return next((form for form in forms if form in known), value)

    @property
    def cleaned(self):
        """Name of a filter -> its value, of those that were understood."""
        return self.form.cleaned_data

    @property
    def words(self):
        """The words to search for; "" where there are none."""
        return self.cleaned.get("q", "")

    @cached_property
    def typed_words(self):
        """The words as typed, for the field: without control characters, cut where too long."""
        return WordsField().to_python(self.data.get("q", ""))[:MAX_WORDS]

    @property
    def default_sort(self):
        return RELEVANCE if self.words else NEWEST

    @property
    def sort_order(self):
        """The sort order in use: without words nothing can be the best match."""
        sort = self.cleaned.get("sort")
        return self.default_sort if not sort or sort == RELEVANCE else sort

    @cached_property
    def lets_unknown_in(self):
        """Whether what does not state a limited figure is let in; without a limit nothing is left out."""
        limited = Question(chosen=self.chosen, ranges=self.ranges).limited
        return bool(limited) and self.cleaned.get("unknown") == LET_IN

    @property
    def view_name(self):
        return self.cleaned.get("view") or LIST

    @property
    def opened(self):
        """The parts of the filters that are shown whole; they say nothing of what is searched."""
        return self.cleaned.get("open", ())

    @property
    def by_meaning(self):
        """Whether the words are also searched by what they mean."""
        return self.cleaned.get("meaning") != WORDS_ONLY

    @property
    def page_number(self):
        """The number of the page of results, from 1."""
        return self.cleaned.get("page") or 1

    @cached_property
    def chosen(self):
        """Facet name -> the chosen values, only where something is chosen."""
        found = {facet.name: self.cleaned.get(facet.name) for facet in FACETS}
        return {name: values for name, values in found.items() if values}

    @cached_property
    def ranges(self):
        """Range name -> (lowest, highest), only where at least one end is given."""
        found = {
            name: (self.cleaned.get(low), self.cleaned.get(high))
            for name, (low, high) in RANGES.items()
        }
        return {name: ends for name, ends in found.items() if ends != (None, None)}

    @cached_property
    def cities_like(self):
        """The addresses of the cities close to the one that is named; None where none is."""
        city = self.cleaned.get("like")
        return None if city is None else tuple(each.slug for each in traits.close_to(city))

    @property
    def has_empty_ends(self):
        """Whether the address carries fields of ranges that were left empty, as a sent form does."""
        return any(self.data.get(name) == "" for ends in RANGES.values() for name in ends)

    @property
    def is_narrowed(self):
        """Whether words, facets or ranges leave anything out."""
        return bool(self.words or self.chosen or self.ranges or self.cleaned.get("like"))

    @property
    def has_words_alone(self):
        """Whether this is the first page of an answer to words and their meaning, which nothing else
        narrows."""
        is_first = self.by_meaning and self.page_number == 1
        others = self.chosen or self.ranges or self.cleaned.get("like")
        return bool(self.words and is_first and not others)

    def question(self, *, offset=None, limit=PER_PAGE):
        """Return what to ask the search engine for this page; ``limit`` rows from ``offset``."""
        return Question(
            words=self.words,
            chosen=self.chosen,
            ranges=self.ranges,
            sort=self.sort_order,
            offset=(self.page_number - 1) * PER_PAGE if offset is None else offset,
            limit=limit,
            with_unknown=self.lets_unknown_in,
            by_meaning=self.by_meaning,
            of_members=self.cities_like,
        )

    @cached_property
    def values(self):
        """Parameter -> its values as text, in the order of every address; defaults are left out."""
        values = {"q": (self.words,)} if self.words else {}
        values |= self.chosen
        if city := self.cleaned.get("like"):
            values["like"] = (city.slug,)
        for low, high in RANGES.values():
            for name in (low, high):
                if self.cleaned.get(name) is not None:
                    values[name] = (plain(self.cleaned[name]),)
        if self.lets_unknown_in:
            values["unknown"] = (LET_IN,)
        if self.words and not self.by_meaning:
            values["meaning"] = (WORDS_ONLY,)
        if self.sort_order != self.default_sort:
            values["sort"] = (self.sort_order,)
        if self.view_name != LIST:
            values["view"] = (self.view_name,)
        if self.page_number > 1:
            values["page"] = (str(self.page_number),)
        return values

    def query(self, **changes):
        """Return the query of an address, without "?": this search with some parameters replaced.

        A parameter is dropped by ``name=()``. The page is dropped unless it is among the changes.
        """
        values = {**self.values, "page": (), **changes}
        return urlencode(
            [(name, value) for name in self.filters if name in values for value in values[name]]
        )

    def address(self, **changes):
        """Return the address of the list for this search, with some parameters replaced."""
        query = self.query(**changes)
        return self.path + ("?" + query if query else "")

    @cached_property
    def path(self):
        """The address of the list without its query; asked for by every link of a page."""
        return address("policies:list")


def plain(number):
    """Return a number as it stands in an address: 250000, 2.5, 2013."""
    return f"{number.normalize() + 0:f}" if hasattr(number, "normalize") else str(number)
