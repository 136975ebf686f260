"""One figure over several years, kept as text that people and programs read: "2018: 12.5; 2019: 14"."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .amounts import LARGEST
from .months import FIRST_YEAR, LAST_YEAR

MAX_POINTS = 60
LONGEST = 1500
PLACES = 4
PARTS = re.compile(r"[;\n]")
POINT = re.compile(
    r"([0-9]{4})\s*[:=\t ]\s*(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)", re.ASCII
)


class SeriesField(models.TextField):
    """Years with a value each, in the order of time; empty where there are none."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("db_default", "")
        kwargs.setdefault("validators", [MaxLengthValidator(LONGEST)])
        super().__init__(*args, **kwargs)

    def clean(self, value, model_instance):
        return normal(super().clean(value, model_instance))


def points(text):
    """Return the (year, value) pairs of a stored series, in the order of time."""
    found = map(POINT.fullmatch, text.split("; "))
    return [(int(each[1]), Decimal(each[2])) for each in found if each]


def normal(text):
    """Return a series as it is kept. Raises ``ValidationError`` that says what cannot be read."""
    values = {}
    for part in filter(None, (each.strip() for each in PARTS.split(text))):
        found = POINT.fullmatch(part)
        if not found:
            raise ValidationError(
                _("“%(part)s” is not a year with a value. Write them so: 2018: 12.5; 2019: 14")
                % {"part": part[:40]}
            )
        year, value = int(found[1]), Decimal(found[2].replace(",", ""))
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValidationError(_("Write years from 1900 to 2099."))
        if year in values:
            raise ValidationError(_("The year %(year)s is there twice.") % {"year": year})
        if abs(value) > LARGEST or -value.as_tuple().exponent > PLACES:
            raise ValidationError(
                _("At most 15 digits, and four after the point, can be kept of a value.")
            )
        values[year] = value
    if len(values) > MAX_POINTS:
        raise ValidationError(_("At most %(count)d years fit here.") % {"count": MAX_POINTS})
    return "; ".join(f"{year}: {plain(values[year])}" for year in sorted(values))


def plain(value):
    """Return a decimal without an exponent and without zeros at its end."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
