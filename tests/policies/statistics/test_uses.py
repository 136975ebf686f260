"""Uses of cases are counted without knowing by whom, outside of what a page asks the database."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from policies.models import CaseUse
from policies.statistics import uses
from policies.statistics.buffer import Buffer
from tests.factories import LiveRevisionFactory, RevisionFactory
from tests.races import at_once, needs_two_connections

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.fixture(autouse=True)
def _empty_buffer():
    uses.buffer.write()
    yield
    uses.buffer._counted.clear()


@pytest.fixture
def reader():
    return Client(headers={"user-agent": FIREFOX})


@pytest.fixture
def case(reference, synced):
    case = LiveRevisionFactory(targets=["11.6"]).case
    synced()
    return case


def counted():
    """What the database has: (case, views, exports)."""
    uses.buffer.write()
    return list(CaseUse.objects.order_by("case").values_list("case", "views", "exports"))


def test_page_of_a_case_counts_as_a_view(reader, case):
    for _visit in range(3):
        reader.get(case.get_absolute_url())

    assert CaseUse.objects.count() == 0
    assert counted() == [(case.pk, 3, 0)]


def test_nothing_is_known_of_who_it_was(reader, case):
    answer = reader.get(case.get_absolute_url())

    assert (answer.cookies, "Vary" in answer and "Cookie" in answer["Vary"]) == ({}, False)
    counted()
    assert sorted(CaseUse.objects.values()[0]) == ["case_id", "exports", "id", "month", "views"]


@pytest.mark.parametrize(
    ("name", "more"), [("cite", {"form": "bib"}), ("cite", {"form": "ris"}), ("case-jsonl", {})]
)
def test_file_of_a_case_counts_as_exported(reader, case, name, more):
    reader.get(reverse(f"policies:{name}", kwargs={"pk": case.pk, "slug": case.slug} | more))

    assert counted() == [(case.pk, 0, 1)]


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_list_counts_for_each_of_its_cases(reader, case, synced, form):
    other = LiveRevisionFactory(case__slug="parks").case
    synced()

    reader.get(reverse("policies:export", args=[form])).getvalue()

    assert counted() == [(case.pk, 0, 1), (other.pk, 0, 1)]


def test_whole_library_counts_for_none(reader, case, monkeypatch):
    monkeypatch.setattr(uses, "MAX_LIST", 0)

    reader.get(reverse("policies:export", args=["csv"])).getvalue()

    assert counted() == []


def test_head_and_unchanged_pages_do_not_count(reader, case):
    tag = reader.get(case.get_absolute_url())["ETag"]

    statuses = [
        reader.head(case.get_absolute_url()).status_code,
        reader.get(case.get_absolute_url(), headers={"if-none-match": tag}).status_code,
        reader.get(reverse("policies:case-short", args=[case.pk])).status_code,
        reader.head(reverse("policies:export", args=["csv"])).status_code,
    ]

    assert statuses == [200, 304, 301, 200]
    assert counted() == [(case.pk, 1, 0)]


def test_case_that_is_not_public_does_not_count(reader, case):
    draft = RevisionFactory(case__slug="secret")

    assert reader.get(draft.case.get_absolute_url()).status_code == 404
    assert counted() == []


def test_robots_do_not_count(case, subtests):
    for agent in [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "facebookexternalhit/1.1 preview",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (X11) HeadlessChrome/130",
    ]:
        with subtests.test(agent=agent):
            Client(headers={"user-agent": agent}).get(case.get_absolute_url())

            assert counted() == []


def test_page_fetched_ahead_does_not_count(reader, case):
    reader.get(case.get_absolute_url(), headers={"sec-purpose": "prefetch;prerender"})

    assert counted() == []


@pytest.mark.parametrize(
    "agent", [FIREFOX, "Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit Chrome/130 Mobile"]
)
def test_people_count(case, agent):
    Client(headers={"user-agent": agent}).get(case.get_absolute_url())

    assert counted() == [(case.pk, 1, 0)]


def test_page_asks_the_database_nothing_for_it(reader, case, settings, django_assert_num_queries):
    reader.get(case.get_absolute_url())
    with django_assert_num_queries(0):
        uses.count(uses.VIEWS, [case.pk])
        assert not uses.buffer.is_due()


def test_counts_are_written_after_an_answer_when_it_is_time(reader, case, settings):
    settings.USES_WRITTEN_EVERY = 0
    reader.get(case.get_absolute_url())

    assert list(CaseUse.objects.values_list("case", "views")) == [(case.pk, 1)]


def test_counts_are_not_written_before_it_is_time(reader, case, settings):
    settings.USES_WRITTEN_EVERY = 3600
    reader.get(case.get_absolute_url())

    assert CaseUse.objects.count() == 0


def test_months_are_apart(case):
    uses.buffer._counted.update(
        {(case.pk, "2026-10", "views"): 2, (case.pk, "2026-11", "views"): 5}
    )

    counted()

    assert list(CaseUse.objects.values_list("month", "views")) == [("2026-10", 2), ("2026-11", 5)]


def test_case_that_is_gone_does_not_stop_the_others(case):
    uses.count(uses.VIEWS, [case.pk, 999_999])

    assert counted() == [(case.pk, 1, 0)]


def test_many_cases_are_written_in_few_statements(case, monkeypatch, django_assert_num_queries):
    others = [LiveRevisionFactory(case__slug=f"case-{number}").case.pk for number in range(5)]
    uses.count(uses.EXPORTS, [case.pk, *others])

    with django_assert_num_queries(4):
        uses.buffer.write()

    assert CaseUse.objects.count() == 6


def test_counts_are_kept_while_the_database_takes_nothing(case, caplog):
    uses.count(uses.VIEWS, [case.pk])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE policies_caseuse RENAME TO away")
    uses.buffer.write()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE away RENAME TO policies_caseuse")

    assert "could not be written" in caplog.text
    assert counted() == [(case.pk, 1, 0)]


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_once_add_up(case):
    others = [LiveRevisionFactory(case__slug=f"case-{number}").case.pk for number in range(20)]
    keys = [case.pk, *others]

    def write(order):
        buffer = Buffer("Uses of cases", uses.buffer.store)
        for _turn in range(20):
            buffer.count([(key, "2026-05", uses.VIEWS) for key in order])
            buffer.write()

    at_once(lambda: write(keys), lambda: write(keys[::-1]), lambda: write(keys))

    assert set(CaseUse.objects.values_list("views", flat=True)) == {60}
