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
        ("transport unicorn", ["11.2"]),
        ("trash", ["14.1", "11.6", "12.5"]),
        ("쓰레기", ["14.1", "12.3", "11.6", "12.5"]),
        ("自転車", ["11.2"]),
        ("unicorn", []),
        ("", []),
        ("  ", []),
        ("the of", []),
        ("🏙️", []),
        ("a\x00b", []),
        ("(" * 50, []),
    ],
)
def test_find_by_words_in_any_form_or_code_or_language(thesaurus, question, expected):
    assert codes(target_suggestions.find(question)) == expected


def test_find_by_goal_gives_all_of_it_in_order(reference):
    found = codes(target_suggestions.find("", 13))
    assert found == ["13.1", "13.2", "13.3", "13.a", "13.b"]
    assert codes(target_suggestions.find("education", 13)) == ["13.3"]


def suggested(**texts):
    """Return {code: the author's words} of what is suggested, best first."""
    found = target_suggestions.suggest(RevisionFactory(**{"title": "", "summary": "", **texts}))
    return {each.target.code: each.words for each in found}


@pytest.mark.parametrize(
    ("language", "text", "code", "words"),
    [
        (
            "en",
            "Trash bins in every alley, and less littering.",
            "12.5",
            ["Trash", "bins"],
        ),
        ("ko", "쓰레기 종량제를 도입하였습니다.", "12.5", ["종량제", "쓰레기"]),
        ("ja", "ごみの分別とリサイクル", "12.5", ["リサイクル", "ごみ"]),
        ("zh", "厨余垃圾分类与堆肥", "12.5", ["垃圾分类"]),
        ("th", "เทศบาลทำปุ๋ยหมัก และแยกขยะ", "12.5", ["แยกขยะ", "ทำปุ๋ยหมัก"]),
        ("hi", "हर परिवार को शौचालय", "6.2", ["शौचालय"]),
        ("ne", "खुला दिसामुक्त क्षेत्र र शौचालय", "6.2", ["शौचालय", "दिसामुक्त", "खुला"]),
        ("si", "කසළ කළමනාකරණය", "11.6", ["කසළ", "කළමනාකරණය"]),
        ("vi", "Xe buýt và làn đường xe đạp", "11.2", ["Xe", "buýt", "đạp"]),
        ("ur", "سیلاب سے بچاؤ کے لیے نکاسی آب", "11.5", ["سے", "بچاؤ", "سیلاب", "نکاسی"]),
    ],
)
def test_suggestions_in_any_language_name_the_words_that_led_to_them(
    thesaurus, language, text, code, words
):
    assert suggested(solution=text)[code] == words


def test_each_suggestion_has_words_as_the_author_wrote_them(thesaurus):
    title, summary = "Safe PUBLIC transport", "Public buses, affordable — for women’s night shifts."
    found = suggested(title=title, summary=summary)

    assert next(iter(found)) == "11.2"
    for words in found.values():
        assert words
        assert all(word in f"{title} {summary}" for word in words)


def test_chosen_targets_are_not_suggested(reference):
    texts = {"title": "Public transport", "summary": "Safe, affordable transport for women."}
    revision = RevisionFactory(**texts, targets=["11.2"])
    assert "11.2" not in codes(each.target for each in target_suggestions.suggest(revision))


@pytest.mark.parametrize("text", ["", "x", "!!", "🏙️ \u202e", "x" * 10_000, "ᚠᚢᚦ", "\x01", "—"])
def test_nothing_is_suggested_without_a_word_that_is_known(thesaurus, text):
    assert suggested(solution=text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "It will support development.",
        "The city made a new policy for all.",
        "Garbage\x01 쓰레기 ขยะ कचरा",
        "쓰" * 10_000 + " 쓰레기",
        "trash " * 2_000,
    ],
)
def test_sentence_always_gets_suggestions(thesaurus, text):
    assert len(suggested(solution=text)) >= 1


def test_targets_are_suggested_by_their_wording_while_there_is_no_thesaurus(reference):
    assert next(iter(suggested(summary="Public transport, safe for women."))) == "11.2"


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
