"""Questions that found little are counted: their words, a number and a day, and nothing of who asked."""

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.urls import reverse

from policies.models import MissedQuestion
from policies.search.questions import Answer, Reading
from policies.search.text import parse
from policies.search.understanding import Understood
from policies.statistics import questions
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db

NOTHING = Answer(0, [], {}, reading=Reading(Understood(parse("zeppelin"))))
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.fixture(autouse=True)
def _empty_buffer():
    questions.buffer._counted.clear()
    yield
    questions.buffer._counted.clear()


@pytest.fixture
def reader(reference, synced):
    LiveRevisionFactory(title="Night buses", targets=["11.2"])
    synced()
    return Client(headers={"user-agent": FIREFOX})


def search(reader, words, **more):
    return reader.get(reverse("policies:list"), {"q": words, **more})


def counted():
    """What the database has: (words, times, found)."""
    questions.buffer.write()
    rows = MissedQuestion.objects.order_by("folded")
    return list(rows.values_list("words", "times", "found"))


@pytest.mark.sqlite
def test_same_question_counts_once_however_it_is_typed(reader):
    for words in ("Zeppelin ports", "zeppelin  PORTS", "“zeppelin” ports!"):
        search(reader, words)

    assert MissedQuestion.objects.count() == 0
    assert counted() == [("Zeppelin ports", 3, 0)]
    search(reader, "zeppelin ports!!")
    assert counted() == [("Zeppelin ports", 4, 0)]


def test_nothing_is_known_of_who_it_was(reader):
    search(reader, "zeppelin")
    counted()

    row = MissedQuestion.objects.values().get()
    assert sorted(row) == ["folded", "found", "id", "is_put_aside", "last_asked", "times", "words"]
    assert type(row["last_asked"]) is date


def test_personal_and_empty_questions_are_never_kept(reader, subtests):
    for words in [
        "mina@seoul.example",
        "ｍｉｎａ＠seoul.example",
        "mina (at) seoul",
        "mina [AT] seoul",
        "https://seoul.go.kr/x",
        "www.seoul.go.kr",
        "write to seoul.org",
        "zeppelin +82 2-120-1234",
        "zeppelin ٠١٢٣٤٥٦٧",
        "zeppelin 8210 12 34",
        "zeppelin " * 20,
        "!!!",
        "…",
        "2030 11",
        "",
    ]:
        with subtests.test(words=words):
            assert questions.countable(words) is None
            search(reader, words)

            assert counted() == []


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("쓰레기 종량제", ("쓰레기 종량제", "쓰레기 종량제")),
        ("zeppe\0lin", ("zeppe lin", "zeppe lin")),
        ("PM2.5", ("pm2 5", "PM2.5")),
        ("zeppelins by 2030", ("zeppelins by 2030", "zeppelins by 2030")),
    ],
)
def test_words_in_any_script_are_kept(words, kept):
    assert questions.countable(words) == kept


def test_narrowed_questions_do_not_count(reader, subtests):
    for words, more in [
        ("zeppelin", {"goal": "11"}),
        ("zeppelin", {"meaning": "no"}),
        ("zeppelin", {"budget_min": "1"}),
        ("zeppelin", {"goal": "99"}),
    ]:
        with subtests.test(words=words):
            search(reader, words, **more)

            assert counted() == []


def test_question_counts_only_where_neither_words_nor_targets_answer(thesaurus, reader, synced):
    for number in range(4):
        LiveRevisionFactory(
            case__slug=f"case-{number}",
            title="Kitchens",
            summary="Cooks.",
            targets=["12.5", "11.6", "14.1"],
        )
    synced()

    found = {}
    for words in (
        # "trash" is said for 12.5, which three cases serve.
        *("trash", "쓰레기", "11.2", "SDG 14"),
        # Said for 14.7, which no case serves.
        "어류 양식",
        # A word of all cases beside one that nobody knows.
        "zeppelin kitchens",
    ):
        search(reader, words)
        found[words] = counted()
        MissedQuestion.objects.all().delete()

    assert found == {
        **{key: [] for key in ("trash", "쓰레기", "11.2", "SDG 14")},
        "어류 양식": [("어류 양식", 1, 0)],
        "zeppelin kitchens": [("zeppelin kitchens", 1, 0)],
    }


def test_robots_and_questions_with_enough_answers_do_not_count(reader, synced):
    search(Client(headers={"user-agent": "Googlebot/2.1"}), "zeppelin")
    for number in range(3):
        LiveRevisionFactory(case__slug=f"case-{number}", title="Monorail")
    synced()
    search(reader, "monorail")

    assert counted() == []


def test_search_page_asks_the_database_no_more(reader, django_assert_num_queries):
    search(reader, "zeppelin")
    with django_assert_num_queries(0):
        questions.note(_request(), "zeppelin", NOTHING)


def _request():
    return RequestFactory(headers={"user-agent": FIREFOX}).get("/policies/")


def test_page_does_not_fail_with_the_database(reader, monkeypatch, settings, caplog):
    def fail(counted):
        raise DatabaseError("read-only")

    settings.USES_WRITTEN_EVERY = 0
    monkeypatch.setattr(questions.buffer, "store", fail)
    assert search(reader, "zeppelin").status_code == 200
    monkeypatch.undo()

    assert "Questions that found little could not be written" in caplog.text
    assert counted() == [("zeppelin", 1, 0)]


def test_memory_and_table_are_bounded(reader, monkeypatch):
    monkeypatch.setattr(questions, "MAX_ROWS", 3)
    monkeypatch.setattr(questions.buffer, "max_keys", 4)
    with time_machine.travel("2026-11-01T12:00Z", tick=False):
        search(reader, "airship")
        counted()
    with time_machine.travel("2026-11-02T12:00Z", tick=False):
        for number in "abcde":
            questions.note(_request(), f"zeppelin {number}", NOTHING)
        questions.note(_request(), "zeppelin a", NOTHING)

        assert counted() == [("zeppelin a", 2, 0), ("zeppelin b", 1, 0), ("zeppelin c", 1, 0)]


def test_questions_put_aside_stay_so(reader):
    search(reader, "zeppelin")
    counted()
    MissedQuestion.objects.update(is_put_aside=True)
    search(reader, "Zeppelin")
    counted()

    assert list(MissedQuestion.objects.values_list("times", "is_put_aside")) == [(2, True)]


def test_questions_are_deleted_after_half_a_year(db):
    today = date(2026, 11, 30)
    for days in (0, 183, 184, 400):
        MissedQuestion.objects.create(
            folded=f"{days}", words=f"{days}", last_asked=today - timedelta(days)
        )
    out = StringIO()
    with time_machine.travel("2026-11-30T12:00Z", tick=False):
        call_command("delete_unused_files", dry_run=True, stdout=out)
        assert MissedQuestion.objects.count() == 4
        call_command("delete_unused_files", stdout=out)

    assert set(MissedQuestion.objects.values_list("words", flat=True)) == {"0", "183"}
    assert "2 old questions would be removed\n" in out.getvalue()
    assert "2 old questions removed\n" in out.getvalue()
