"""The filters that the library's address is made of: each says what it does not understand."""

import re
from copy import copy
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django_filters import Filter

from members.models import Member

MAX_WORDS = 500
SHOWN_LENGTH = 80
FIRST_YEAR, LAST_YEAR = 1900, 2099

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
NOT_A_YEAR = _("Write a year from 1900 to 2099.")
NOT_A_PAGE = _("The page is a number from 1 up.")


class WordsField(forms.CharField):
    """Words to search for: control characters count as blanks, blanks in a row as one."""

    default_error_messages = {
        "max_length": _("Write at most %(limit_value)d characters (now %(show_value)d)."),
    }

    def __init__(self, **options):
        super().__init__(max_length=MAX_WORDS, **options)

    def to_python(self, value):
        return " ".join(CONTROL_CHARACTERS.sub(" ", value or "").split())


class AmountField(forms.DecimalField):
    """A number that is not negative; written plainly, without separators."""

    default_error_messages = {
        "invalid": _("Write a number without separators, for example 250000."),
        "min_value": _("Write a number from 0 up."),
    }

    def __init__(self, **options):
        super().__init__(min_value=0, **options)


class YearField(forms.IntegerField):
    """A year in which a policy may have started."""

    default_error_messages = dict.fromkeys(("invalid", "min_value", "max_value"), NOT_A_YEAR)

    def __init__(self, **options):
        super().__init__(min_value=FIRST_YEAR, max_value=LAST_YEAR, **options)


class PageField(forms.IntegerField):
    """The number of a page of a list, from 1."""

    default_error_messages = dict.fromkeys(("invalid", "min_value"), NOT_A_PAGE)

    def __init__(self, **options):
        super().__init__(min_value=1, **options)


class OptionField(forms.ChoiceField):
    """One of a few words, such as the sort order; nothing chosen is fine."""

    default_error_messages = {"invalid_choice": _("“%(value)s” is not one of the choices.")}

    def validate(self, value):
        if value and not self.valid_value(value):
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": shown(value)},
            )


class PartsField(forms.MultipleChoiceField):
    """The parts of the filters that are shown whole, each once."""

    widget = forms.MultipleHiddenInput

    def clean(self, value):
        """Return the names of the parts."""
        named = tuple(dict.fromkeys(filter(None, value or ())))
        known = {name for name, _label in self.choices}
        for each in named:
            if each not in known:
                raise ValidationError(
                    _("“%(value)s” is no part of the filters.") % {"value": shown(each)}
                )
        return named


class CityField(forms.CharField):
    """A city by its address, with cities close to it; nothing is fine."""

    def to_python(self, value):
        return CONTROL_CHARACTERS.sub(" ", value or "").strip()

    def clean(self, value):
        """Return the :class:`Member`, None where nothing is written."""
        slug = super().clean(value)
        if not slug:
            return None
        member = Member.objects.at(slug[:SHOWN_LENGTH]).first()
        if member is None:
            raise ValidationError(_("“%(city)s” is not a member.") % {"city": shown(slug)})
        if not member.population:
            raise ValidationError(
                _(
                    "The population of %(city)s is not on file, so no city can be said to be like it."
                )
                % {"city": member.name}
            )
        return member


class FacetField(forms.Field):
    """The chosen values of a facet, each once and in the order of the facet's choices.

    ``labels`` returns value -> label of those of some values that can be chosen.
    """

    widget = forms.MultipleHiddenInput
    default_error_messages = {
        "invalid_choice": _("“%(value)s” is not a choice of “%(facet)s”."),
    }

    def __init__(self, *, labels, **options):
        super().__init__(**options)
        self.labels = labels

    def to_python(self, value):
        chosen = dict.fromkeys(filter(None, value or ()))
        known = self.labels(chosen) if chosen else {}
        for each in chosen:
            if each not in known:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": shown(each), "facet": self.label},
                )
        return tuple(known)


class AddressFilter(Filter):
    """A filter that reads a part of an address; the filter sets of all requests have copies of it."""

    def __deepcopy__(self, memo):
        made = copy(self)
        made.extra = self.extra.copy()
        return made


class WordsFilter(AddressFilter):
    field_class = WordsField


class CityFilter(AddressFilter):
    field_class = CityField


class AmountFilter(AddressFilter):
    field_class = AmountField


class YearFilter(AddressFilter):
    field_class = YearField


class PageFilter(AddressFilter):
    field_class = PageField


class OptionFilter(AddressFilter):
    field_class = OptionField


class PartsFilter(AddressFilter):
    field_class = PartsField


class FacetFilter(AddressFilter):
    """The filter of a facet; its filter set knows the labels of what can be chosen."""

    field_class = FacetField

    @property
    def field(self):
        self.extra["labels"] = partial(self.parent.labels, self.field_name)
        return super().field


def shown(text):
    """Return what a person typed as it can stand in a sentence: on one line and not too long."""
    line = " ".join(CONTROL_CHARACTERS.sub(" ", text).split())
    return Truncator(line).chars(SHOWN_LENGTH)
