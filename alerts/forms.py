from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from policies.filters.active import in_words
from policies.filters.library import LibraryFilter

from .models import SavedSearch, Watch

MAX_QUERY = 2000


class SearchForm(forms.Form):
    """The name of a saved search, and how often its news are told."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("For yourself, as it is called in mails."),
    )
    every = forms.ChoiceField(
        label=_("Tell me of new policies"),
        choices=SavedSearch.Every.choices,
        initial=SavedSearch.Every.WEEK,
        help_text=_(
            "With everything else that is new for you, in one mail. Without news there is none."
        ),
    )


class WatchForm(forms.Form):
    """News that concern one's members."""

    kinds = forms.MultipleChoiceField(
        label=_("Tell me every week of"),
        choices=Watch.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def search_of(query):
    """Return (the query of the one address of a search, the search in words); None where it is not
    understood."""
    if len(query) > MAX_QUERY:
        return None
    filters = LibraryFilter(QueryDict(query))
    if not filters.is_valid():
        return None
    kept = filters.query(sort=(), view=(), page=())
    return kept, in_words(filters)
