"""Public pages out of the cache: never another page, never a person's, never past their time."""

import gzip
import time

import pytest
from django.core.cache import caches
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import reverse
from django.utils import translation

from citynet import settings as project
from citynet.web import page_cache
from members.models import Member
from policies.search import index
from policies.statistics import uses
from policies.statistics.buffer import Buffer
from policies.workflow import moderation
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

READER = {"user-agent": "Mozilla/5.0", "accept-encoding": "gzip"}
ABOUT = "/about/"
LOCMEM = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "page-cache",
    "OPTIONS": {"MAX_ENTRIES": 10_000},
}


@pytest.fixture(autouse=True)
def _switched_on(settings):
    settings.CACHES = settings.CACHES | {"pages": LOCMEM}
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def clock(monkeypatch):
    """Time that moves on by ``clock(seconds)`` only."""
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def forward(seconds):
        now[0] += seconds

    return forward


def get(path, **headers):
    return Client(headers=READER | headers).get(path)


def text(answer):
    content = answer.content
    return (gzip.decompress(content) if answer.get("Content-Encoding") else content).decode()


@pytest.fixture
def city():
    return MemberFactory(name="Suva", slug="suva", about="First text")


def about(city, **kwargs):
    """What the page of the city shows: the first or the second text."""
    found = text(get(city.get_absolute_url(), **kwargs))
    return "second" if "Second text" in found else "first"


def change(city):
    Member.objects.filter(pk=city.pk).update(about="Second text")


# The same page


def test_second_visitor_gets_the_same_page(django_assert_num_queries):
    first = get("/sdgs/")
    with django_assert_num_queries(0):
        second = get("/sdgs/")
    assert text(first) == text(second)
    rendered, cached = dict(first.headers), dict(second.headers)
    assert cached.pop("Age") == "0"
    assert cached.pop("X-Request-ID") != rendered.pop("X-Request-ID")
    for headers in (rendered, cached):
        # Compression adds a few bytes that nobody can foresee.
        headers.pop("Content-Length")
    assert cached == rendered
    assert cached["Cache-Control"] == "max-age=0"


def test_cached_page_is_that_of_an_installation_without_cache(settings):
    get(ABOUT)
    cached = [get(ABOUT), get(ABOUT, **{"accept-encoding": ""})]
    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    }
    plain = [get(ABOUT), get(ABOUT, **{"accept-encoding": ""})]
    for one, other in zip(cached, plain, strict=True):
        assert text(one) == text(other)
        for name in ("ETag", "Content-Type", "Content-Encoding", "Cache-Control", "Vary"):
            assert one.get(name) == other.get(name)
    assert cached[1]["Content-Length"] == plain[1]["Content-Length"]


def test_conditional_request_is_answered_out_of_the_cache():
    tag = get(ABOUT)["ETag"]
    unchanged = get(ABOUT, **{"if-none-match": tag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    other = get(ABOUT, **{"if-none-match": '"other"'})
    assert (other.status_code, other["ETag"]) == (200, tag)


def test_head_is_answered_without_a_body(city):
    about(city)
    change(city)
    head = Client(headers=READER).head(city.get_absolute_url())
    assert (head.status_code, head.content) == (200, b"")
    assert head["Age"] == "0"


def test_head_leaves_no_empty_page(city):
    Client(headers=READER).head(city.get_absolute_url())
    assert "First text" in text(get(city.get_absolute_url()))


def test_uses_of_cached_pages_count(reference, monkeypatch):
    case = LiveRevisionFactory().case
    counted = Buffer("Uses of cases", uses.buffer.store)
    monkeypatch.setattr(uses, "buffer", counted)
    for _time in range(3):
        get(case.get_absolute_url())
    assert [*counted._counted.values()] == [3]


# Another page

ADDRESSES = [
    "/policies/",
    "/policies/?page=1",
    "/policies/?q=bus",
    "/policies/?q=Bus",
    "/policies/?q=bus&sort=newest",
    "/policies/?sort=newest&q=bus",
    "/policies/?q=bus%26sort%3Dnewest",
    "/policies/?q=bus+sort%3Dnewest",
    "/policies/?q=%62us",
    "/policies/?goal=1&goal=11",
    "/policies/?goal=11&goal=1",
    "/policies/?goal=11",
    "/members/",
    "/members/?q=",
    "/sdgs/1/",
    "/sdgs/11/",
    "/sdgs/1.1/",
]


def test_no_two_addresses_share_a_page(reference, settings):
    LiveRevisionFactory(title="Night buses", targets=["11.2"])
    index.sync()
    shown = {address: text(get(address)) for address in ADDRESSES}
    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    }
    assert shown == {address: text(get(address)) for address in ADDRESSES}


def test_every_part_of_an_address_is_told_apart(request_of, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    parts = ["", "a", "b", "ab", "'", '"', "\\", "?", "a?b", "%3f", "\x00", "é"]
    requests = [
        {"path": f"/{path}{part}", "QUERY_STRING": query, "HTTP_HOST": host} | more
        for path in ("", "x")
        for part in parts
        for query in parts
        for host in ("one.example", "two.example")
        for more in ({}, {"wsgi.url_scheme": "https"})
    ]
    rendered = []

    @page_cache.cache_public_page
    def view(request):
        rendered.append(request)
        return HttpResponse("page")

    for asked in requests:
        view(request_of(**asked))
    # Some of these are one address, written in two ways.
    assert len(rendered) == len({request.build_absolute_uri() for request in rendered})
    assert len(rendered) == 960


@pytest.mark.usefixtures("translated")
def test_languages_have_pages_of_their_own(request_of):
    view = page_cache.cache_public_page(lambda _request: HttpResponse(translation.get_language()))
    found = []
    for language in ("en", "fr", "en"):
        with translation.override(language):
            found.append(view(request_of()).text)
    assert found == ["en", "fr", "en"]


def test_releases_have_pages_of_their_own(request_of, settings):
    found = []
    for release in ("one", "two", "one"):
        settings.RELEASE = release
        view = page_cache.cache_public_page(lambda _request, name=release: HttpResponse(name))
        found.append(view(request_of()).text)
    assert found == ["one", "two", "one"]
    assert project.RELEASE


# Nobody's page


@pytest.fixture
def request_of(rf, client):
    session = client.session

    def make(path=ABOUT, **extra):
        request = rf.get(path, **extra)
        request.session = type(session)()
        return request

    return make


def test_signed_in_person_neither_fills_nor_reads_the_cache(city):
    person = signed_in(UserFactory())
    person.get(city.get_absolute_url())
    change(city)
    assert about(city) == "second"
    Member.objects.update(about="Third text")
    assert "Third text" in person.get(city.get_absolute_url()).text
    assert about(city) == "second"


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_cookie_that_may_stand_for_a_person_goes_past_the_cache(city, cookie):
    about(city)
    change(city)
    assert about(city) == "first"
    assert about(city, cookie=f"{cookie}=anything") == "second"


def with_cookie(request):
    answer = HttpResponse("page")
    answer.set_cookie("a", "b")
    return answer


def with_token(request):
    return HttpResponse(get_token(request))


def with_session(request):
    return HttpResponse(f"page {request.session.get('a')}")


def private(request):
    return HttpResponse("page", headers={"Cache-Control": "private"})


def missing(request):
    return HttpResponse("page", status=404)


def unchanged(request):
    return HttpResponse(status=304)


def streaming(request):
    return StreamingHttpResponse(["page"])


@pytest.mark.parametrize(
    "view", [with_cookie, with_token, with_session, private, missing, unchanged, streaming]
)
def test_what_is_not_for_everybody_is_not_cached(request_of, view):
    calls = []

    @page_cache.cache_public_page
    def counted(request):
        calls.append(request)
        return view(request)

    for _time in range(2):
        assert "private" in counted(request_of())["Cache-Control"]
    assert len(calls) == 2


@pytest.mark.parametrize("method", ["post", "options"])
def test_only_what_is_fetched_is_cached(city, method):
    about(city)
    answer = getattr(Client(headers=READER), method)(city.get_absolute_url())
    assert answer.status_code == 405


# Its time


def test_change_is_seen_by_everybody_when_the_time_is_over(city, clock):
    assert about(city) == "first"
    change(city)
    clock(19)
    assert about(city) == "first"
    clock(2)
    assert about(city) == "second"


def test_reading_does_not_make_the_time_longer(city, clock):
    about(city)
    change(city)
    for _second in range(21):
        about(city)
        clock(1)
    assert about(city) == "second"


def test_publication_is_seen_at_once_by_its_author_and_soon_by_all(reference, clock):
    author = UserFactory()
    draft = RevisionFactory(title="Trams by the sea", created_by=author)
    editor = StaffFactory(groups=["Moderators"])
    index.sync()
    address = reverse("policies:list")
    person = signed_in(author)
    assert "Trams by the sea" not in text(get(address))
    moderation.publish(moderation.submit(draft, by=author), by=editor)
    index.sync()
    assert "Trams by the sea" in person.get(address).text
    clock(21)
    assert "Trams by the sea" in text(get(address))


@pytest.mark.parametrize("path", ["/", "/policies/", "/sdgs/11/", "/members/"])
def test_public_page_says_how_long_it_may_be_kept_to_who_has_a_session(reference, path):
    for client in (Client(), signed_in(UserFactory())):
        assert client.get(path)["Cache-Control"] == "max-age=0"
