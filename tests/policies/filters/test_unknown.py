"""A limit says what it leaves out because nothing is stated, and lets it in at the end."""

import json
from decimal import Decimal
from html import unescape

import pytest
from django.http import QueryDict

from policies.content import summary
from policies.filters.library import LibraryFilter
from policies.filters.unknown import Unknown
from policies.models import Revision
from policies.search import index
from policies.search.query import ask
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db

CASES = [
    # title, budget in USD, FTE, start, end, population
    ("A", 500, 3, "2013-01", "2013-03", 90_000),
    ("B", 20_000, None, "2015", "2018", 400_000),
    ("C", None, 50, None, None, 2_000_000),
    ("D", None, None, "2020-01", None, None),
]


@pytest.fixture(scope="module")
def library(shared):
    with shared.made():
        for title, budget, staff, start, end, population in CASES:
            LiveRevisionFactory(
                case=CaseStudyFactory(member=MemberFactory(population=population)),
                title=f"{title} buses",
                budget_usd=None if budget is None else Decimal(budget),
                staff_fte=staff,
                start=start or "",
                end=end or "",
            )
        summary.rebuild(Revision.objects.live())
        index.sync()


def listed(page, name):
    return sorted(row.title[0] for row in page.context[name])


@pytest.mark.parametrize(
    ("query", "stated", "left_out", "unstated", "turn"),
    [
        ("budget_max=1000", "A", {"budget": 2}, "CD", "Amount not reported"),
        ("budget=under-10k", "A", {"budget": 2}, "CD", "Amount not reported"),
        ("budget=under-10k&budget_max=100", "", {"budget": 2}, "CD", "Amount not reported"),
        ("staff=under-5&staff=20-100", "AC", {"staff": 2}, "BD", "Staff not reported"),
        ("staff_min=10", "C", {"staff": 2}, "BD", "Staff not reported"),
        ("duration=2-5y", "B", {"duration": 2}, "CD", "Duration not reported"),
        ("population=1m-5m", "C", {"population": 1}, "D", "Population not reported"),
        ("start_from=2014", "BD", {"start": 1}, "C", "Start not reported"),
        (
            *("budget_max=1000&start_to=2013", "A", {"budget": 0, "start": 0}, "C"),
            "Amount not reported or Start not reported",
        ),
        ("q=buses&budget_max=1000", "A", {"budget": 2}, "CD", "Amount not reported"),
        ("q=D+-buses&budget_max=1000", "", {"budget": 0}, "", "Amount not reported"),
    ],
)
def test_what_is_unknown_is_counted_and_let_in_at_the_end(
    client, library, query, stated, left_out, unstated, turn
):
    page = client.get(f"/policies/?{query}")
    assert (listed(page, "stated"), listed(page, "unstated")) == (list(stated), [])
    if page.context["total"] or any(left_out.values()):
        answer = page.context["unknown"].answer
        assert dict(answer.left_out) == left_out

    page = client.get(f"/policies/?{query}&unknown=in")
    assert (listed(page, "stated"), listed(page, "unstated")) == (list(stated), list(unstated))
    assert page.context["unknown"].turn == turn
    assert (turn in page.text) == bool(unstated)


def test_page_says_so_and_leads_both_ways(client, library):
    page = unescape(client.get("/policies/?budget_max=1000&sort=staff").text)
    assert "2 policies state no amount in US dollars and are left out." in page
    assert 'href="/policies/?budget_max=1000&unknown=in&sort=staff"' in page

    page = unescape(client.get("/policies/?budget_max=1000&unknown=in").text)
    assert "2 of them do not report this figure and are at the end." in page
    assert 'href="/policies/?budget_max=1000"' in page
    assert '<p class="turn">Amount not reported</p>' in page
    assert '<input type="hidden" name="unknown" value="in">' in page

    table = client.get("/policies/?budget_max=1000&unknown=in&view=table").text
    assert '<th class="turn" colspan="10" scope="rowgroup">Amount not reported</th>' in table

    one = unescape(client.get("/policies/?population=1m-5m").text)
    assert "1 policy is of a member whose population is not known and is left out." in one


@pytest.mark.parametrize("sort", ["relevance", "newest", "budget", "staff", "documented"])
def test_unknown_is_last_in_every_order_and_file(client, library, sort):
    lines = b"".join(
        client.get(f"/policies/export.jsonl?q=buses&budget_max=1000&unknown=in&sort={sort}")
    )
    titles = [json.loads(line)["title"][0] for line in lines.splitlines()]
    assert (titles[0], sorted(titles[1:])) == ("A", ["C", "D"])
    feed = client.get("/policies/feed/?budget_max=1000&unknown=in").text
    assert [f"<title>{each} buses" in feed for each in "ABCD"] == [True, False, True, True]


def test_parameter_without_a_limit_or_with_nonsense(client, library):
    page = client.get("/policies/?unknown=in")
    assert (listed(page, "stated"), listed(page, "unstated")) == (list("ABCD"), [])
    assert "unknown" not in page.context["canonical"]
    assert client.get("/policies/?unknown=out").status_code == 400
    # Chosen by hand, what is not reported is in already.
    page = client.get("/policies/?budget=under-10k&budget=none")
    assert (listed(page, "stated"), page.context["unknown"].left_out) == (list("ACD"), [])


def test_pages_of_a_long_list_turn_at_the_right_place(library):
    filters = LibraryFilter(QueryDict("q=buses&start_from=2014&unknown=in"))
    whole = ask(filters.question(offset=0, limit=None))
    assert (whole.total, whole.stated) == (3, 2)
    for offset in range(3):
        for limit in (1, 2, 3):
            page = ask(filters.question(offset=offset, limit=limit))
            assert page.ids == whole.ids[offset : offset + limit]
    unknown = Unknown(filters, whole)
    assert unknown.split(["B", "D", "C"], 1) == (["B", "D"], ["C"])
    assert unknown.split(["D", "C"], 2) == (["D"], ["C"])
    assert unknown.split(["C"], 3) == ([], ["C"])


def test_counts_of_other_filters_follow_what_is_let_in(client, library):
    page = client.get("/policies/?budget_max=1000&unknown=in")
    counts = page.context["unknown"].answer.counts
    assert counts["population"] == {"under-100k": 1, "1m-5m": 1, "none": 1}
    assert counts["budget"] == {"under-10k": 1, "none": 2}
