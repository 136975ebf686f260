"""Finding targets, and suggesting them with the words that led to each."""

import pytest

from policies.workflow import target_suggestions
from tests.factories import RevisionFactory, UserFactory

pytestmark = pytest.mark.django_db


def codes(targets):
    return [target.code for target in targets]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("11.2", ["11.2"]),
        (" 11.B ", ["11.b"]),
        ("9.", ["9.1", "9.2", "9.3", "9.4", "9.5", "9.a", "9.b", "9.c"]),
        ("transport", ["11.2"]),
        ("TRANSPO", ["11.2"]),
        ("systems of transport", ["11.2"]),
        ("migrants", ["8.8", "10.c"]),
        ("migrant", ["8.8", "10.c"]),
        ("transport unicorn", []),
        ("", []),
        ("  ", []),
        ("the of", []),
        ("🏙️", []),
        ("a\x00b", []),
        ("(" * 50, []),
    ],
)
def test_find_by_words_in_any_form_or_code(reference, question, expected):
    assert codes(target_suggestions.find(question)) == expected


def test_find_by_goal_gives_all_of_it_in_order(reference):
    found = codes(target_suggestions.find("", 13))
    assert found == ["13.1", "13.2", "13.3", "13.a", "13.b"]
    assert codes(target_suggestions.find("education", 13)) == ["13.3"]


def test_suggestions_name_the_words_that_led_to_them(reference):
    revision = RevisionFactory(
        title="Night buses",
        summary="Public transport through the night, safe and affordable for women.",
    )
    first = target_suggestions.suggest(revision)[0]
    assert first.target.code == "11.2"
    assert sorted(first.words) == ["affordable", "public", "safe", "transport", "women"]


def test_chosen_targets_are_not_suggested(reference):
    texts = {"title": "Public transport", "summary": "Safe, affordable transport for women."}
    revision = RevisionFactory(**texts, targets=["11.2"])
    assert "11.2" not in codes(each.target for each in target_suggestions.suggest(revision))


@pytest.mark.parametrize(
    "texts",
    [
        {"title": "x", "summary": ""},
        {"title": "A new policy of the city", "summary": "It will support development in 2030."},
        {"title": "Angkutan umum yang aman", "summary": "transport public", "language": "id"},
        {"title": "🏙️ \u202e", "summary": "大眾運輸"},
    ],
)
def test_nothing_is_suggested_without_words_that_tell(reference, texts):
    assert target_suggestions.suggest(RevisionFactory(**texts)) == []


def test_suggestions_are_few(reference):
    everything = " ".join(target.text for target in target_suggestions.all_targets())
    revision = RevisionFactory(challenge=everything)
    assert len(target_suggestions.suggest(revision)) == target_suggestions.SUGGESTIONS


def test_picker_asks_one_query(reference, django_assert_num_queries):
    with django_assert_num_queries(1):
        target_suggestions.find("transport")


def test_picker_answers_with_the_full_texts(client, reference):
    client.force_login(UserFactory())
    answer = client.get("/policies/targets/", {"q": "11.2", "goal": "x"}).json()
    assert [target["code"] for target in answer["targets"]] == ["11.2"]
    assert answer["targets"][0]["text"].startswith("By 2030, provide access to safe")
    assert answer["message"] == "Targets found: 1"
