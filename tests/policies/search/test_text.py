"""Folding, stems, and the parts of what a person types."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.search import spelling, text
from policies.search.text import Part
from policies.search.understanding import written


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Água  Limpa!", "agua limpa"),
        ("Đà Nẵng", "da nang"),
        ("Łódź, Straße, Ærø", "lodz strasse aero"),
        ("İstanbul", "istanbul"),
        ("Nuku’alofa's", "nukualofas"),
        ("e-bus/BRT", "e bus brt"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "full width"),
        ("ﬁsh ½ m²", "fish 1 2 m2"),
        ("soft\N{SOFT HYPHEN}hyphen zero\u200bwidth", "softhyphen zero width"),
        ("서울", "서울"),
        ("がぎ", "がぎ"),
        ("ไทย", "ไทย"),
        ("a\x00b\x7f", "a b"),
        ("", ""),
    ],
)
def test_folding_leaves_plain_words(typed, words):
    assert text.fold(typed).split() == words.split()


@given(st.text())
def test_folding_twice_changes_nothing(typed):
    once = text.fold(typed)

    assert text.fold(once) == once


@given(st.text())
def test_folded_text_has_no_upper_case_and_one_kind_of_blank(typed):
    folded = text.fold(typed).replace("\x1f", "")

    assert folded == folded.lower()
    assert all(character == " " or not character.isspace() for character in folded)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("city", "cities"),
        ("composting", "composted"),
        ("bus", "buses"),
        ("woman", "women"),
        ("policy", "policies"),
        ("child", "childrens"),
        ("house", "housing"),
    ],
)
def test_forms_of_a_word_have_one_stem(one, other):
    assert text.stem(one) == text.stem(other)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("bus lanes", [Part("word", ("bus",)), Part("word", ("lanes",))]),
        ("bus bus BUS", [Part("word", ("bus",))]),
        ('"bus lanes"', [Part("phrase", ("bus", "lanes"), strict=True)]),
        ('"bus"', [Part("word", ("bus",), strict=True)]),
        ('"bus lanes', [Part("word", ("bus",)), Part("word", ("lanes",))]),
        ("«bus lanes»", [Part("phrase", ("bus", "lanes"), strict=True)]),
        ("-bus", [Part("word", ("bus",), excluded=True)]),
        ('-"bus lanes"', [Part("phrase", ("bus", "lanes"), excluded=True)]),
        ("-car-free", [Part("phrase", ("car", "free"), excluded=True)]),
        ("car-free", [Part("word", ("car",)), Part("word", ("free",))]),
        ("11.2", [Part("phrase", ("11", "2"))]),
        ("COVID-19", [Part("phrase", ("covid", "19"))]),
        ("서울 bus", [Part("run", ("서울",)), Part("word", ("bus",))]),
        ("BRT서울", [Part("word", ("brt",)), Part("run", ("서울",))]),
        ("the bus of", [Part("word", ("bus",))]),
        ("the -bus", [Part("word", ("bus",), excluded=True)]),
        ("to the", [Part("word", ("to",)), Part("word", ("the",))]),
        ('"to the point"', [Part("phrase", ("to", "the", "point"), strict=True)]),
        ("- -- !", []),
        ("", []),
    ],
)
def test_parts_of_what_is_typed(typed, parts):
    assert list(text.parse(typed)) == parts


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("bus", "bus", 0),
        ("bus", "buss", 1),
        ("bus", "bsu", 1),
        ("compostign", "composting", 1),
        ("kitten", "sitting", 3),
        ("", "abc", 3),
    ],
)
def test_distance_counts_single_mistakes(one, other, expected):
    assert spelling.distance(one, other) == expected
    assert spelling.distance(other, one) == expected


@pytest.mark.parametrize("typed", ["bus", '"bus lanes"', "-bus", '-"bus lanes"'])
def test_part_is_written_as_it_was_typed(typed):
    assert [written(part) for part in text.parse(typed)] == [typed]


@settings(max_examples=300)
@given(word=st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12))
def test_stem_begins_as_its_word(word):
    # What is highlighted is looked for among the words that begin like what was typed, and these.
    assert text.stem(word)[0] == word[0] or word in {"kerb", "kerbs", "kerbside"}
