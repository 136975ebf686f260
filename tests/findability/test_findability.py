"""Forty questions over the sample library, in ten languages, with the targets that answer them."""

import pytest
from django.core.management import call_command

from policies.models import Contribution, Revision
from policies.search import index, meaning
from policies.search.query import Question, ask

from .everyday import EVERYDAY

pytestmark = pytest.mark.django_db

QUESTIONS = [
    # English, as people type it: everyday words that the policies often do not have.
    ("garbage", "en", {"11.6", "12.5"}),
    ("bike", "en", {"11.2", "3.6"}),
    ("flood", "en", {"11.5", "13.1"}),
    ("something against flooding for a city of 300,000", "en", {"11.5", "13.1"}),
    ("trash pickup", "en", {"11.6", "12.5"}),
    ("wifi for everyone", "en", {"9.c"}),
    ("electric buses", "en", {"11.2"}),
    ("slum upgrading", "en", {"11.1"}),
    ("solar panels on roofs", "en", {"7.2"}),
    ("clean drinking water", "en", {"6.1"}),
    ("toilets", "en", {"6.2"}),
    ("air pollution", "en", {"11.6", "3.9"}),
    ("parks and trees", "en", {"11.7", "15.2"}),
    ("heat wave", "en", {"13.1", "3.d", "11.5"}),
    # Korean, Japanese, Chinese
    ("쓰레기 종량제", "ko", {"12.5", "11.6"}),
    ("대중교통", "ko", {"11.2"}),
    ("미세먼지", "ko", {"11.6", "3.9"}),
    ("城市内涝", "zh", {"11.5", "13.1"}),
    ("垃圾分类", "zh", {"12.5", "11.6"}),
    ("公共交通", "zh", {"11.2"}),
    ("食品ロス", "ja", {"12.3"}),
    ("防災", "ja", {"11.5", "13.1", "11.b", "1.5"}),
    ("公共交通機関", "ja", {"11.2"}),
    # Indonesian, Vietnamese, Thai
    ("bank sampah", "id", {"11.6", "12.5"}),
    ("banjir", "id", {"11.5", "13.1"}),
    ("air bersih", "id", {"6.1"}),
    ("rác thải nhựa", "vi", {"12.5", "14.1", "11.6"}),
    ("xe buýt", "vi", {"11.2"}),
    ("ngập lụt", "vi", {"11.5", "13.1"}),
    ("น้ำเสีย", "th", {"6.3"}),
    ("น้ำท่วม", "th", {"11.5", "13.1"}),
    ("ขยะ", "th", {"11.6", "12.5", "14.1"}),
    # Nepali, Hindi, Urdu, Bengali
    ("फोहोर व्यवस्थापन", "ne", {"11.6", "12.5", "12.4"}),
    ("खानेपानी", "ne", {"6.1"}),
    ("भूकम्प", "ne", {"11.5", "13.1", "1.5", "11.b"}),
    ("सार्वजनिक परिवहन", "hi", {"11.2"}),
    ("पेयजल", "hi", {"6.1"}),
    ("کچرا", "ur", {"11.6", "12.5", "14.1"}),
    ("پینے کا پانی", "ur", {"6.1"}),
    ("বন্যা", "bn", {"11.5", "13.1"}),
]


# A place and what is asked there: its cases on that stand first. A city, its member, and the targets.
PLACES = [
    ("sampah surabaya", "Surabaya City", {"11.6", "12.5"}),
    ("Surabaya sampah", "Surabaya City", {"11.6", "12.5"}),
    ("서울 쓰레기", "Seoul Metropolitan Government", {"11.6", "12.5"}),
    ("서울시 쓰레기", "Seoul Metropolitan Government", {"11.6", "12.5"}),
    ("홍수 서울", "Seoul Metropolitan Government", {"11.5", "13.1"}),
    ("台北垃圾", "Taipei City Government", {"11.6", "12.5"}),
    ("武汉 洪水", "Wuhan Municipal People's Government", {"11.5", "13.1"}),
    ("lũ lụt Đà Nẵng", "Da Nang", {"11.5", "13.1"}),
    ("rác Huế", "Hue", {"11.6", "12.5", "14.1"}),
    ("කොළඹ ගංවතුර", "Colombo Municipal Council", {"11.5", "13.1"}),
    ("flood in Colombo", "Colombo Municipal Council", {"11.5", "13.1"}),
]
# A place without a case on what is asked there: those of other places come before its others.
ELSEWHERE = [
    ("banjir jakarta", {"11.5", "13.1"}),
    ("ঢাকা বন্যা", {"11.5", "13.1"}),
    ("flood dhaka", {"11.5", "13.1"}),
]


@pytest.fixture(scope="module")
def library(shared):
    """The sample library with the thesaurus, indexed once."""
    with shared.made():
        shared.fill_thesaurus()
        call_command("load_samples", verbosity=0)
        index.sync()
        served = {}
        for revision, code in Contribution.objects.values_list("revision_id", "target_id"):
            served.setdefault(revision, set()).add(code)
        yield served


def test_questions_in_ten_languages_find_what_answers_them(library):
    missed = []
    for words, _language, targets in QUESTIONS:
        answer = ask(Question(words=words, sort="relevance", limit=10))
        first = [library.get(key, set()) for key in answer.ids[:3]]
        near = {near.code for near in answer.reading.meaning.near}
        if not any(codes & targets for codes in first) or not near & targets:
            missed.append((words, first, near))

    assert len(QUESTIONS) == 40
    assert missed == []


def test_place_and_topic_are_both_understood(library):
    missed = []
    for words, name, targets in PLACES:
        answer = ask(Question(words=words, sort="relevance", limit=1))
        first = Revision.objects.get(pk=answer.ids[0])
        if first.case.member.name != name or not library[first.pk] & targets:
            missed.append((words, str(first), first.case.member.name))
    for words, targets in ELSEWHERE:
        answer = ask(Question(words=words, sort="relevance", limit=3))
        if not all(library[key] & targets for key in answer.ids):
            missed.append((words, answer.ids))

    assert missed == []


def test_languages_of_questions_are_recognised(library):
    read = {words: ask(Question(words=words)).reading.meaning.language for words, *_ in QUESTIONS}

    assert read == {words: language for words, language, _targets in QUESTIONS}


def test_everyday_things_are_found_in_every_language(library):
    thesaurus, missed = meaning.thesaurus(), []
    for thing, (codes, phrases) in EVERYDAY.items():
        for language, phrase in phrases.items():
            found = thesaurus.match(meaning.tokens(phrase), phrase)
            if not {near.code for near in found.finding} & set(codes.split()):
                missed.append((thing, language, phrase))

    assert {len(phrases) for _codes, phrases in EVERYDAY.values()} == {14}
    assert missed == []


def test_waste_leads_to_its_collection_and_to_less_of_it_in_every_language(library):
    thesaurus = meaning.thesaurus()
    _codes, phrases = EVERYDAY["waste management"]
    found = {
        phrase: {near.code for near in thesaurus.match(meaning.tokens(phrase), phrase).finding}
        for phrase in ("waste management", *phrases.values())
    }

    assert [phrase for phrase, codes in found.items() if not codes >= {"11.6", "12.5"}] == []


@pytest.mark.parametrize(
    "typed",
    [
        "สวัสดีครับ",
        "ความรัก",
        "กาแฟ",
        "ありがとう",
        "足球",
        "김치",
        "안녕하세요",
        "asdf qwer",
        "🙂🙂",
        "নমস্কার",
    ],
)
def test_words_that_no_target_has_find_nothing(library, typed):
    assert thesaurus_finds(typed) == ()


def thesaurus_finds(typed):
    return meaning.thesaurus().match(meaning.tokens(typed), typed).finding
