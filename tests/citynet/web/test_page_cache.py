"""Public pages out of the cache: never another page, never an older one, never a person's."""

import gzip
import random
import re
import time
from contextlib import suppress

import pytest
from django.apps import apps
from django.core.cache import caches
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citynet.web import changes, page_cache
from members.models import Member
from members.record.people import delete_account
from members.teams import merging
from policies.models import CaseStudy, Revision, Theme
from policies.search import index
from policies.statistics import uses
from policies.workflow import curation, moderation, themes
from policies.workflow.errors import WorkflowError
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    RevisionFactory,
    StaffFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

READER = {"user-agent": "Mozilla/5.0", "accept-encoding": "gzip"}
HOME = "/about/"


@pytest.fixture(autouse=True)
def _switched_on(settings, tmp_path):
    settings.PAGE_CACHE_SECONDS = 20
    settings.VAR_DIR = tmp_path
    caches["pages"].clear()


@pytest.fixture
def indexed(db):
    index.sync()


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Do something as in a transaction of its own."""

    def run(work, *args, **kwargs):
        # What the fixtures of the test have made would be committed by now.
        connection.run_on_commit.clear()
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            return work(*args, **kwargs)

    return run


def get(path, **headers):
    return Client(headers=READER | headers).get(path)


def text(answer):
    content = answer.content
    return (gzip.decompress(content) if answer.get("Content-Encoding") else content).decode()


def is_kept(answer):
    return answer.has_header("Age")


def shared(view, request):
    """What ``view`` answers behind the cache, twice."""
    view = page_cache.shared(view)
    return view(request), view(request)


@pytest.fixture
def request_of(rf, client):
    def make(path=HOME):
        request = rf.get(path)
        request.session = client.session
        request.session.accessed = False
        return request

    return make


# The same page


def test_second_visitor_gets_the_same_page(indexed):
    first, second = get(HOME), get(HOME)
    assert [is_kept(first), is_kept(second)] == [False, True]
    assert first.content == second.content
    drawn, kept = dict(first.headers), dict(second.headers)
    assert kept.pop("Age") == "0"
    assert kept.pop("X-Request-ID") != drawn.pop("X-Request-ID")
    assert kept == drawn


def test_kept_page_is_that_of_an_installation_without_cache(indexed, settings):
    get(HOME)
    kept = [get(HOME), get(HOME, **{"accept-encoding": ""})]
    settings.PAGE_CACHE_SECONDS = 0
    plain = [get(HOME), get(HOME, **{"accept-encoding": ""})]
    for one, other in zip(kept, plain, strict=True):
        assert is_kept(one)
        assert text(one) == text(other)
        for name in ("ETag", "Content-Type", "Content-Encoding"):
            assert one.get(name) == other.get(name)
        assert {*one["Vary"].split(", ")} == {*other["Vary"].split(", ")}
    assert kept[1]["Content-Length"] == plain[1]["Content-Length"]


def test_conditional_request_is_answered_out_of_the_cache(indexed):
    tag = get(HOME)["ETag"]
    again = get(HOME, **{"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = get(HOME, **{"if-none-match": '"other"'})
    assert (other.status_code, other["ETag"]) == (200, tag)


def test_kept_page_asks_nothing_of_the_database(indexed, django_assert_num_queries):
    get("/sdgs/")
    with django_assert_num_queries(0):
        assert is_kept(get("/sdgs/"))


def test_uses_of_kept_pages_count(indexed, monkeypatch):
    case = LiveRevisionFactory().case
    index.sync()
    counted = uses.Buffer()
    monkeypatch.setattr(uses, "buffer", counted)
    for _time in range(3):
        answer = get(case.get_absolute_url())
    assert is_kept(answer)
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


def test_no_two_addresses_share_a_page(reference, indexed, settings):
    LiveRevisionFactory(title="Night buses", targets=["11.2"])
    index.sync()
    shown = {address: text(get(address)) for address in ADDRESSES}
    settings.PAGE_CACHE_SECONDS = 0
    assert shown == {address: text(get(address)) for address in ADDRESSES}


def test_key_tells_every_part_of_an_address_apart(indexed, rf, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    parts = ["", "a", "b", "ab", "'", "','", '"', "\\", "?", "a?b", "%3f", "\x00", "é", "',('"]
    keys = [
        page_cache._key(
            rf.get(f"/{path}", query_params=None, QUERY_STRING=query, HTTP_HOST=host, **more)
        )
        for path in map("x{}".format, range(3))
        for query in parts
        for host in ("one.example", "two.example")
        for more in ({}, {"SCRIPT_NAME": "/portal"}, {"wsgi.url_scheme": "https"})
    ]
    assert len(set(keys)) == len(keys) == 3 * len(parts) * 2 * 3


def test_machines_and_releases_have_pages_of_their_own(indexed, rf, monkeypatch):
    request = rf.get(HOME)
    here = page_cache._key(request)
    assert page_cache._key(request) == here
    monkeypatch.setattr(page_cache.socket, "gethostname", lambda: "another")
    there = page_cache._key(request)
    monkeypatch.undo()
    monkeypatch.setattr(page_cache, "release", lambda: "another")
    assert len({here, there, page_cache._key(request)}) == 3


def test_release_changes_with_the_settings_that_pages_show(settings):
    before = page_cache.release()
    page_cache.release.cache_clear()
    settings.CONTACT_EMAIL = "desk@citynet.example"
    after = page_cache.release()
    page_cache.release.cache_clear()
    assert before != after


# Nobody's page


def test_signed_in_person_neither_fills_nor_reads_the_cache(indexed):
    person = signed_in(UserFactory())
    assert [is_kept(person.get(HOME)) for _time in range(2)] == [False, False]
    assert not is_kept(get(HOME))
    assert is_kept(get(HOME))
    assert not is_kept(person.get(HOME))


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_cookie_that_may_stand_for_a_person_goes_past_the_cache(indexed, cookie):
    get(HOME)
    assert not is_kept(get(HOME, cookie=f"{cookie}=anything"))


def with_cookie(request):
    answer = HttpResponse("x" * 500)
    answer.set_cookie("a", "b")
    return answer


def with_token(request):
    return HttpResponse(get_token(request) + "x" * 500)


def with_session(request):
    return HttpResponse("x" * 500 + str(request.session.get("a")))


def private(request):
    return HttpResponse("x" * 500, headers={"Cache-Control": "private"})


def varying(request):
    return HttpResponse("x" * 500, headers={"Vary": "User-Agent"})


def failing(request):
    return HttpResponse("x" * 500, status=404)


def streaming(request):
    return StreamingHttpResponse(["x" * 500])


def tiny(request):
    return HttpResponse("x")


def huge(request):
    return HttpResponse(random.Random(0).randbytes(2 * page_cache.LARGEST))


@pytest.mark.parametrize(
    "view",
    [with_cookie, with_token, with_session, private, varying, failing, streaming, tiny, huge],
)
def test_what_is_not_for_everybody_is_not_kept(indexed, request_of, view):
    assert [is_kept(answer) for answer in shared(view, request_of())] == [False, False]


def plain(request):
    return HttpResponse("x" * 500)


def test_plain_answer_is_kept(indexed, request_of):
    answers = shared(plain, request_of())
    assert [is_kept(answer) for answer in answers] == [False, True]


@pytest.mark.parametrize("method", ["head", "post", "options"])
def test_only_what_is_fetched_is_kept(indexed, method):
    get(HOME)
    assert not is_kept(getattr(Client(headers=READER), method)(HOME))


def test_nothing_is_kept_without_an_index():
    assert [is_kept(get(HOME)) for _time in range(2)] == [False, False]


# Its time


def at(monkeypatch, seconds):
    now = time.time()
    monkeypatch.setattr(page_cache.time, "time", lambda: now + seconds)


def test_one_visitor_draws_an_ageing_page_while_others_still_get_it(indexed, monkeypatch):
    get(HOME)
    at(monkeypatch, 16)
    caught = []
    draw = page_cache._page
    # While the first one draws, somebody else asks.
    monkeypatch.setattr(page_cache, "_page", lambda *args: caught.append(get(HOME)) or draw(*args))
    assert not is_kept(get(HOME))
    assert [answer["Age"] for answer in caught] == ["16"]
    assert get(HOME)["Age"] == "0"


@pytest.mark.parametrize("seconds", [20, 3600, -1])
def test_page_is_never_served_past_its_time(indexed, monkeypatch, seconds):
    get(HOME)
    at(monkeypatch, seconds)
    assert not is_kept(get(HOME))


# Changes


def anonymous_pages():
    """Addresses of one page of each kind, and lists that changes are seen in."""
    live = CaseStudy.objects.live().order_by("pk")
    addresses = [
        *map(reverse, ("home", "review", "sdg:coverage", "members:list", "policies:list")),
        *("/sdgs/11/", "/sdgs/11.2/", "/policies/?theme=transport"),
        *(member.get_absolute_url() for member in Member.objects.all()),
    ]
    addresses += [case.get_absolute_url() for case in live]
    for case in live[:1]:
        addresses.append(f"{case.get_absolute_url()}history/")
        addresses += [
            f"{case.get_absolute_url()}revisions/{one.number}/"
            for one in case.revisions.citable()[:1]
        ]
    keys = [case.pk for case in live[:2]]
    return [*addresses, reverse("policies:compare", query={"case": keys})]


@pytest.fixture
def library(reference):
    editor = StaffFactory(groups=["Editors in chief"], is_superuser=True)
    member = MemberFactory(name="Suva", slug="suva")
    author = UserFactory(name="Ana")
    for title in ("Night buses", "School buses"):
        LiveRevisionFactory(
            title=title,
            case__member=member,
            case__slug=title.lower().replace(" ", "-"),
            targets=["11.2"],
            themes=["transport"],
            created_by=author,
            decided_by=editor,
            decided_by_name="Ed",
        )
    RevisionFactory(case=CaseStudy.objects.first(), title="Better night buses", targets=["11.6"])
    MemberFactory(name="Kota Suva", slug="kota-suva")
    ThemeFactory(slug="housing")
    index.sync()
    return editor


def seen_by_all(addresses):
    """What visitors are shown; all of it is kept from now on."""
    return {address: text(get(address)) for address in addresses}


def assert_true(addresses, settings):
    """What the cache gives is what is drawn without it."""
    shown = {address: text(get(address)) for address in addresses}
    settings.PAGE_CACHE_SECONDS = 0
    drawn = {address: text(get(address)) for address in addresses}
    settings.PAGE_CACHE_SECONDS = 20
    assert shown == drawn


def publish(editor):
    revision = Revision.objects.filter(state__in=Revision.OPEN_STATES).first()
    return moderation.publish(moderation.submit(revision, by=editor), by=editor)


def edit_member(editor):
    address = reverse("admin:members_member_change", args=[Member.objects.get(slug="suva").pk])
    client = signed_in(editor)
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    inlines = re.findall(
        r'name="(\w+-(?:TOTAL|INITIAL)_FORMS)" value="(\d+)"', client.get(address).text
    )
    data = {name: value for name, value in data.items() if value is not None} | dict(inlines)
    answer = client.post(address, data | {"about": "An island city.", "reason": "New"})
    assert answer.status_code == 302


def rename_member(editor):
    Member.objects.filter(slug="suva").update(name="Suva City")


def add_members(editor):
    Member.objects.bulk_create([MemberFactory.build(name="Nadi", slug="nadi")])


CHANGES = {
    "publish": publish,
    "submit": lambda editor: moderation.submit(Revision.objects.get(state="draft"), by=editor),
    "unpublish": lambda editor: curation.unpublish(
        CaseStudy.objects.live()[0], by=editor, reason="x"
    ),
    "feature": lambda editor: curation.feature(CaseStudy.objects.live()[1], by=editor),
    "merge cases": lambda editor: curation.merge_cases(
        *CaseStudy.objects.live().order_by("-pk"), by=editor, reason="x"
    ),
    "move case": lambda editor: curation.move_case(
        CaseStudy.objects.live()[0], Member.objects.get(slug="kota-suva"), by=editor, reason="x"
    ),
    "merge members": lambda editor: merging.merge(
        Member.objects.get(slug="suva"), Member.objects.get(slug="kota-suva"), by=editor, reason="x"
    ),
    "member in the admin": edit_member,
    "rename theme": lambda editor: themes.rename(
        Theme.objects.get(slug="transport"), "Mobility", by=editor
    ),
    "merge themes": lambda editor: themes.merge(
        Theme.objects.get(slug="transport"),
        Theme.objects.get(slug="housing"),
        by=editor,
        reason="x",
    ),
    "one statement": rename_member,
    "many rows": add_members,
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_seen_at_once(library, committed, settings, name):
    before = seen_by_all(anonymous_pages())
    committed(CHANGES[name], library)
    addresses = dict.fromkeys([*before, *anonymous_pages()])
    assert seen_by_all(addresses) != before
    assert_true(addresses, settings)


def test_account_that_ends_is_seen_at_once(library, committed, settings):
    addresses = anonymous_pages()
    seen_by_all(addresses)
    for person in (library, Revision.objects.first().created_by):
        committed(delete_account, person)
        assert_true(addresses, settings)


def test_reference_data_is_seen_at_once(library, committed, settings):
    addresses = anonymous_pages()
    Theme.objects.filter(slug="energy").delete()
    seen_by_all(addresses)
    committed(call_command, "load_reference", verbosity=0)
    assert_true(addresses, settings)


IMPOSSIBLE = (
    *(WorkflowError, merging.Refused),
    *(ObjectDoesNotExist, IntegrityError, IndexError, AttributeError, TypeError),
)


def test_any_changes_in_any_order_are_seen_at_once(library, committed, settings):
    draw = random.Random(20)
    quiet = {name: work for name, work in CHANGES.items() if "in the admin" not in name}
    addresses = anonymous_pages()
    for _time in range(10):
        for address in draw.sample(addresses, 4):
            get(address)
        # Not every change is possible after every other.
        with suppress(*IMPOSSIBLE):
            committed(draw.choice([*quiet.values()]), library)
        assert_true(draw.sample(addresses, 4), settings)


def test_reader_during_a_change_does_not_keep_the_old_page(library, committed, settings):
    """A page that is being drawn while its member changes is not found afterwards."""
    address = Member.objects.get(slug="suva").get_absolute_url()
    draw = page_cache._page

    def change_first(request, answer):
        page_cache._page = draw
        committed(Member.objects.filter(slug="suva").update, about="Changed meanwhile.")
        return draw(request, answer)

    page_cache._page = change_first
    try:
        get(address)
    finally:
        page_cache._page = draw
    assert "Changed meanwhile." in text(get(address))
    assert_true([address], settings)


def roll_back():
    with transaction.atomic():
        Member.objects.update(about="Never")
        transaction.set_rollback(True)


def test_what_is_rolled_back_changes_nothing(library, committed):
    before = changes.version()

    committed(roll_back)
    assert changes.version() == before


def test_change_after_a_rolled_back_one_is_noted_once(library, committed):
    def both():
        roll_back()
        for about in ("One", "Two"):
            Member.objects.update(about=about)

    before = changes.version()
    committed(both)
    after = changes.version()
    assert (after[1] - (before[1] if before else 0)) == 1


def test_drafts_and_private_tables_are_no_change(library, committed):
    committed(Member.objects.update, about="Any")
    before = changes.version()

    def write():
        UserFactory()
        with changes.unseen():
            Revision.objects.filter(state="draft").update(title="Nobody sees this")

    committed(write)
    assert changes.version() == before
    committed(Member.objects.update, about="Other")
    assert changes.version() != before


@pytest.mark.parametrize(
    ("sql", "public"),
    [
        ('SELECT "members_member"."id" FROM "members_member"', False),
        ('(SELECT 1 FROM "members_member") UNION (SELECT 2)', False),
        ("\n SELECT 1", False),
        ('INSERT INTO "django_session" ("a") VALUES (1)', False),
        ('UPDATE "members_user" SET "last_login" = 1', False),
        ('INSERT INTO "members_user_groups" ("a") VALUES (1)', False),
        ('DELETE FROM "policies_caseuse" WHERE 1', False),
        ('INSERT OR IGNORE INTO "policies_caseuse" ("a") VALUES (1)', False),
        ('UPDATE "members_member" SET "name" = 1', True),
        ('INSERT INTO "policies_revision" ("a") VALUES (1)', True),
        ('DELETE FROM "sdg_target" WHERE 1', True),
        ("WITH a AS (DELETE FROM x) SELECT 1", True),
        ("TRUNCATE members_member", True),
    ],
)
def test_statements_are_told_apart(sql, public):
    assert changes.is_public(sql) is public


# What public pages are made of.
PUBLIC_MODELS = {
    *("Attachment", "BudgetLine", "CaseStudy", "Contribution", "FundingSource", "Indicator"),
    *("Phase", "Photo", "ReviewEvent", "Revision", "RevisionTheme", "Source", "StaffRole"),
    *("Stakeholder", "Theme", "FormerTheme", "FormerAddress", "Member", "MemberEvidence"),
    *("Goal", "GoalText", "Target", "TargetText"),
}


def test_it_is_known_of_each_model_whether_it_is_public():
    private = changes.private_tables()
    models = [model for model in apps.get_models() if model._meta.db_table not in private]
    assert {model.__name__ for model in models} == PUBLIC_MODELS


def test_no_public_page_reads_a_private_table_or_counts_as_a_change(library, settings):
    before = changes.version()
    private = changes.private_tables()
    with CaptureQueriesContext(connection) as captured:
        for address in [*anonymous_pages(), "/about/", "/accessibility/", "/codebook/", "/sdgs/"]:
            assert get(address).status_code == 200
    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(query["sql"] for query in captured)))
    assert "policies_revision" in read
    assert read & private == set()
    assert changes.version() == before


def test_change_is_noted_on_a_full_disk(settings, tmp_path, monkeypatch):
    changes.mark()
    before = changes.version()
    monkeypatch.setattr(changes, "open", no_space, raising=False)
    changes.mark()
    after = changes.version()
    assert after != before
    assert after[1] == before[1]


def no_space(*args, **kwargs):
    raise OSError(28, "No space left on device")


def test_change_that_cannot_be_noted_is_logged(settings, tmp_path, caplog):
    settings.VAR_DIR = tmp_path / "missing"
    changes.mark()
    assert changes.version() is None
    assert [record.levelname for record in caplog.records] == ["ERROR"]
