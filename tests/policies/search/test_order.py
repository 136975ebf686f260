"""Sorts, pages and ranges."""

import datetime
from decimal import Decimal

import pytest

from policies.models import amounts
from policies.search.query import SORTS, Question, ask

from .library import live_case, titles

pytestmark = pytest.mark.django_db


def test_title_weighs_more_than_the_text(synced):
    live_case("Parks", challenge="A harbour.")
    live_case("The harbour", challenge="A park.")
    synced()

    assert titles("harbour", sort="relevance") == ["The harbour", "Parks"]


def test_sorts_are_those_that_are_offered():
    assert list(SORTS) == ["relevance", "newest", "budget", "staff", "duration", "documented"]


def test_newest_is_by_moment_of_publication_then_start(synced):
    moment = datetime.datetime(2024, 5, 1, 8, tzinfo=datetime.UTC)
    live_case("E", start="2020-06", decided_at=moment - datetime.timedelta(milliseconds=1))
    live_case("D", decided_at=moment)
    live_case("B", start="2015-07", decided_at=moment)
    live_case("C", start="2015", decided_at=moment)
    live_case("A", start="1999", decided_at=moment + datetime.timedelta(milliseconds=1))
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
    live_case("Largest", budget_usd=amounts.LARGEST, staff_fte="99999999.9")
    live_case("None")
    synced()

    assert titles(sort="budget") == ["Largest", "None"]
    assert titles(ranges={"budget": (amounts.LARGEST, None)}) == ["Largest"]
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


def test_ties_are_in_the_order_of_the_keys(synced):
    day = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
    keys = [live_case("Parks", decided_at=day).pk for _number in range(5)]
    for _number in range(3):  # several commits, several segments
        synced()
        keys.append(live_case("Parks", decided_at=day).pk)
    synced()

    sorts = ["newest", "budget", "staff", "duration", "documented"]
    assert {sort: ask(Question(sort=sort)).ids for sort in sorts} == dict.fromkeys(sorts, keys)


def test_pages_follow_each_other(synced):
    keys = [live_case("Parks").pk for _number in range(5)]
    synced()

    pages = [ask(Question(sort="budget", offset=offset, limit=2)) for offset in (0, 2, 4, 6)]

    assert [page.ids for page in pages] == [keys[:2], keys[2:4], keys[4:], []]
    assert {page.total for page in pages} == {5}


def test_extreme_pages_are_answered(synced):
    for _number in range(3):
        live_case("Parks")
    synced()

    pages = {(0, None): 3, (0, 0): 0, (0, 10**12): 3, (10**12, 20): 0, (1, None): 2}
    for (offset, limit), count in pages.items():
        answer = ask(Question(offset=offset, limit=limit))
        assert (offset, limit, answer.total, len(answer.ids)) == (offset, limit, 3, count)


def test_ranges_include_both_ends_and_no_unknown(synced, subtests):
    live_case("A", budget_usd=100, staff_fte="2.5", start="2015-12")
    live_case("B", budget_usd=200, staff_fte="2.6", start="2016")
    live_case("C")
    synced()
    for ranges, expected in [
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
    ]:
        with subtests.test(ranges=ranges):
            assert sorted(titles(ranges=ranges)) == expected
