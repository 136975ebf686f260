"""Limits: who is counted, by what, and what is answered to who has to wait."""

import itertools
import time

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse

from citynet.templatetags import ui
from citynet.web import throttles
from members.models import Membership
from tests import addresses, races
from tests.conftest import signed_in
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOON = 1_800_000_000  # the beginning of an hour


@pytest.fixture(autouse=True)
def _strict(settings, monkeypatch):
    """Two of everything in an hour, and a clock that stands 40 seconds before its end."""
    settings.THROTTLES = True
    settings.THROTTLE_LIMITS = dict.fromkeys(settings.THROTTLE_LIMITS, "2/3600")
    monkeypatch.setattr(throttles.time, "time", lambda: NOON + 3560)
    forget()
    yield
    forget()


def forget():
    for name in ("default", "reading"):
        caches[name].clear()


def times(client, address, number, **options):
    """The status of each of so many answers to the same question."""
    answers = [client.get(address, **options) for _ in range(number)]
    for answer in answers:
        answer.getvalue()
    return [answer.status_code for answer in answers]


READ = [
    "/policies/",
    "/policies/?q=water",
    "/policies/suggest/?q=wa",
    "/policies/compare/",
    "/policies/feed/",
    "/policies/export.csv",
    "/policies/export.jsonl",
    "/policies/export.xlsx",
]


@pytest.mark.parametrize("address", READ)
def test_public_reading_is_limited_by_network(client, reference, synced, address):
    synced()
    assert times(client, address, 3) == [200, 200, 429]
    assert times(client, address, 1, REMOTE_ADDR="203.0.113.9") == [200]


def test_refusal_says_when_to_come_back_and_is_kept_by_nobody(client, reference, synced):
    synced()
    times(client, "/policies/", 2)
    answer = client.get("/policies/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "40")
    assert "Please try again in 40 seconds." in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"]


def test_suggestions_are_refused_as_json(client, reference, synced):
    synced()
    times(client, "/policies/suggest/?q=wa", 2)
    answer = client.get("/policies/suggest/?q=wa")
    assert (answer.status_code, answer["Retry-After"]) == (429, "40")
    assert answer.json() == {"error": "Too many requests. Please try again in 40 seconds."}
    assert "no-store" in answer["Cache-Control"]


def test_next_window_begins_anew(client, reference, synced, monkeypatch):
    synced()
    assert times(client, "/policies/", 3) == [200, 200, 429]
    monkeypatch.setattr(throttles.time, "time", lambda: NOON + 3600)
    assert times(client, "/policies/", 1) == [200]


def test_kinds_of_requests_are_counted_apart(client, reference, synced):
    synced()
    assert times(client, "/policies/", 3) == [200, 200, 429]
    assert times(client, "/policies/export.csv", 1) == [200]
    assert times(client, "/sdgs/", 3) == [200, 200, 200]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("", ""),
        ("x:y", "unknown"),
    ],
)
def test_visitor_of_ipv6_is_a_network(address, counted):
    assert throttles.network(address) == counted


def test_addresses_of_one_ipv6_network_share_a_limit(client, reference, synced):
    synced()
    for host in ("::1", "::2"):
        assert times(client, "/policies/", 1, REMOTE_ADDR=f"2001:db8:1:2{host}") == [200]
    assert times(client, "/policies/", 1, REMOTE_ADDR="2001:db8:1:2::3") == [429]
    assert times(client, "/policies/", 1, REMOTE_ADDR="2001:db8:1:3::1") == [200]


def test_forged_header_makes_nobody_somebody_else(client, reference, synced, settings):
    synced()
    forged = ({"HTTP_X_FORWARDED_FOR": f"198.51.100.{number}"} for number in range(3))
    assert [client.get("/policies/", **each).status_code for each in forged] == [200, 200, 429]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    chains = [{"HTTP_X_FORWARDED_FOR": f"198.51.100.{n}, 203.0.113.9"} for n in range(3)]
    assert [client.get("/policies/", **each).status_code for each in chains] == [200, 200, 429]
    broken = [{"HTTP_X_FORWARDED_FOR": f"<{n}>", "REMOTE_ADDR": "10.0.0.1"} for n in range(3)]
    assert [client.get("/policies/", **each).status_code for each in broken] == [200, 200, 429]


@pytest.mark.parametrize("address", ["/policies/", "/policies/suggest/?q=wa", "/policies/feed/"])
def test_counting_asks_nothing_of_the_database(
    client, reference, synced, settings, django_assert_num_queries, address
):
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    synced()
    client.get(address)
    settings.THROTTLES = False
    with CaptureQueriesContext(connection) as without:
        client.get(address)
    settings.THROTTLES = True
    with django_assert_num_queries(len(without)):
        client.get(address)


def test_refusal_asks_nothing_of_the_database(client, reference, synced, django_assert_num_queries):
    synced()
    times(client, "/policies/", 2)
    with django_assert_num_queries(0):
        assert client.get("/policies/").status_code == 429


def test_public_page_stays_the_same_for_everybody(client, reference, synced):
    synced()
    client.force_login(UserFactory())
    answer = client.get("/policies/")
    assert "Cookie" not in answer.get("Vary", "")


def test_data_of_a_person_are_limited_by_person(client):
    client.force_login(UserFactory())
    assert times(client, reverse("account_data_json"), 3) == [200, 200, 429]
    other = signed_in(UserFactory())
    assert times(other, reverse("account_data_json"), 1) == [200]


def test_who_has_to_sign_in_is_told_so_first(client):
    assert times(client, reverse("account_data_json"), 3) == [302, 302, 302]


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("my:join", {"message": "I plan <buses> here."}),
        ("my:propose", {"name": "Suva", "message": "I plan <buses> here."}),
    ],
)
def test_what_is_written_to_people_is_limited_and_not_lost(name, sent):
    MemberFactory(slug="surabaya")
    address = reverse(name, args=["surabaya"] if name == "my:join" else [])
    client = signed_in(UserFactory())
    for number in range(2):
        client.post(address, {"message": str(number)})
    answer = client.post(address, sent)
    assert (answer.status_code, answer["Retry-After"]) == (429, "40")
    assert "I plan &lt;buses&gt; here.</textarea>" in answer.text
    assert "Send it again" in answer.text


def test_invitations_are_limited_by_person():
    coordinator = MembershipFactory(member__slug="surabaya", role="coordinator")
    client = signed_in(coordinator.user)
    address = reverse("my:invite", args=["surabaya"])
    found = [
        client.post(address, {"email": f"{n}@city.example", "role": "official"}).status_code
        for n in range(3)
    ]
    assert found == [302, 302, 429]
    assert coordinator.member.invitations.count() == 2


def test_draft_that_is_kept_too_often_is_not_lost(reference):
    draft = RevisionFactory()
    official = MembershipFactory(member=draft.case.member).user
    client = signed_in(official)
    address = reverse("policies:section", args=[draft.case_id, "basics"])
    for _ in range(2):
        assert client.post(address, {}).status_code == 409
    answer = client.post(address, {"title": "Night <buses>"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "40")
    assert "Night &lt;buses&gt;" in answer.text
    by_script = client.post(address, {"title": "x"}, headers={"accept": "application/json"})
    assert (by_script.status_code, by_script.json()["state"]) == (429, "busy")


def test_uploads_are_limited_by_person(reference):
    draft = RevisionFactory()
    client = signed_in(MembershipFactory(member=draft.case.member).user)
    address = reverse("policies:file-add", args=[draft.case_id, "photos"])
    assert [client.post(address).status_code for _ in range(3)] == [422, 422, 429]


def test_exports_of_the_desk_are_limited_by_person():
    client = signed_in(StaffFactory(is_superuser=True))
    address = reverse("secretariat:export", args=["cases"])
    answers = [client.post(address) for _ in range(3)]
    for answer in answers:
        answer.getvalue()
    assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.parametrize(
    "page", ["policies_revision_changelist", "members_user_add", "policies_importrun_changelist"]
)
def test_decisions_of_which_teams_are_told_are_limited_by_person(page):
    client, colleague = (signed_in(StaffFactory(is_superuser=True)) for _each in range(2))
    address = reverse(f"admin:{page}")
    found = [client.post(address, {"action": "x"}).status_code for _ in range(3)]
    assert (found[2] == 429) == (page != "policies_importrun_changelist")
    assert 429 not in found[:2]
    assert colleague.post(address, {"action": "x"}).status_code != 429


# What these send goes to teams, or to the secretariat, by mail.
MAILING = [
    *("ask", "ask-next", "answer", "decline", "close", "adopt", "adoption-publish"),
    *("adoption-report", "adoption-origin", "advise", "advice-correct", "advice-replace", "flag"),
    *("cooperation-publish", "introduce"),
]
DECIDING = {
    "question": ("approve", "refuse", "remove", "restore", "forward", "duplicate"),
    "advice": ("approve", "refuse", "remove", "restore"),
    "cooperation": ("approve", "refuse", "remove", "restore"),
    "adoption": ("remove", "restore", "decide", "add", "change"),
    "addressee": ("reply",),
}


def test_what_the_exchange_mails_is_limited_by_person():
    desk = [f"admin:exchange_{kind}_{act}" for kind, acts in DECIDING.items() for act in acts]
    desk += ["admin:policies_casestudy_ask-update", "admin:policies_mailing_preview"]
    names = [*(f"exchange:{name}" for name in MAILING), "my-exchange:introduction", *desk]
    without = {*("exchange:ask", "exchange:advise", "exchange:introduce")}
    without |= {name for name in desk if name.endswith("_add")}
    arguments = {"exchange:flag": ["questions", 7]} | {name: [] for name in without}
    client = signed_in(StaffFactory(is_superuser=True))
    for name in names:
        forget()
        # Also of what does not exist: an answer that differs would tell.
        address = reverse(name, args=arguments.get(name, [7]))
        found = [client.post(address).status_code == 429 for _ in range(3)]
        assert found == [False, False, True], name


def test_team_of_others_is_not_told_apart_by_the_limit():
    coordinator = MembershipFactory(member__slug="there", role="coordinator")
    client = signed_in(UserFactory())
    found = {}
    for slug in ("there", "nowhere"):
        forget()
        address = reverse("my:invite", args=[slug])
        found[slug] = [client.post(address).status_code for _ in range(3)]
    assert found["there"] == found["nowhere"] == [404, 404, 429]
    assert Membership.objects.count() == 1
    assert coordinator.member.invitations.count() == 0


def test_limits_are_written_as_times_and_seconds():
    assert throttles.limit("600/60") == (600, 60)
    for wrong in ("600", "600/0", "a/b", "-1/60", ""):
        with pytest.raises(ValueError, match="no limit"):
            throttles.limit(wrong)


def test_every_limited_address_exists_and_every_limit_is_used(settings):
    kinds = {kind for kind, _methods in throttles.BY_ADDRESS.values()}
    assert kinds == set(settings.THROTTLE_LIMITS)
    spaces = get_resolver().namespace_dict
    for name in throttles.BY_ADDRESS:
        space, _colon, short = name.rpartition(":")
        resolver = spaces[space][1] if space else get_resolver()
        assert short in resolver.reverse_dict, name


# One thing each: a page with a number of queries that does not grow, or a file as it is stored.
OF_ONE_THING = {
    *("home", "about", "publish", "publish-blank", "review", "accessibility", "codebook", "data"),
    *("healthz", "readyz", "security-txt", "favicon", "manifest", "opensearch", "change-password"),
    *("robots", "sitemap", "news", "news-item", "calls:list", "calls:call", "api:guide"),
    *("api:openapi", "policies:export-schema", "policies:photo", "policies:attachment"),
    *("sdg:goals", "sdg:goal", "sdg:target", "members:detail", "members:photo"),
    *("policies:case", "policies:history", "policies:revision", "policies:case-short"),
    *("policies:cite", "policies:revision-cite", "policies:case-jsonl"),
    *("exchange:home", "exchange:advice", "exchange:advice-cite", "exchange:question"),
    *("exchange:question-short", "exchange:adoption", "exchange:cooperation"),
    *("seminars:detail", "seminars:material", "collections:detail"),
    "admin:login",  # leads to that of everybody
    # A link of a mail, of which a wrong one is refused before anything is looked for.
    *("my:unsubscribe", "my-alerts:stop"),
}


def test_every_public_address_is_limited_or_is_of_one_thing():
    # Those of accounts have limits of their own (ACCOUNT_RATE_LIMITS).
    public = {
        name
        for name, pattern in addresses.patterns()
        if not getattr(pattern.callback, "login_required", True)
        and not name.startswith(("account_", "mfa_"))
    }
    limited = {name for name, (_kind, methods) in throttles.BY_ADDRESS.items() if methods}
    assert public - limited == OF_ONE_THING
    assert limited & OF_ONE_THING == set()


DEAR = [
    *("policies:estimate", "policies:estimate-csv", "policies:estimate-brief", "data-targets"),
    *("members:list", "local-reviews:list", "seminars:list", "exchange:cooperations"),
    *("exchange:feed", "news-feed", "embed:coverage", "sdg:coverage", "data-package"),
    *("api:targets", "seminars:calendar", "exchange:questions-csv", "exchange:know-how-csv"),
]


def test_what_costs_more_than_one_page_is_limited_by_network(client, reference, synced):
    synced()
    third, of_another = {}, {}
    for name in DEAR:
        forget()
        address = reverse(name)
        third[name] = times(client, address, 3)[2]
        of_another[name] = times(client, address, 1, REMOTE_ADDR="203.0.113.9")[0]
    assert third == dict.fromkeys(DEAR, 429)
    assert 429 not in of_another.values()


def test_what_needs_an_argument_is_limited_too(client, reference):
    for address in ("/policies/1/card-1.png", "/policies/1/x/brief/", "/data/2026-10.zip"):
        forget()
        assert times(client, address, 3) == [404, 404, 429], address
    forget()
    assert times(client, "/sitemap-policies.xml", 3)[2] == 429


# In the database, as in production


@pytest.fixture
def in_database(settings):
    """Limits that are counted in the table of ``manage.py createcachetable``."""
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_of_test"}
    settings.CACHES = settings.CACHES | {"default": table}
    call_command("createcachetable", verbosity=0)


@pytest.mark.usefixtures("in_database")
def test_what_is_sent_is_counted_in_the_database():
    client = signed_in(UserFactory())
    address = reverse("account_data_json")
    assert times(client, address, 3) == [200, 200, 429]
    caches["reading"].clear()
    assert times(client, address, 1) == [429]


@pytest.mark.usefixtures("in_database")
def test_every_count_of_a_window_is_kept_to_its_end(monkeypatch):
    now = time.time()
    for number in range(1, 5):
        monkeypatch.setattr(time, "time", lambda now=now, number=number: now + 1000 * number)
        assert throttles._count_sent("asking:person:1:1", 3600) == number


@races.needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_requests_of_one_moment_are_all_counted(in_database):
    def ask():
        return throttles._count_sent("asking:person:1:1", 3600)

    found = [number for _round in range(5) for number in races.at_once(*[ask] * 6)]
    assert sorted(found) == list(range(1, 31))


@pytest.mark.usefixtures("in_database")
def test_passwords_are_guessed_five_times_where_the_database_counts(fresh):
    sent = {"login": UserFactory().email, "password": "a wrong password of many"}
    pages = [fresh().post(reverse("account_login"), sent) for _ in range(6)]
    refused = ["Too many failed login attempts" in page.text for page in pages]
    assert refused == [False] * 5 + [True]


# Accounts: the limits of the library that keeps them, through its own pages.


@pytest.fixture
def fresh():
    """A visitor whose address nobody has used before."""
    numbers = itertools.count(1)
    return lambda: Client(REMOTE_ADDR=f"198.51.100.{next(numbers)}")


def test_passwords_of_an_account_are_guessed_five_times_from_anywhere(fresh):
    user = UserFactory()
    sent = {"login": user.email, "password": "a wrong password of many"}
    pages = [fresh().post(reverse("account_login"), sent) for _ in range(6)]
    assert [page.status_code for page in pages] == [200] * 6
    assert "Too many failed login attempts" in pages[-1].text
    assert "Too many failed login attempts" not in pages[-2].text


def test_sign_in_is_limited_by_network(fresh, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "2/m/ip"}
    client = fresh()
    answers = [client.post(reverse("account_login"), {"login": f"{n}@x.example"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "300"
    assert "Please try again in 5 minutes." in answers[-1].text
    assert "no-store" in answers[-1]["Cache-Control"]


def test_sign_up_is_limited_by_network(fresh, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"signup": "2/m/ip"}
    client = fresh()
    answers = [
        client.post(reverse("account_signup"), {"email": f"{n}@x.example"}) for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_letters_for_a_new_password_are_limited_by_address_of_mail(fresh, mailoutbox):
    user = UserFactory()
    address = reverse("account_reset_password")
    found = [fresh().post(address, {"email": user.email}).status_code for _ in range(6)]
    assert found == [302, 302, 302, 302, 302, 429]
    assert len(mailoutbox) == 5


def test_no_default_of_the_library_decides_a_limit(settings):
    from allauth.account import app_settings  # noqa: PLC0415 - needs settings

    # Ways to sign in that are switched off.
    unused = {"change_phone", "verify_phone", "request_login_code"}
    assert set(app_settings.RATE_LIMITS) - unused == set(settings.ACCOUNT_RATE_LIMITS)


def test_views_that_are_named_exist():
    named = {*throttles.BY_ADDRESS, *throttles.AS_JSON, *ui.AUTHOR_VIEWS}
    assert named - {*addresses.names()} == set()
