"""Bands, values of revisions, and what can be chosen."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from policies.content import bands
from policies.content.facets import FACETS, FACETS_BY_NAME, country_labels, member_labels
from policies.models import FundingSource, Indicator, Revision, Stakeholder
from policies.search import index
from sdg.models import GoalText
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory


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
        "staff",
        "duration",
        "language",
        "evidence",
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
        staff_fte="7.5",
        start="2015",
        end="2016",
    )
    FundingSource.objects.create(revision=revision, kind="national", name="x")
    FundingSource.objects.create(revision=revision, kind="national", name="y")
    Stakeholder.objects.create(revision=revision, kind="ngo", name="x")
    Indicator.objects.create(revision=revision, name="x", evidence="measured")

    assert values(revision) == {
        "goal": ("11", "12"),
        "target": ("11.2", "11.b", "12.5"),
        "theme": ("transport", "housing"),
        "subregion": ("melanesia",),
        "country": ("FJ",),
        "member": ("suva",),
        "kind": ("local-government",),
        "population": ("under-100k",),
        "stage": ("completed",),
        "budget": ("100k-1m",),
        "staff": ("5-20",),
        "duration": ("2-5y",),
        "language": ("fj",),
        "evidence": ("measured",),
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
        "staff",
        "duration",
        "evidence",
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
    assert "TW" not in country_labels()


def test_values_ask_nothing_of_the_database_on_read_rows(reference, django_assert_num_queries):
    revision = LiveRevisionFactory(targets=["11.2"], themes=["transport"])
    revision = Revision.objects.for_cards().get(pk=revision.pk)

    with django_assert_num_queries(0):
        assert [bool(facet.values(revision)) for facet in FACETS] == [True] * len(FACETS)


def test_every_value_that_a_revision_can_have_can_be_chosen(reference):
    choices = {facet.name: facet.choices() for facet in FACETS}

    assert {name for name, found in choices.items() if found is None} == {"country", "member"}
    assert len(choices["goal"]) == 17 + 1
    assert len(choices["target"]) == 169 + 1
    assert len(choices["theme"]) == 10 + 1
    for facet in FACETS:
        found = [value for value, label in choices[facet.name] or []]
        assert len(found) == len(set(found))
        assert ("none" in found) == (facet.none and found != [])
        assert all(str(label) for value, label in choices[facet.name] or [])


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

    assert FACETS_BY_NAME[name].accepts(value) is accepted


def test_labels_name_what_was_chosen(reference):
    MemberFactory(slug="suva", name="Suva")

    assert FACETS_BY_NAME["member"].label_of("suva") == "Suva"
    assert FACETS_BY_NAME["member"].label_of("nowhere") == "nowhere"
    assert FACETS_BY_NAME["country"].label_of("FJ") == "Fiji"
    assert FACETS_BY_NAME["goal"].label_of("11") == "Sustainable cities and communities"
    assert str(FACETS_BY_NAME["budget"].label_of("none")) == "Not reported"


def test_labels_are_read_once_a_generation_of_the_index(reference, django_assert_num_queries):
    LiveRevisionFactory(case=CaseStudyFactory(member=MemberFactory(slug="suva", name="Suva")))
    index.sync()
    member_labels()

    with django_assert_num_queries(0):
        assert member_labels() == {"suva": "Suva"}

    late = MemberFactory(slug="late", name="Late")
    assert FACETS_BY_NAME["member"].accepts("late")
    assert FACETS_BY_NAME["member"].label_of("late") == "Late"
    LiveRevisionFactory(case=CaseStudyFactory(member=late))
    index.sync()
    assert member_labels() == {"suva": "Suva", "late": "Late"}


def test_labels_of_goals_are_in_the_readers_language(reference):
    GoalText.objects.create(goal_id=11, language="en-gb", title="Towns", headline="x")
    index.sync()

    with translation.override("en-gb"):
        assert FACETS_BY_NAME["goal"].label_of("11") == "Towns"
    assert FACETS_BY_NAME["goal"].label_of("11") == "Sustainable cities and communities"
