"""Amounts in US dollars, at the reference rates of the European Central Bank (ECB).

The rates ship with the library CurrencyConverter: one for every working day since 1999, for about
40 currencies. Nothing is asked over the network.
"""

import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from currency_converter import CurrencyConverter, RateNotFoundError

CENT = Decimal("0.01")
# As many digits as every database gives back.
STORABLE = Context(prec=15, rounding=ROUND_HALF_UP)


def to_usd(amount, currency, year):
    """Return ``amount`` of ``currency`` in USD to the cent, at the mean rate of ``year``.

    None where any of the three is unknown, and where the rate is: see ``mean_rate``. An amount in
    USD is itself, in whatever year.
    """
    if amount is None:
        return None
    rate = Decimal(1) if currency == "USD" else mean_rate(currency, year)
    if rate is None:
        return None
    return STORABLE.plus((amount * rate).quantize(CENT, ROUND_HALF_UP))


def mean_rate(currency, year):
    """Return how many USD one unit of ``currency`` bought in ``year``.

    It is the mean of the daily cross rates: for each day on which the ECB gave rates, USD per
    euro divided by units of the currency per euro. None where the currency is not among those of
    the ECB, or was quoted on only a part of the year's days, and for a year that the rates at hand
    do not cover to its end.
    """
    bounds = _converter().bounds["USD"]
    if year is None or not bounds.first_date.year <= year < bounds.last_date.year:
        return None
    return _mean_rate(currency, year) if currency in known_currencies() else None


def known_currencies():
    """Return codes (ISO 4217) of the currencies that have rates in at least some years."""
    return _converter().currencies


def last_date():
    """Return the last day that has a rate."""
    return _converter().bounds["USD"].last_date


@cache
def _converter():
    """Return the library with its rates; reading them takes about half a second, once a process."""
    return CurrencyConverter(decimal=True)


@cache
def _mean_rate(currency, year):
    rates = [_rate(currency, day) for day in _days(year)]
    return None if None in rates else sum(rates) / len(rates)


@cache
def _days(year):
    """Return the days of a year on which the ECB gave rates."""
    first = datetime.date(year, 1, 1).toordinal()
    days = map(datetime.date.fromordinal, range(first, first + 366))
    return [day for day in days if day.year == year and _rate("EUR", day) is not None]


def _rate(currency, day):
    """Return the USD for one unit on one day; None where there is no rate."""
    try:
        return _converter().convert(1, currency, "USD", day)
    except RateNotFoundError:
        return None
