"""Fields of the search form: each says what it does not understand, and keeps nothing of it."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

MAX_WORDS = 500
SHOWN_LENGTH = 80
FIRST_YEAR, LAST_YEAR = 1900, 2099

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class WordsField(forms.CharField):
    """Words to search for: control characters count as blanks, blanks in a row as one."""

    def __init__(self):
        super().__init__(
            required=False,
            max_length=MAX_WORDS,
            label=_("Words, city or target"),
            error_messages={
                "max_length": _("Write at most %(limit_value)d characters (now %(show_value)d)."),
            },
        )

    def to_python(self, value):
        return " ".join(CONTROL_CHARACTERS.sub(" ", value or "").split())


class AmountField(forms.DecimalField):
    """A number that is not negative; written plainly, without separators."""

    def __init__(self, label, *, max_digits, decimal_places):
        super().__init__(
            required=False,
            label=label,
            min_value=0,
            max_digits=max_digits,
            decimal_places=decimal_places,
            error_messages={
                "invalid": _("Write a number without separators, for example 250000."),
                "min_value": _("Write a number from 0 up."),
            },
        )


class YearField(forms.IntegerField):
    """A year in which a policy may have started."""

    def __init__(self, label):
        message = _("Write a year from 1900 to 2099.")
        super().__init__(
            required=False,
            label=label,
            min_value=FIRST_YEAR,
            max_value=LAST_YEAR,
            error_messages={"invalid": message, "min_value": message, "max_value": message},
        )


class OptionField(forms.ChoiceField):
    """One of a few words, such as the sort order; nothing chosen is fine."""

    def __init__(self, label, choices):
        super().__init__(
            required=False,
            label=label,
            choices=list(choices.items()),
            error_messages={"invalid_choice": _("“%(value)s” is not one of the choices.")},
        )

    def validate(self, value):
        if value and not self.valid_value(value):
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": shown(value)},
            )


class FacetField(forms.Field):
    """The chosen values of a facet, each once and in the order of the facet's choices.

    ``labels`` gives value -> label of all that can be chosen.
    """

    widget = forms.MultipleHiddenInput

    def __init__(self, facet, labels):
        super().__init__(required=False, label=facet.label)
        self.labels = labels

    def to_python(self, value):
        chosen = dict.fromkeys(filter(None, value or ()))
        if not chosen:
            return ()
        known = self.labels()
        for each in chosen:
            if each not in known:
                message = _("“%(value)s” is not a choice of “%(facet)s”.")
                params = {"value": shown(each), "facet": self.label}
                raise ValidationError(message, code="invalid_choice", params=params)
        return tuple(each for each in known if each in chosen)


def shown(text):
    """What a person typed, as it can stand in a sentence: on one line and not too long."""
    line = " ".join(CONTROL_CHARACTERS.sub(" ", text).split())
    # Cutting reads a text letter by letter, and most are short enough.
    if len(line) <= SHOWN_LENGTH and line.isascii():
        return line
    return Truncator(line).chars(SHOWN_LENGTH)
