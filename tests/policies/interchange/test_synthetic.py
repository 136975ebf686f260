"""What synthetic cases are like: as long as real ones, with gaps, and marked."""

import pytest
from django.core.management import call_command

from members.models import Member
from policies.management.synthetic import COMMON_WORD
from policies.models import CaseStudy, Revision
from policies.search import index
from tests.policies.lines import rows


@pytest.fixture(scope="module")
def made(shared):
    with shared.made():
        call_command("generate_cases", 120, verbosity=0)


@pytest.fixture
def synthetic(made, db):
    """120 synthetic cases, made once."""


def test_synthetic_cases_are_public_marked_and_indexed(synthetic):
    assert CaseStudy.objects.filter(synthetic=True).count() == 120
    assert Revision.objects.live().count() == index.count() == 120
    assert Revision.objects.filter(title__startswith="Synthetic case ").count() == 120
    assert Member.objects.exclude(name__startswith="Synthetic City ").count() == 0


def test_synthetic_cases_are_as_long_as_real_ones_and_have_a_common_word(synthetic):
    sections = ["summary", "challenge", "solution", "results", "lessons", "transferability"]
    texts = [" ".join(parts).lower() for parts in Revision.objects.values_list(*sections)]

    assert {len(each.split()) for each in texts} == {400}
    having = sum(COMMON_WORD in each.replace(".", "").split() for each in texts)
    assert 0.55 < having / len(texts) < 0.85


def test_synthetic_cases_leave_some_of_everything_unknown(synthetic):
    lines = rows()

    for unknown in [
        lambda each: each["stage"] is None,
        lambda each: each["start"] is None,
        lambda each: each["end"] is None,
        lambda each: each["confirmed_at"] is None,
        lambda each: each["budget"]["amount"] is None,
        lambda each: each["budget"]["funding"] == [],
        lambda each: each["manpower"]["fte"] is None,
        lambda each: each["stakeholders"] == [],
        lambda each: each["indicators"] == [],
    ]:
        assert 0 < sum(map(unknown, lines)) < len(lines)
    assert Revision.objects.filter(budget_usd=None, budget_amount__isnull=False).exists()
    assert {len(each["themes"]) for each in lines} == {1, 2, 3}
    assert {each["provenance"] for each in lines} == {"city", "secretariat"}
