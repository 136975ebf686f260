"""To whom a vulnerability is reported."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

ADDRESS = "/.well-known/security.txt"


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://sdg.example.org"
    settings.CONTACT_EMAIL = "desk@sdg.example.org"


def said(client):
    answer = client.get(ADDRESS)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return [tuple(line.split(": ", 1)) for line in answer.text.splitlines()]


@time_machine.travel("2026-11-27 20:00:00Z")
def test_page_names_the_contact_of_the_operator(client):
    assert said(client) == [
        ("Contact", "mailto:desk@sdg.example.org"),
        ("Expires", "2027-05-26T00:00:00Z"),
        ("Preferred-Languages", "en"),
        ("Canonical", "https://sdg.example.org/.well-known/security.txt"),
    ]


@pytest.mark.parametrize(
    "now", ["2026-12-31 23:59:59Z", "2028-02-29 00:00:00Z", "2040-06-01 00:00:00Z"]
)
def test_page_is_never_out_of_date(client, now):
    with time_machine.travel(now):
        expires = datetime.strptime(dict(said(client))["Expires"], "%Y-%m-%dT%H:%M:%S%z")
        left = expires - datetime.now(UTC)
    # RFC 9116 asks for less than a year.
    assert 170 < left.days < 365


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        ("security@city.example", "mailto:security@city.example"),
        ("https://city.example/report", "https://city.example/report"),
        ("mailto:security@city.example", "mailto:security@city.example"),
    ],
)
def test_reports_can_have_an_address_of_their_own(client, settings, contact, uri):
    settings.SECURITY_CONTACT = contact
    settings.SECURITY_POLICY_URL = "https://city.example/security"
    found = dict(said(client))
    assert (found["Contact"], found["Policy"]) == (uri, "https://city.example/security")


@pytest.mark.django_db
def test_there_is_no_page_without_a_contact(client, settings):
    settings.CONTACT_EMAIL = ""
    assert client.get(ADDRESS).status_code == 404


def test_promises_in_the_repository_name_the_page(settings):
    text = (settings.BASE_DIR / "SECURITY.md").read_text(encoding="utf-8")
    assert re.search(re.escape(ADDRESS), text)
