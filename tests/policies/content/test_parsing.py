"""What people write as numbers, amounts, months, dates and links, and what is understood."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from policies.content import parsing

NUMBERS = {
    "1.500.000": "1500000",
    "1,5": "1.5",
    "4,200": "4200",  # as the site writes it
    "0,125": "0.125",
    "0.125": "0.125",
    "1,284.5": "1284.5",
    "1.284,5": "1284.5",
    "1 500 000": "1500000",
    "1\u202f500,5": "1500.5",
    "1'500": "1500",
    "12,34,56,789": "123456789",
    "１２３４．５": "1234.5",
    "٤٫٢": "4.2",
    "١٬٢٠٠": "1200",
    "४२": "42",
    "−3": "-3",
    "+7": "7",
    "1.2 million": "1200000",
    "3억 5천만": "350000000",
    "२ करोड़ ५० लाख": "25000000",
    "4,5 juta": "4500000",
    "3,4 mio": "3400000",
    "10 00 000": "1000000",
}
AMOUNTS = {
    "13 tỷ": ("13000000000", ""),
    "13 tỷ đồng": ("13000000000", "VND"),
    "1 tỷ 200 triệu": ("1200000000", ""),
    "1.284.500.000.000 ₫": ("1284500000000", "VND"),
    "VNĐ 12.345": ("12345", "VND"),  # no amount has three digits after its point
    "Rp 1.500.000,-": ("1500000", "IDR"),
    "Rp1.500.000,50": ("1500000.5", "IDR"),
    "Rs. 5,00,000/-": ("500000", ""),  # of which country, the sign does not say
    "₹5 crore": ("50000000", "INR"),
    "US$ 1.2m": ("1200000", "USD"),
    "$300": ("300", ""),
    "1億2000万円": ("120000000", "JPY"),
    "KRW 1,200": ("1200", "KRW"),
    "KRW 1.3tn": ("1300000000000", "KRW"),
    "৫ কোটি টাকা": ("50000000", "BDT"),
    "1.5 млрд руб.": ("1500000000", "RUB"),
    "GHS 1,200": ("1200", "GHS"),  # of another region
    "3 million dem": ("3000000", "DEM"),  # of another time
}
TWO_WAYS = {
    "4.200": ("4200", "4.2"),
    "4.125": ("4125", "4.1250"),
    "٤.٢٠٠": ("4200", "4.2"),
    "1.200 triệu": ("1200000000", "1200000"),
}
NO_NUMBERS = [
    "",
    "NaN",
    "1e9",
    "0x10",
    "5 m",
    "45%",
    "1,234,56",
    "1.2.3",
    "9.99.999",
    "5-6 million",
    "1 2",
    "-",
    "200 5 million",
    "million 5",
    "5 thousand 3 million",
    ".",
]
MONTHS = {
    "2013": "2013",
    "2013-4": "2013-04",
    "03/2023": "2023-03",
    "2013/04": "2013-04",
    "April 2013": "2013-04",
    "apr. 2013": "2013-04",
    "15 April 2013": "2013-04",
    "Sept 2013": "2013-09",
    "tháng 4 năm 2013": "2013-04",
    "Tháng Tư 2013": "2013-04",
    "Mei 2015": "2015-05",
    "апреля 2013": "2013-04",
    "เมษายน 2013": "2013-04",
    "२०१३-०४": "2013-04",
    "2013年4月": "2013-04",
    "2013년 4월": "2013-04",
}
NO_MONTHS = ["", "soon", "13/2023", "2013-13", "2013-0", "03/23", "Apr-13", "1899", "2924", "2010/11", "2019/20", "May June 2013"]  # fmt: skip
DATES = {
    "2024-05-31": "2024-05-31",
    "31.5.2024": "2024-05-31",
    "May 31st, 2024": "2024-05-31",
    "5/5/2024": "2024-05-05",
    "2024/5/31": "2024-05-31",
    "２０２４年５月３１日": "2024-05-31",
}
NO_DATES = ["2024", "2024-02-30", "5/4/2024", "5/2024", "31.31.2024", "5 2024 4"]
LINKS = {
    "www.danang.gov.vn": "https://www.danang.gov.vn",
    "danang.gov.vn/a?b=1": "https://danang.gov.vn/a?b=1",
    "<http://city.example/>": "http://city.example/",
    "//city.org": "https://city.org",
    "서울.한국": "https://서울.한국",
    "report.pdf": "report.pdf",
    "localhost": "localhost",
    "mayor@danang.gov.vn": "mayor@danang.gov.vn",
    "javascript:alert(1)": "javascript:alert(1)",
}
CURRENCIES = {"VNĐ": "VND", "₫": "VND", "Rp.": "IDR", "US$": "USD", "npr": "NPR", "VDN": "VDN"}


def test_numbers_are_understood_in_every_writing():
    found = {text: parsing.number(text) for text in NUMBERS}
    assert found == {text: Decimal(number) for text, number in NUMBERS.items()}


def test_amounts_carry_the_currency_written_beside_them():
    found = {text: parsing.amount(text) for text in AMOUNTS}
    assert {text: (each.value, each.currency) for text, each in found.items()} == {
        text: (Decimal(number), currency) for text, (number, currency) in AMOUNTS.items()
    }


@pytest.mark.parametrize(("text", "readings"), TWO_WAYS.items())
def test_two_readings_are_asked_about(text, readings):
    with pytest.raises(parsing.Ambiguous) as asked:
        parsing.number(text)
    assert asked.value.readings == readings
    large, small = readings
    assert asked.value.message == (f"“{text}” can be read in two ways. Write {large} or {small}.")
    # What is asked for is understood.
    assert parsing.number(large) > parsing.number(small)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValidationError):
        parsing.number(text)


def test_two_currencies_beside_one_amount_are_refused():
    with pytest.raises(ValidationError, match="Two currencies"):
        parsing.amount("VND 5 USD")


def test_whole_numbers_have_no_second_reading():
    assert [parsing.whole(text) for text in ("1.500", "12,000", "१२")] == [1500, 12000, 12]
    with pytest.raises(ValidationError):
        parsing.whole("4.25")


@pytest.mark.parametrize("number", ["4.125", "1284500.5", "0.001", "-7.250", "13"])
def test_a_number_written_clearly_is_read_back(number):
    assert parsing.number(parsing.clear(Decimal(number))) == Decimal(number)


def test_months_are_understood():
    assert {text: parsing.month(text) for text in MONTHS} == MONTHS


@pytest.mark.parametrize("text", NO_MONTHS)
def test_what_is_no_month_or_could_be_two_is_refused(text):
    with pytest.raises(ValidationError):
        parsing.month(text)


def test_dates_are_understood():
    found = {text: parsing.date(text) for text in DATES}
    assert found == {text: datetime.date.fromisoformat(day) for text, day in DATES.items()}


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_or_could_be_two_is_refused(text):
    with pytest.raises(ValidationError):
        parsing.date(text)


def test_years_links_and_currencies_are_understood():
    assert [parsing.year(text) for text in ("2013", "２０１３", "2013年")] == [2013] * 3
    assert {text: parsing.link(text) for text in LINKS} == LINKS
    assert {text: parsing.currency(text) for text in CURRENCIES} == CURRENCIES
    for text in ("13", "20134", "MMXIII"):
        with pytest.raises(ValidationError):
            parsing.year(text)
    with pytest.raises(ValidationError, match="several currencies"):
        parsing.currency("$")
