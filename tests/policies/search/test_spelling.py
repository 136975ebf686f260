"""Typos, corrected when nothing matches."""

import pytest

from policies.search import schema
from policies.search.query import Question, ask

from .library import live_case

pytestmark = pytest.mark.django_db


def test_typo_is_corrected_when_nothing_matches_and_reported(synced):
    live_case("Composting at home")
    live_case("Parks")
    synced()

    answer = ask(Question(words="compostign"))

    assert answer.corrected == "composting"
    assert answer.total == 1


def test_typos_up_to_two_letters_are_forgiven(synced, subtests):
    live_case("Home composting", summary="A community.")
    synced()

    for typed, corrected in [
        ("kompostin", "composting"),  # two letters, the first among them: too far
        ("cmopsoting", "composting"),
        ("ommunity", "community"),
        ('"home comosting"', '"home composting"'),
        ("comosting -comunity", "composting -comunity"),
    ]:
        with subtests.test(typed=typed):
            answer = ask(Question(words=typed))

            assert answer.corrected == ("" if typed == "kompostin" else corrected)


def test_typo_prefers_the_more_frequent_word(synced):
    live_case("Buses")
    live_case("Buses again")
    live_case("Bases")
    synced()

    assert ask(Question(words="bqses")).corrected == "buses"


def test_word_that_is_there_is_never_corrected(synced):
    live_case("Trams")
    live_case("Trains")
    synced()

    answer = ask(Question(words="trams trains"))

    assert (answer.total, answer.corrected) == (2, "")


def test_name_of_a_country_is_no_typo(synced):
    live_case("Wells that villages had, at a low cost")
    live_case("Parks")
    live_case("Trees")
    synced()
    for words in ("wells Chad", "wells Costa"):
        assert ask(Question(words=words)).corrected == ""
    assert ask(Question(words="wlls kost")).corrected == "wells cost"


def test_short_words_and_numbers_are_not_corrected(synced):
    live_case("Bus 2019")
    synced()

    assert [ask(Question(words=words)).corrected for words in ("bz", "2018")] == ["", ""]


def test_correction_that_finds_nothing_is_not_reported(synced, reference):
    live_case("Composting at home", targets=["12.5"])
    synced()

    answer = ask(Question(words="compostign", chosen={"goal": ("11",)}))

    assert (answer.total, answer.corrected) == (0, "")


def test_words_that_most_cases_have_are_known_by_some_of_them(synced, monkeypatch):
    monkeypatch.setattr(schema, "STRETCH", 2)
    for title in ("Composting at home", "Composting", "Compost", "Composed"):
        live_case(title)
    synced()

    answer = ask(Question(words="compostign"))

    # Frequency is that of what would be found, whatever its form.
    assert (answer.corrected, answer.total) == ("composting", 3)
    assert ask(Question(words="compos")).corrected == "compost"
