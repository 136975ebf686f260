"""No parameter of any public address answers with a server error, whatever is in it."""

from copy import deepcopy
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from members.models import Member
from policies.content import facets
from policies.filters.library import LibraryFilter
from policies.filters.members import MemberFilter
from policies.search import index
from tests.factories import LiveRevisionFactory
from tests.sweeps import some, sweep

pytestmark = pytest.mark.django_db

NASTY = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\n\t\x1b[0m",
    "\ud7ff\uffff",
    "'",
    '"',
    '"unclosed phrase',
    "(((",
    "title:secret",
    "* OR 1=1 --",
    "AND OR NOT",
    "-",
    "--",
    '-"a b"',
    "a:b:c^9~9[1 TO 2]{x}",
    "/../../etc/passwd",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% now %}",
    "%00%ff",
    "서울 버스",
    "مدينة",
    "👩‍👩‍👧",
    "é" * 300,
    "a " * 5_000,
    "x" * 10_000,
    "9" * 400,
    "-1",
    "0",
    "1e309",
    "NaN",
    "Infinity",
    "1,5",
    "2013-99",
    "0x10",
]

PARAMETERS = [
    "q",
    "sort",
    "page",
    "view",
    "case",
    *(facet.name for facet in facets.FACETS),
    *("budget_min", "budget_max", "staff_min", "staff_max", "start_from", "start_to"),
    "nonsense",
]

LISTS = [
    "/policies/",
    "/policies/suggest/",
    "/policies/feed/",
    "/policies/export.csv",
    "/policies/export.jsonl",
    "/policies/export.xlsx",
    "/policies/compare/",
    "/policies/compare/export.csv",
    "/policies/compare/export.xlsx",
    "/members/",
]
# What reads the parameters of a page, if they can be read without the page.
READERS = {"/policies/": LibraryFilter, "/members/": MemberFilter}
READ = [
    *(("/policies/", name) for name in PARAMETERS),
    ("/policies/suggest/", "q"),
    *(("/members/", name) for name in ("q", "kind", "country", "subregion", "population", "page")),
    *((path, "case") for path in ("/policies/compare/", "/policies/compare/export.csv")),
]


@pytest.fixture(scope="module")
def made_once(shared):
    with shared.made():
        revision = LiveRevisionFactory(targets=["11.2"], themes=["transport"])
        index.sync()
    return revision


@pytest.fixture
def library(made_once, db):
    return deepcopy(made_once)


def read(answer):
    """The whole body, streamed or not: a stream fails only when it is read."""
    return answer.getvalue()


ANSWERS = {200, 301, 302, 400, 404}


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("place", "path", "parameter"), [(n, *each) for n, each in enumerate(READ)]
)
def test_parameter_never_breaks_a_list(client, library, place, path, parameter):
    for value in some(NASTY, 4, place):
        asked = urlencode({parameter: value})
        # The page of refusals is asked below, with each value in each of them.
        if path in READERS and not READERS[path](QueryDict(asked)).is_valid():
            continue
        answer = client.get(f"{path}?{asked}")
        read(answer)
        assert answer.status_code in ANSWERS, value


@pytest.mark.sweep
@pytest.mark.parametrize(("place", "path"), [*enumerate(LISTS)])
def test_parameters_together_never_break_a_list(client, library, place, path):
    for shift in some(range(len(NASTY)), 5, place):
        # Another value in each, and in each of them every value once.
        asked = {
            name: NASTY[(shift + 7 * place) % len(NASTY)] for place, name in enumerate(PARAMETERS)
        }
        answer = client.get(path, asked)
        read(answer)
        assert answer.status_code in ANSWERS, asked


DIRECTORY_FACETS = ("kind", "country", "subregion", "population")
FILTERED = {
    path: [
        facet.name
        for facet in facets.FACETS
        if path != "/members/" or facet.name in DIRECTORY_FACETS
    ]
    for path in LISTS
    if "compare" not in path and "suggest" not in path
}


@pytest.mark.sweep
@pytest.mark.parametrize(("place", "path"), [*enumerate(FILTERED)])
def test_wrong_filter_never_gives_everything(client, library, place, path):
    """The list of policies is asked with each of them, files and feed with some of them each."""
    for facet in FILTERED[path] if path == "/policies/" else some(FILTERED[path], 4, place):
        answer = client.get(path, {facet: "nonsense"})
        assert (facet, answer.status_code) == (facet, 400)
        assert library.title.encode() not in read(answer)
        assert library.case.member.get_absolute_url().encode() not in read(answer)


@sweep(10)
@given(words=st.text(max_size=300))
def test_any_words_answer_200(client, library, words):
    answer = client.get("/policies/", {"q": words})
    assert answer.status_code == 200
    assert 'role="status"' in answer.text


@pytest.mark.parametrize("number", ["0", "00001", "99999999999999999999", "-1", "1.99", "x", "%00"])
def test_numbers_in_addresses(client, library, number):
    for path in (
        f"/policies/{number}/",
        f"/policies/{number}/x/",
        f"/sdgs/{number}/",
        f"/members/{number}/",
    ):
        assert client.get(path).status_code in {301, 404}, path


def test_post_changes_nothing_and_is_refused(client, library):
    for name in ("home", "policies:list", "sdg:goals", "members:list", "policies:feed"):
        assert client.post(reverse(name)).status_code == 405


def test_names_from_the_database_are_escaped_everywhere(client, library):
    evil = '"><script>alert(1)</script>'
    Member.objects.update(name=evil, local_name=evil, about=evil)
    type(library).objects.update(title=evil, summary=evil, results=evil)
    for path in ("/", "/policies/", "/members/", library.case.get_absolute_url(), "/sdgs/11.2/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text, path
