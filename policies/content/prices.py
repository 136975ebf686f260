"""What an amount buys: international dollars, by purchasing power and the prices in the United States.

Exchange rates mislead between countries of different prices. An amount in local money, divided by
the purchasing power parity of its country and year, is in international dollars of that year; the
United States' deflator brings them to the last year that the table has. Both tables are the World
Bank's (``policies/data/README.md``). Equipment bought abroad is the exception: it costs dollars.
"""

import csv
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from pathlib import Path

from babel.numbers import get_territory_currencies

from .exchange_rates import mean_rate

DATA = Path(__file__).parents[1] / "data"
TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_UP)


def base_year():
    """Return the year of whose prices international dollars are: the last one of the deflator."""
    return max(_deflator())


def international_dollars(amount, currency, year, country):
    """Return ``amount`` in international dollars of the base year; None where a figure is missing.

    ``country`` (ISO 3166-1) is where it was spent: an amount in another currency goes through US
    dollars, at the mean rates of ``year``, into the money of that country first.
    """
    if amount is None or year is None:
        return None
    local = _in_local_money(Decimal(amount), currency, year, country)
    parity = _parities().get((country, year))
    factor = _factor(year)
    if local is None or parity is None or factor is None:
        return None
    return local / parity * factor


def in_money_of(country, international):
    """Return international dollars of the base year as (amount, currency) in a country's money at the
    prices of that year; None where its parity or currency is unknown."""
    parity, currency = _parities().get((country, base_year())), local_currency(country)
    if international is None or parity is None or not currency:
        return None
    return international * parity, currency


def two_digits(value):
    """Return a computed number rounded to two digits: more would claim what nobody knows."""
    return TWO_DIGITS.plus(Decimal(value))


@cache
def local_currency(country):
    """Return the code of the money of a country (ISO 3166-1) of today; "" where there is none."""
    found = get_territory_currencies(country) if country else []
    return found[0] if found else ""


def _in_local_money(amount, currency, year, country):
    local = local_currency(country)
    if currency == local:
        return amount
    usd = amount if currency == "USD" else _usd(amount, currency, year)
    if usd is None or local == "USD":
        return usd
    rate = mean_rate(local, year)
    # The rate of another year would bring that year's prices in.
    return usd * rate.per_usd if rate and rate.year == year else None


def _usd(amount, currency, year):
    rate = mean_rate(currency, year)
    return amount / rate.per_usd if rate and rate.year == year else None


@cache
def _factor(year):
    """Return how many dollars of the base year bought what one bought in ``year``; None outside the
    table."""
    changes = _deflator()
    if not min(changes) - 1 <= year <= max(changes):
        return None
    factor = Decimal(1)
    for each in range(year + 1, max(changes) + 1):
        factor *= 1 + changes[each] / 100
    return factor


@cache
def _parities():
    """Return units of local money for one international dollar by (country, year)."""
    with (DATA / "ppp.csv").open(encoding="ascii", newline="") as lines:
        return {
            (row["country"], int(row["year"])): Decimal(row["lcu_per_international_dollar"])
            for row in csv.DictReader(lines)
        }


@cache
def _deflator():
    """Return the change of prices in the United States in per cent, by year."""
    with (DATA / "us_gdp_deflator.csv").open(encoding="ascii", newline="") as lines:
        return {int(row["year"]): Decimal(row["change_percent"]) for row in csv.DictReader(lines)}
