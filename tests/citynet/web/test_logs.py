"""The log: one line a record, tied to its request, and nothing in it about people."""

import io
import json
import logging
import re
import sys

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from citynet.urls import handler500
from citynet.urls import urlpatterns as real
from citynet.web import logs, request_log
from members.models import Member, User
from tests.factories import UserFactory

SECRET = "kim@city.example"
ADDRESS = "203.0.113.77"


def public(view):
    view.login_required = False
    return view


def broken(request):
    raise RuntimeError(f"Mail to {SECRET} from {ADDRESS} failed\n{{'level': 'INFO', 'forged': 1}}")


def noting(request):
    request_log.note(page_cache="hit")
    return HttpResponse("a page")


def counting(request, number):
    def rows():
        for _turn in range(3):
            yield f"{Member.objects.count()}\n"

    return StreamingHttpResponse(rows())


urlpatterns = [
    path("broken/", public(broken), name="broken"),
    path("noting/", public(noting), name="noting"),
    path("counting/<int:number>/", public(counting)),
    *real,
]
HANDLERS = [handler500]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Log:
    """What is written while a test runs, as it would stand in the log."""

    def __init__(self, formatter):
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)

    @property
    def text(self):
        return self.stream.getvalue()

    @property
    def lines(self):
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, name):
        return [line for line in self.lines if line["logger"] == name]

    @property
    def requests(self):
        return self.of("citynet.web.request_log")


def written(formatter):
    log = Log(formatter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(log.handler)
    root.setLevel(logging.DEBUG)
    yield log
    root.setLevel(level)
    root.removeHandler(log.handler)


@pytest.fixture
def log():
    yield from written(logs.JsonFormatter())


@pytest.fixture
def text_log():
    yield from written(logs.LineFormatter())


def test_each_request_is_one_line_that_says_what_it_took(client, reference, log):
    response = client.get("/members/")

    (line,) = log.requests
    assert line.pop("ms") >= line.pop("sql_ms") >= 0
    assert line.pop("time").endswith("+00:00")
    assert line.pop("queries") >= 1
    assert line == {
        "level": "INFO",
        "logger": "citynet.web.request_log",
        "message": "Request",
        "request_id": response["X-Request-ID"],
        "method": "GET",
        "route": "members:list",
        "page_cache": "miss",
        "status": 200,
    }


def test_nothing_about_the_person_is_written(client, log, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    person = UserFactory(email=SECRET, name="Kim Minji")
    client.force_login(person)
    where = {"headers": {"x-forwarded-for": ADDRESS, "user-agent": "Kim's telephone"}}
    client.raise_request_exception = False
    client.get("/policies/?q=illness+of+Kim", **where)
    client.get(f"/nowhere/{SECRET}/?who={SECRET}", **where)
    client.get("/accounts/password/reset/key/7-the-secret-key/", **where)
    client.post("/accounts/login/", {"login": SECRET, "password": "the-secret-word"}, **where)
    client.post("/my/invitations/the-secret-token/", {"note": "private words"}, **where)
    client.get("/broken/", {"who": SECRET}, **where)

    assert len(log.requests) == 6
    told = log.text
    for secret in (
        SECRET,
        "Kim",
        "illness",
        "secret",
        "private",
        ADDRESS,
        client.session.session_key,
        "telephone",
    ):
        assert secret not in told


def test_page_that_is_not_there_is_not_named(client, log):
    client.get("/nowhere/of-kim/?q=kim")

    (line,) = log.of("django.request")
    assert (line["message"], line["level"]) == ("Not Found: -", "WARNING")
    assert log.requests[0]["route"] is None
    assert line["request_id"] == log.requests[0]["request_id"]


def test_made_up_methods_are_one(client, log):
    client.generic("KIM", "/about/")

    assert log.requests[0]["method"] == "OTHER"


def test_error_tells_its_number_to_the_person_and_to_the_log(client, log):
    client.raise_request_exception = False

    response = client.get("/broken/")

    number = response["X-Request-ID"]
    assert f"<code>{number}</code>" in response.content.decode()
    (line,) = log.of("django.request")
    assert (line["request_id"], line["route"], line["level"]) == (number, "broken", "ERROR")
    assert line["message"] == "Internal Server Error: broken"
    assert "RuntimeError: Mail to […] from […] failed" in line["exc_info"]
    assert "forged" not in line


GIVEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("behind_proxy", "given", "taken"),
    [
        (True, GIVEN, True),
        (False, GIVEN, False),
        (True, "a" * 65, False),
        (True, "short", False),
        (True, f"{GIVEN[:-1]}<", False),
        (True, "", False),
    ],
)
def test_id_is_taken_from_our_proxy_only(client, settings, behind_proxy, given, taken):
    settings.BEHIND_PROXY = behind_proxy

    answered = client.get("/about/", headers={"x-request-id": given})["X-Request-ID"]

    assert (answered == given) is taken
    assert re.fullmatch("[0-9a-f]{32}", answered)


def test_each_request_has_an_id_of_its_own(client):
    assert client.get("/about/")["X-Request-ID"] != client.get("/about/")["X-Request-ID"]


def test_what_others_add_stands_in_the_line(client, log):
    client.get("/noting/")

    assert log.requests[0]["page_cache"] == "hit"


def test_streamed_answer_is_logged_at_its_end(client, log):
    response = client.get("/counting/1/")
    assert log.requests == []

    assert response.getvalue() == b"0\n0\n0\n"

    (line,) = log.requests
    assert (line["route"], line["queries"]) == ("tests.citynet.web.test_logs.counting", 3)
    assert request_log.current() is None


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_what_machines_ask_all_day_is_logged_only_when_it_fails(
    client, reference, synced, log, address
):
    synced()
    client.get(address)
    assert [line["level"] for line in log.requests] == ["DEBUG"]


def test_slow_request_is_a_warning(client, settings, log):
    settings.SLOW_REQUEST_MS = 0

    client.get("/about/")

    (line,) = log.requests
    assert (line["level"], line["message"]) == ("WARNING", "Slow request")


def test_slow_query_is_logged_without_its_values(client, settings, log):
    settings.SLOW_QUERY_MS = 0

    client.get("/members/surabaya-of-kim/")

    lines = [line for line in log.requests if line["message"] == "Slow query"]
    assert lines
    assert {line["route"] for line in lines} == {"members:detail"}
    assert any('"members_member"."slug" = %s' in line["sql"] for line in lines)
    assert all(line["ms"] >= 0 for line in lines)
    assert "of-kim" not in log.text


def test_quick_query_is_not_logged(client, log):
    client.get("/members/")

    assert [line["message"] for line in log.requests] == ["Request"]


def test_value_that_the_database_refuses_is_not_told(log):
    UserFactory(email=SECRET)
    try:
        with transaction.atomic():
            User.objects.bulk_create([User(email=SECRET)])
    except IntegrityError:
        logging.getLogger("tests").exception("Refused")

    (line,) = log.of("tests")
    assert "IntegrityError" in line["exc_info"]
    assert SECRET not in log.text


def test_failed_query_is_counted():
    stats = request_log.RequestStats(None)
    token = request_log._current.set(stats)
    try:
        with (
            pytest.raises(DatabaseError, match="no"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT no")
    finally:
        request_log._current.reset(token)
    assert (stats.queries >= 1, stats.query_errors) == (True, 1)


FORGED = 'real\n2026-11-27 10:00:00 CRITICAL root forged\r\x1b[31m\u2028{"level": "CRITICAL"}'


def test_line_breaks_forge_no_line(log):
    logging.getLogger("tests").warning("Said %s", FORGED)

    assert len(log.text.splitlines()) == 1
    assert log.lines[0]["level"] == "WARNING"
    assert "\x1b" not in log.text


def test_line_breaks_forge_no_line_of_text(text_log):
    try:
        int(FORGED)
    except ValueError:
        logging.getLogger("tests").exception("Said %s", FORGED)

    first, *others = text_log.text.splitlines()
    assert " ERROR tests Said real" in first
    assert others
    assert all(line.startswith("    ") for line in others)
    assert "\x1b" not in text_log.text


def test_text_form_says_the_same(client, reference, text_log):
    number = client.get("/members/")["X-Request-ID"]

    (line,) = [each for each in text_log.text.splitlines() if "citynet.web.request_log" in each]
    assert f"INFO citynet.web.request_log Request request_id={number} " in line
    assert " route=members:list method=GET status=200 " in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing to hide at 12:30:45, ratio 1:2:3", None),
        ("listens at 127.0.0.1:8000 and [::1]", None),
        ("from 203.0.113.7, 2001:db8::7 and ::ffff:10.0.0.1", "from […], […] and […]"),
        ("<kim.min-ji+1@city.go.kr>: refused", "<[…]>: refused"),
        ("GET /policies/?q=kim&page=2 took long", "GET /policies/?[…] took long"),
        ("Why? Because x=1", None),
        ("DETAIL:  Key (email)=(Kim) already exists.", "DETAIL: […]"),
        ("a\tb\x07", "a\\u0009b\\u0007"),
    ],
)
def test_clean(text, expected):
    assert logs.clean(text) == (expected or text)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["/srv/manage.py", "send_notices", "--watch"], "send_notices"),
        (["manage.py"], ""),
        (["/srv/.venv/bin/gunicorn", "citynet.wsgi"], ""),
        ([""], ""),
    ],
)
def test_lines_of_commands_name_the_command(monkeypatch, arguments, expected):
    monkeypatch.setattr(sys, "argv", arguments)

    assert logs.command() == expected


def test_lines_of_one_run_belong_together(monkeypatch, log):
    monkeypatch.setattr(logs, "RUN", {"run_id": "0011223344556677", "command": "send_notices"})

    logging.getLogger("tests").warning("Something")

    assert log.lines[0]["run_id"] == "0011223344556677"
    assert log.lines[0]["command"] == "send_notices"


def test_queries_of_a_connection_are_counted_once():
    request_log.count_queries(connection=connection)

    assert connection.execute_wrappers.count(request_log.count_query) == 1
