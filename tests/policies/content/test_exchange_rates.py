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
    ("currency", "year", "per_usd", "taken"),
    [
        ("VND", 2015, "21697.5675", 2015),
        ("MNT", 2024, "3389.98152", 2024),
        ("KRW", 1995, "771.254167", 1995),
        # Not covered yet: the last one known, of 2024 and of 2023.
        ("NPR", 2026, "133.726644", 2024),
        ("LKR", 2025, "327.506533", 2023),
    ],
)
def test_rate_is_that_of_the_imf(currency, year, per_usd, taken):
    rate = mean_rate(currency, year)

    assert rate.per_usd == Decimal(per_usd)
    assert (rate.year, str(rate.source)) == (taken, "International Monetary Fund")


@pytest.mark.parametrize(("currency", "year"), [("KRW", 2025), ("HRK", 2022), ("PLN", 2010)])
def test_year_after_the_imf_table_is_the_mean_of_daily_cross_rates(days, currency, year):
    rates = [
        Decimal(day[currency]) / Decimal(day["USD"])
        for day in days
        if day["Date"].startswith(str(year))
    ]
    rate = mean_rate(currency, year)

    assert len(rates) > 250
    assert abs(rate.per_usd - sum(rates) / len(rates)) < Decimal("0.000001")
    assert (rate.year, str(rate.source)) == (year, "European Central Bank")


def test_each_currency_of_the_region_in_use_has_a_rate_of_2023():
    region = [
        "AUD",
        "BDT",
        "BND",
        "BTN",
        "CNY",
        "FJD",
        "GEL",
        "HKD",
        "IDR",
        "INR",
        "IRR",
        "JPY",
        "KGS",
        "KHR",
        "KRW",
        "KZT",
        "LAK",
        "LKR",
        "MNT",
        "MOP",
        "MVR",
        "MYR",
        "NPR",
        "NZD",
        "PGK",
        "PHP",
        "PKR",
        "RUB",
        "SBD",
        "SGD",
        "THB",
        "TJS",
        "TOP",
        "TWD",
        "UZS",
        "VND",
        "VUV",
        "WST",
        "XPF",
    ]
    assert [each for each in region if mean_rate(each, 2023).year != 2023] == []


@pytest.mark.parametrize("currency", ["XXX", "", "krw", "ZZZ"])
def test_currency_without_rates_gives_nothing(currency):
    assert to_usd(Decimal(100), currency, 2013) is None
    assert currency not in known_currencies()


@pytest.mark.parametrize(
    ("currency", "year"),
    [
        *(("KRW", year) for year in (None, -1, 0, 1984, 2100, 10_000, 65_535)),
        # Before it was a currency; within a gap; ended long ago; quoted on a part of the days.
        ("EUR", 1998),
        ("UZS", 2012),
        ("TMT", 2010),
        ("ISK", 2012),
        ("TRL", 2005),
    ],
)
def test_year_without_rates_gives_nothing(currency, year):
    assert to_usd(Decimal(100), currency, year) is None


def test_year_that_the_file_does_not_cover_to_its_end_takes_the_one_before():
    assert mean_rate("EUR", last_date().year).year == last_date().year - 1


def test_last_date_is_that_of_the_file(days):
    assert last_date() == datetime.date.fromisoformat(max(day["Date"] for day in days))


def test_file_is_read_once(monkeypatch):
    to_usd(Decimal(1), "PLN", 2011)
    monkeypatch.setattr(exchange_rates, "CurrencyConverter", None)
    monkeypatch.setattr(exchange_rates, "IMF_FILE", None)

    assert to_usd(Decimal(1000), "PLN", 2011) > 0


@given(
    amount=st.decimals(0, 10**12, places=2),
    currency=st.sampled_from(["KRW", "EUR", "INR", "USD"]),
    year=st.integers(2009, 2025),
)
def test_amounts_are_in_cents_and_proportional(amount, currency, year):
    one = to_usd(amount, currency, year)

    assert one.as_tuple().exponent == -2
    assert abs(to_usd(amount * 2, currency, year) - 2 * one) <= Decimal("0.01")
