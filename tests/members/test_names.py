"""Members are found by all their names, in every place where one looks for a member."""

import pytest
from django.core.management import call_command

from members import countries, names
from members.models import Member
from members.place_names import names_from_geonames
from tests.factories import MemberFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def library(db):
    """Members as a library has them, by slug."""
    rows = [
        ("da-nang", "Da Nang", "Đà Nẵng", "VN", "Danang\nTourane\n다낭\n峴港"),
        ("padang", "Padang", "", "ID", ""),
        ("hanoi", "Hanoi", "Hà Nội", "VN", "Thăng Long\n河內"),
        ("ho-chi-minh-city", "Ho Chi Minh City", "Thành phố Hồ Chí Minh", "VN", "Sài Gòn"),
        ("seoul", "Seoul Metropolitan Government", "서울특별시", "KR", "Séoul"),
        ("seoul-digital", "Seoul Digital Foundation", "서울디지털재단", "KR", ""),
        ("nukualofa", "Nukuʻalofa", "", "TO", ""),
        ("lalitpur", "Lalitpur Metropolitan City", "ललितपुर महानगरपालिका", "NP", "Patan"),
        ("taipei", "Taipei", "臺北市", "TW", "台北"),
        ("quezon-city", "Quezon City", "Lungsod Quezon", "PH", ""),
    ]
    for slug, name, local_name, country, others in rows:
        MemberFactory(
            slug=slug, name=name, local_name=local_name, country=country, other_names=others
        )


MEANT = [
    ("Ha Noi", ["hanoi"]),
    ("hà nội", ["hanoi"]),
    ("HANOI", ["hanoi"]),
    ("danang", ["da-nang"]),
    ("Da Nang city", ["da-nang"]),
    ("City of Da-Nang", ["da-nang"]),
    ("đà nẵng", ["da-nang"]),
    ("Đà Nẵng", ["da-nang"]),  # as a Mac writes it: letters and accents apart
    ("ＤＡＮＡＮＧ", ["da-nang"]),
    ("Tourane", ["da-nang"]),
    ("다낭시", ["da-nang"]),
    ("峴港市", ["da-nang"]),
    ("Seoul government", ["seoul", "seoul-digital"]),
    ("서울시", ["seoul", "seoul-digital"]),
    ("nukualofa", ["nukualofa"]),
    ("Nuku'alofa", ["nukualofa"]),
    ("nuku alofa", ["nukualofa"]),
    ("Saigon", ["ho-chi-minh-city"]),
    ("Sài Gòn", ["ho-chi-minh-city"]),
    ("hochiminh", ["ho-chi-minh-city"]),
    ("TP Hồ Chí Minh", ["ho-chi-minh-city"]),
    ("ललितपुर", ["lalitpur"]),
    ("Patan, Nepal", ["lalitpur"]),
    ("Vietnam", ["da-nang", "hanoi", "ho-chi-minh-city"]),
    ("Viet Nam Tourane", ["da-nang"]),
    ("South Korea", ["seoul-digital", "seoul"]),
    ("대한민국", ["seoul-digital", "seoul"]),
    ("Taiwan", ["taipei"]),
    ("city", ["ho-chi-minh-city", "lalitpur", "quezon-city"]),
    ("Quezon", ["quezon-city"]),
    ("Atlantis", []),
    ("Hanoi Atlantis", []),
    ("'", []),
    ("100%", []),
    ("\x00|", []),
    ("", []),
]


@pytest.mark.parametrize(("typed", "slugs"), MEANT)
def test_members_are_found_by_all_their_names(library, typed, slugs):
    assert list(Member.objects.named(typed).values_list("slug", flat=True)) == slugs


@pytest.mark.parametrize(
    ("typed", "country", "slugs"),
    [
        ("Da Nang City", "VN", ["da-nang"]),
        ("Đà Nẵng", None, ["da-nang"]),
        ("Dannang", "VN", ["da-nang"]),
        ("Danang", "ID", []),
        ("Hanio", "VN", ["hanoi"]),
        ("Sai Gon", "", ["ho-chi-minh-city"]),
        ("Lalitpur", "NP", ["lalitpur"]),
        ("Hue", "VN", []),
        ("?", None, []),
    ],
)
def test_near_names_are_known(library, typed, country, slugs):
    assert [member.slug for member in Member.objects.near(typed, country)] == slugs


def test_every_search_for_a_member_is_the_same(library, client, administrator_client):
    client.force_login(UserFactory())
    for typed, expected in [
        ("Ha Noi", "Hanoi"),
        ("danang", "Da Nang"),
        ("nukualofa", "Nukuʻalofa"),
    ]:
        directory = client.get("/members/", {"q": typed}).context["page"]
        joining = client.get("/my/teams/join/", {"q": typed}).context["members"]
        desk = administrator_client.get("/admin/members/member/", {"q": typed}).context["cl"]
        assert [str(member) for member in directory] == [expected]
        assert [str(member) for member in joining] == [expected]
        assert [str(member) for member in desk.result_list] == [expected]


def test_a_slip_is_answered_with_what_may_be_meant(library, client):
    client.force_login(UserFactory())
    for address in ("/members/", "/my/teams/join/"):
        page = client.get(address, {"q": "Hanio"})
        assert [member.slug for member in page.context["near"]] == ["hanoi"]
        assert "Did you mean" in page.text


def test_a_proposal_for_what_is_listed_is_answered_with_it(library, client):
    person = UserFactory()
    client.force_login(person)
    typed = {
        "kind": "local-government",
        "name": "Danang City",
        "country": "VN",
        "website": "https://danang.example",
        "message": "We run the buses.",
    }
    answer = client.post("/my/teams/join/unlisted/", typed)
    assert answer.status_code == 422
    assert "Did you mean Da Nang? It is in the list." in answer.text
    assert 'href="/my/teams/join/da-nang/"' in answer.text
    assert "We run the buses." in answer.text
    assert not person.proposals.exists()

    client.post("/my/teams/join/unlisted/", typed | {"is_new": "on"})
    assert person.proposals.get().name == "Danang City"


def test_names_of_a_city_come_from_geonames(administrator_client):
    member = MemberFactory(name="Hanoi", slug="hanoi", country="VN", geoname_id=1581130)
    MemberFactory(name="Named", slug="named", geoname_id=1581130, other_names="Ours")
    Member.objects.update(search_names="")
    before = member.updated_at

    call_command("load_reference", verbosity=0)

    member.refresh_from_db()
    assert {"Ha Noi", "Hà Nội", "Thăng Long", "하노이", "ฮานอย"} <= set(
        member.other_names.splitlines()
    )
    assert "HAN" not in member.other_names.splitlines()
    assert member.updated_at > before
    assert list(Member.objects.named("하노이")) == [member]
    assert [str(each) for each in Member.objects.named("ours")] == ["Named"]
    assert names_from_geonames([0, 1]) == {}


def test_names_of_a_country_are_told_from_parts_of_them():
    assert countries.countries_named("viet nam") == ("VN",)
    assert countries.countries_named("Việt Nam") == ("VN",)
    assert countries.countries_named("베트남") == ("VN",)
    assert countries.countries_named("Burma") == ("MM",)
    assert countries.countries_named("south") == ()
    assert {"KR", "ZA"} <= set(countries.countries_with("south"))


def test_identity_keeps_accents_and_drops_what_nobody_sees():
    assert names.identity(" Suva\u00a0 City ") == names.identity("SUVA City")
    assert names.identity("Đà Nẵng") == names.identity("Đà Nẵng")
    assert names.identity("Đà Nẵng") != names.identity("Da Nang")
