"""Conversion to USD, against sums made by hand from the file that the library ships."""

import csv
import datetime
import io
import zipfile
from decimal import Decimal

import pytest
from currency_converter import CURRENCY_FILE
from hypothesis import given
from hypothesis import strategies as st

from policies.content import exchange_rates
from policies.content.exchange_rates import known_currencies, last_date, mean_rate, to_usd


@pytest.fixture(scope="module")
def days():
    """The rows of the ECB file, a dict for each day: currency -> units for one euro, as text."""
    with zipfile.ZipFile(CURRENCY_FILE) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_usd_is_itself_in_whatever_year():
    assert to_usd(Decimal("12.30"), "USD", 2013) == Decimal("12.30")
    assert to_usd(Decimal("12.30"), "USD", None) == Decimal("12.30")
    assert to_usd(Decimal("12.30"), "USD", 1950) == Decimal("12.30")


def test_unknown_amount_stays_unknown():
    assert to_usd(None, "KRW", 2013) is None
    assert to_usd(None, "USD", 2013) is None


def test_nothing_is_worth_nothing():
    assert to_usd(Decimal(0), "KRW", 2013) == Decimal("0.00")


def test_huge_amount_keeps_as_many_digits_as_a_database_gives_back():
    assert to_usd(Decimal("98765432109876.54"), "USD", None) == Decimal("98765432109876.5")


def test_euro_is_worth_the_mean_that_the_ecb_gives_for_the_year():
    # Statistical Data Warehouse of the ECB, annual averages of USD per EUR.
    assert to_usd(Decimal(10_000), "EUR", 2013).quantize(Decimal(1)) == 13_281
    assert to_usd(Decimal(10_000), "EUR", 2019).quantize(Decimal(1)) == 11_195


@pytest.mark.parametrize(
    ("currency", "year"), [("KRW", 2013), ("PHP", 2020), ("IDR", 2006), ("HRK", 2022)]
)
def test_other_currency_is_worth_the_mean_of_daily_cross_rates(days, currency, year):
    rates = [
        Decimal(day["USD"]) / Decimal(day[currency])
        for day in days
        if day["Date"].startswith(str(year))
    ]
    expected = Decimal(10**9) * sum(rates) / len(rates)

    assert len(rates) > 250
    assert abs(to_usd(Decimal(10**9), currency, year) - expected) <= Decimal("0.005")


@pytest.mark.parametrize("currency", ["VND", "BDT", "LKR", "NPR", "MNT", "FJD", "XXX", "", "krw"])
def test_currency_without_rates_gives_nothing(currency):
    assert to_usd(Decimal(100), currency, 2013) is None
    assert currency not in known_currencies()


@pytest.mark.parametrize("year", [None, -1, 0, 1998, 2100, 10_000, 65_535])
def test_year_without_rates_gives_nothing(year):
    assert to_usd(Decimal(100), "KRW", year) is None


def test_year_that_the_file_does_not_cover_to_its_end_gives_nothing():
    assert mean_rate("EUR", last_date().year) is None
    assert mean_rate("EUR", last_date().year - 1) is not None


@pytest.mark.parametrize(
    ("currency", "year"),
    [("PHP", 2005), ("RUB", 2022), ("ISK", 2008), ("ISK", 2012), ("TRL", 2005), ("MTL", 2008)],
)
def test_year_with_days_without_a_rate_gives_nothing(currency, year):
    assert to_usd(Decimal(100), currency, year) is None


def test_last_date_is_that_of_the_file(days):
    assert last_date() == datetime.date.fromisoformat(max(day["Date"] for day in days))


def test_file_is_read_once(monkeypatch):
    to_usd(Decimal(1), "JPY", 2011)
    monkeypatch.setattr(exchange_rates, "CurrencyConverter", None)

    assert to_usd(Decimal(1000), "THB", 2011) > 0


@given(
    amount=st.decimals(0, 10**12, places=2),
    currency=st.sampled_from(["KRW", "EUR", "INR", "USD"]),
    year=st.integers(2009, 2025),
)
def test_amounts_are_in_cents_and_proportional(amount, currency, year):
    one = to_usd(amount, currency, year)

    assert one.as_tuple().exponent == -2
    assert abs(to_usd(amount * 2, currency, year) - 2 * one) <= Decimal("0.01")
