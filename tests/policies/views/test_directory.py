"""The directory of members: strict filters, counts beside them, order, pages."""

import re
from html import unescape

import pytest

from members.models import Member, MemberEvidence
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def members(db):
    return [
        MemberFactory(
            slug="da-nang",
            name="Đà Nẵng City",
            country="VN",
            population=1_276_000,
            latitude="16.06778",
            longitude="108.22083",
        ),
        MemberFactory(
            slug="busan", name="Busan", local_name="부산광역시", country="KR", population=3_678_555
        ),
        MemberFactory(
            slug="lumanti",
            name="Lumanti",
            country="NP",
            kind=Member.Kind.NGO,
            status=Member.Status.MEMBER,
            population=None,
            latitude=None,
            longitude=None,
        ),
        MemberFactory(
            slug="taipei",
            name="Taipei",
            country="TW",
            population=500_000,
            status=Member.Status.LISTED,
        ),
    ]


def slugs(response):
    return [member.slug for member in response.context["page"]]


def counts(response, name):
    groups = {group.name: group for group in response.context["groups"]}
    return {choice.value: choice.count for choice in groups[name].choices}


def text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_directory_gives_what_matches(client, members, subtests):
    for query, expected in [
        ("", ["busan", "da-nang", "lumanti", "taipei"]),
        ("q=da+nang", ["da-nang"]),
        ("q=ĐÀ", ["da-nang"]),
        ("q=부산", ["busan"]),
        ("q=nepal", ["lumanti"]),
        ("q=taiwan", ["taipei"]),
        ("q=city+busan", ["busan"]),
        ("q=danang", ["da-nang"]),
        ("q=South+Korea", ["busan"]),
        ("q=한국", ["busan"]),
        ("q=Vietnam&sort=name", ["da-nang"]),
        ("q=xyz", []),
        ("kind=ngo", ["lumanti"]),
        ("kind=ngo&kind=local-government", ["busan", "da-nang", "lumanti", "taipei"]),
        ("country=VN&country=KR", ["busan", "da-nang"]),
        ("subregion=eastern-asia", ["busan", "taipei"]),
        ("population=1m-5m", ["busan", "da-nang"]),
        ("population=500k-1m", ["taipei"]),
        ("population=100k-500k", []),
        ("population=none&population=500k-1m", ["lumanti", "taipei"]),
        ("status=listed", ["taipei"]),
        ("status=member&kind=local-government", []),
        ("kind=&q=&sort=", ["busan", "da-nang", "lumanti", "taipei"]),
        ("sort=population", ["busan", "da-nang", "taipei", "lumanti"]),
    ]:
        with subtests.test(query=query):
            assert slugs(client.get(f"/members/?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("kind=x", "Kind: Select a valid choice. x is not one of the available choices."),
        (
            "country=TW",
            "Country or area: Select a valid choice. TW is not one of the available choices.",
        ),
        ("sort=id", "Sort by: Select a valid choice. id is not one of the available choices."),
        ("citty=seoul", "There is no filter named “citty”."),
        ("q=%00", "Name: Null characters are not allowed."),
        (
            "q=" + "x" * 201,
            "Name: Ensure this value has at most 200 characters (it has 201).",
        ),
    ],
)
def test_directory_refuses_what_it_does_not_know(client, members, query, message):
    response = client.get(f"/members/?{query}")

    assert response.status_code == 400
    assert "page" not in response.context
    assert message in text(response)


def test_directory_keeps_what_was_chosen_beside_a_mistake(client, members):
    response = client.get("/members/?kind=ngo&country=VN&population=x&q=nang")

    chosen = {
        (facet.name, choice.value)
        for facet in response.context["groups"]
        for choice in facet.choices
        if choice.chosen
    }
    assert chosen == {("kind", "ngo"), ("country", "VN")}
    assert 'value="nang"' in response.content.decode()


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "9" * 50])
def test_directory_page_that_does_not_exist_is_not_found(client, members, page):
    assert client.get(f"/members/?page={page}").status_code == 404


def test_directory_has_pages_of_fifty(client, db):
    MemberFactory.create_batch(51)

    assert len(client.get("/members/").context["page"]) == 50
    assert len(client.get("/members/?page=2").context["page"]) == 1


def test_directory_counts_leave_out_a_filters_own_choice(client, members):
    response = client.get("/members/?kind=ngo")

    assert counts(response, "kind") == {"local-government": 3, "ngo": 1}
    assert counts(response, "country") == {"NP": 1}
    assert counts(response, "population") == {"none": 1}


def test_directory_counts_a_member_once_however_much_evidence(client, members):
    for year in (2009, 2014, 2023):
        MemberEvidence.objects.create(
            member=members[1], statement="Named", year=year, url="https://example.org/"
        )

    response = client.get("/members/?q=busan")

    assert counts(response, "kind") == {"local-government": 1}
    assert counts(response, "status") == {"full": 1}
    assert slugs(response) == ["busan"]


def test_directory_counts_no_place_for_a_member_without_a_country(client, members):
    MemberFactory(slug="network", country="")

    response = client.get("/members/")

    assert "" not in counts(response, "country")
    assert counts(response, "subregion") == {
        "eastern-asia": 2,
        "south-eastern-asia": 1,
        "southern-asia": 1,
    }


def test_directory_keeps_a_chosen_value_without_any_member(client, members):
    assert counts(client.get("/members/?kind=ngo&country=VN"), "country") == {"NP": 1, "VN": 0}


def test_directory_without_any_match_says_so(client, members):
    response = client.get("/members/?q=nobody")

    assert (response.status_code, slugs(response)) == (200, [])
    assert "No member matches all of these filters." in text(response)


def test_directory_sorts_by_policies(client, members, reference, synced):
    for _case in range(2):
        LiveRevisionFactory(case=CaseStudyFactory(member=members[3]))
    LiveRevisionFactory(case=CaseStudyFactory(member=members[2]))
    synced()

    response = client.get("/members/?sort=cases")

    assert [(member.slug, member.case_count) for member in response.context["page"]] == [
        ("taipei", 2),
        ("lumanti", 1),
        ("busan", 0),
        ("da-nang", 0),
    ]


def test_directory_says_from_when_a_membership_is_known(client, members):
    for year in (2009, 2017, None):
        MemberEvidence.objects.create(
            member=members[0], statement="Named", year=year, url="https://example.org/"
        )

    words = text(client.get("/members/"))

    assert "Full member (according to a source of 2017)" in words
    assert "Member, class of membership not reported (year of the source not reported)" in words
    assert "Not known to be a member; a practice is shown" in words


def test_directory_maps_every_match_with_a_known_place(client, members):
    points = client.get("/members/").context["points"]

    assert sorted(point.name for point in points) == ["Busan", "Taipei", "Đà Nẵng City"]


@pytest.mark.parametrize("query", ["", "?q=city&kind=local-government&sort=cases"])
@pytest.mark.parametrize("number", [1, 3])
def test_directory_queries_do_not_grow(
    client, reference, synced, django_assert_num_queries, query, number
):
    for _member in range(number):
        LiveRevisionFactory(case=CaseStudyFactory(member=MemberFactory(name="City")))
    synced()
    client.get("/members/")

    with django_assert_num_queries(8):
        client.get(f"/members/{query}")


def test_refused_page_offers_only_what_some_member_has(client):
    MemberFactory(name="Suva", country="FJ")
    page = client.get("/members/?kind=x").text
    assert 'name="country" value="FJ"' in page
    assert 'name="country" value="KR"' not in page


def test_names_stand_where_readers_look_for_them(client):
    for name in ("Zamboanga", "Đồng Nai", "Dhaka", "Élancourt", "Da Nang"):
        MemberFactory(name=name)
    page = client.get("/members/")
    names = ["Da Nang", "Dhaka", "Đồng Nai", "Élancourt", "Zamboanga"]
    assert [member.name for member in page.context["page"]] == names
    assert [member.name for member in Member.objects.all()] == names
