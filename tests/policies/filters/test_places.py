"""Places by all their names: in the words of a search, and what is near where there is nothing."""

import re
from html import unescape

import pytest

from policies.content import summary
from policies.models import Revision
from policies.search import index
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db

PLACES = [
    ("Da Nang", "VN", 16.07, 108.22, "Đà Nẵng\nTourane\n다낭"),
    ("Ho Chi Minh City", "VN", 10.82, 106.63, "Sài Gòn"),
    ("Seoul", "KR", 37.57, 126.98, "서울\n首尔"),
    ("Taipei", "TW", 25.05, 121.53, ""),
    ("Kathmandu", "NP", 27.7, 85.32, "काठमाडौं"),
    ("Suva", "FJ", -18.14, 178.44, ""),
    ("Vientiane", "LA", 17.97, 102.6, ""),
]


@pytest.fixture(scope="module")
def library(shared):
    with shared.made():
        for name, country, latitude, longitude, others in PLACES:
            member = MemberFactory(
                name=name,
                country=country,
                latitude=str(latitude),
                longitude=str(longitude),
                other_names=others,
            )
            LiveRevisionFactory(case=CaseStudyFactory(member=member), title=f"Buses of {name}")
        summary.rebuild(Revision.objects.live())
        index.sync()


def first(client, words):
    page = client.get("/policies/", {"q": words}).context["page"]
    return [row.case.member.name for row in page.object_list][:2]


def note(client, **query):
    page = client.get("/policies/", query)
    found = re.search(r'<div class="note">\s*<p>(No policy in .*?)</p>', page.text, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split()) if found else ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Vietnam", ["Da Nang", "Ho Chi Minh City"]),
        ("Việt Nam", ["Da Nang", "Ho Chi Minh City"]),
        ("베트남", ["Da Nang", "Ho Chi Minh City"]),
        ("South Korea", ["Seoul"]),
        ("대한민국", ["Seoul"]),
        ("Korea", ["Seoul"]),
        ("Taiwan", ["Taipei"]),
        ("Sài Gòn", ["Ho Chi Minh City"]),
        ("Saigon", ["Ho Chi Minh City"]),
        ("Tourane", ["Da Nang"]),
        ("다낭", ["Da Nang"]),
        ("首尔", ["Seoul"]),
        ("काठमाडौं", ["Kathmandu"]),
        ("नेपाल", ["Kathmandu"]),
    ],
)
def test_cases_are_found_by_all_names_of_their_place(client, library, words, expected):
    assert sorted(first(client, words))[: len(expected)] == expected


@pytest.mark.parametrize(
    ("words", "offer"),
    [
        ("Vietnam", ("Only policies in Viet Nam (2)", "/policies/?country=VN")),
        (
            "buses in Việt Nam",
            ("Only policies in Viet Nam (2)", "/policies/?q=buses+in&country=VN"),
        ),
        (
            "대한민국 buses",
            ("Only policies in Republic of Korea (1)", "/policies/?q=buses&country=KR"),
        ),
        (
            "buses, Laos",
            (
                "Only policies in Lao People’s Democratic Republic (1)",
                "/policies/?q=buses%2C&country=LA",
            ),
        ),
        ("Taiwan", None),
        ("south", None),
    ],
)
def test_a_country_among_the_words_is_offered_as_a_filter(client, library, words, offer):
    page = client.get("/policies/", {"q": words})
    places = page.context["places"]
    found = [(f"Only policies in {label} ({number})", url) for label, url, number in places.offers]
    assert found == ([offer] if offer else [])
    for label, _url in found:
        assert label in unescape(page.text)


def test_country_without_a_case_leads_to_the_nearest(client, library):
    expected = (
        "No policy in Thailand matches. The nearest countries with one: "
        "Lao People’s Democratic Republic (1), Viet Nam (2), Nepal (1), Republic of Korea (1)."
    )
    assert note(client, country="TH") == expected
    assert note(client, q="buses in Thailand") == expected
    assert note(client, q="buses in Thailand", view="map") == expected
    assert note(client, q="Tonga").startswith(
        "No policy in Tonga matches. The nearest countries with one: Fiji (1),"
    )
    assert note(client, country="VN") == ""
    assert note(client, country=["VN", "TH"]) == ""
    assert note(client, q="buses") == ""


@pytest.mark.parametrize("country", ["TH", "BT"])
def test_queries_do_not_grow_with_countries(
    client, library, django_assert_max_num_queries, country
):
    client.get("/policies/?country=VN")
    with django_assert_max_num_queries(6):
        client.get(f"/policies/?country={country}")
