import pytest

from exchange.content.contact_details import contact_details, link_count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to maria.santos@iloilo.example, please.", "maria.santos@iloilo.example"),
        ("maria＠iloilo.example", "maria＠iloilo.example"),
        ("maria (at) iloilo dot example", "(at)"),
        ("Call +63 33 320-1234 in the morning.", "+63 33 320-1234"),
        ("Ring 0917 555 01 23", "0917 555 01 23"),
        ("WhatsApp: 917 555 0123", "WhatsApp: 917 555 0123"),
        ("Phone 320 1234", "Phone 320 1234"),
        ("전화 02-735-1234", "전화 02-735-1234"),
        ("फोन ९८५१०१२३४५", "फोन ९८५१०१२३४५"),
        ("It cost PHP 1,200,000 in 2019-2020.", ""),
        ("12 000 000 rupiah for 350 houses, 2018 to 2021.", ""),
        ("Between 0.5 and 0.75 percent a year; 100,000 people.", ""),
        ("See https://iloilo.example/report/2019/0123456789", ""),
        ("3 FTE @ 12 months", ""),
    ],
)
def test_addresses_and_numbers_are_found_and_sums_are_not(text, expected):
    assert contact_details(text) == expected


def test_links_are_counted():
    text = "https://a.example and http://b.example or www.c.example, but not d.example"
    assert link_count(text) == 3
