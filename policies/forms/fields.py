"""Fields that accept exactly what the models hold, in the way that people write it."""

import re
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.content import values
from policies.content.fields import SHORTEST_PROSE
from policies.content.values import plain

# 13,000,000 or 13 000 000: groups of three, whatever parts them.
GROUPED = re.compile(r"-?[0-9]{1,3}(?:[,'’ \u00a0\u2009\u202f][0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
LONG_TEXT = 5000  # characters from which a field is given room for a whole story
LONG_LINE = 200  # and from which one of a row is given room for a sentence
SHAPELESS = frozenset({"Cf", "Zs", "Zl", "Zp"})
SEPARATORS = re.compile(r"[,'’ \u00a0\u2009\u202f]")

_hint = lazy(
    lambda text, label, example: format_html(
        '{} <span class="example">{} {}</span>', text, label, example
    ),
    str,
)


def hint(text, example):
    """Return the help of a field: what a good answer is, and an example of one."""
    return _hint(text, gettext_lazy("For example:"), example)


class ValueField(forms.CharField):
    """A text, number, year, month or date, cleaned by the rules of the model field behind it.

    They are those of the interchange format, so that what is written here can be exported and
    imported. Unknown is allowed unless the field is ``required``.
    """

    default_error_messages = {"required": gettext_lazy("This is needed.")}

    def __init__(self, *, model_field, **kwargs):
        # The model field has the rules on length; NUL is refused with all control characters.
        super().__init__(strip=True, **kwargs)
        self.model_field = model_field
        self.validators = []

    def clean(self, value):
        text = self.to_python(value)
        if not says_something(text):
            text = ""
        if not text:
            self.validate(text)
            return None if self.model_field.null else ""
        if isinstance(self.model_field, models.TextField | models.CharField):
            self._check_length(text)
        elif GROUPED.fullmatch(text):
            text = SEPARATORS.sub("", text)
        if self.model_field.name == "budget_currency":
            text = text.upper()
        return values.clean(self.model_field, text, None)

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            whole, point, part = plain(value).partition(".")
            return f"{int(whole):,}{point}{part}" if abs(value) >= 1 else plain(value)
        return value

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


def says_something(text):
    """Return whether a text shows anything: characters without a shape, or blanks, do not."""
    return any(unicodedata.category(char) not in SHAPELESS for char in text)


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
            field.choices = [("", _("Not reported")), *db_field.choices]
        elif field.choices[0][0] == "":
            field.choices = [("", _("Choose")), *db_field.choices]
        return field
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
