"""Amounts in US dollars, at the mean exchange rate of a year.

Rates of 1985 to 2024 are those of the International Monetary Fund, in ``policies/data``; for later
years the reference rates of the European Central Bank, which ship with the library
CurrencyConverter. Nothing is asked over the network.
"""

import csv
import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from pathlib import Path

from currency_converter import CurrencyConverter, RateNotFoundError
from django.utils.translation import gettext_lazy as _

IMF_FILE = Path(__file__).parents[1] / "data" / "exchange_rates.csv"
IMF = _("International Monetary Fund")
ECB = _("European Central Bank")
# How old the last known rate may be that stands for a year not yet covered. Some tables end long
# ago, as that of the Turkmen manat in 2001: their last rate says nothing about today.
MAX_AGE_YEARS = 3
CENT = Decimal("0.01")
# As many digits as every database gives back.
STORABLE = Context(prec=15, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Rate:
    """How many units of a currency bought one US dollar, as the mean of ``year``."""

    per_usd: Decimal
    year: int
    source: str

    def to_usd(self, amount):
        """Return ``amount`` in USD to the cent."""
        return STORABLE.plus((amount / self.per_usd).quantize(CENT, ROUND_HALF_UP))


def to_usd(amount, currency, year):
    """Return ``amount`` of ``currency`` in USD to the cent, at the rate of ``mean_rate``.

    None where any of the three is unknown, and where the rate is. An amount in USD is itself, in
    whatever year.
    """
    if amount is None:
        return None
    if currency == "USD":
        return STORABLE.plus(amount.quantize(CENT, ROUND_HALF_UP))
    rate = mean_rate(currency, year)
    return rate.to_usd(amount) if rate else None


def mean_rate(currency, year):
    """Return the ``Rate`` of ``currency`` for ``year``; None where no table has one.

    A year that the tables do not cover yet takes the last rate known, if it is not older than
    ``MAX_AGE_YEARS``; ``Rate.year`` tells which one was taken.
    """
    if year is None or currency not in known_currencies():
        return None
    exact = _of_year(currency, year)
    if exact or year <= _last_year(currency) or not _last_year(currency):
        return exact
    earlier = range(year - 1, year - 1 - MAX_AGE_YEARS, -1)
    return next((rate for each in earlier if (rate := _of_year(currency, each))), None)


@cache
def known_currencies():
    """Return codes (ISO 4217) of the currencies that have rates in at least some years."""
    return frozenset({"USD", *(currency for currency, _year in _imf()), *_converter().currencies})


def last_date():
    """Return the last day for which the European Central Bank's rates are at hand."""
    return _converter().bounds["USD"].last_date


def _of_year(currency, year):
    if per_usd := _imf().get((currency, year)):
        return Rate(per_usd, year, IMF)
    bounds = _converter().bounds["USD"]
    if bounds.first_date.year <= year < bounds.last_date.year:
        per_usd = _ecb_mean(currency, year)
    return Rate(per_usd, year, ECB) if per_usd else None


@cache
def _last_year(currency):
    """Return the last year for which a table has a rate of ``currency``; 0 if it has ended."""
    years = [year for code, year in _imf() if code == currency]
    recent = range(last_date().year - MAX_AGE_YEARS, last_date().year)
    return max([0, *years, *(year for year in recent if _ecb_mean(currency, year))])


@cache
def _imf():
    """Return units for one US dollar by (currency, year); reading takes some milliseconds, once a
    process."""
    with IMF_FILE.open(encoding="ascii", newline="") as lines:
        return {
            (row["currency"], int(row["year"])): Decimal(row["per_usd"])
            for row in csv.DictReader(lines)
        }


@cache
def _converter():
    """Return the library with its rates; reading them takes about half a second, once a process."""
    return CurrencyConverter(decimal=True)


@cache
def _ecb_mean(currency, year):
    """Return the mean of the daily cross rates of ``year``: units of the currency per euro divided
    by USD per euro, for each day on which the bank gave rates.

    None where the currency was quoted on only a part of the year's days. A year that is not over
    at ``last_date`` must not be asked for.
    """
    if currency not in _converter().currencies:
        return None
    rates = [_on_day(currency, day) for day in _days(year)]
    return None if None in rates else sum(rates) / len(rates)


@cache
def _days(year):
    """Return the days of a year on which the European Central Bank gave rates."""
    first = datetime.date(year, 1, 1).toordinal()
    days = map(datetime.date.fromordinal, range(first, first + 366))
    return [day for day in days if day.year == year and _on_day("EUR", day) is not None]


def _on_day(currency, day):
    """Return the units for one USD on one day; None where there is no rate."""
    try:
        return _converter().convert(1, "USD", currency, day)
    except RateNotFoundError:
        return None
