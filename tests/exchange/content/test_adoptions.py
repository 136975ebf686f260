"""What an adoption states, in words: its figures, its staff, and others of the same original."""

import pytest

from exchange.content import adoptions as content
from exchange.models import Adoption
from tests.exchange.factories import AdoptionFactory, AdoptionReportFactory

pytestmark = pytest.mark.django_db


def said(fact):
    return fact.label, fact.value, fact.detail


def test_figures_of_a_report_are_said_with_their_units_and_what_was_before():
    report = AdoptionReportFactory(staff_fte="2.5", months=18)
    for facts in (
        {"name": "Riders", "value": 1200, "unit": "a night", "baseline": 900, "year": 2026},
        {"name": "Women", "value": 40, "unit": "%", "baseline": 31, "baseline_year": 2024},
        {"name": "Lines", "value": 2},
        {"name": "Noise", "unit": "dB"},
    ):
        report.indicators.create(**facts)
    assert [said(fact) for fact in content.figures(report)] == [
        ("Staff", "2.5", "full-time equivalents"),
        ("Time", "18 months", ""),
        ("Riders", "1,200 a night", "2026; before: 900 a night"),
        ("Women", "40%", "before: 31% in 2024"),
        ("Lines", "2", ""),
        ("Noise", "Not reported", ""),
    ]
    assert [content.indicator_in_words(row) for row in report.indicators.all()] == [
        "Riders: 1,200 a night (2026; before: 900 a night)",
        "Women: 40% (before: 31% in 2024)",
        "Lines: 2",
        "Noise: Not reported",
    ]


@pytest.mark.parametrize(
    ("months", "detail"), [(18, "for 18 months"), (None, "full-time equivalents")]
)
def test_staff_is_that_of_the_report_that_states_it(months, detail):
    report = AdoptionReportFactory(staff_fte=3, months=months)
    adoption = report.adoption
    adoption.cost_report, adoption.reported, adoption.compared = None, "2026-03", ""
    facts = content.key_facts_of(adoption, [report])
    assert [said(fact) for fact in facts if fact.label == "Staff"] == [("Staff", "3 FTE", detail)]


def test_a_stage_that_was_never_reported_is_not_known():
    assert said(content.stage(Adoption(stage=""))) == (*("Stage", "Not known today", ""),)


def test_others_of_an_original_outside_the_library_have_its_title_and_member():
    outside = {"case": None, "original_title": "Owl Bus"}
    first, second = (AdoptionFactory(**outside) for _each in range(2))
    AdoptionFactory(case=None, original_title="Other bus")
    AdoptionFactory(original_title="")
    assert content.others(first) == [second]
    unnamed = Adoption()
    assert content.others(unnamed) == []
    assert content.beside_original(first, []) == []
