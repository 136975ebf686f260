"""How questions are read: words, codes of goals and targets, and limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.search.understanding import understand

CODES = frozenset({"2.5", "11.2", "11.6", "11.b", "16.10"})
SENTENCE = "something against flooding for a city of 300,000 with under one million dollars"


def test_sentence_is_taken_apart():
    read = understand(SENTENCE, CODES)

    assert read.words == "flooding"
    assert [(limit.name, limit.values, limit.said) for limit in read.limits] == [
        ("budget_max", ("1000000",), "under one million dollars"),
        ("population", ("100k-500k",), "city of 300,000"),
    ]
    assert read.little == ("something", "against", "for", "a", "with")


@pytest.mark.parametrize(
    ("typed", "codes", "words"),
    [
        ("SDG 11", {"goal": ("11",)}, ""),
        ("sdg11", {"goal": ("11",)}, ""),
        ("Goal 11 buses", {"goal": ("11",)}, "buses"),
        ("목표 11", {"goal": ("11",)}, ""),
        ("11.B", {"target": ("11.b",)}, ""),
        ("target 11.6", {"target": ("11.6",)}, ""),
        ("SDG11.6", {"target": ("11.6",)}, ""),
        ("16.10", {"target": ("16.10",)}, ""),
        ("Is it for 11.6.", {"target": ("11.6",)}, ""),
        ("11.6.2", {"target": ("11.6",)}, ""),
        ("indicator 11.b.1", {"target": ("11.b",)}, "indicator"),
        ("11.6.2024", {}, '"11 6 2024"'),
        ("११.६", {"target": ("11.6",)}, ""),
        ("11.6 or 11.2", {"target": ("11.6", "11.2")}, ""),
        ("Goal 18", {}, "goal 18"),
        ("11.9", {}, '"11 9"'),
        ('"11.6"', {}, '"11 6"'),
        ("PM 2.5", {}, "pm25"),
        ("PM2.5", {}, "pm25"),
        ("2.5 million people", {}, '"2 5" million people'),
        ("2.5% tax", {}, '"2 5" tax'),
    ],
)
def test_codes_in_any_spelling_are_facets(typed, codes, words):
    read = understand(typed, CODES)

    assert (read.codes, read.words) == (codes, words)


@pytest.mark.parametrize(
    ("typed", "limits"),
    [
        ("bikes for less than $500k", [("budget_max", ("500000",))]),
        ("parks with half a million dollars", [("budget_max", ("500000",))]),
        ("metro over 5 million usd", [("budget_min", ("5000000",))]),
        ("water US$ 1,200,000", [("budget_max", ("1200000",))]),
        ("parks for 20 000 residents", [("population", ("under-100k",))]),
        ("clinics with fewer than 10 staff", [("staff_max", ("10",))]),
        ("parks within two years", [("duration", ("under-6m", "6-12m", "1-2y"))]),
        ("parks since 2015", [("start_from", ("2015",))]),
        ("parks with 5 million pesos", []),
        ("a city of gardens", []),
        ("10,000 trees", []),
    ],
)
def test_limits_are_taken_from_a_sentence(typed, limits):
    assert [(limit.name, limit.values) for limit in understand(typed, CODES).limits] == limits


def test_limit_alone_is_searched_as_words():
    assert understand("under one million dollars", CODES).words == "one million dollars"


@given(st.text(max_size=200))
def test_any_text_is_read(typed):
    read = understand(typed, CODES)

    assert all(limit.values for limit in read.limits)
    assert set(read.codes) <= {"goal", "target"}
