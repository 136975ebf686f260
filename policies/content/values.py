"""Single values in the form in which files carry them: read and written by the type of their field.

Numbers are texts of plain decimals, so that no reader rounds them; what is not reported is null, or
an empty text where anything may be written.
"""

import re
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from citynet.web.text import clean_text
from policies.models.amounts import DIGITS
from policies.models.months import WRONG_YEAR, MonthField, YearField

MAX_SHOWN, MAX_NAMED = 60, 40  # characters of a wrong value, and right values, in a message
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
WEB = re.compile(r"https?://", re.IGNORECASE)
# Texts keep line breaks and tabs; other control characters, NUL among them, and halves of
# characters can neither be shown nor stored everywhere. In a file they mean that it is damaged.
FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def plain(number):
    """Return a decimal as text without exponent and without zeros at its end."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def serialized(value, empty):
    """Return what stands in a file for a value of a model; ``empty`` stands for an empty text."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n") or empty
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def empty(field):
    """Return what stands in a file where nothing is reported: "" for free text, else None."""
    is_text = isinstance(field, models.CharField | models.TextField)
    is_chosen = field.choices or isinstance(field, MonthField) or field.null
    return "" if is_text and not is_chosen else None


def clean(field, value, instance):
    """Return ``value`` from a file as the Python value for ``field`` of ``instance``.

    Raises ``ValidationError`` where it has the wrong type or breaks a rule of the field.
    """
    if isinstance(field, models.BooleanField):
        return _boolean(field, value)
    if isinstance(field, models.CharField | models.TextField):
        return _text(field, value, instance)
    if value is None or value == "":
        return field.clean(None, instance)
    for kind, read in READERS.items():
        if isinstance(field, kind):
            # Adding zero leaves no zero below zero.
            cleaned = field.clean(read(value), instance)
            return cleaned + 0 if kind is models.DecimalField else cleaned
    raise TypeError(f"No file carries a {type(field).__name__}.")


def text(value):
    """Return a text as it is stored: with line feeds only, and without what nobody can see.

    Unknown is empty. Raises ``ValidationError``.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(_("This must be a text."))
    found = FORBIDDEN.search(value)
    if found:
        code = f"U+{ord(found.group()):04X}"
        raise ValidationError(_("The character %(code)s is not allowed.") % {"code": code})
    return clean_text(value)


def _text(field, value, instance):
    value = text(value)
    if not value.strip():
        value = ""
    if value and field.choices:
        _check_choice(field, value)
    value = field.clean(value, instance)
    if value and isinstance(field, models.URLField) and not WEB.match(value):
        raise ValidationError(_("An address begins with http:// or https://."))
    return None if value == "" and field.null else value


def _check_choice(field, value):
    """Raise ``ValidationError`` with what may stand there, where ``value`` may not."""
    allowed = [str(each) for each, _label in field.flatchoices if each]
    if value in allowed:
        return
    shown = {"value": value[:MAX_SHOWN], "values": ", ".join(allowed)}
    if len(allowed) > MAX_NAMED:
        raise ValidationError(
            _("“%(value)s” is none of the codes of ISO 3166-1. Write two capital letters: FJ, KR.")
            % shown
        )
    raise ValidationError(
        _("“%(value)s” is not among the values that may stand here: %(values)s.") % shown
    )


def _boolean(field, value):
    if value is None:
        return None if field.null else False
    if isinstance(value, bool):
        return value
    raise ValidationError(_("This must be true or false."))


def _decimal(value):
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        value = Decimal(value)
    elif isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValidationError(_("Write a number in digits, with a point before decimals: 1250.5"))
    value = Decimal(value)
    if len(value.normalize().as_tuple().digits) > DIGITS:
        raise ValidationError(_("At most %(count)d digits can be kept.") % {"count": DIGITS})
    return value


def _date(value):
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise ValidationError(_("Write a date as a text: 2024-05-31."))
    return value


def _year(value):
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value, re.ASCII):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError(WRONG_YEAR)
    return value


def _whole_number(value):
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value, re.ASCII):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError(_("Write a whole number in digits."))
    return value


# A kind stands before those that it is one of.
READERS = {
    models.DecimalField: _decimal,
    models.DateField: _date,
    YearField: _year,
    models.IntegerField: _whole_number,
}
