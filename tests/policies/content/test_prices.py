"""Purchasing power, against sums made by hand from the files."""

from decimal import Decimal

import pytest

from policies.content import prices
from policies.content.prices import in_money_of, international_dollars, local_currency, two_digits


def test_amount_of_the_base_year_is_divided_by_the_parity():
    # PH, 2023: the file's parity alone; no change of prices is left to add.
    parity = prices._parities()["PH", 2023]
    assert prices.base_year() == 2023
    assert international_dollars(Decimal(1_000_000), "PHP", 2023, "PH") == 1_000_000 / parity


def test_earlier_amount_follows_the_prices_in_the_united_states():
    # KRW 13 billion of 2013; the deflator of 2014 to 2023 multiplied up.
    changes = [
        "1.7416",
        "0.928",
        "0.9503",
        "1.7908",
        "2.2909",
        "1.6505",
        "1.3288",
        "4.566",
        "7.1295",
        "3.5984",
    ]
    factor = Decimal(1)
    for change in changes:
        factor *= 1 + Decimal(change) / 100
    expected = 13_000_000_000 / prices._parities()["KR", 2013] * factor

    found = international_dollars(13_000_000_000, "KRW", 2013, "KR")

    assert found == expected
    assert two_digits(found) == Decimal("19E+6")


def test_dollars_go_through_the_rate_of_their_year_into_local_money():
    through = international_dollars(Decimal(1_000_000), "USD", 2015, "VN")
    local = international_dollars(Decimal(21697567500), "VND", 2015, "VN")
    assert through.quantize(Decimal(1)) == local.quantize(Decimal(1))


def test_back_into_the_money_of_the_asker():
    amount, currency = in_money_of("PH", Decimal(100))

    assert currency == "PHP"
    assert amount == 100 * prices._parities()["PH", 2023]


@pytest.mark.parametrize(
    ("amount", "currency", "year", "country"),
    [
        (None, "PHP", 2020, "PH"),
        (1, "PHP", None, "PH"),
        (1, "PHP", 2020, ""),
        (1, "PHP", 2020, "XX"),
        (1, "XXX", 2020, "PH"),
        # Before and after the tables; a rate of another year only.
        (1, "PHP", 1970, "PH"),
        (1, "PHP", 2025, "PH"),
        (1, "USD", 2012, "UZ"),
    ],
)
def test_missing_figure_gives_nothing(amount, currency, year, country):
    assert international_dollars(amount, currency, year, country) is None


def test_unknown_place_has_no_money():
    assert in_money_of("", Decimal(1)) is None
    assert in_money_of("PH", None) is None
    assert [local_currency(code) for code in ("PH", "FR", "TL", "", "XX")] == [
        "PHP",
        "EUR",
        "USD",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("value", "rounded"), [("829321", "83E+4"), ("0.0123", "0.012"), ("15", "15"), ("0", "0")]
)
def test_two_digits(value, rounded):
    assert two_digits(Decimal(value)) == Decimal(rounded)
