"""The page of cities like one."""

import re
from html import unescape

import pytest

from policies.models import JointMember
from policies.search import index
from sdg.models import Target
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db

SAME = {"country": "PH", "climate": "tropical", "on_coast": True, "population": 100_000}


@pytest.fixture
def asked(reference):
    return MemberFactory(name="Iloilo City", slug="iloilo", **SAME)


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def names(response):
    return [
        (heading, [city.member.name for city in cities])
        for heading, cities in response.context["groups"]
    ]


def test_cities_stand_in_groups_of_what_they_share(client, asked):
    """Sentence 28: the list, its traits in words, and who is left out."""
    MemberFactory(name="Makati", **SAME)
    MemberFactory(name="Naga", **SAME | {"on_coast": False})
    MemberFactory(name="Suva", **SAME | {"country": "FJ", "population": 300_000})
    MemberFactory(name="Seoul", **SAME | {"population": None})

    response = client.get("/members/iloilo/like/")

    assert names(response) == [
        ("4 traits alike", ["Makati"]),
        ("3 traits alike, 1 near", ["Suva"]),
        ("3 traits alike, 1 different", ["Naga"]),
    ]
    assert "2 of 3 are close: three or four traits alike, none different" in text(response)
    assert "1 municipality is left out because its population is not on file." in text(response)


def test_switching_coast_off_changes_the_order(client, asked):
    """Sentence 28."""
    MemberFactory(name="Naga", **SAME | {"on_coast": False})
    MemberFactory(name="Suva", **SAME | {"population": 300_000})

    assert names(client.get("/members/iloilo/like/")) == [
        ("3 traits alike, 1 near", ["Suva"]),
        ("3 traits alike, 1 different", ["Naga"]),
    ]
    narrowed = client.get("/members/iloilo/like/?trait=size&trait=income&trait=climate")
    assert names(narrowed) == [
        ("3 traits alike", ["Naga"]),
        ("2 traits alike, 1 near", ["Suva"]),
    ]


def test_policies_and_targets_in_common_are_told(client, asked):
    other = MemberFactory(name="Makati", **SAME)
    LiveRevisionFactory(case=CaseStudyFactory(member=asked), targets=["11.6", "6.1"])
    LiveRevisionFactory(case=CaseStudyFactory(member=other), targets=["6.1", "1.5"])
    LiveRevisionFactory(case=CaseStudyFactory(member=other), targets=["11.6"])

    (_heading, (city,)) = client.get("/members/iloilo/like/").context["groups"][0]

    assert city.member.case_count == 2
    assert [target.code for target in city.member.shared] == ["6.1", "11.6"]


def test_no_close_city_is_said(client, asked):
    MemberFactory(name="Seoul", **SAME | {"country": "KR", "population": 9_000_000})

    response = client.get("/members/iloilo/like/")

    assert "None of 1 is close; these are the nearest, with their differences" in text(response)
    assert names(response) == [("2 traits alike, 1 near, 1 different", ["Seoul"])]


@pytest.mark.parametrize("typed", ["seoul", "Seoul ", "SEOUL"])
def test_city_of_ones_own_choice_is_added(client, asked, typed):
    MemberFactory(name="Seoul", slug="seoul", **SAME | {"population": None})

    response = client.get("/members/iloilo/like/", {"with": typed})

    assert names(response) == [("Your own choice", ["Seoul"])]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("with=Makaty", "No city is known as “Makaty”. Did you mean Makati?"),
        ("with=Atlantis", "No city is known as “Atlantis”."),
        ("with=Atl%00antis", "No city is known as “Atlantis”."),
        ("with=a1&with=a2&with=a3&with=a4", "Choose at most 3 cities of your own."),
        ("trait=wealth", "Traits are: size, income, climate, coast."),
    ],
)
def test_wrong_question_is_said_beside_the_form(client, asked, query, message):
    MemberFactory(name="Makati", slug="makati")
    for number in range(1, 5):
        MemberFactory(slug=f"a{number}")

    response = client.get(f"/members/iloilo/like/?{query}")

    assert response.status_code == 400
    assert response.context["mistakes"] == [message]


def test_long_list_names_close_cities_and_at_least_fifteen(client, asked):
    for number in range(20):
        MemberFactory(name=f"Far {number:02}", **SAME | {"on_coast": False})

    (_heading, cities) = client.get("/members/iloilo/like/").context["groups"][0]

    assert len(cities) == 15


@pytest.mark.parametrize("others", [1, 3])
def test_queries_do_not_grow(client, asked, django_assert_num_queries, others):
    LiveRevisionFactory(case=CaseStudyFactory(member=asked), targets=["6.1"])
    for _other in range(others):
        other = MemberFactory(**SAME)
        LiveRevisionFactory(case=CaseStudyFactory(member=other), targets=["6.1"])
    index.sync()

    with django_assert_num_queries(7):
        client.get("/members/iloilo/like/")


def test_joint_case_counts_for_each_of_its_members(client, asked):
    other = MemberFactory(name="Makati", **SAME)
    LiveRevisionFactory(case=CaseStudyFactory(member=other), targets=["1.5"])
    joint = LiveRevisionFactory(case=CaseStudyFactory(member=asked), targets=["6.1"])
    JointMember.objects.create(revision=joint, member=other)

    (_heading, (city,)) = client.get("/members/iloilo/like/").context["groups"][0]

    assert city.member.case_count == 2
    assert [target.code for target in city.member.shared] == ["6.1"]


def test_former_address_leads_to_the_present_one(client, asked):
    asked.former_addresses.create(slug="iloilo-city")

    response = client.get("/members/iloilo-city/like/")

    assert (response.status_code, response["Location"]) == (301, "/members/iloilo/like/")
    assert client.get("/members/nowhere/like/").status_code == 404


def test_many_targets_in_common_are_counted_not_listed(client, asked):
    near = MemberFactory(name="Makati", slug="makati", **SAME)
    codes = list(Target.objects.order_by("position").values_list("pk", flat=True)[:7])
    more = list(Target.objects.order_by("-position").values_list("pk", flat=True)[:7])
    for member in (asked, near):
        for targets in (codes, more):
            LiveRevisionFactory(case=CaseStudyFactory(member=member), targets=targets)

    response = client.get("/members/iloilo/like/")
    [(_heading, [city])] = response.context["groups"]
    assert (len(city.member.shared), city.member.more_shared) == (12, 2)
    assert 'href="/policies/?member=makati">and 2 more</a>' in response.content.decode()
