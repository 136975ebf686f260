"""Any word finds, cases with all words stand first, and targets near the question find and raise."""

import pytest

from policies.search.query import Question, ask
from sdg.models import Term, ThesaurusVersion
from tests.factories import MemberFactory

from .library import live_case, titles

pytestmark = pytest.mark.django_db


def fill(*names):
    """Make cases that no question of these tests is about."""
    for name in names:
        live_case(name)


def test_any_word_finds_and_all_words_stand_first(synced):
    live_case("Composting of kitchen waste")
    live_case("Composting at school")
    live_case("A school for clerks")
    fill("Parks", "Reefs", "Taxes", "Bridges")
    synced()

    answer = ask(Question(words="composting school", sort="relevance"))

    assert titles("composting school", sort="relevance")[0] == "Composting at school"
    assert (answer.reading.with_all, answer.reading.with_some, answer.total) == (1, 2, 3)


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_pages_go_on_from_cases_with_all_words_to_those_with_some(synced, sort):
    for number in range(3):
        live_case(f"Composting at school {number}")
    for number in range(3):
        live_case(f"School {number}")
    fill("Parks", "Reefs", "Taxes", "Bridges", "Ports", "Roads", "Trams")
    synced()

    whole = titles("composting school", sort=sort, limit=None)
    pages = [titles("composting school", sort=sort, offset=at, limit=2) for at in (0, 2, 4, 6)]

    assert [name.split()[0] for name in whole] == ["Composting"] * 3 + ["School"] * 3
    assert pages == [whole[:2], whole[2:4], whole[4:], []]


def test_word_that_most_cases_have_finds_none_by_itself(synced):
    live_case("City of bicycles")
    for name in ("Parks", "Reefs", "Taxes"):
        live_case(f"{name} of the city")
    synced()

    answer = ask(Question(words="city bicycles"))

    assert titles("city bicycles") == ["City of bicycles"]
    assert answer.reading.common == ("city",)
    assert ask(Question(words="city")).total == 4


def test_word_in_the_title_weighs_more_than_in_a_section(synced):
    live_case("Night buses", solution="Trams. " + "Long text about wharves. " * 5)
    live_case("Trams", solution="Long text about quays. " * 5)
    fill("Parks", "Reefs", "Taxes")
    synced()

    assert titles("trams", sort="relevance") == ["Trams", "Night buses"]


def test_phrases_and_exclusions_stay_strict_among_words(synced):
    live_case("Waste sorting at school")
    live_case("Sorting of waste at school")
    live_case("Waste sorting at home")
    fill("Parks", "Reefs", "Taxes", "Ports")
    synced()

    found = titles('"waste sorting" school', sort="relevance")

    assert found == ["Waste sorting at school"]
    assert titles("school -sorting") == []


def test_code_of_a_target_is_a_facet(synced, reference, subtests):
    live_case("Night buses", targets=["11.2"])
    live_case("Parks", targets=["11.7"], challenge="The target 11.2 was missed.")
    synced()

    for typed in ["11.2", "SDG 11.2", "target 11.2", "SDG11.2", "Target 11.2", "११.२"]:
        with subtests.test(typed=typed):
            assert titles(typed) == ["Night buses"]
            assert ask(Question(words=typed)).reading.understood.codes == {"target": ("11.2",)}


def test_code_of_a_goal_is_a_facet(synced, reference, subtests):
    live_case("Night buses", targets=["11.2"])
    live_case("Reefs", targets=["14.2"])
    synced()

    for typed in ["SDG 11", "sdg11", "Goal 11", "goal-11", "목표 11", "लक्ष्य ११"]:
        with subtests.test(typed=typed):
            assert titles(typed) == ["Night buses"]


def test_code_narrows_what_other_words_find(synced, reference):
    live_case("Night buses", targets=["11.2"])
    live_case("School buses", targets=["4.a"])
    synced()

    assert titles("11.2 buses") == ["Night buses"]
    assert titles("SDG 99 reefs") == []


def test_words_of_the_thesaurus_find_by_target(synced, thesaurus):
    live_case("Volume-based fee", targets=["12.5"])
    live_case("Reefs", targets=["14.2"])
    synced()

    answer = ask(Question(words="쓰레기 종량제", sort="relevance"))

    assert titles("쓰레기 종량제") == ["Volume-based fee"]
    assert answer.reading.is_by_meaning
    assert answer.reading.only_by_target == frozenset(answer.ids)
    assert answer.reading.meaning.language == "ko"
    near = answer.reading.meaning.near[0]
    assert (near.code, near.label, near.said[0].term) == ("12.5", "폐기물 감축", "종량제 봉투")
    assert ask(Question(words="쓰레기 종량제", by_meaning=False)).total == 0


def test_cases_that_serve_what_the_words_mean_stand_higher_and_behind_those_with_all(
    synced, thesaurus
):
    live_case("Bikes in a museum", targets=["11.4"])
    live_case("Lanes for cyclists", targets=["11.2"])
    live_case("Bikes for rent", targets=["11.2"])
    fill("Parks", "Reefs", "Taxes")
    synced()

    answer = ask(Question(words="bike", sort="relevance"))

    assert titles("bike", sort="relevance") == [
        "Bikes for rent",
        "Bikes in a museum",
        "Lanes for cyclists",
    ]
    assert (answer.reading.with_all, answer.reading.by_target) == (2, 1)
    assert titles("bike", by_meaning=False, sort="relevance")[-1] != "Lanes for cyclists"


def test_single_word_in_passing_stands_behind_those_that_serve_what_it_means(synced, thesaurus):
    live_case("Scholarships", solution="Children of garbage collectors came.", targets=["4.3"])
    live_case("Sorted at home", solution="Garbage is sorted.", targets=["12.5"])
    live_case("Garbage in the title", targets=["4.3"])
    live_case("Fee by volume", targets=["12.5"])
    fill("Parks", "Reefs", "Taxes", "Bridges")
    synced()

    answer = ask(Question(words="garbage", sort="relevance"))

    found = titles("garbage", sort="relevance")
    assert (set(found[:2]), found[2:]) == (
        {"Sorted at home", "Garbage in the title"},
        ["Fee by volume", "Scholarships"],
    )
    reading = answer.reading
    assert (reading.with_all, reading.standing_first, reading.by_target) == (3, 2, 1)
    pages = [titles("garbage", sort="relevance", offset=at, limit=1) for at in range(5)]
    assert pages == [*([each] for each in found), []]
    # Without a meaning there is nothing better than the word.
    alone = ask(Question(words="garbage", by_meaning=False)).reading
    assert (alone.with_all, alone.standing_first) == (3, 3)


def test_counts_alone_can_be_asked_for_where_only_a_target_is_meant(synced, thesaurus):
    live_case("Sorting at the source", targets=["12.5"])
    synced()
    answer = ask(Question("garbage", limit=0))
    assert (answer.available, answer.total, answer.ids) == (True, 1, [])
    assert answer.counts["target"] == {"12.5": 1}


def test_quoted_words_are_not_replaced_by_targets(synced, thesaurus):
    live_case("Lanes for cyclists", targets=["11.2"])
    synced()

    assert titles('"bike"') == []
    assert titles("bike") == ["Lanes for cyclists"]


def test_word_of_the_thesaurus_is_no_typo(synced, thesaurus):
    live_case("Baking at home", summary="Bake bread.", targets=["2.1"])
    live_case("Lanes for cyclists", targets=["11.2"])
    synced()

    answer = ask(Question(words="bike"))

    assert (answer.corrected, titles("bike")) == ("", ["Lanes for cyclists"])


def test_typo_beside_a_known_word_is_corrected_where_that_finds_all(synced):
    live_case("Composting at school")
    live_case("School buses")
    fill("Parks", "Reefs", "Taxes")
    synced()

    answer = ask(Question(words="school compostign", sort="relevance"))

    assert answer.corrected == "school composting"
    assert answer.reading.with_all == 1


# What is written in three libraries, of whose texts no two are about the same, and what is typed.
SPELLINGS = [
    {
        "Organisation of harbours": "organization harbor",
        "Free wi-fi": "wifi",
        "PM2.5 measured": "PM 2.5",
        "Storm water drains": "stormwater",
        "Gestion de l’eau": "eau",
        "إدارة المياه": "ادارة المياه",
        "ஒருங்கிணைக்கப்பட்டிருக்கவேண்டியவற்றிலிருந்தும்": "ஒருங்கிணைக்கப்பட்டிருக்கவேண்டியவற்றிலிருந்தும்",
        "서울BRT 노선": "brt",
        "垃圾分类条例": "分类垃圾",
        "ນ້ຳເສຍ": "ນ\u0ecd\u0ec9າເສຍ",
    },
    {
        "Waste center": "waste centre",
        "Free wifi": "wi-fi",
        "PM₂.₅ measured": "pm25",
        "Stormwater drains": "storm water",
        "مَشْرُوعُ": "مشروع",
        "फ़सल": "फसल",
        "서울의 버스": "버스를",
        "ระบบบำบัดน้ำเสียชุมชน": "บำบัดน้ำเสียรวม",
        "ஸ்ரீ நகர்": "ஶ்ரீ நகர்",
    },
    {
        "Free Wi-Fi": "wi fi",
        "مشروع المياه": "مياه",
        "बस क्रमांक १२": "12",
        "น้ำท่วม": "น\u0e4d\u0e49าท่วม",
    },
]


@pytest.mark.parametrize("library", SPELLINGS)
def test_spellings_of_a_word_find_each_other(synced, library):
    for number, text in enumerate(library):
        live_case(f"Found {number}", challenge=text)
    synced()

    found = {text: titles(typed) for text, typed in library.items()}

    assert found == {text: [f"Found {number}"] for number, text in enumerate(library)}


def test_empty_or_half_loaded_thesaurus_leaves_the_words(synced, reference):
    live_case("Night buses", targets=["11.2"])
    live_case("Reefs", targets=["14.2"])
    synced()

    assert titles("buses") == ["Night buses"]
    assert titles("쓰레기 종량제") == []


@pytest.mark.parametrize(
    ("typed", "city", "other_names", "term", "language"),
    [
        ("banjir jakarta", "Jakarta", "DKI Jakarta", "banjir", "id"),
        ("Jakarta, banjir", "Jakarta", "DKI Jakarta", "banjir", "id"),
        ("ঢাকা বন্যা", "Dhaka", "ঢাকা", "বন্যা", "bn"),
        # A name of two words, of which the thesaurus has one: "da dạng".
        ("rác đà nẵng", "Da Nang", "Đà Nẵng", "rác thải", "vi"),
        ("서울시 홍수", "Seoul", "서울", "홍수", "ko"),
        ("台北洪水", "Taipei", "台北", "洪水", "zh"),
    ],
)
def test_cases_of_a_named_place_on_what_is_asked_stand_first(
    reference, synced, typed, city, other_names, term, language
):
    Term.objects.create(target_id="11.5", language=language, text=term)
    Term.objects.create(target_id="15.5", language=language, text=f"đa dạng {language}")
    ThesaurusVersion.renew()
    here = MemberFactory(name=city, other_names=other_names)
    live_case("Pumps", member=here, targets=["11.5"])
    live_case("Night buses", member=here, targets=["11.2"])
    live_case("Dykes", targets=["11.5"])
    fill("Parks", "Reefs", "Taxes", "Ports")
    synced()

    assert titles(typed, sort="relevance")[:2] == ["Pumps", "Dykes"]


def test_word_that_is_a_place_and_a_thing_is_read_as_both(reference, synced):
    Term.objects.create(target_id="5.1", language="en", text="male nurses")
    ThesaurusVersion.renew()
    live_case("Boys in care", targets=["5.1"])
    live_case("Sea wall", member=MemberFactory(name="Malé"), targets=["11.5"])
    fill("Parks", "Reefs", "Taxes", "Ports")
    synced()

    assert titles("male nurses", sort="relevance") == ["Boys in care", "Sea wall"]
