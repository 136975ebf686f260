"""Suggestions while a person types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.search.query import matching_pages, suggest
from sdg.models import GoalText
from tests.factories import MemberFactory, RevisionFactory
from tests.sweeps import sweep

from .library import live_case

pytestmark = pytest.mark.django_db


def labels(words, kind=None, **more):
    return [one.label for one in suggest(words, **more) if kind in {None, one.kind}]


def test_goal_is_suggested_by_its_number_and_its_words(reference):
    by_number, by_word = suggest("11")[0], suggest("sustainable cit")[0]

    assert by_number == by_word
    assert (by_number.kind, by_number.url) == ("goal", "/sdgs/11/")
    assert by_number.label == "Goal 11: Sustainable cities and communities"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("11.2", ["11.2"]),
        ("11.b", ["11.b"]),
        ("11.B", ["11.b"]),
        ("11.", ["11.1", "11.2", "11.3", "11.4", "11.5", "11.6", "11.7", "11.a"]),
        ("99.1", []),
    ],
)
def test_target_is_suggested_by_its_code(reference, words, codes):
    assert [label.split()[0] for label in labels(words, "target")] == codes


def test_target_is_suggested_by_its_wording(reference):
    found = suggest("marine debr")

    assert [one.kind for one in found] == ["target"]
    assert found[0].url == "/sdgs/14.1/"


def test_texts_in_the_readers_language_are_found(reference, settings):
    GoalText.objects.create(goal_id=11, language="en", title="Lively towns", headline="x")

    assert labels("lively") == ["Goal 11: Lively towns"]


@pytest.mark.parametrize("words", ["sura", "Kota surab", "PAHLAWAN", "수라", "라바야"])
def test_member_is_suggested_by_any_of_its_names(words):
    member = MemberFactory(
        name="Kota Surabaya", local_name="Pahlawan 수라바야", country="ID", slug="surabaya"
    )

    found = suggest(words)

    assert [(one.kind, one.label, one.detail, one.url) for one in found] == [
        ("member", "Kota Surabaya", "Indonesia", member.get_absolute_url())
    ]


def test_member_with_accents_is_suggested_without():
    MemberFactory(name="Nouméa", country="NC")

    assert labels("noumea") == ["Nouméa"]


def test_live_case_is_suggested_by_the_words_of_its_title(synced):
    case = live_case("Composting at Home", member=MemberFactory(name="Kandy"))
    RevisionFactory(title="Composting in secret")
    synced()

    found = suggest("home compos")

    assert [(one.kind, one.label, one.detail, one.url) for one in found] == [
        ("case", "Composting at Home", "Kandy", case.case.get_absolute_url())
    ]


def test_case_is_suggested_in_other_scripts(synced):
    live_case("서울특별시의 나눔카")
    live_case("Sharing", challenge="나눔카")
    synced()

    assert labels("나눔") == ["서울특별시의 나눔카"]
    assert labels("눔") == ["서울특별시의 나눔카"]


def test_unpublished_case_is_not_suggested_by_a_stale_index(synced):
    case = live_case("Composting at home")
    synced()
    case.case.live = None
    case.case.save()

    assert suggest("compos") == []


def test_suggestions_are_at_most_those_asked_for(synced, reference):
    for number in range(12):
        live_case(f"Water {number}", member=MemberFactory(name=f"Waterville {number}"))
    synced()

    found = suggest("water")

    assert [one.kind for one in found] == sorted(
        ["goal", "target", "member", "case"] * 2, key=["goal", "target", "member", "case"].index
    )
    assert [one.kind for one in suggest("water", limit=3)] == ["goal", "goal", "target"]
    assert len(suggest("water", limit=20)) == 20


def pages(words):
    return [one.label for one in matching_pages(words)]


def test_pages_are_named_by_whole_words_and_their_forms(reference):
    MemberFactory(name="Plants for All")

    found = pages("plan")

    assert [label.split()[0] for label in found] == ["11.3", "11.b", "13.b"]
    assert set(found) == set(pages("plans"))


def test_pages_with_the_very_word_come_first(reference):
    MemberFactory(name="Water Board")
    MemberFactory(name="Harbour and Waters Office")

    assert pages("waters")[0] == "Harbour and Waters Office"
    assert pages("water")[0] == "Goal 6: Clean water and sanitation"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("surab", ["Kota Surabaya"]),
        ("kota surab", ["Kota Surabaya"]),
        ("sur", []),
        ("kota", ["Kota Surabaya"]),
        ("kota bandung", []),
        ("surabaya -kota", ["Kota Surabaya"]),
        ('"kota surabaya"', ["Kota Surabaya"]),
        ("수라", ["Kota Surabaya"]),
    ],
)
def test_unfinished_words_name_a_page_from_four_letters_on(words, names):
    MemberFactory(name="Kota Surabaya", local_name="수라바야")

    assert pages(words) == names


def test_wording_of_a_target_is_asked_for_several_words_only(reference):
    assert pages("marine debris") == ["14.1 Marine pollution"]
    assert pages("debris") == []


def test_name_that_many_share_tells_no_page():
    for number in range(11):
        MemberFactory(name=f"Town {chr(65 + number)}")

    assert pages("town") == []
    assert pages("town b") == ["Town B"]


def test_pages_are_few(reference):
    for number in range(5):
        MemberFactory(name=f"Water {number}")

    assert len(matching_pages("water")) == 6
    assert len(matching_pages("water", limit=2)) == 2


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("14.a", ["14.a"]),
        ("14.", ["14.1", "14.2", "14.3", "14.4", "14.5", "14.6"]),
        ("14", ["Goal", "14.1", "14.2", "14.3", "14.4", "14.5"]),
        ("99", []),
    ],
)
def test_numbers_name_goals_and_targets(reference, words, names):
    assert [label.split()[0] for label in pages(words)] == names


@pytest.mark.parametrize("words", ["", " ", "!", "x" * 10_000, "\x00", "-", '"', "-bus"])
def test_words_that_say_nothing_name_no_page(words):
    assert matching_pages(words) == []


@pytest.fixture
def parks(synced):
    live_case("Parks")
    synced()


@sweep(20)
@given(words=st.text(max_size=40))
def test_any_words_get_a_list(parks, words):
    assert all(one.kind in {"case", "member"} for one in suggest(words))


@pytest.mark.parametrize("words", ["", " ", "!", "x" * 10_000, "\x00", "-", '"'])
def test_words_that_say_nothing_suggest_nothing(words):
    assert suggest(words) == []
