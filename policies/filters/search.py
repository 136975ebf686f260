"""The search form: it reads an address, refuses what it does not know, and writes addresses again.

All state of a search is in the address. ``SearchForm.values`` holds it in one order, so that the
same search always has the same address.
"""

import re
from functools import partial
from urllib.parse import urlencode

from django import forms
from django.core.validators import slug_re
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from members.models import FormerAddress, Member
from policies.content.facets import FACETS, FACETS_BY_NAME
from policies.content.formats import remembered
from policies.models import FormerTheme
from policies.search.query import SORTS, Question

from .fields import MAX_WORDS, AmountField, FacetField, OptionField, WordsField, YearField, shown

PER_PAGE = 20
LIST, TABLE, MAP = "list", "table", "map"
VIEWS = {LIST: _("List"), TABLE: _("Table"), MAP: _("Map")}
NEWEST, RELEVANCE = "newest", "relevance"

# Exact ranges: the name in a Question -> the two parameters in the address.
RANGES = {
    "budget": ("budget_min", "budget_max"),
    "staff": ("staff_min", "staff_max"),
    "start": ("start_from", "start_to"),
}

# The choices of all other facets are the same for as long as the process lives.
FIXED = frozenset(FACETS_BY_NAME) - {"goal", "target", "theme", "member", "country"}

# Filters whose values are slugs that may have changed, and where the former ones are kept.
FORMER = {"member": FormerAddress, "theme": FormerTheme}

# Added to links by newsletters and social networks; every other unknown name is refused.
TRACKING = re.compile(r"utm_\w+|\w*clid|mc_[ce]id")


class SharedFields(dict):
    """Fields that all forms of a class have in common, since nobody changes them; Django would copy
    them for each form, which takes longer than to read a whole address."""

    def __deepcopy__(self, memo):
        return self


class SearchForm(forms.Form):
    """Reads the query of a list, feed or export.

    ``is_valid()`` is False for anything unknown or malformed: then nothing may be searched. Names
    that are given twice count once, the last time, except facets, which take many values. ``fields``
    has the words and what else is in the address.
    """

    q = WordsField()
    budget_min = AmountField(_("Smallest budget in USD"), max_digits=20, decimal_places=2)
    budget_max = AmountField(_("Largest budget in USD"), max_digits=20, decimal_places=2)
    staff_min = AmountField(_("Smallest staff in FTE"), max_digits=9, decimal_places=1)
    staff_max = AmountField(_("Largest staff in FTE"), max_digits=9, decimal_places=1)
    start_from = YearField(_("Started in or after"))
    start_to = YearField(_("Started in or before"))
    sort = OptionField(_("Sort by"), SORTS)
    view = OptionField(_("View"), VIEWS)
    page = forms.IntegerField(
        required=False,
        min_value=1,
        label=_("Page"),
        error_messages={
            "invalid": _("The page is a number from 1 up."),
            "min_value": _("The page is a number from 1 up."),
        },
    )

    def __init__(self, data):
        super().__init__(data)
        self._labels = {}
        self.fields = {
            name: field for name, field in self.fields.items() if name == "q" or name in data
        }
        for facet in FACETS:
            if facet.name in data:
                self.fields[facet.name] = FacetField(facet, partial(self.labels, facet.name))

    def labels(self, name):
        """Value -> label of all that can be chosen from a facet, read once a form."""
        if name not in self._labels:
            labels = _fixed_labels(name) if name in FIXED else FACETS_BY_NAME[name].labels()
            self._labels[name] = self._with_newest_members(labels) if name == "member" else labels
        return self._labels[name]

    def _with_newest_members(self, labels):
        """The labels of members are kept for a while; one that was just added may be chosen too."""
        missing = set(self.data.getlist("member")) - {*labels, ""}
        if not missing:
            return labels
        return labels | dict(
            Member.objects.filter(slug__in=filter(slug_re.match, missing)).values_list(
                "slug", "name"
            )
        )

    def moved_query(self):
        """The query with the present slugs of members that were renamed or merged and of themes that
        were merged; None where none of these is in it."""
        query = self.data.copy()
        for name, model in FORMER.items():
            slugs = self.data.getlist(name)
            former = model.objects.filter(slug__in=filter(slug_re.match, slugs))
            present = dict(former.values_list("slug", f"{name}__slug"))
            if present:
                query.setlist(name, list(dict.fromkeys(present.get(each, each) for each in slugs)))
        return query.urlencode() if query != self.data else None

    def clean(self):
        data = self.cleaned_data
        for low, high in RANGES.values():
            if None not in (data.get(low), data.get(high)) and data[low] > data[high]:
                self.add_error(high, _("The upper end is below the lower end."))
        for name in self.data:
            if name not in self.fields and not TRACKING.fullmatch(name):
                message = _("There is no filter named “%(name)s”.") % {"name": shown(name)}
                self.add_error(None, message)
        return data

    @property
    def words(self):
        """The words to search for; "" where there are none."""
        return self.cleaned_data.get("q", "")

    @property
    def default_sort(self):
        return RELEVANCE if self.words else NEWEST

    @property
    def sort_order(self):
        """The sort order in use: without words nothing can be the best match."""
        sort = self.cleaned_data.get("sort")
        return self.default_sort if not sort or sort == RELEVANCE else sort

    @property
    def view_name(self):
        return self.cleaned_data.get("view") or LIST

    @property
    def page_number(self):
        """The number of the page of results, from 1."""
        return self.cleaned_data.get("page") or 1

    @cached_property
    def chosen(self):
        """Facet name -> the chosen values, only where something is chosen."""
        found = {facet.name: self.cleaned_data.get(facet.name) for facet in FACETS}
        return {name: values for name, values in found.items() if values}

    @cached_property
    def ranges(self):
        """Range name -> (lowest, highest), only where at least one end is given."""
        found = {
            name: (self.cleaned_data.get(low), self.cleaned_data.get(high))
            for name, (low, high) in RANGES.items()
        }
        return {name: ends for name, ends in found.items() if ends != (None, None)}

    @property
    def has_empty_ends(self):
        """Whether the address carries fields of ranges that were left empty, as a sent form does."""
        return any(self.data.get(name) == "" for ends in RANGES.values() for name in ends)

    @property
    def is_narrowed(self):
        """Whether words, facets or ranges leave anything out."""
        return bool(self.words or self.chosen or self.ranges)

    def question(self, *, offset=None, limit=PER_PAGE):
        """What to ask the search engine for this page; ``limit`` rows from ``offset``."""
        return Question(
            words=self.words,
            chosen=self.chosen,
            ranges=self.ranges,
            sort=self.sort_order,
            offset=(self.page_number - 1) * PER_PAGE if offset is None else offset,
            limit=limit,
        )

    @cached_property
    def values(self):
        """Parameter -> its values as text, in the order of every address; defaults are left out."""
        values = {"q": (self.words,)} if self.words else {}
        values |= self.chosen
        for low, high in RANGES.values():
            for name in (low, high):
                if self.cleaned_data.get(name) is not None:
                    values[name] = (plain(self.cleaned_data[name]),)
        if self.sort_order != self.default_sort:
            values["sort"] = (self.sort_order,)
        if self.view_name != LIST:
            values["view"] = (self.view_name,)
        if self.page_number > 1:
            values["page"] = (str(self.page_number),)
        return values

    def query(self, **changes):
        """The query of an address, without "?": this search with some parameters replaced.

        A parameter is dropped by ``name=()``. The page is dropped unless it is among the changes.
        """
        values = {**self.values, "page": (), **changes}
        return urlencode(
            [
                (name, value)
                for name in self.fields_in_order
                if name in values
                for value in values[name]
            ]
        )

    def address(self, **changes):
        """The address of the list for this search, with some parameters replaced."""
        query = self.query(**changes)
        return self.path + ("?" + query if query else "")

    @cached_property
    def path(self):
        """The address of the list without its query; asked for by every link of a page."""
        return _address_of_the_list()

    @cached_property
    def fields_in_order(self):
        """Names of all parameters in the order of every address."""
        ends = [name for pair in RANGES.values() for name in pair]
        return ["q", *FACETS_BY_NAME, *ends, "sort", "view", "page"]


SearchForm.base_fields = SharedFields(SearchForm.base_fields)


@remembered
def _address_of_the_list():
    return reverse("policies:list")


@remembered
def _fixed_labels(name):
    """The labels of a facet whose choices are always the same, as text in one language."""
    return {value: str(label) for value, label in FACETS_BY_NAME[name].labels().items()}


def typed_words(form):
    """The words as they were typed, for the field: without control characters, cut where too long."""
    return WordsField().to_python(form.data.get("q", ""))[:MAX_WORDS]


def plain(number):
    """A number as it stands in an address: 250000, 2.5, 2013."""
    return f"{number.normalize() + 0:f}" if hasattr(number, "normalize") else str(number)
