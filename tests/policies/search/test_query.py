"""Words, phrases, exclusions, other scripts and typos."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from policies.models import Contribution, FundingSource, Indicator, Stakeholder
from policies.search.query import Answer, Question, ask
from tests.factories import MemberFactory
from tests.sweeps import sweep

from .library import live_case, titles

pytestmark = pytest.mark.django_db


def test_word_finds_other_endings(synced, subtests):
    live_case("Composting at home")
    live_case("Night buses")
    synced()
    for words in ["composting", "composted", "COMPOST", "  compost  "]:
        with subtests.test(words=words):
            assert titles(words) == ["Composting at home"]


def test_words_are_all_required(synced):
    live_case("Composting at home")
    live_case("Composting at school")
    synced()

    assert titles("composting school") == ["Composting at school"]


def test_word_is_found_in_every_section(synced):
    fields = ["summary", "challenge", "solution", "results", "lessons", "transferability"]
    for field in fields:
        live_case(field, **{field: "Trains run on rails."})
    live_case("Parks")
    synced()

    assert sorted(titles("rail")) == sorted(fields)


def test_word_is_found_in_names_of_rows(synced, reference):
    case = live_case("Night buses", themes=["transport"])
    Stakeholder.objects.create(revision=case, name="Dock workers")
    FundingSource.objects.create(revision=case, name="Lottery")
    Indicator.objects.create(revision=case, name="Passengers")
    Contribution.objects.create(revision=case, target_id="11.2", how="Reaches the harbour")
    live_case("Parks")
    synced()

    found = [titles(word) for word in ("docks", "lottery", "passenger", "harbour", "transport")]

    assert found == [["Night buses"]] * 5


def test_word_is_found_in_the_name_and_country_of_the_member(synced):
    surabaya = MemberFactory(name="Surabaya", local_name="Kota Pahlawan", country="ID")
    live_case("Composting at home", member=surabaya)
    live_case("Parks", member=MemberFactory(country="JP"))
    synced()

    found = [titles(words) for words in ("surabaya", "kota pahlawan", "indonesia")]

    assert found == [["Composting at home"]] * 3


def test_member_without_country_label_is_not_found_by_a_country(synced, settings):
    settings.COUNTRIES_WITHOUT_LABEL = frozenset({"TW"})
    live_case("Parks", member=MemberFactory(name="Taipei", country="TW"))
    synced()

    assert titles("taipei") == ["Parks"]
    assert titles("china") == []


def test_word_is_found_in_the_wording_of_goals_and_targets(synced, reference):
    live_case("Night buses", targets=["11.2"])
    live_case("Parks", targets=["15.1"])
    synced()

    found = [titles(words) for words in ("affordable transport", "11.2", '"SDG 11"')]

    assert found == [["Night buses"]] * 3


def test_phrase_needs_the_words_side_by_side(synced):
    live_case("Waste sorting at home")
    live_case("Sorting of household waste")
    synced()

    assert titles('"waste sorting"') == ["Waste sorting at home"]
    assert titles("“waste sorting”") == ["Waste sorting at home"]


def test_phrase_does_not_reach_from_one_text_into_the_next(synced):
    live_case("Night buses", summary="Parks for all", challenge="Crime at night")
    synced()

    assert titles('"all crime"') == []
    assert titles('"buses parks"') == []


def test_excluded_word_is_left_out(synced):
    live_case("Night buses")
    live_case("School buses")
    live_case("Parks")
    synced()

    assert titles("bus -school") == ["Night buses"]
    assert sorted(titles("-school")) == ["Night buses", "Parks"]
    assert sorted(titles('-"night buses"')) == ["Parks", "School buses"]
    assert sorted(titles("-school -the")) == ["Night buses", "Parks"]


def test_dash_inside_a_word_excludes_nothing(synced):
    live_case("Car-free Sundays")
    synced()

    assert titles("car-free") == ["Car-free Sundays"]


def test_small_words_do_not_narrow(synced):
    live_case("Composting at home")
    synced()

    assert titles("how to do the composting") == ["Composting at home"]


def test_small_words_alone_are_searched(synced):
    live_case("What to do")
    live_case("Parks", summary="Green.")
    synced()

    assert titles("to do") == ["What to do"]


def test_accents_are_folded(synced, subtests):
    live_case("Bicycles of Malmö")
    live_case("Parks")
    synced()
    for words in ["malmo", "Malmö", "MALMÖ", "Malmo\N{COMBINING DIAERESIS}"]:
        with subtests.test(words=words):
            assert titles(words) == ["Bicycles of Malmö"]


def test_apostrophes_inside_words_make_no_difference(synced, subtests):
    live_case("Sea walls of Nuku’alofa")
    live_case("Parks")
    for words in ["nukualofa", "Nuku'alofa", "Nukuʻalofa", "nuku’alofa"]:
        with subtests.test(words=words):
            synced()

            assert titles(words) == ["Sea walls of Nuku’alofa"]


def test_possessive_finds_the_name(synced):
    live_case("The city's parks")
    synced()

    assert titles("city parks") == ["The city's parks"]


def test_other_scripts_match_inside_longer_text(synced, subtests):
    inside = [
        ("서울특별시에서 시작했다", "서울"),
        ("横浜市の水道局", "横浜"),
        ("横浜市の水道局", "水"),
        ("横浜市の水道局", "水道局"),
        ("都のゴミ", "ゴミ"),
        ("กรุงเทพมหานครเริ่ม", "กรุงเทพ"),
        ("ຕົວເມືອງວຽງຈັນ", "ວຽງຈັນ"),
        ("រាជធានីភ្នំពេញ", "ភ្នំពេញ"),
        ("ရန်ကုန်မြို့တော်", "ရန်ကုန်"),
        ("Улаанбаатар хотын", "улаанбаатар"),
        ("ढाका और स्वच्छ भारत", "स्वच्छ"),
        ("চট্টগ্রাম বন্দর", "চট্টগ্রাম"),
        ("مدينة عمّان القديمة", "القديمة"),
        ("Thành phố Đà Nẵng", "da nang"),
    ]
    for number, text in enumerate(dict.fromkeys(text for text, _words in inside)):
        live_case(f"{number}: {text}")
    live_case("Parks", challenge="別の町、他の都市. 부산")
    synced()

    for text, words in inside:
        with subtests.test(words=words):
            assert [title.partition(": ")[2] for title in titles(words)] == [text]


def test_run_of_characters_is_not_matched_in_another_order(synced):
    live_case("京東", challenge="a")
    live_case("東京", challenge="a")
    synced()

    assert titles("東京") == ["東京"]


def test_full_width_letters_match(synced):
    live_case("ＢＲＴ lines")
    synced()

    assert titles("brt") == ["ＢＲＴ lines"]


def test_words_without_any_letter_find_nothing(synced, subtests):
    live_case("Parks")
    synced()
    for words in ["!!!", '"', "-", "()", ":", "\x00", "\x1f", "？", "- -- ---"]:
        with subtests.test(words=words):
            expected = 1 if not words.strip() else 0  # a control character is blank to Python
            assert ask(Question(words=words)).total == expected


def test_operators_of_other_engines_are_only_punctuation(synced, subtests):
    live_case("Parks", summary="The title.")
    synced()
    for words in [
        "title:parks",
        "parks:",
        "(parks",
        "parks)",
        'parks"',
        "parks*",
        "parks~",
        "parks^",
        "[parks",
    ]:
        with subtests.test(words=words):
            assert titles(words) == ["Parks"]


@pytest.fixture
def nothing_public(synced):
    synced()


@sweep(20)
@given(words=st.text(max_size=300))
@example(words="a " * 5000)
@example(words=" ".join(f"word{number}" for number in range(1500)))
@example(words="x" * 10_000)
@example(words='"' * 999)
@example(words="-" * 999)
@example(words="\x00\ud800 AND (OR) NOT field:[* TO *] {a b} \\ ^~*?/")
@example(words="水" * 3000)
@example(words='"水 city 11.2" -"水道" -11.2')
def test_any_words_are_answered(nothing_public, words):
    answer = ask(Question(words=words))

    assert isinstance(answer, Answer)
    assert answer.available
    assert len(answer.ids) == answer.total == 0


@sweep(20)
@given(words=st.text(min_size=1, max_size=80))
@example(words="?!. -- ()")
@example(words="쓰레기 फोहोर کچرا ขยะ 11.2 -bus")
@example(words='title:[* TO *] AND "x" under $5 city of 3,000,000')
@example(words="under ٣٠٠ million dollars SDG ١١")
def test_what_is_not_understood_is_never_everything(synced, thesaurus, words):
    if not ask(Question()).total:
        for code in ("11.2", "12.5", "14.2"):
            live_case("Qqq", summary="Zzz.", targets=[code])
        synced()

    answer = ask(Question(words=words, sort="relevance", limit=None))

    reading = answer.reading
    assert len(set(answer.ids)) == len(answer.ids) == answer.total
    if reading.with_all or reading.with_some or reading.by_target:
        assert answer.total == reading.with_all + reading.with_some + reading.by_target
    else:
        has_exclusions = any(part.excluded for part in reading.understood.parts)
        assert not answer.total or reading.understood.codes or has_exclusions or not words.strip()
