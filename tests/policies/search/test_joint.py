"""Cases of several members: found, counted and shown for each; written by one team."""

import csv

import pytest
from django.utils.html import strip_tags

from members.models import Member
from policies.models import CaseStudy, JointMember, Revision
from policies.search import counts, index
from policies.search.counts import count_cases
from policies.search.query import Question, ask
from tests.factories import MemberFactory, MembershipFactory

from .library import live_case, titles

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def joint(db):
    """Return a case of Jakarta with Hanoi, Johor in the same subregion, and Busan."""
    jakarta, hanoi, busan = (
        MemberFactory(slug=slug, name=slug.title(), country=country)
        for slug, country in [("jakarta", "ID"), ("hanoi", "VN"), ("busan", "KR")]
    )
    revision = live_case("One fare", member=jakarta, targets=["11.2"], budget_usd=5)
    # A member may be there twice after a merge, also the one whose case it is.
    for position, member in enumerate([hanoi, busan, hanoi, jakarta]):
        JointMember.objects.create(revision=revision, member=member, position=position)
    live_case("Alone", member=busan, targets=["11.2"])
    return revision


COUNTED = {
    "member": {"jakarta": 1, "hanoi": 1, "busan": 2},
    "country": {"ID": 1, "VN": 1, "KR": 2},
    "subregion": {"south-eastern-asia": 1, "eastern-asia": 2},
}


@pytest.mark.parametrize("from_index", [True, False])
def test_joint_case_counts_once_for_each_value_of_its_members(
    joint, synced, monkeypatch, from_index
):
    synced()
    if not from_index:
        monkeypatch.setattr(index, "reader", lambda: None)

    assert ask(Question()).available is from_index
    found = count_cases()
    assert found.total == 2
    assert {name: found.of(name) for name in COUNTED} == COUNTED
    for chosen, total in [
        ({"member": "hanoi"}, 1),
        ({"member": "busan"}, 2),
        ({"country": "VN"}, 1),
        ({"subregion": "eastern-asia"}, 2),
        ({"subregion": "south-eastern-asia"}, 1),
    ]:
        assert (chosen, count_cases(**chosen).total) == (chosen, total)
    assert count_cases(member="hanoi").of("target") == {"11.2": 1}


def test_joint_case_is_found_by_the_names_of_all_its_members(joint, synced):
    synced()

    assert titles("Hanoi") == titles("Vietnam") == ["One fare"]
    assert titles(chosen={"member": ("hanoi",)}) == ["One fare"]


def test_index_follows_a_further_member(joint, synced):
    synced()
    member = Member.objects.get(slug="hanoi")
    member.country = "FJ"
    member.save()

    assert index.sync() == (1, 0)
    assert counts.count_cases().of("country") == {"ID": 1, "FJ": 1, "KR": 2}
    JointMember.objects.filter(member=member).delete()
    assert index.sync() == (1, 0)
    assert counts.count_cases().of("country") == {"ID": 1, "KR": 2}


def test_joint_case_stands_on_the_pages_of_all_its_members(client, joint, synced):
    synced()
    for slug, total, money in [("jakarta", 1, 1), ("hanoi", 1, 1), ("busan", 2, 1)]:
        page = client.get(f"/members/{slug}/")
        assert (slug, page.context["counts"].total) == (slug, total)
        assert page.context["reported"]["money"] == money
        assert page.text.count("Joint case of 3 members") == 1
        exported = client.get(f"/policies/?member={slug}")
        assert "One fare" in exported.text
    listed = {each.slug: each.case_count for each in Member.objects.with_case_counts()}
    assert listed == {"jakarta": 1, "hanoi": 1, "busan": 2}
    assert '"name": "Hanoi"' in client.get(joint.case.get_absolute_url()).text


def test_joint_case_is_cited_and_compared_with_all_its_members(client, joint, synced):
    synced()
    Member.objects.filter(slug="jakarta").update(population=600, population_year=2020)
    Member.objects.filter(slug="hanoi").update(population=300, population_year=2020)
    Member.objects.filter(slug="busan").update(population=100, population_year=2021)
    Revision.objects.filter(pk=joint.pk).update(scale="city", budget_usd=2500)
    case = joint.case.get_absolute_url()
    other = Revision.objects.live().exclude(pk=joint.pk).get()

    page = client.get(case)
    assert page.context["citation"].startswith(
        "Jakarta, Indonesia; Hanoi, Viet Nam; Busan, Republic of Korea. One fare. "
    )
    assert page.context["resident"].value == "USD 2.50"
    assert page.context["resident"].how.startswith("USD 2,500 / 1,000 residents (")
    assert [place["name"] for place in page.context["data"]["spatialCoverage"]] == [
        "Jakarta",
        "Hanoi",
        "Busan",
    ]
    assert "author = {{Jakarta} and {Hanoi} and {Busan}}," in client.get(f"{case}cite.bib").text
    assert [line for line in client.get(f"{case}cite.ris").text.splitlines() if "AU" in line] == [
        "AU  - Jakarta",
        "AU  - Hanoi",
        "AU  - Busan",
    ]
    assert client.get(f"{case}cite.json").json()[0]["author"] == [
        {"literal": "Jakarta"},
        {"literal": "Hanoi"},
        {"literal": "Busan"},
    ]
    pair = f"case={joint.case_id}&case={other.case_id}"
    compared = client.get(f"/policies/compare/?{pair}")
    cell = compared.text.partition('<th scope="row">Member</th><td>')[2].partition("</td>")[0]
    assert strip_tags(cell).strip() == (
        "Jakarta, Indonesia; Hanoi, Viet Nam; Busan, Republic of Korea"
    )
    assert [each.value for each in compared.context["rows"][1].cells] == ["1,000", "100"]
    file = client.get(f"/policies/compare/export.csv?{pair}").getvalue().decode()
    rows = {label: first for label, first, _other in csv.reader(file.splitlines())}
    assert {name: rows[name] for name in ("Members", "Countries or areas", "Population")} == {
        "Members": "Jakarta; Hanoi; Busan",
        "Countries or areas": "Indonesia; Viet Nam; Republic of Korea",
        "Population": "1000",
    }


def test_only_the_team_of_the_first_member_writes_it(joint):
    lead = MembershipFactory(member=joint.case.member).user
    further = MembershipFactory(member=Member.objects.get(slug="hanoi")).user

    assert [*CaseStudy.objects.editable_by(lead)] == [joint.case]
    assert [*CaseStudy.objects.editable_by(further)] == []


def test_merged_members_of_a_joint_case_become_one(
    client, joint, synced, editor_client, django_capture_on_commit_callbacks
):
    synced()
    page = f"/admin/members/member/{Member.objects.get(slug='hanoi').pk}/merge/"

    with django_capture_on_commit_callbacks(execute=True):
        editor_client.post(page, {"kept": "busan", "reason": "One city"})

    joint.refresh_from_db()
    assert [each.slug for each in joint.further_members] == ["busan"]
    assert joint.list_summary["further_members"] == 1
    assert count_cases().of("member") == {"jakarta": 1, "busan": 2}
    assert "Joint case of 2 members" in client.get("/members/busan/").text
