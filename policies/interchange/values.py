"""Single values of a line, cleaned by the model field that will hold them."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from policies.models.amounts import DIGITS
from policies.models.months import MonthField

DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}")
WEB = re.compile(r"https?://", re.IGNORECASE)
# Texts keep line breaks and tabs; other control characters, NUL among them, and halves of
# characters can neither be shown nor stored everywhere.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
YEARS = range(1900, 2100)


def clean(field, value, instance):
    """``value`` from a line as the Python value for ``field`` of ``instance``.

    Raises ``ValidationError`` where it has the wrong type or breaks a rule of the field.
    """
    if isinstance(field, models.BooleanField):
        return _boolean(value)
    if isinstance(field, models.CharField | models.TextField):
        return _text(field, value, instance)
    if value is None or value == "":
        return field.clean(None, instance)
    if isinstance(field, models.DecimalField):
        return _decimal(field, value, instance)
    if isinstance(field, models.DateField):
        if not isinstance(value, str) or not DATE.fullmatch(value):
            raise ValidationError(_("Write a date as a text: 2024-05-31."))
        return field.clean(value, instance)
    return field.clean(_year(value), instance)


def text(value):
    """A text with line feeds only; unknown is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(_("This must be a text."))
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    found = FORBIDDEN.search(value)
    if found:
        code = f"U+{ord(found.group()):04X}"
        raise ValidationError(_("The character %(code)s is not allowed.") % {"code": code})
    return value


def _text(field, value, instance):
    value = text(value)
    if not value.strip() and not field.blank:
        value = ""
    value = field.clean(value, instance)
    if value and field.name == "budget_currency" and not CURRENCY.fullmatch(value):
        raise ValidationError(_("Write a code of three capital letters (ISO 4217): KRW, USD."))
    if value and isinstance(field, models.URLField) and not WEB.match(value):
        raise ValidationError(_("An address begins with http:// or https://."))
    if "\n" in value and isinstance(field, MonthField):
        # The pattern's end would let one pass.
        raise ValidationError(_("Write a year (2013) or a year and month (2013-04)."))
    return None if value == "" and field.null else value


def _boolean(value):
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ValidationError(_("This must be true or false."))


def _decimal(field, value, instance):
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        value = Decimal(value)
    elif isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValidationError(_("Write a number in digits, with a point before decimals: 1250.5"))
    value = Decimal(value)
    if len(value.normalize().as_tuple().digits) > DIGITS:
        raise ValidationError(_("At most %(count)d digits can be kept.") % {"count": DIGITS})
    # No zero below zero.
    return field.clean(value, instance) + 0


def _year(value):
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in YEARS:
        raise ValidationError(
            _("Write a year from %(first)d to %(last)d.") % {"first": YEARS[0], "last": YEARS[-1]}
        )
    return value
