"""The pages about the platform."""

import re
from html import unescape

import pytest

from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_about_tells_facts_of_the_network_with_their_year(client, reference):
    LiveRevisionFactory()

    words = text(client.get("/about/"))

    assert "founded in 1987 with 26 members. In 2021 it counted 173" in words
    assert "The library holds 1 policy today." in words


@pytest.mark.parametrize("path", ["/about/", "/accessibility/"])
def test_contact_is_shown_where_there_is_one(client, settings, path):
    settings.CONTACT_EMAIL = "office@city.example"

    assert '<a href="mailto:office@city.example">' in client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/about/", "/accessibility/"])
def test_contact_is_left_out_where_there_is_none(client, settings, path):
    settings.CONTACT_EMAIL = ""

    assert "mailto:" not in client.get(path).content.decode()


@pytest.mark.parametrize("path", ["/about/", "/review/", "/accessibility/", "/codebook/"])
def test_page_has_one_heading_and_ids_that_exist(client, path):
    content = client.get(path).content.decode()

    ids = re.findall(r' id="([^"]+)"', content)
    assert content.count("<h1") == 1
    assert len(ids) == len(set(ids))
    for wanted in re.findall(r'(?:href="#|aria-labelledby=")([^"]+)"', content):
        assert wanted in ids


@pytest.mark.parametrize("path", ["/about/", "/accessibility/", "/codebook/"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_refuses_other_methods(client, path, method):
    assert getattr(client, method)(path).status_code == 405


LINK = 'Licence of the texts: <a href="https://licences.example.org/by/" rel="license">%s</a></p>'


@pytest.mark.parametrize(
    ("licence", "shown"),
    [
        ("", "No licence is stated for the texts"),
        ("CC BY 4.0", "Licence of the texts: CC BY 4.0</p>"),
        ("CC BY 4.0 https://licences.example.org/by/", LINK % "CC BY 4.0"),
        ("https://licences.example.org/by/", LINK % "https://licences.example.org/by/"),
    ],
)
@pytest.mark.parametrize("path", ["/about/", "/codebook/"])
def test_licence_is_told_as_it_was_set(client, reference, settings, path, licence, shown):
    settings.CONTENT_LICENCE = licence
    assert client.get(path).text.count(f"<p>{shown}") == 1
