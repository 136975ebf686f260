"""Which requests are answered from a replica, and what happens when none answers."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.core.exceptions import MiddlewareNotUsed
from django.db import connections, router
from django.http import HttpResponse, StreamingHttpResponse

from citynet.operations import replicas
from members.models import Member
from policies.models import Revision

BASE = Path(settings.BASE_DIR)


@pytest.fixture(autouse=True)
def _with_replicas(monkeypatch, settings):
    monkeypatch.setattr(router, "routers", [replicas.Router()])
    settings.REPLICA_URL = "postgresql://one,two/x"
    with replicas.primary():
        yield


@pytest.fixture
def clock(monkeypatch):
    """Monotonic time that stands still until ``clock(seconds)`` moves it."""
    now = [1000.0]
    monkeypatch.setattr(replicas.time, "monotonic", lambda: now[0])

    def forward(seconds):
        now[0] += seconds

    return forward


class Site:
    """A middleware before a view that notes which database its request would have read."""

    def __init__(self, rf):
        self.rf, self.read, self.answers = rf, [], []
        self.middleware = replicas.read_replica(self.answer)

    def answer(self, request):
        return self.view(request)

    def view(self, request):
        self.read.append(router.db_for_read(Revision))
        return self.answers.pop(0) if self.answers else HttpResponse("page")

    def visit(self, path="/policies/", method="GET", **cookies):
        request = self.rf.generic(method, path)
        request.COOKIES.update(cookies)
        return self.middleware(request)


@pytest.fixture
def site(rf):
    return Site(rf)


def failed(status=503):
    response = HttpResponse("sorry", status=status)
    response.database_error = ValueError("no answer")
    return response


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "GET"),
        ("/policies/", "HEAD"),
        ("/members/surabaya/", "GET"),
        ("/policies/export.csv", "GET"),
    ],
)
def test_public_page_is_read_from_the_replica(site, path, method):
    site.visit(path, method)
    assert site.read == ["replica"]


@pytest.mark.parametrize(
    ("path", "method", "cookies"),
    [
        ("/policies/", "POST", {}),
        ("/policies/", "GET", {"sessionid": "a"}),
        ("/accounts/login/", "GET", {}),
        ("/fr/accounts/login/", "GET", {}),
        ("/admin/login/", "GET", {}),
        ("/my/invitation/x/", "GET", {}),
    ],
)
def test_who_acts_reads_the_primary(site, path, method, cookies):
    site.visit(path, method, **cookies)
    assert site.read == ["default"]


def test_what_comes_after_a_page_is_read_from_the_primary(site):
    site.visit()
    assert router.db_for_read(Revision) == "default"


def test_only_public_content_is_read_from_a_replica_and_nothing_written_to_it(rf):
    read = []

    def view(request):
        read.extend(map(router.db_for_read, (Revision, Member, Session)))
        read.append(router.db_for_write(Revision))
        with replicas.primary():
            read.append(router.db_for_read(Revision))
        return HttpResponse()

    replicas.read_replica(view)(rf.get("/"))
    assert read == ["replica", "replica", "default", "default", "default"]
    assert router.allow_relation(Member(), Member())
    assert router.allow_migrate("default", "policies")
    assert not router.allow_migrate("replica", "policies")


def test_each_app_of_ours_is_for_the_public_or_for_people():
    ours = {each.label for each in apps.get_app_configs() if Path(each.path).parent == BASE}
    # What is in neither makes public pages fail while the primary is away.
    assert ours == replicas.PUBLIC_APPS | {"citynet", "alerts"}


def test_page_of_a_person_is_read_from_the_primary(rf):
    read = []

    def view(request):
        read.append(router.db_for_read(Revision))
        return HttpResponse()

    def public(request):
        return view(request)

    for each in (view, login_not_required(public)):
        middleware = replicas.read_replica(each)
        replicas._alias.set("replica")
        middleware.process_view(rf.get("/"), each, (), {})
        each(rf.get("/"))
    assert read == ["default", "replica"]


def test_download_is_read_from_the_replica_while_it_is_sent(rf):
    def download(request):
        return StreamingHttpResponse(router.db_for_read(Revision) for _turn in range(2))

    answer = replicas.read_replica(download)(rf.get("/policies/export.csv"))
    assert router.db_for_read(Revision) == "default"
    assert answer.getvalue() == b"replicareplica"
    assert router.db_for_read(Revision) == "default"


def test_download_that_is_broken_off_leaves_the_primary_behind(rf):
    def download(request):
        return StreamingHttpResponse(router.db_for_read(Revision) for _turn in range(2))

    answer = replicas.read_replica(download)(rf.get("/policies/export.csv"))
    assert next(iter(answer)) == b"replica"
    answer._resource_closers[-1]()
    assert router.db_for_read(Revision) == "default"


@pytest.mark.parametrize("status", [503, 500])
def test_page_that_no_replica_can_give_is_read_from_the_primary(site, clock, status):
    site.answers = [failed(status)]
    assert site.visit().status_code == 200
    assert site.read == ["replica", "default"]


def test_replicas_that_do_not_answer_are_left_alone_for_a_while(site, clock):
    site.answers = [failed()]
    for _visit in range(3):
        site.visit()
    assert site.read == ["replica", "default", "default", "default"]
    clock(30)
    site.visit()
    site.visit()
    assert site.read[4:] == ["replica", "replica"]


def test_one_visitor_finds_out_whether_a_replica_answers_again(site, clock):
    site.answers = [failed()]
    site.visit()
    clock(30)
    wait = site.view

    def somebody_else_asks(request):
        site.view = wait
        answer = wait(request)
        site.visit()
        return answer

    site.view = somebody_else_asks
    site.visit()
    assert site.read[2:] == ["replica", "default"]


def test_page_that_nobody_can_give_fails_once(site, clock):
    site.answers = [failed(), failed()]
    assert site.visit().status_code == 503
    assert site.visit().status_code == 200
    assert site.read == ["replica", "default", "default"]


def test_without_replicas_nothing_is_decided(settings):
    settings.REPLICA_URL = ""
    with pytest.raises(MiddlewareNotUsed):
        replicas.read_replica(None)
    assert replicas.answers() is False


def test_replica_is_asked_whether_it_answers(monkeypatch, db):
    monkeypatch.setattr(replicas, "connections", {"replica": connections["default"]})
    assert replicas.answers() is True
