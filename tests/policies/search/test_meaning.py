"""From questions to targets: languages, terms that led there, and changes of the thesaurus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.search import meaning
from policies.search.meaning import Thesaurus, tokens
from sdg.models import Term, ThesaurusVersion

TARGETS = [
    ("11.2", "Public transport for all", "Provide access to transport systems"),
    ("11.6", "Air, waste, city environment", "Reduce the environmental impact of cities"),
    ("12.5", "Less waste", "Reduce waste generation through recycling and reuse"),
    ("14.1", "Marine pollution", "Prevent marine pollution of all kinds"),
]
TERMS = [
    ("11.2", "en", "bike lane"),
    ("11.2", "ko", "자전거도로"),
    ("11.6", "en", "garbage"),
    ("11.6", "id", "pengelolaan sampah"),
    ("12.5", "en", "pay as you throw"),
    ("12.5", "ko", "쓰레기 줄이기"),
    ("12.5", "ne", "फोहोर न्यूनीकरण"),
    ("12.5", "hi", "कचरा कम करना"),
    ("14.1", "ko", "바다 쓰레기"),
]
LABELS = [("12.5", "ko", "폐기물 감축"), ("12.5", "ne", "फोहोर न्यूनीकरण"), ("99.9", "ko", "없음")]
THESAURUS = Thesaurus(TARGETS, TERMS, LABELS)


def match(typed):
    return THESAURUS.match(tokens(typed), typed)


@pytest.mark.parametrize(
    ("typed", "code", "language", "said"),
    [
        ("garbage", "11.6", "en", ["garbage"]),
        ("bike", "11.2", "en", ["bike lane"]),
        ("자전거도로", "11.2", "ko", ["자전거도로"]),
        ("쓰레기를 줄이기", "12.5", "ko", ["쓰레기 줄이기"]),
        ("फोहोर", "12.5", "ne", ["फोहोर न्यूनीकरण"]),
        ("कचरा", "12.5", "hi", ["कचरा कम करना"]),
        ("sampah", "11.6", "id", ["pengelolaan sampah"]),
    ],
)
def test_question_leads_to_its_target_by_a_term(typed, code, language, said):
    found = match(typed)

    near = found.near[0]
    assert (near.code, found.language, near.finds) == (code, language, True)
    assert [one.term for one in near.said] == said


@pytest.mark.parametrize(
    ("typed", "languages"),
    [
        ("फोहोर न्यूनीकरण", ("ne",)),
        # Words that both have in the same writing.
        ("पार्क", ("hi", "ne")),
        ("公园", ("zh", "ja")),
        ("公園", ("ja",)),
        # What can be English is read as such.
        ("internet", ("en",)),
        ("qwertz", ()),
    ],
)
def test_languages_that_a_question_can_be_in_are_all_named(typed, languages):
    terms = [
        ("11.2", "hi", "पार्क"),
        ("11.2", "ne", "पार्क"),
        ("11.2", "zh", "公园"),
        ("11.2", "ja", "公园"),
    ]
    terms += [("11.2", "ja", "公園"), ("11.2", "en", "internet"), ("11.2", "id", "internet")]
    found = Thesaurus(TARGETS, [*TERMS, *terms], LABELS).match(tokens(typed), typed)

    assert (found.languages, found.language) == (languages, "".join(languages[:1]))


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        # "air" is water in Indonesian: a question in English is not about that.
        ("air", ["11.6"]),
        ("air bersih", ["6.1"]),
        # Of "city-to-city" the little word is left out, and what is left does not name it.
        ("Ho Chi Minh City", []),
    ],
)
def test_words_of_another_language_or_of_half_a_term_say_nothing(typed, codes):
    targets = [*TARGETS, ("6.1", "Drinking water", "Achieve access to safe drinking water")]
    terms = [*TERMS, ("6.1", "id", "air bersih"), ("14.1", "en", "city-to-city")]
    found = Thesaurus(targets, terms, LABELS).match(tokens(typed), typed)

    assert [near.code for near in found.finding] == codes


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        # Pairs of letters that chance to be the same say nothing.
        ("ความรัก", []),
        ("ลดขยะพลาสติกในตลาด", ["ลดขยะ"]),
        ("มลพิษทางอากาศ", ["มลพิษอากาศ"]),
        # Pairs of syllables or of Han characters do, where nothing else is found.
        ("ごみ処理", ["資源ごみ"]),
        ("쓰레기차", ["쓰레기 줄이기"]),
    ],
)
def test_scripts_without_blanks_are_matched_by_pieces(typed, found):
    terms = [
        ("5.2", "th", "ความรุนแรงในครอบครัว"),
        ("12.5", "th", "ลดขยะ"),
        ("11.6", "th", "มลพิษอากาศ"),
    ]
    terms += [("12.5", "ja", "資源ごみ"), ("12.5", "ko", "쓰레기 줄이기")]
    targets = [*TARGETS, ("5.2", "Violence", "Eliminate violence")]
    near = Thesaurus(targets, terms, []).match(tokens(typed), typed).finding

    assert [said.term for one in near for said in one.said] == found


def test_label_in_the_language_of_the_question_comes_along():
    assert match("쓰레기 줄이기").near[0].label == "폐기물 감축"
    assert match("garbage").near[0].label == ""


@pytest.mark.parametrize("typed", ["", "the of", "qwertz", "!!!", "\x00"])
def test_nothing_is_near_to_what_no_target_has(typed):
    assert match(typed).near == ()


def test_target_near_by_its_text_alone_is_raised_but_finds_nothing():
    near = match("prevent traffic accidents on slopes").near

    assert [(one.code, one.finds) for one in near] == [("14.1", False)]


@given(st.text(max_size=100))
def test_any_question_is_matched(typed):
    assert all(0 < near.share <= 1 for near in match(typed).near)


def test_half_loaded_thesaurus_is_matched_by_what_is_there():
    found = Thesaurus(TARGETS, [], []).match(tokens("less waste"), "less waste")

    assert found.near[0].code == "12.5"
    assert Thesaurus([], TERMS, LABELS).match(["waste"], "waste").near == ()


@pytest.mark.django_db
def test_changed_thesaurus_is_seen_after_a_while(thesaurus, monkeypatch):

    before = meaning.thesaurus().match(["zorbing"], "zorbing")
    Term.objects.create(target_id="11.7", language="en", text="zorbing")
    ThesaurusVersion.renew()
    at_once = meaning.thesaurus().match(["zorb"], "zorbing")
    monkeypatch.setattr(meaning, "CACHE_SECONDS", -1)

    after = meaning.thesaurus().match(tokens("zorbing"), "zorbing")

    assert (before.near, at_once.near) == ((), ())
    assert [near.code for near in after.near] == ["11.7"]
