"""Which requests may be answered from a replica, and when one is good enough."""

import socket

import pytest
from django.contrib.sessions.models import Session
from django.db import connections, router
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from citynet.operations import replica_lag, replicas
from members.models import Member
from policies.models import Revision


@pytest.fixture
def with_replicas(monkeypatch):
    """Two replicas, both on time; ``with_replicas.left_out`` are those that failed."""

    class State:
        good = {"replica1", "replica2"}
        left_out = []

    monkeypatch.setattr(router, "routers", [replicas.Router()])
    monkeypatch.setattr(replica_lag, "aliases", lambda: ["replica1", "replica2"])
    monkeypatch.setattr(replica_lag, "on_time", lambda: State.good)
    monkeypatch.setattr(replica_lag, "answering", lambda: State.good)
    monkeypatch.setattr(replica_lag, "leave_out", State.left_out.append)
    State.left_out.clear()
    return State


def view_that_notes(read, answers=()):
    """A view that writes down which database its request would have read."""
    answers = iter(answers)

    def view(request):
        read.append(router.db_for_read(Revision))
        return next(answers, HttpResponse("page"))

    return view


def failed(status=503):
    response = HttpResponse("sorry", status=status)
    response.database_error = ValueError()
    return response


def visit(path="/policies/", method="GET", answers=(), **cookies):
    read = []
    middleware = replicas.ReadReplicas(view_that_notes(read, answers))
    request = RequestFactory().generic(method, path)
    request.COOKIES.update(cookies)
    return middleware(request), read


def test_public_pages_take_replicas_in_turn(with_replicas):
    read = []
    middleware = replicas.ReadReplicas(view_that_notes(read))
    for path in ("/", "/policies/", "/members/surabaya/", "/policies/export.csv"):
        middleware(RequestFactory().get(path))
    assert read == ["replica1", "replica2", "replica1", "replica2"]
    assert router.db_for_read(Revision) == "default"


@pytest.mark.parametrize(
    ("path", "method", "cookies"),
    [
        ("/policies/", "POST", {}),
        ("/policies/", "GET", {"sessionid": "a"}),
        ("/accounts/login/", "GET", {}),
        ("/admin/login/", "GET", {}),
        ("/my/invitation/x/", "GET", {}),
    ],
)
def test_who_acts_reads_the_primary(with_replicas, path, method, cookies):
    _answer, read = visit(path, method, **cookies)
    assert read == ["default"]


def test_late_replicas_are_not_read(with_replicas):
    with_replicas.good = set()
    assert visit()[1] == ["default"]


def test_only_public_content_is_read_from_a_replica_and_nothing_written_to_it(with_replicas):
    read = []

    def view(request):
        read.extend(map(router.db_for_read, (Revision, Member, Session)))
        read.append(router.db_for_write(Revision))
        with replicas.primary():
            read.append(router.db_for_read(Revision))
        return HttpResponse()

    replicas.ReadReplicas(view)(RequestFactory().get("/"))
    assert read == ["replica1", "replica1", "default", "default", "default"]
    assert router.allow_relation(Member(), Member())
    assert router.allow_migrate("default", "policies")
    assert not router.allow_migrate("replica1", "policies")


@pytest.mark.parametrize("status", [503, 500])
def test_page_that_a_replica_cannot_give_is_asked_of_the_primary(with_replicas, status):
    answer, read = visit(answers=[failed(status)])
    assert (answer.status_code, read) == (200, ["replica1", "default"])
    assert with_replicas.left_out == ["replica1"]


def test_page_that_the_primary_cannot_give_is_asked_of_any_replica(with_replicas, monkeypatch):
    monkeypatch.setattr(replica_lag, "on_time", set)
    answer, read = visit(answers=[failed()])
    assert (answer.status_code, read) == (200, ["default", "replica1"])


def test_page_that_nobody_can_give_fails_once(with_replicas, monkeypatch):
    monkeypatch.setattr(replica_lag, "on_time", set)
    monkeypatch.setattr(replica_lag, "answering", set)
    answer, read = visit(answers=[failed()])
    assert (answer.status_code, read) == (503, ["default"])


@pytest.mark.parametrize("mark", ["login_required", "reads_primary"])
def test_view_can_insist_on_the_primary(with_replicas, mark):
    read = []

    def view(request):
        read.append(router.db_for_read(Revision))
        return HttpResponse()

    view.login_required = False
    if mark == "login_required":
        view.login_required = True
    else:
        view = replicas.reads_primary(view)

    def get_response(request):
        middleware.process_view(request, view, (), {})
        return view(request)

    middleware = replicas.ReadReplicas(get_response)
    middleware(RequestFactory().get("/"))
    assert read == ["default"]


def test_download_is_read_from_the_replica_while_it_is_sent(with_replicas):

    def download(request):
        return StreamingHttpResponse(router.db_for_read(Revision) for _turn in range(2))

    middleware = replicas.ReadReplicas(download)
    answer = middleware(RequestFactory().get("/policies/export.csv"))
    assert router.db_for_read(Revision) == "default"
    assert answer.getvalue() == b"replica1replica1"


def test_without_replicas_nothing_is_asked(db, client, monkeypatch):
    monkeypatch.setattr(replica_lag, "on_time", None)
    assert client.get("/").status_code == 200
    assert replicas.reading(Revision) is connections["default"]


class Positions:
    """Servers that say what they are told to say, and a clock."""

    def __init__(self, monkeypatch, settings):
        self.written, self.replayed, self.is_replica = 100, 100, True
        self.now, self.change = 1000.0, "first"
        settings.REPLICA_MAX_LAG = 5
        monkeypatch.setattr(replica_lag, "_ask", self.ask)
        monkeypatch.setattr(replica_lag, "last_change", lambda: self.change)
        monkeypatch.setattr(replica_lag.time, "monotonic", lambda: self.now)
        self.primary = replica_lag.Primary()
        self.replica = replica_lag.Replica("replica1", self.primary)
        self.look()
        self.look()

    def ask(self, alias, sql):
        if alias == "default":
            return (self.written,)
        return self.replayed, self.is_replica

    def look(self, seconds=1.0):
        self.now += seconds
        self.primary.look()
        self.replica.look()

    @property
    def is_used(self):
        return (
            self.replica.is_on_time
            and self.replica.is_answering()
            and self.replica.change == self.change
        )


@pytest.fixture
def positions(monkeypatch, settings):
    return Positions(monkeypatch, settings)


def test_replica_may_be_some_seconds_behind(positions):
    assert positions.is_used
    positions.written = 200
    for _second in range(4):
        positions.look()
        assert positions.is_used
    positions.look(2)
    positions.look()
    assert not positions.is_used
    positions.replayed = 200
    positions.look()
    assert positions.is_used


def test_quiet_database_is_not_a_late_one(positions):
    for _minute in range(10):
        positions.look(60)
        assert positions.is_used


def test_change_on_this_machine_has_to_be_replayed_at_once(positions):
    positions.written, positions.change = 101, "second"
    assert not positions.is_used
    positions.look()
    positions.look()
    assert not positions.is_used
    assert positions.replica.pause() == replica_lag.QUICK
    positions.replayed = 101
    positions.look(replica_lag.QUICK)
    assert positions.is_used
    assert positions.replica.pause() == replica_lag.INTERVAL


def test_judgement_that_is_not_renewed_counts_no_more(positions):
    positions.now += replica_lag.FRESH
    assert not positions.is_used


def test_replica_that_failed_rests(positions):
    positions.replica.failed()
    assert not positions.is_used
    assert positions.replica.pause() == replica_lag.PAUSE
    positions.look(1)
    assert not positions.is_used
    positions.look(replica_lag.PAUSE)
    assert positions.is_used


@pytest.mark.parametrize("fault", ["refuses", "says nothing"])
def test_without_a_primary_every_replica_will_do(positions, fault):
    positions.replayed = 50
    positions.look(6)
    positions.look(6)
    assert not positions.is_used
    if fault == "refuses":
        positions.primary.failed()
    positions.now += replica_lag.PATIENCE + 1
    positions.change = "second"
    positions.replica.look()
    assert positions.is_used
    # Back again, it is compared anew.
    positions.look()
    assert not positions.is_used


def test_replica_that_was_promoted_is_on_time(positions):
    positions.is_replica, positions.replayed, positions.written = False, None, 200
    positions.change = "second"
    positions.look()
    positions.look()
    assert positions.is_used


@pytest.mark.parametrize(
    ("inserted", "ends"),
    [
        (8192 * 5 + 4000, 8192 * 5 + 4000),
        (8192 * 5 + 24, 8192 * 5),
        (8192 * 5 + 40, 8192 * 5 + 40),
        (16 * 1024**2 * 3 + 40, 16 * 1024**2 * 3),
    ],
)
def test_head_of_a_page_is_nothing_to_replay(inserted, ends):
    assert replica_lag.end_of_records(inserted) == ends


def test_connections_to_a_server_that_hangs_are_cut():
    class Connection:
        """As the driver has them."""

        alias = "replica9"

        def __init__(self):
            self.here, self.there = socket.socketpair()
            self.connection = self

        def fileno(self):
            return self.here.fileno()

    waiting, closed = Connection(), Connection()
    closed.here.close()
    for each in (waiting, closed):
        replica_lag.note_connection(each)
    replica_lag.cut("replica9")
    assert waiting.here.recv(1) == b""
    for each in (waiting.here, waiting.there, closed.there):
        each.close()
