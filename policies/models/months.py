"""Dates of policies: a month or, where only that is known, a year ("2013-04" or "2013").

Kept as text, which sorts in the order of time and is what the interchange format carries.
"""

import datetime
import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from citynet.web.languages import cached_per_language

FIRST_YEAR, LAST_YEAR = 1900, 2099
# 2019/20, FY 2019-2020
TWO_YEARS = re.compile(r"(?:FY ?)?((?:19|20)[0-9]{2}) ?[/–-] ?([0-9]{4}|[0-9]{2})", re.ASCII)
WRONG_YEAR = _("Write a year from 1900 to 2099.")
WRONG_MONTH = _("Write a year (2013) or a year and month (2013-04).")
PATTERN = r"^(19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?\Z"


# Years of the Buddhist era, which Thailand, Laos and Cambodia write, and of the calendars of Iran,
# Bangladesh and of Islam: those of our time.
BUDDHIST_ERA, BUDDHIST_YEARS = 543, range(2443, 2643)
YEARS_OF_OTHERS = range(1280, 1500)


def wrong_year(year):
    """Return what to say of a year out of range; one of another calendar is named."""
    if year in BUDDHIST_YEARS:
        return _(
            "Write the year of the common era: %(year)d of the Buddhist era is %(common)d."
        ) % {
            "year": year,
            "common": year - BUDDHIST_ERA,
        }
    if year in YEARS_OF_OTHERS:
        return _("%(year)d is a year of another calendar. Write that of the common era.") % {
            "year": year
        }
    return WRONG_YEAR


def validate_year(year):
    """Raise ``ValidationError`` for a year out of range."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(wrong_year(year))


def validate_month(text):
    """Raise ``ValidationError`` for what is no month or year ("2013-04", "2013")."""
    if re.fullmatch(PATTERN, text):
        return
    written = re.fullmatch(r"([0-9]{4})(-[0-9]{2})?", text, re.ASCII)
    year = int(written[1]) if written else FIRST_YEAR
    is_other = not FIRST_YEAR <= year <= LAST_YEAR
    raise ValidationError(wrong_year(year) if is_other else WRONG_MONTH)


class MonthField(models.CharField):
    """A month ("2013-04") or a year ("2013"); empty text where nothing is known."""

    default_validators = [validate_month]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 7)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", _("Year, or year and month: 2013 or 2013-04."))
        super().__init__(*args, **kwargs)


class YearField(models.PositiveSmallIntegerField):
    """A year of four digits; None where it is unknown."""

    default_validators = [validate_year]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class FiscalYearField(models.CharField):
    """The fiscal year of an amount as it is written, "2019/20"; empty where it is a calendar year.

    The year beside it is then the one in which the fiscal year begins (:func:`clean_fiscal_year`).
    """

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("db_default", "")
        kwargs.setdefault(
            "help_text",
            _(
                "As it is written, where it is no calendar year: 2019/20. The year beside it is the "
                "one in which it begins."
            ),
        )
        super().__init__(*args, **kwargs)


def period_constraints(name):
    """Return the constraints of a model with ``start`` and ``end``: both well formed, end not before start.

    An end that names only the year is not before a start in that year.
    """
    well_formed = models.Q(start="") | models.Q(start__regex=PATTERN)
    well_formed &= models.Q(end="") | models.Q(end__regex=PATTERN)
    in_order = models.Q(start="") | models.Q(end="") | models.Q(end__gte=models.F("start"))
    in_order |= models.Q(start__startswith=models.F("end"))
    return [
        models.CheckConstraint(
            condition=well_formed,
            name=f"{name}_months_are_well_formed",
            violation_error_message=WRONG_MONTH,
        ),
        models.CheckConstraint(
            condition=in_order,
            name=f"{name}_end_is_not_before_start",
            violation_error_message=_("The end is before the start."),
        ),
    ]


def clean_period(start, end):
    """Raise ``ValidationError`` on ``end`` when it lies before ``start``."""
    if start and end and end < start and not start.startswith(end):
        raise ValidationError({"end": _("The end is before the start.")})


def first_year(fiscal_year):
    """Return the year in which a fiscal year of two years begins ("2019/20": 2019).

    None where it is written in another way. Raises ``ValidationError`` where the second year does
    not follow the first.
    """
    found = TWO_YEARS.fullmatch(fiscal_year.strip())
    if not found:
        return None
    first, second = int(found[1]), int(found[2])
    if second not in (first + 1, (first + 1) % 100):
        raise ValidationError(
            _("“%(text)s” are not two years that follow each other; write it as 2019/20.")
            % {"text": fiscal_year}
        )
    return first


def clean_fiscal_year(year, fiscal_year):
    """Return the year to keep beside a fiscal year: the one in which it begins.

    Raises ``ValidationError`` where ``year`` is another one, or is needed and missing.
    """
    if not fiscal_year:
        return year
    first = first_year(fiscal_year)
    if first is None and year is None:
        raise ValidationError(_("Give also the year in which this fiscal year begins."))
    if first is not None and year not in (None, first):
        raise ValidationError(
            _("The fiscal year %(text)s begins in %(first)s, not in %(year)s.")
            % {"text": fiscal_year, "first": first, "year": year}
        )
    return first if year is None else year


def year_of(month):
    """Return the year as a number, or None where the month is unknown."""
    return int(month[:4]) if month else None


def is_exact(month):
    """Return whether the month is known, not only the year."""
    return "-" in month


def month_number(month, *, last):
    """Return months since the year 0; a year alone counts as January, or as December when
    ``last``."""
    number = int(month[5:]) if is_exact(month) else (12 if last else 1)
    return int(month[:4]) * 12 + number - 1


def duration_months(start, end):
    """Return the length in months, first and last month included, or None where either end is unknown.

    Where only years are known whole calendar years are counted: 2003 to 2005 is 36 months.
    """
    if not start or not end:
        return None
    return max(1, month_number(end, last=True) - month_number(start, last=False) + 1)


@cached_per_language
def label(month):
    """Return the month in the reader's language and format ("April 2013" or "2013"); "" where
    unknown."""
    if not re.fullmatch(PATTERN, month or ""):
        return ""
    if not is_exact(month):
        return month
    return formats.date_format(
        datetime.date(int(month[:4]), int(month[5:]), 1), "YEAR_MONTH_FORMAT"
    )
