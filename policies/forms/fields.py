"""Fields that accept exactly what the models hold, in the way that people write it."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.functional import keep_lazy_text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citynet.web.formats import number
from citynet.web.text import clean_text
from policies.content import languages, parsing, values
from policies.content.fields import SHORTEST_PROSE
from policies.content.formats import in_words
from policies.content.values import plain
from policies.models import months
from policies.models.amounts import Qualifier
from policies.models.months import MonthField, YearField

LONG_TEXT = 5000  # characters from which a field is given room for a whole story
LONG_LINE = 200  # and from which one of a row is given room for a sentence
SHAPELESS = frozenset({"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"})
BLANK_PATTERN = "\u2800"  # of Braille
# What word processors and slides put before the lines of a list; U+F0B7 and its like are signs of
# symbol fonts, "o" and "§" what is left of such signs before a tab.
BULLETS = r"(?:[-*–—•·‣◦▪▫●○■□►➢➔✓✔\uf0b7\uf0a7\uf0d8\uf076\uf0fc])"
LISTED = re.compile(rf"^[ \t]*(?:{BULLETS}[ \t]+|[o§][ ]*\t[ \t]*)(?=\S)", re.MULTILINE)
CENTS = 2  # decimals of amounts of money
LONGEST_INTERPRETED = 2000  # characters of a number, date, series or address


@keep_lazy_text
def hint(text, example):
    """Return the help of a field: what a good answer is, and an example of one."""
    return render_to_string("policies/hint.html", {"text": text, "example": example})


QUALIFIER = hint(
    gettext_lazy("Where the source says “about”, “at least” or “at most”."),
    gettext_lazy("“About”."),
)
SOURCE_NUMBER = hint(
    gettext_lazy("Which of the sources of the case says so, by its place in their list."), "1"
)


class ValueField(forms.CharField):
    """A text, number, year, month or date, cleaned by the rules of the model field behind it.

    They are those of the interchange format, so that what is written here can be exported and
    imported. Unknown is allowed unless the field is ``required``.
    """

    default_error_messages = {"required": gettext_lazy("This is needed.")}

    def __init__(self, *, model_field, **kwargs):
        # The model field has the rules on length.
        super().__init__(strip=True, **kwargs)
        self.model_field = model_field
        self.validators = []
        self.written_currency = ""  # beside an amount

    @property
    def is_money(self):
        """Whether it is an amount of money: the only numbers with two decimals."""
        field = self.model_field
        return isinstance(field, models.DecimalField) and field.decimal_places == CENTS

    @property
    def is_interpreted(self):
        """Whether what is stored may look different from what was typed."""
        field = self.model_field
        is_text = isinstance(field, models.TextField | models.CharField)
        return (
            not is_text
            or isinstance(field, MonthField | models.URLField)
            or field.name.endswith("currency")
        )

    def get_bound_field(self, form, field_name):
        return ValueBoundField(form, self, field_name)

    def clean(self, value):
        text = clean_text(self.to_python(value)).strip()
        if not says_something(text):
            text = ""
        self.written_currency = ""
        if not text:
            self.validate(text)
            return None if self.model_field.null else ""
        return values.clean(self.model_field, self._understood(text), None)

    def _understood(self, text):
        """Return what was typed in the form in which files carry it. Raises ``ValidationError``."""
        field = self.model_field
        if self.is_interpreted and len(text) > LONGEST_INTERPRETED:
            # What reads numbers and dates takes long for long texts.
            raise ValidationError(
                _("Write it in at most %(count)d characters.") % {"count": LONGEST_INTERPRETED}
            )
        read = next((read for kind, read in READERS if isinstance(field, kind)), None)
        if read:
            return read(text)
        if isinstance(field, models.DecimalField):
            if not self.is_money:
                return parsing.number(text, field.decimal_places)
            amount = parsing.amount(text, CENTS)
            self.written_currency = amount.currency
            return amount.value
        if field.name.endswith("currency"):
            return parsing.currency(text)
        if isinstance(field, models.URLField):
            text = parsing.link(text)
        elif isinstance(field, models.TextField):
            text = with_lists(text)
        self._check_length(text)
        return text

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            whole, point, part = parsing.clear(value).partition(".")
            return f"{int(whole):,}{point}{part}" if abs(value) >= 1 else plain(value)
        return value

    def understood(self, value, currency=""):
        """Return a value in the way in which it cannot be mistaken: "1,284,500 VND (1 million 284
        thousand 500)", "April 2013"."""
        if isinstance(self.model_field, MonthField):
            return months.label(value)
        if isinstance(value, Decimal | int):
            if isinstance(self.model_field, YearField):
                return str(value)
            shown = number(value)
            if self.is_money and currency:
                shown = f"{shown} {currency}"
            words = in_words(value)
            if not words:
                return shown
            return _("%(number)s (%(words)s)") % {"number": shown, "words": words}
        return date_format(value) if isinstance(value, date) else str(value)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def _check_length(self, text):
        most = longest(self.model_field)
        # A code of three letters that has four is not too long but wrong.
        if most and most >= SHORTEST_PROSE and len(text) > most:
            raise ValidationError(
                _(
                    "At most %(most)d characters fit here; these are %(count)d. Nothing is lost: "
                    "shorten the text and save again."
                )
                % {"most": most, "count": len(text)}
            )


def _day(text):
    return parsing.date(text).isoformat()


# A kind stands before those that it is one of.
READERS = (
    (MonthField, parsing.month),
    (models.DateField, _day),
    (YearField, parsing.year),
    (models.IntegerField, parsing.whole),
)


class ValueBoundField(forms.BoundField):
    """A field that says how it was understood."""

    @property
    def echo(self):
        """Return how a value was understood, or "" where it can be read in no other way.

        An amount is always repeated with its currency, which stands in another field, and a number
        from a thousand up in words, as separators mean different things to readers.
        """
        value = self.understood_value
        if value in (None, ""):
            return ""
        if self._is_plain(value) and not (self.field.is_money or self._has_words(value)):
            return ""
        currency = "USD" if self.name.endswith("_usd") else self.form.currency_of_amounts()
        return _("= %(value)s") % {"value": self.field.understood(value, currency)}

    @property
    def was_reworded(self):
        """Whether it was written in another way than the one in which it is repeated."""
        value = self.understood_value
        return value not in (None, "") and not self._is_plain(value)

    def _is_plain(self, value):
        shown = number(value) if isinstance(value, Decimal | int) else self.field.understood(value)
        return _without_separators(self.value()) in {*map(_without_separators, (value, shown))}

    def _has_words(self, value):
        return not isinstance(self.field.model_field, YearField) and bool(
            in_words(value) if isinstance(value, Decimal | int) else ""
        )

    @property
    def understood_value(self):
        """Return the value that is stored, or as which what was typed is understood; None for none."""
        if self.is_hidden or self.errors or not self.field.is_interpreted:
            return None
        if self.form.is_bound:
            return self.form.cleaned_data.get(self.name)
        if not isinstance(self.initial, str):
            return self.initial
        try:
            # What was typed, after a button that only moves rows.
            return self.field.clean(self.initial)
        except ValidationError:
            return None


def _without_separators(value):
    """Return a value as it is compared with what was typed: separators alone make no difference."""
    return "" if value is None else str(value).replace(",", "").strip()


def with_lists(text):
    """Return a text in which the bullets of word processors are those of a list here: "- "."""
    return LISTED.sub("- ", text)


def says_something(text):
    """Return whether a text shows anything: characters without a shape, or blanks, do not."""
    return any(
        unicodedata.category(char) not in SHAPELESS and char != BLANK_PATTERN for char in text
    )


def longest(field):
    """Return how many characters a model field of text takes, or None where it sets no limit."""
    limits = [field.max_length] if field.max_length else []
    limits += [
        each.limit_value for each in field.validators if isinstance(each, MaxLengthValidator)
    ]
    return min(limits, default=None)


def form_field(db_field, **kwargs):
    """Return the form field for a model field: ``formfield_callback`` of every form here."""
    if db_field.choices:
        field = db_field.formfield(**kwargs)
        if db_field.blank:
            # Nobody reports how exact a figure is: without a word it is simply the figure.
            none = _("As stated") if db_field.choices == Qualifier.choices else _("Not reported")
            field.choices = [("", none), *db_field.choices]
        elif field.choices[0][0] == "":
            field.choices = [("", _("Choose")), *db_field.choices]
        return languages.in_order(field) if db_field.name == "language" else field
    kwargs.setdefault("label", _label(db_field))
    kwargs.setdefault("help_text", db_field.help_text)
    kwargs.setdefault("required", not db_field.blank)
    return ValueField(
        model_field=db_field, widget=kwargs.pop("widget", None) or _widget(db_field), **kwargs
    )


def _label(db_field):
    return db_field.verbose_name[:1].upper() + db_field.verbose_name[1:]


def _widget(db_field):
    if isinstance(db_field, models.DecimalField):
        return forms.TextInput(attrs={"inputmode": "decimal", "class": "num"})
    if isinstance(db_field, models.IntegerField):
        return forms.TextInput(attrs={"inputmode": "numeric", "class": "num"})
    if isinstance(db_field, models.DateField):
        return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    # No maxlength: browsers cut what is pasted without a word. The script counts instead.
    attrs = {"dir": "auto", "data-most": longest(db_field)}
    if isinstance(db_field, models.TextField):
        return forms.Textarea(attrs=attrs | {"rows": 10 if attrs["data-most"] > LONG_TEXT else 4})
    if isinstance(db_field, models.URLField):
        attrs = {"inputmode": "url", "data-most": longest(db_field)}
    if attrs["data-most"] >= LONG_LINE:
        attrs["class"] = "long"
    return forms.TextInput(attrs=attrs)
