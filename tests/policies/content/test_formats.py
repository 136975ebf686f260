"""Amounts, numbers and times as a reader sees them."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from policies.content import formats


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("13000000000", "KRW", "KRW 13 billion"),
        ("386000000000.00", "KRW", "KRW 386 billion"),
        ("2064200000", "BDT", "BDT 2,064,200,000"),
        ("570100000", "USD", "USD 570.1 million"),
        ("54750000", "USD", "USD 54.75 million"),
        ("4235995", "USD", "USD 4,235,995"),
        ("1000000", "MYR", "MYR 1 million"),
        ("999999.99", "MYR", "MYR 999,999.99"),
        ("326075", "USD", "USD 326,075"),
        ("1500000000000", "IDR", "IDR 1.5 trillion"),
        ("25000000000000000", "IDR", "IDR 25,000 trillion"),
        ("0", "FJD", "FJD 0"),
    ],
)
def test_money_is_short_only_where_that_loses_nothing(amount, currency, written):
    assert formats.money(Decimal(amount), currency) == written


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("999.99", ""),
        ("1000", "1 thousand"),
        ("4200", "4 thousand 200"),
        ("1250.5", "1 thousand 250.5"),
        ("1284500000000", "1 trillion 284 billion 500 million"),
        ("25000000000000007", "25000 trillion 7"),
        ("-20000", "-20 thousand"),
    ],
)
def test_number_in_words_has_no_mark_that_others_read_otherwise(value, words):
    assert formats.in_words(value) == words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        ("999999999", "999,999,999"),
        ("2830000000000", "2.83 trillion"),
        ("-1180000000000", "-1.18 trillion"),
        ("300000000000", "300 billion"),
        ("1234567000000", "1,234,567,000,000"),
    ],
)
def test_figure_is_short_only_where_that_loses_nothing(value, written):
    assert formats.figure(value) == written


def test_money_unknown():
    assert formats.money(None, "KRW") == ""


@pytest.mark.usefixtures("translated")
def test_money_in_the_format_of_another_language():
    with translation.override("de"):
        assert formats.money(Decimal("1234567.5"), "EUR") == "EUR 1.234.567,50"


@given(st.decimals(0, 10**17, places=2))
def test_money_shortened_or_not_is_the_same_amount(amount):
    scale = {"million": 10**6, "billion": 10**9, "trillion": 10**12}
    _currency, figures, *word = formats.money(amount, "USD").split()
    shown = Decimal(figures.replace(",", "")) * (scale[word[0]] if word else 1)
    assert shown == amount


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("11871234.56", "USD 11.9 million"),
        ("281000000", "USD 281 million"),
        ("570100000", "USD 570.1 million"),
        ("999999999", "USD 1 billion"),
        ("999999.99", "USD 1,000,000"),
        ("57010.4", "USD 57,010"),
        ("10.5", "USD 10"),
        ("1.1849", "USD 1.18"),
        ("0.1", "USD 0.10"),
        ("0.5", "USD 0.50"),
        ("9.996", "USD 10"),
        ("0", "USD 0"),
    ],
)
def test_converted_amount_is_rounded(amount, written):
    assert formats.usd(Decimal(amount)) == written


def test_converted_amount_unknown():
    assert formats.usd(None) == ""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("26.90"), "26.9"),
        (Decimal("100.0000"), "100"),
        (3_018_022, "3,018,022"),
        (0, "0"),
        (-1500, "-1,500"),
        ("12.50", "12.5"),
        (Decimal("1E+3"), "1,000"),
        (None, ""),
        ("about ten", ""),
        (True, ""),
        (float("nan"), ""),
    ],
)
def test_number(value, written):
    assert formats.number(value) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (1, "1 month"),
        (11, "11 months"),
        (12, "1 year"),
        (18, "18 months"),
        (24, "2 years"),
        (25, "2 years, 1 month"),
        (53, "4 years, 5 months"),
        (None, ""),
    ],
)
def test_duration(count, written):
    assert formats.duration(count) == written


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        ("2003", "2005", "2003–2005"),
        ("2013-04", "2014-03", "April 2013 – March 2014"),
        ("2018", "2022-06", "2018 – June 2022"),
        ("2013", "2013", "2013"),
        ("2013-09", "2013-09", "September 2013"),
        ("2013", "", "Since 2013"),
        ("", "2019", "Until 2019"),
        ("", "", ""),
    ],
)
def test_period(start, end, written):
    assert formats.period(start, end) == written
