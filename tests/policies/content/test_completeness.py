"""The twelve points of a well documented case."""

import pytest

from policies.content import completeness
from policies.content.completeness import checks, score
from policies.models import Indicator, Revision, Source, Stakeholder
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory

NAMES = [
    "summary",
    "place",
    "targets",
    "period",
    "stakeholders",
    "sources",
    "results",
    "baseline",
    "budget",
    "manpower",
    "challenge",
    "lessons",
]


def done(revision):
    revision = Revision.objects.with_content().get(pk=revision.pk)
    return [check.name for check in checks(revision) if check.done]


def bare(**fields):
    member = MemberFactory(country="", latitude=None, longitude=None)
    return LiveRevisionFactory(case=CaseStudyFactory(member=member), **fields)


def test_bare_revision_has_only_its_summary(db):
    revision = bare()

    assert done(revision) == ["summary"]
    assert score(revision) == (1, 12)


def test_full_revision_has_all_twelve(reference, django_assert_num_queries):
    revision = LiveRevisionFactory(
        targets=["11.2"],
        start="2015",
        stage="completed",
        results="Fewer accidents.",
        budget_amount=5,
        budget_currency="USD",
        staff_fte=1,
        challenge="Heat.",
        lessons="Plant trees.",
    )
    Stakeholder.objects.create(revision=revision, name="x", role="Pays")
    Source.objects.create(revision=revision, title="x")
    Indicator.objects.create(revision=revision, name="x", baseline=0, result=0)

    assert done(revision) == NAMES
    revision = Revision.objects.with_content().get(pk=revision.pk)
    with django_assert_num_queries(0):
        assert score(revision) == (12, 12)
        assert all(str(check.label) and str(check.why) for check in checks(revision))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"start": "2015", "stage": "planned"}, "period"),
        ({"results": "x"}, "results"),
        ({"budget_usd": 0}, "budget"),
        ({"budget_amount": 0, "budget_currency": "KRW"}, "budget"),
        ({"staff_fte": 0}, "manpower"),
        ({"challenge": "x"}, "challenge"),
        ({"lessons": "x"}, "lessons"),
    ],
)
def test_each_text_and_figure_is_a_point(db, fields, name):
    assert done(bare(**fields)) == ["summary", name]


@pytest.mark.parametrize("fields", [{"start": "2015"}, {"stage": "planned"}, {"results": " \n"}])
def test_half_a_point_is_none(db, fields):
    assert done(bare(**fields)) == ["summary"]


def test_place_is_known_by_country_or_coordinates(db):
    country = MemberFactory(country="FJ", latitude=None, longitude=None)
    coordinates = MemberFactory(country="")

    found = [
        done(LiveRevisionFactory(case=CaseStudyFactory(member=member)))
        for member in (country, coordinates)
    ]

    assert found == [["summary", "place"]] * 2


def test_stakeholder_without_a_role_and_result_without_baseline_do_not_count(db):
    revision = bare()
    Stakeholder.objects.create(revision=revision, name="x", kind="ngo")
    Indicator.objects.create(revision=revision, name="x", result=5)

    assert done(revision) == ["summary"]

    Stakeholder.objects.create(revision=revision, name="y", engagement="leads")
    assert done(revision) == ["summary", "stakeholders"]


def test_facts_for_comparing_are_hints_and_never_points(db):
    revision = bare(budget_amount=5, budget_currency="USD")
    Indicator.objects.create(revision=revision, name="x", result=5)
    before = done(revision)
    assert [(hint.section, str(hint.label)) for hint in completeness.hints(revision)] == [
        ("basics", "Scale"),
        ("basics", "People served"),
        ("budget", "Basis of the budget"),
        ("results", "Who reports the indicators"),
        ("basics", "Contact office"),
    ]
    revision.indicators.update(reporter="city")
    revision.scale, revision.people_served, revision.budget_basis = "city", 5, "spent"
    revision.contact_office = "Transport office"
    assert (completeness.hints(revision), done(revision)) == ([], before)
    assert (
        completeness.hints(bare(scale="site", people_served=0, contact_url="https://a.example/"))
        == []
    )


def test_hints_ask_for_the_year_and_the_source_of_what_is_said_only(db):
    revision = bare(scale="site", people_served=0, contact_office="Office", staff_heads=4)
    revision.funding_sources.create(name="Bank", amount=5)
    revision.funding_sources.create(name="State")
    revision.indicators.create(name="Trips", result=5, reporter="city")
    for title in ("Report", "News"):
        revision.sources.create(title=title)
    assert [str(hint.label) for hint in completeness.hints(revision)] == [
        "Year of each funding amount",
        "Year of the staff numbers",
        "The source of each indicator",
    ]
    revision.staff_year = 2024
    revision.funding_sources.filter(name="Bank").update(fiscal_year="2019/20")
    revision.indicators.update(source_number=2)
    assert completeness.hints(revision) == []
