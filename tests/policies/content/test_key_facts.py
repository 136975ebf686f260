"""The four facts of a case, and what is said where they are not known."""

from decimal import Decimal

import pytest
import time_machine

from policies.content import key_facts, summary
from policies.content.key_facts import Fact
from policies.models import FundingSource, Indicator, Revision, Stakeholder
from tests.factories import LiveRevisionFactory, RevisionFactory

pytestmark = pytest.mark.django_db


def test_key_facts_of_an_empty_case_are_all_there_and_not_reported():
    facts = key_facts.key_facts(RevisionFactory())

    assert facts == [
        Fact("Budget", "Not reported", unknown=True),
        Fact("Staff", "Not reported", unknown=True),
        Fact("Duration", "Not reported", unknown=True),
        Fact("Stakeholders", "Not reported", unknown=True),
    ]


def test_key_facts_that_the_author_cannot_give_say_why():
    facts = key_facts.key_facts(
        RevisionFactory(
            budget_unavailable="Part of the yearly budget",
            staff_unavailable="Done beside other work",
            stakeholders_unavailable="Not written down",
        )
    )

    assert facts == [
        Fact("Budget", "Not available", "Part of the yearly budget", unknown=True),
        Fact("Staff", "Not available", "Done beside other work", unknown=True),
        Fact("Duration", "Not reported", unknown=True),
        Fact("Stakeholders", "Not available", "Not written down", unknown=True),
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_key_facts_of_cards_ask_the_database_nothing(rows, django_assert_num_queries):
    for _row in range(rows):
        revision = LiveRevisionFactory(staff_note="Twelve people.")
        Stakeholder.objects.create(revision=revision, name="Bus operator")
    summary.rebuild(Revision.objects.live())
    revisions = list(Revision.objects.live().for_lists())

    with django_assert_num_queries(0):
        facts = [key_facts.key_facts(revision) for revision in revisions]

    assert len(facts) == rows


@pytest.mark.parametrize(
    ("fields", "value", "detail"),
    [
        ({"budget_amount": 326075, "budget_currency": "USD"}, "USD 326,075", ""),
        (
            {
                "budget_amount": 13_000_000_000,
                "budget_currency": "KRW",
                "budget_year": 2013,
                "budget_usd": Decimal("11871234.56"),
            },
            "KRW 13 billion",
            "about USD 11.9 million at the mean rate of 2013",
        ),
        (
            {
                "budget_amount": 386_000_000_000,
                "budget_currency": "KRW",
                "budget_usd": 281_000_000,
                "budget_usd_source": "Stated by the source",
            },
            "KRW 386 billion",
            "about USD 281 million, as stated",
        ),
        (
            {"budget_amount": 2_000_000, "budget_currency": "MYR", "budget_usd": 485_000},
            "MYR 2 million",
            "about USD 485,000",
        ),
        (
            {"budget_amount": 47_500_000, "budget_currency": "NPR", "budget_year": 2024},
            "NPR 47.5 million",
            "no USD rate on file",
        ),
        (
            {"budget_amount": 47_500_000, "budget_currency": "NPR"},
            "NPR 47.5 million",
            "no USD amount: year not reported",
        ),
        ({"budget_usd": 1_200_000, "budget_usd_source": "A bank"}, "USD 1.2 million", ""),
        (
            {"budget_amount": 5000, "budget_currency": "USD", "budget_scope": "annual"},
            "USD 5,000 a year",
            "",
        ),
        (
            {
                "budget_amount": 636_821,
                "budget_currency": "USD",
                "budget_scope": "part",
                "budget_note": "The first donor only; the second phase is not reported.",
            },
            "USD 636,821",
            "partial: The first donor only",
        ),
        (
            {"budget_amount": 636_821, "budget_currency": "USD", "budget_scope": "part"},
            "USD 636,821",
            "partial",
        ),
    ],
)
def test_budget(fields, value, detail):
    assert key_facts.budget(RevisionFactory(**fields)) == Fact("Budget", value, detail)


@pytest.mark.parametrize(
    ("states", "detail"),
    [
        ([""], "funding: Province"),
        (["withdrawn"], "funding: Province, 1 withdrawn"),
        (["", "received"], "2 funding sources"),
        (["", "withdrawn", "withdrawn"], "3 funding sources, 2 withdrawn"),
    ],
)
def test_budget_says_who_pays_and_what_was_withdrawn(states, detail):
    revision = RevisionFactory(budget_amount=100, budget_currency="USD")
    for state in states:
        FundingSource.objects.create(revision=revision, name="Province", state=state)

    assert key_facts.budget(revision) == Fact("Budget", "USD 100", detail)


def test_budget_without_an_amount_still_names_its_sources():
    revision = RevisionFactory()
    FundingSource.objects.create(revision=revision, name="City budget")

    assert key_facts.budget(revision) == Fact(
        "Budget", "Not reported", "funding: City budget", unknown=True
    )


@pytest.mark.parametrize(
    ("fields", "value", "detail"),
    [
        ({"staff_fte": Decimal("26.9")}, "26.9 FTE", "full-time equivalents"),
        ({"staff_fte": 1200, "staff_note": "In 2006. 22 in 1993."}, "1,200 FTE", "In 2006"),
        ({"staff_fte": 0}, "0 FTE", "full-time equivalents"),
        ({"staff_note": "150 jobs created (2013). No more is known."}, "No total reported",
         "150 jobs created (2013)"),
    ],
)  # fmt: skip
def test_staff(fields, value, detail):
    assert key_facts.staff(RevisionFactory(**fields)) == Fact("Staff", value, detail)


def test_staff_note_that_is_long_is_cut():
    fact = key_facts.staff(RevisionFactory(staff_note="word " * 40))

    assert len(fact.detail) == key_facts.NOTE_LENGTH
    assert fact.detail[-5:] == "word…"


@pytest.mark.parametrize(
    ("start", "end", "stage", "value", "detail"),
    [
        ("2003", "2005", "completed", "2003–2005", "3 calendar years"),
        ("2013", "2013", "completed", "2013", "1 calendar year"),
        ("2018", "2022-06", "", "2018 – June 2022", "5 calendar years"),
        ("2013-04", "2014-09", "completed", "April 2013 – September 2014", "18 months"),
        ("", "2019", "", "Until 2019", "start not reported"),
        ("2013", "", "under-way", "Since 2013", "13 years so far; end not reported"),
        ("2026-05", "", "under-way", "Since May 2026", "6 months so far; end not reported"),
        ("2013-04", "", "under-way", "Since April 2013", "13 years so far; end not reported"),
        ("2026-11", "", "under-way", "Since November 2026", "end not reported"),
        ("2030", "", "under-way", "Since 2030", "end not reported"),
        ("2027", "", "planned", "From 2027", "end not reported"),
        ("2013", "", "completed", "Started 2013", "end not reported"),
        ("2013", "", "stopped", "Started 2013", "end not reported"),
        ("2013", "", "", "Started 2013", "end not reported"),
    ],
)
def test_duration(start, end, stage, value, detail):
    revision = RevisionFactory(start=start, end=end, stage=stage)

    with time_machine.travel("2026-11-23T12:00Z", tick=False):
        fact = key_facts.duration(revision)

    assert fact == Fact("Duration", value, detail)


@pytest.mark.parametrize(
    ("roles", "value", "detail"),
    [
        (["Runs it"], "1 named", "all with a role"),
        (["Runs it", "", ""], "3 named", "1 with a role"),
        (["", ""], "2 named", "roles not reported"),
    ],
)
def test_stakeholders(roles, value, detail):
    revision = RevisionFactory()
    for role in roles:
        Stakeholder.objects.create(revision=revision, name="Somebody", role=role)

    assert key_facts.stakeholders(revision) == Fact("Stakeholders", value, detail)


@pytest.mark.parametrize(
    ("rows", "text", "words"),
    [
        ([], "", "No results reported"),
        ([], "Fewer cars.", "Results in words"),
        ([{"baseline": 5}], "", "No results reported"),
        ([{"planned": 5}], "", "Planned figures only"),
        ([{"planned": 5, "evidence": "evaluated"}], "", "Planned figures only"),
        ([{"planned": 5}, {"result": 0}], "", "Figures reported"),
        ([{"result": 5, "evidence": "reported"}], "", "Reported by the city"),
        (
            [
                {"result": 5, "evidence": "reported", "reporter": "press"},
                {"planned": 1, "evidence": "reported"},
            ],
            "",
            "Reported by others than the city",
        ),
        (
            [
                {"result": 5, "evidence": "reported", "reporter": "press"},
                {"result": 1, "evidence": "reported", "reporter": "city"},
            ],
            "",
            "Reported by the city",
        ),
        (
            [{"result": 5, "evidence": "evaluated"}, {"result": 5, "evidence": "measured"}],
            "",
            "Independently evaluated",
        ),
    ],
)
def test_evidence_is_the_strongest_of_any_result(rows, text, words):
    revision = RevisionFactory(results=text)
    for row in rows:
        Indicator.objects.create(revision=revision, name="Cars", **row)

    assert key_facts.evidence(revision) == words


def test_goal_numbers_are_in_order_and_once(reference):
    revision = RevisionFactory(targets=["11.6", "9.1", "11.b", "3.d"])

    assert key_facts.goal_numbers(revision) == [3, 9, 11]


@pytest.mark.parametrize(
    ("usd", "population", "result"),
    [
        (Decimal(600), 200, Decimal(3)),
        (Decimal(0), 200, Decimal(0)),
        (None, 200, None),
        (Decimal(600), None, None),
        (Decimal(600), 0, None),
    ],
)
def test_per_resident(usd, population, result):
    revision = RevisionFactory(budget_usd=usd, scale="city", case__member__population=population)

    assert key_facts.per_resident(revision) == result
    # What a site costs is not divided by all who live in the city, nor what says nothing of it.
    for scale in ("site", "neighbourhood", "district", ""):
        revision.scale = scale
        assert key_facts.per_resident(revision) is None


def test_budget_says_basis_exactness_fiscal_year_and_scale():
    revision = RevisionFactory(
        budget_amount=1_000_000,
        budget_currency="USD",
        budget_qualifier="at-least",
        budget_basis="planned",
        budget_year=2019,
        budget_fiscal_year="2019/20",
        scale="district",
    )
    fact = key_facts.budget(revision)
    assert (fact.value, fact.detail) == (
        "at least USD 1 million",
        "Planned, 2019/20; for a district",
    )


def test_heads_are_no_full_time_equivalents():
    fact = key_facts.staff(RevisionFactory(staff_heads=12))
    assert (fact.value, fact.detail) == (
        "12 people",
        "counted in heads, not in full-time equivalents",
    )
