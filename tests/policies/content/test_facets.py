"""Bands, values of revisions, and what can be chosen."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from members.models import Member
from policies.content import bands
from policies.content.facets import FACETS, FACETS_BY_NAME, Labels
from policies.models import FundingSource, Indicator, JointMember, Revision, Stakeholder, Theme
from sdg.models import GoalText, Target, TargetText
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory, RevisionFactory


@pytest.mark.parametrize(
    ("scale", "figure", "band"),
    [
        (bands.BUDGET, Decimal(0), "under-10k"),
        (bands.BUDGET, Decimal("9999.99"), "under-10k"),
        (bands.BUDGET, Decimal(10_000), "10k-100k"),
        (bands.BUDGET, Decimal(100_000), "100k-1m"),
        (bands.BUDGET, Decimal(10**6), "1m-10m"),
        (bands.BUDGET, Decimal("9999999.99"), "1m-10m"),
        (bands.BUDGET, Decimal(10**7), "10m-100m"),
        (bands.BUDGET, Decimal(10**8), "over-100m"),
        (bands.BUDGET, None, "none"),
        (bands.STAFF, Decimal("4.9"), "under-5"),
        (bands.STAFF, Decimal(5), "5-20"),
        (bands.STAFF, Decimal(20), "20-100"),
        (bands.STAFF, Decimal(100), "100-500"),
        (bands.STAFF, Decimal(500), "over-500"),
        (bands.DURATION, 1, "under-6m"),
        (bands.DURATION, 6, "6-12m"),
        (bands.DURATION, 12, "1-2y"),
        (bands.DURATION, 24, "2-5y"),
        (bands.DURATION, 60, "over-5y"),
        (bands.POPULATION, 99_999, "under-100k"),
        (bands.POPULATION, 100_000, "100k-500k"),
        (bands.POPULATION, 500_000, "500k-1m"),
        (bands.POPULATION, 1_000_000, "1m-5m"),
        (bands.POPULATION, 5_000_000, "5m-10m"),
        (bands.POPULATION, 10_000_000, "over-10m"),
        (bands.POPULATION, None, "none"),
    ],
)
def test_band_has_its_lower_edge_and_not_its_upper(scale, figure, band):
    assert scale.of(figure) == band


def test_facets_are_those_of_the_addresses():
    assert [facet.name for facet in FACETS] == [
        "goal",
        "target",
        "theme",
        "subregion",
        "country",
        "member",
        "kind",
        "population",
        "stage",
        "budget",
        "basis",
        "scale",
        "staff",
        "duration",
        "language",
        "evidence",
        "reporter",
        "provenance",
        "funding",
        "stakeholder",
    ]


def values(revision):
    revision = Revision.objects.with_content().get(pk=revision.pk)
    return {facet.name: facet.values(revision) for facet in FACETS}


def test_full_revision_has_values_in_every_facet(reference):
    member = MemberFactory(slug="suva", country="FJ", population=93_970)
    case = CaseStudyFactory(
        member=member, provenance="secretariat", confirmed_at=datetime.date(2024, 1, 1)
    )
    revision = LiveRevisionFactory(
        case=case,
        targets=["11.2", "11.b", "12.5"],
        themes=["transport", "housing"],
        stage="completed",
        language="fj",
        budget_usd=250_000,
        budget_basis="spent",
        scale="city",
        staff_fte="7.5",
        start="2015",
        end="2016",
    )
    FundingSource.objects.create(revision=revision, kind="national", name="x")
    FundingSource.objects.create(revision=revision, kind="national", name="y")
    Stakeholder.objects.create(revision=revision, kind="ngo", name="x")
    Indicator.objects.create(revision=revision, name="x", evidence="measured", reporter="press")
    Indicator.objects.create(revision=revision, name="y", reporter="research")
    JointMember.objects.create(
        revision=revision, member=MemberFactory(slug="hue", country="VN", population=None)
    )

    assert values(revision) == {
        "goal": ("11", "12"),
        "target": ("11.2", "11.b", "12.5"),
        "theme": ("transport", "housing"),
        "subregion": ("melanesia", "south-eastern-asia"),
        "country": ("FJ", "VN"),
        "member": ("suva", "hue"),
        "kind": ("local-government",),
        "population": ("under-100k",),
        "stage": ("completed",),
        "budget": ("100k-1m",),
        "basis": ("spent",),
        "scale": ("city",),
        "staff": ("5-20",),
        "duration": ("2-5y",),
        "language": ("fj",),
        "evidence": ("measured",),
        "reporter": ("press", "research"),
        "provenance": ("secretariat", "confirmed"),
        "funding": ("national",),
        "stakeholder": ("ngo",),
    }


def test_what_is_unknown_counts_as_not_reported(db):
    member = MemberFactory(slug="network", country="", population=None)
    revision = LiveRevisionFactory(case=CaseStudyFactory(member=member))
    FundingSource.objects.create(revision=revision, kind="", name="x")
    Stakeholder.objects.create(revision=revision, kind="", name="x")
    Indicator.objects.create(revision=revision, name="x", evidence="")

    unknown = {name for name, found in values(revision).items() if found == ("none",)}

    assert unknown == {
        "goal",
        "target",
        "theme",
        "subregion",
        "population",
        "stage",
        "budget",
        "basis",
        "scale",
        "staff",
        "duration",
        "evidence",
        "reporter",
        "funding",
        "stakeholder",
    }
    assert unknown == {facet.name for facet in FACETS if facet.none}
    assert values(revision)["country"] == ()


def test_member_without_country_label_keeps_its_subregion(db):
    member = MemberFactory(country="TW")
    found = values(LiveRevisionFactory(case=CaseStudyFactory(member=member)))

    assert found["country"] == ()
    assert found["subregion"] == ("eastern-asia",)
    assert Labels().of("country", {"TW", "KR"}) == {"KR": "Republic of Korea"}


def test_values_ask_nothing_of_the_database_on_read_rows(reference, django_assert_num_queries):
    revision = LiveRevisionFactory(targets=["11.2"], themes=["transport"])
    revision = Revision.objects.with_rows().get(pk=revision.pk)

    with django_assert_num_queries(0):
        assert [bool(facet.values(revision)) for facet in FACETS] == [True] * len(FACETS)


@pytest.mark.parametrize(
    ("name", "number"),
    [("goal", 17 + 1), ("target", 169 + 1), ("theme", 10 + 1), ("stage", 4 + 1), ("kind", 6)],
)
def test_every_value_that_a_revision_can_have_can_be_chosen(reference, name, number):
    codes = [str(goal) for goal in range(1, 18)] + list(
        Target.objects.values_list("code", flat=True)
    )
    values = {*codes, *Theme.objects.values_list("slug", flat=True), "none"}
    values |= {*Revision.Stage.values, *Member.Kind.values}
    found = Labels().of(name, values)

    assert len(found) == number
    assert all(str(label) for label in found.values())


def test_labels_are_in_the_order_of_the_choices(reference):
    MemberFactory(slug="suva", name="Suva")
    MemberFactory(slug="nadi", name="Nadi")
    labels = Labels()

    assert list(labels.of("goal", {"none", "11", "6"})) == ["6", "11", "none"]
    assert list(labels.of("budget", {"none", "over-100m", "under-10k"})) == [
        *("under-10k", "over-100m", "none")
    ]
    assert labels.of("country", {"FJ", "BD"}) == {"BD": "Bangladesh", "FJ": "Fiji"}
    assert labels.of("member", ["suva", "nadi"]) == {"nadi": "Nadi", "suva": "Suva"}


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("goal", "11", True),
        ("goal", "18", False),
        ("goal", "011", False),
        ("target", "11.b", True),
        ("target", "11.z", False),
        ("budget", "none", True),
        ("budget", "", False),
        ("language", "none", False),
        ("country", "ID", True),
        ("country", "id", False),
        ("country", "TW", False),
        ("country", "none", False),
        ("member", "suva", True),
        ("member", "nowhere", False),
        ("member", "a\x00b", False),
        ("member", "", False),
        ("provenance", "confirmed", True),
    ],
)
def test_only_what_exists_can_be_chosen(reference, name, value, accepted):
    MemberFactory(slug="suva")

    assert list(Labels().of(name, [value])) == [value] * accepted


def test_labels_are_read_once_a_request(reference, django_assert_num_queries):
    MemberFactory(slug="suva", name="Suva")
    labels = Labels()

    with django_assert_num_queries(3):
        for _time in range(2):
            assert labels.of("goal", {"11"}) == {"11": "Sustainable cities and communities"}
            assert list(labels.of("target", {"11.2"})) == ["11.2"]
            assert list(labels.of("theme", {"transport"})) == ["transport"]
            assert labels.of("member", {"suva"}) == {"suva": "Suva"}
            assert labels.of("country", {"FJ"}) == {"FJ": "Fiji"}
            assert labels.of("budget", {"none"}) == {"none": "Not reported"}


@pytest.mark.usefixtures("translated")
def test_labels_of_goals_and_targets_are_in_the_readers_language(reference):
    GoalText.objects.create(goal_id=11, language="en-gb", title="Towns", headline="x")
    TargetText.objects.create(target_id="11.2", language="en-gb", label="Buses", text="x")

    with translation.override("en-gb"):
        labels = Labels()
        assert labels.of("goal", {"11", "14"}) == {"11": "Towns", "14": "Life below water"}
        assert labels.of("target", {"11.2"}) == {"11.2": "Buses"}
    assert Labels().of("goal", {"11"}) == {"11": "Sustainable cities and communities"}


@pytest.mark.parametrize(
    ("fte", "note", "roles", "value"),
    [
        (4, "Six clerks", 1, "under-5"),
        (None, "Six clerks", 1, "roles"),
        (None, "", 2, "roles"),
        (None, "Six clerks", 0, "note"),
        (None, " ", 0, "none"),
        (0, "", 0, "under-5"),
    ],
)
def test_staff_counts_roles_and_notes_as_what_they_are(db, fte, note, roles, value):
    revision = RevisionFactory(staff_fte=fte, staff_note=note)
    for number in range(roles):
        revision.staff_roles.create(role=f"Clerk {number}", position=number)

    assert FACETS_BY_NAME["staff"].values(revision) == (value,)
    labels = Labels().of("staff", [value])
    assert list(labels) == [value]
