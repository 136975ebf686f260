"""What an import takes for one and the same member, case or theme, and what it asks about."""

import pytest

from members.models import FormerAddress, Member
from policies.models import CaseStudy, FormerTheme, Theme
from tests.factories import CaseStudyFactory, MemberFactory, MembershipFactory, RevisionFactory
from tests.policies.lines import bring_in, short

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.usefixtures("reference")]

SUVA = {"name": "Suva", "country": "FJ", "kind": "local-government"}


def members():
    return sorted(Member.objects.values_list("name", "slug"))


@pytest.mark.parametrize(
    "name", [" Suva ", "SUVA", "Suva\u00a0", "Su\u200bva", "Ｓｕｖａ", "suva", "Suva"]
)
def test_one_name_in_many_writings_is_one_member(name):
    importer, errors = bring_in(short(member=SUVA), short(member=SUVA | {"name": name}))

    assert errors == []
    assert importer.counts["created"] == 2
    assert members() == [("Suva", "suva")]


def test_name_is_kept_tidy_and_in_composed_letters():
    assert bring_in(short(member=SUVA | {"name": " Đà  Nẵng ", "country": "VN"}))[1] == []
    assert Member.objects.get().name == "Đà Nẵng"


def test_name_in_the_own_language_is_the_member():
    MemberFactory(name="Da Nang", local_name="Đà Nẵng", slug="da-nang", country="VN")
    assert bring_in(short(member=SUVA | {"name": "ĐÀ NẴNG", "country": "VN"}))[1] == []
    assert members() == [("Da Nang", "da-nang")]


@pytest.mark.parametrize("name", ["Danang", "Đà Nẵng", "Da Nang City", "Dannang", "Tourane"])
def test_near_name_is_asked_about(name):
    MemberFactory(name="Da Nang", slug="da-nang", country="VN", other_names="Tourane")
    line = short(member={"name": name, "country": "VN", "kind": "local-government"})

    _importer, errors = bring_in(line)
    assert errors == [
        (
            1,
            "member.name",
            "Did you mean Da Nang? Name it, or say with “new” that it is another one.",
        )
    ]
    assert Member.objects.count() == 1

    line["member"]["new"] = True
    assert bring_in(line)[1] == []
    assert members() == sorted(
        [("Da Nang", "da-nang"), (name, Member.objects.order_by("pk").last().slug)]
    )


def test_near_names_in_one_file_are_asked_about():
    again = SUVA | {"name": "Suva City Council"}
    _importer, errors = bring_in(short(member=SUVA), short(member=again), short(member=SUVA))
    assert [(line, path, message[:18]) for line, path, message in errors] == [
        (2, "member.name", "Did you mean Suva?")
    ]
    assert members() == [("Suva", "suva")]


def test_place_kind_and_country_tell_members_apart():
    MemberFactory(name="Suva", slug="suva", country="FJ")
    lines = [
        short(member=SUVA | {"kind": "ngo"}),
        short(member=SUVA | {"country": "TO"}),
        short(member=SUVA | {"name": "Savusavu"}),
    ]
    assert bring_in(*lines)[1] == []
    assert Member.objects.count() == 4


def test_new_is_true_or_false():
    _importer, errors = bring_in(short(member=SUVA | {"new": "yes"}))
    assert errors == [(1, "member.new", "This must be true or false.")]


@pytest.mark.parametrize("typed", ["KR-001 ", "kr-001", " Kr-001\t", "ＫＲ-001", "KR-001\u200b"])
def test_source_id_in_many_writings_is_one_case(typed):
    MemberFactory(slug="surabaya")
    assert bring_in(short(source_id="KR-001"))[1] == []

    importer, errors = bring_in(short(source_id=typed))
    assert errors == []
    assert importer.counts["unchanged"] == 1
    assert CaseStudy.objects.get().source_id == "KR-001"

    _importer, errors = bring_in(
        short(source_id="KR-002"), short(source_id=typed.replace("1", "2"))
    )
    assert errors == [(2, "source_id", "Line 1 has the same one.")]


def test_cases_that_were_made_apart_stay_apart():
    """Two of an earlier version, with ids that differ in case alone, are each found by their own."""
    member = MemberFactory(slug="surabaya")
    for source_id in ("KR-001", "kr-001"):
        case = CaseStudyFactory(member=member, source_id=source_id, created_by=None)
        RevisionFactory(case=case, created_by=None, is_imported=True)
    bring_in(short(source_id="kr-001", title="Lower"), short(source_id="KR-001", title="Upper"))
    found = CaseStudy.objects.order_by("source_id").values_list("source_id", "revisions__title")
    assert sorted(found) == [("KR-001", "Upper"), ("kr-001", "Lower")]


def test_former_slugs_lead_on_and_are_given_to_nobody():
    member = MemberFactory(name="Capital", slug="capital", country="FJ")
    FormerAddress.objects.create(slug="suva", member=member)
    transport = Theme.objects.get(slug="transport")
    FormerTheme.objects.create(slug="mobility", theme=transport)

    assert bring_in(short(member="Suva ", themes=["mobility"]), short(member=SUVA))[1] == []

    case = CaseStudy.objects.get(member=member)
    assert list(case.revisions.get().themes.all()) == [transport]
    assert members() == [("Capital", "capital"), ("Suva", "suva-2")]
    _importer, errors = bring_in(short(member="capital", themes=["mobility", "transport"]))
    assert errors == [(1, "themes[1]", "“transport” is there twice.")]


def test_former_slug_of_a_theme_is_not_given_to_another(administrator_client):
    FormerTheme.objects.create(slug="mobility", theme=Theme.objects.first())
    answer = administrator_client.post(
        "/admin/policies/theme/add/",
        {"name": "Mobility", "slug": "mobility", "description": "", "position": 11},
    )
    assert answer.context["errors"].as_data()[0].messages == [
        "This address leads to another theme."
    ]
    assert not Theme.objects.filter(slug="mobility").exists()


def test_former_address_of_a_member_leads_on_for_its_team(client):
    member = MemberFactory(slug="capital")
    FormerAddress.objects.create(slug="suva", member=member)
    client.force_login(MembershipFactory(member=member).user)
    assert client.get("/my/teams/suva/").context["member"] == member
    assert client.get("/my/teams/join/suva/").context["member"] == member
