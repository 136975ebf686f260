"""What stands between a draft and its submission."""

import pytest

from policies.models import Contribution, FundingSource, Source, StaffRole, Stakeholder
from policies.workflow import submission
from tests.factories import RevisionFactory

pytestmark = pytest.mark.django_db

COMPLETE = {
    "challenge": "No buses at night.",
    "solution": "Buses at night.",
    "stage": "completed",
    "start": "2013",
    "budget_amount": 5,
    "budget_currency": "USD",
    "budget_year": 2013,
    "staff_fte": 2,
    "stakeholders_unavailable": "The archive burned.",
}


def fields(revision):
    return [(gap.section, gap.field) for gap in submission.missing(revision)]


def complete(**content):
    return RevisionFactory(**COMPLETE | content, targets=["11.2"], themes=["transport"])


def test_complete_case_can_be_submitted(reference):
    assert fields(complete()) == []


def test_empty_draft_lists_everything(reference):
    assert fields(RevisionFactory(title=" ", summary="")) == [
        ("basics", "title"),
        ("basics", "summary"),
        ("challenge-solution", "challenge"),
        ("challenge-solution", "solution"),
        ("time", "stage"),
        ("time", "start"),
        ("targets-themes", "targets"),
        ("targets-themes", "themes"),
        ("budget", "budget_amount"),
        ("manpower", "staff_fte"),
        ("stakeholders", "stakeholders"),
    ]


@pytest.mark.parametrize(
    ("content", "gap"),
    [
        ({"budget_amount": None}, ("budget", "budget_amount")),
        ({"staff_fte": None}, ("manpower", "staff_fte")),
        ({"stakeholders_unavailable": ""}, ("stakeholders", "stakeholders")),
    ],
)
def test_figure_or_reason_is_needed(reference, content, gap):
    assert fields(complete(**content)) == [gap]


@pytest.mark.parametrize(
    "content",
    [
        {"budget_amount": None, "budget_unavailable": "Not public."},
        {"budget_amount": 0},
        {"staff_fte": None, "staff_unavailable": "Not counted."},
    ],
)
def test_reason_or_zero_is_an_answer(reference, content):
    assert fields(complete(**content)) == []


def test_rows_are_an_answer(reference):
    revision = complete(staff_fte=None, stakeholders_unavailable="")
    StaffRole.objects.create(revision=revision, role="Driver")
    Stakeholder.objects.create(revision=revision, name="Riders")
    assert fields(revision) == []


def test_primary_target_is_needed(reference):
    revision = complete()
    Contribution.objects.update(role="secondary")
    assert fields(revision) == [("targets-themes", "targets")]


@pytest.mark.parametrize(
    ("content", "gap"),
    [
        ({"start": "2099"}, ("time", "start")),
        ({"budget_currency": "VDN"}, ("budget", "budget_currency")),
    ],
)
def test_what_cannot_be_true_prevents_it(reference, content, gap):
    revision = complete(**content)
    assert fields(revision) == [gap]
    assert gap not in [(each.section, each.field) for each in submission.warnings(revision)]


def test_well_told_case_has_no_warnings(reference):
    revision = complete()
    Contribution.objects.update(how="Buses reach every district.")
    Source.objects.create(revision=revision, title="Report")
    assert submission.warnings(revision) == []


def test_warnings_name_what_looks_wrong(reference):
    revision = RevisionFactory(
        **COMPLETE | {"budget_year": None}, targets=["11.2", "9.1"], themes=["transport"]
    )
    FundingSource.objects.create(revision=revision, name="A bank", amount=4)
    FundingSource.objects.create(revision=revision, name="Fares", amount=2, position=1)
    assert [each.message for each in submission.warnings(revision)] == [
        "2 targets are a lot for a text of about 14 words. Readers trust tags that the text explains.",
        "Nothing says how the case contributes to 11.2, 9.1.",
        "The budget has no year, so it cannot be converted or compared.",
        "The funding sources add up to USD 6, which is more than the budget of USD 5.",
        "No source: readers cannot check the figures.",
    ]


def test_withdrawn_money_does_not_count(reference):
    revision = complete()
    Contribution.objects.update(how="Buses.")
    Source.objects.create(revision=revision, title="Report")
    FundingSource.objects.create(revision=revision, name="A bank", amount=9, state="withdrawn")
    assert submission.warnings(revision) == []
