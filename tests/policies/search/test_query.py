"""Words, phrases, exclusions, other scripts, typos, sorts and pages."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from policies.models import Contribution, FundingSource, Indicator, Stakeholder
from policies.search.query import SORTS, Answer, Question, ask
from tests.factories import MemberFactory

from .library import live_case, titles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("words", ["composting", "composted", "COMPOST", "  compost  "])
def test_word_finds_other_endings(synced, words):
    live_case("Composting at home")
    live_case("Night buses")
    synced()

    assert titles(words) == ["Composting at home"]


def test_words_are_all_required(synced):
    live_case("Composting at home")
    live_case("Composting at school")
    synced()

    assert titles("composting school") == ["Composting at school"]


@pytest.mark.parametrize(
    "field", ["summary", "challenge", "solution", "results", "lessons", "transferability"]
)
def test_word_is_found_in_every_section(synced, field):
    live_case("Night buses", **{field: "Trains run on rails."})
    live_case("Parks")
    synced()

    assert titles("rail") == ["Night buses"]


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


@pytest.mark.parametrize("words", ["malmo", "Malmö", "MALMÖ", "Malmo\N{COMBINING DIAERESIS}"])
def test_accents_are_folded(synced, words):
    live_case("Bicycles of Malmö")
    live_case("Parks")
    synced()

    assert titles(words) == ["Bicycles of Malmö"]


@pytest.mark.parametrize("words", ["nukualofa", "Nuku'alofa", "Nukuʻalofa", "nuku’alofa"])
def test_apostrophes_inside_words_make_no_difference(synced, words):
    live_case("Sea walls of Nuku’alofa")
    live_case("Parks")
    synced()

    assert titles(words) == ["Sea walls of Nuku’alofa"]


def test_possessive_finds_the_name(synced):
    live_case("The city's parks")
    synced()

    assert titles("city parks") == ["The city's parks"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("서울특별시에서 시작했다", "서울"),
        ("横浜市の水道局", "横浜"),
        ("横浜市の水道局", "水"),
        ("横浜市の水道局", "水道局"),
        ("横浜市のゴミ", "ゴミ"),
        ("กรุงเทพมหานครเริ่ม", "กรุงเทพ"),
        ("ຕົວເມືອງວຽງຈັນ", "ວຽງຈັນ"),
        ("រាជធានីភ្នំពេញ", "ភ្នំពេញ"),
        ("ရန်ကုန်မြို့တော်", "ရန်ကုန်"),
        ("Улаанбаатар хотын", "улаанбаатар"),
        ("ढाका और स्वच्छ भारत", "स्वच्छ"),
        ("চট্টগ্রাম বন্দর", "চট্টগ্রাম"),
        ("مدينة عمّان القديمة", "القديمة"),
        ("Thành phố Đà Nẵng", "da nang"),
    ],
)
def test_other_scripts_match_inside_longer_text(synced, text, words):
    live_case("Found", challenge=text)
    live_case("Parks", challenge="別の町、他の都市. 부산")
    synced()

    assert titles(words) == ["Found"]


def test_run_of_characters_is_not_matched_in_another_order(synced):
    live_case("京東", challenge="a")
    live_case("東京", challenge="a")
    synced()

    assert titles("東京") == ["東京"]


def test_full_width_letters_match(synced):
    live_case("ＢＲＴ lines")
    synced()

    assert titles("brt") == ["ＢＲＴ lines"]


def test_typo_is_forgiven_when_nothing_matches_and_said(synced):
    live_case("Composting at home")
    live_case("Parks")
    synced()

    answer = ask(Question(words="compostign"))

    assert answer.corrected == "composting"
    assert answer.total == 1


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("kompostin", "composting"),  # two letters, the first among them: too far
        ("cmopsoting", "composting"),
        ("ommunity", "community"),
        ('"home comosting"', '"home composting"'),
        ("comosting -comunity", "composting -comunity"),
    ],
)
def test_typos_up_to_two_letters_are_forgiven(synced, typed, corrected):
    live_case("Home composting", summary="A community.")
    synced()

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

    assert (answer.total, answer.corrected) == (0, "")


def test_short_words_and_numbers_are_not_corrected(synced):
    live_case("Bus 2019")
    synced()

    assert [ask(Question(words=words)).corrected for words in ("bz", "2018")] == ["", ""]


def test_correction_that_finds_nothing_is_not_said(synced, reference):
    live_case("Composting at home", targets=["12.5"])
    synced()

    answer = ask(Question(words="compostign", chosen={"goal": ("11",)}))

    assert (answer.total, answer.corrected) == (0, "")


@pytest.mark.parametrize("words", ["!!!", '"', "-", "()", ":", "\x00", "\x1f", "？", "- -- ---"])
def test_words_without_any_letter_find_nothing(synced, words):
    live_case("Parks")
    synced()

    expected = 1 if not words.strip() else 0  # a control character is blank to Python
    assert ask(Question(words=words)).total == expected


@pytest.mark.parametrize(
    "words",
    [
        "title:parks",
        "parks:",
        "(parks",
        "parks)",
        'parks"',
        "parks*",
        "parks~",
        "parks^",
        "[parks",
    ],
)
def test_operators_of_other_engines_are_only_punctuation(synced, words):
    live_case("Parks", summary="The title.")
    synced()

    assert titles(words) == ["Parks"]


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(max_size=300))
@example(words="a " * 5000)
@example(words=" ".join(f"word{number}" for number in range(1500)))
@example(words="x" * 10_000)
@example(words='"' * 999)
@example(words="-" * 999)
@example(words="\x00\ud800 AND (OR) NOT field:[* TO *] {a b} \\ ^~*?/")
@example(words="水" * 3000)
@example(words='"水 city 11.2" -"水道" -11.2')
def test_any_words_are_answered(synced, words):
    synced()

    answer = ask(Question(words=words))

    assert isinstance(answer, Answer)
    assert answer.available
    assert len(answer.ids) == answer.total == 0


def test_title_weighs_more_than_the_text(synced):
    live_case("Parks", challenge="A harbour.")
    live_case("The harbour", challenge="A park.")
    synced()

    assert titles("harbour", sort="relevance") == ["The harbour", "Parks"]


def test_sorts_are_those_that_are_offered():
    assert list(SORTS) == ["relevance", "newest", "budget", "staff", "duration", "documented"]


def test_newest_is_by_day_of_publication_then_start(synced):
    day = datetime.datetime(2024, 5, 1, 8, tzinfo=datetime.UTC)
    live_case("B", start="2015-06", decided_at=day + datetime.timedelta(hours=9))
    live_case("D", decided_at=day + datetime.timedelta(hours=11))
    live_case("A", start="2015-07", decided_at=day)
    live_case("C", start="2015", decided_at=day + datetime.timedelta(hours=10))
    live_case("E", start="2020", decided_at=day - datetime.timedelta(days=1))
    synced()

    assert titles(sort="newest") == ["A", "B", "C", "D", "E"]
    # Without words nothing matches better than anything else.
    assert titles(sort="relevance") == ["A", "B", "C", "D", "E"]


def test_smallest_budget_first_and_unknown_last(synced):
    for title, usd in [("D", None), ("B", "10.50"), ("C", "171000000000"), ("A", "10.20")]:
        live_case(title, budget_usd=usd and Decimal(usd))
    synced()

    assert titles(sort="budget") == ["A", "B", "C", "D"]


def test_largest_amounts_that_the_database_takes_are_indexed(synced):
    live_case("Largest", budget_usd=Decimal("99999999999999999.99"), staff_fte="99999999.9")
    live_case("None")
    synced()

    assert titles(sort="budget") == ["Largest", "None"]
    assert titles(ranges={"budget": (Decimal(10) ** 15, None)}) == ["Largest"]
    assert titles(ranges={"staff": (99_999_999, None)}) == ["Largest"]


def test_smallest_team_first_and_unknown_last(synced):
    for title, fte in [("C", None), ("B", "0.5"), ("A", "0.4")]:
        live_case(title, staff_fte=fte)
    synced()

    assert titles(sort="staff") == ["A", "B", "C"]


def test_shortest_first_and_unknown_last(synced):
    live_case("C", start="2015")
    live_case("B", start="2015", end="2016")
    live_case("A", start="2015-01", end="2015-03")
    synced()

    assert titles(sort="duration") == ["A", "B", "C"]


def test_best_documented_first(synced):
    live_case("B")
    live_case("A", challenge="Heat.", lessons="Plant trees.")
    synced()

    assert titles(sort="documented") == ["A", "B"]


@pytest.mark.parametrize("sort", ["newest", "budget", "staff", "duration", "documented"])
def test_ties_are_in_the_order_of_the_keys(synced, sort):
    day = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
    keys = [live_case("Parks", decided_at=day).pk for _number in range(5)]
    for _number in range(3):  # several commits, several segments
        synced()
        keys.append(live_case("Parks", decided_at=day).pk)
    synced()

    assert ask(Question(sort=sort)).ids == keys


def test_pages_follow_each_other(synced):
    keys = [live_case("Parks").pk for _number in range(5)]
    synced()

    pages = [ask(Question(sort="budget", offset=offset, limit=2)) for offset in (0, 2, 4, 6)]

    assert [page.ids for page in pages] == [keys[:2], keys[2:4], keys[4:], []]
    assert {page.total for page in pages} == {5}


@pytest.mark.parametrize(
    ("offset", "limit", "count"),
    [(0, None, 3), (0, 0, 0), (0, 10**12, 3), (10**12, 20, 0), (1, None, 2)],
)
def test_extreme_pages_are_answered(synced, offset, limit, count):
    for _number in range(3):
        live_case("Parks")
    synced()

    answer = ask(Question(offset=offset, limit=limit))

    assert (answer.total, len(answer.ids)) == (3, count)


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ({"budget": (100, 200)}, ["A", "B"]),
        ({"budget": (Decimal("100.01"), None)}, ["B"]),
        ({"budget": (None, Decimal("199.999"))}, ["A"]),
        ({"budget": (200, 100)}, []),
        ({"budget": (None, None)}, ["A", "B", "C"]),
        ({"staff": (None, Decimal("2.5"))}, ["A"]),
        ({"staff": (Decimal("2.6"), None)}, ["B"]),
        ({"start": (2015, 2015)}, ["A"]),
        ({"start": (2016, None)}, ["B"]),
        ({"start": (2015, 2016), "budget": (150, None)}, ["B"]),
        ({"budget": (-5, -1)}, []),
        ({"budget": (10**40, None)}, []),
        ({"budget": (None, 10**40)}, ["A", "B"]),
    ],
)
def test_ranges_include_both_ends_and_no_unknown(synced, ranges, expected):
    live_case("A", budget_usd=100, staff_fte="2.5", start="2015-12")
    live_case("B", budget_usd=200, staff_fte="2.6", start="2016")
    live_case("C")
    synced()

    assert sorted(titles(ranges=ranges)) == expected
