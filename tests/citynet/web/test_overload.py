"""Refusals past saturation: who gets one, when, and what it says."""

import time

import pytest
from django.http import HttpResponse
from django.test import Client

from citynet.web import overload

SERVED = 200


def page(request):
    return HttpResponse("page", status=SERVED)


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings):
    settings.BEHIND_PROXY = True
    settings.QUEUE_SECONDS = 2


@pytest.fixture
def clock(monkeypatch):
    """Monotonic time that stands still until ``clock(seconds)`` moves it."""
    now = [1000.0]
    monkeypatch.setattr(overload.time, "monotonic", lambda: now[0])

    def forward(seconds):
        now[0] += seconds

    return forward


@pytest.fixture
def ask(rf, settings):
    """Ask one process; ``waited`` is how long ago the web server took the request."""
    door = overload.refuse_when_late(page)

    def send(waited, *, path="/policies/", signed_in=False, start=None):
        request = rf.get(
            path, headers={"x-request-start": start or f"t={time.time() - waited:.3f}"}
        )
        if signed_in:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
        return door(request).status_code

    return send


def overloaded(ask, clock):
    """Requests that all wait too long, for longer than is bearable."""
    assert ask(2.5) == SERVED
    clock(2.1)
    assert ask(2.5) == 503


def test_lasting_wait_is_refused(ask, clock):
    overloaded(ask, clock)
    assert [ask(2.5), ask(60), ask(1.5)] == [503, 503, SERVED]


def test_queue_that_is_worked_off_is_answered(ask, clock):
    """As after a restart: all have waited long, but not for long."""
    for waited in (9, 8, 7, 6, 5, 4, 3, 2.5):
        assert ask(waited) == SERVED
        clock(0.2)
    assert ask(1) == SERVED
    clock(5)
    assert ask(3) == SERVED


def test_refusing_goes_on_at_the_limit_and_ends_with_calm(ask, clock):
    overloaded(ask, clock)
    # Those just below the limit are answered; that alone is no calm.
    assert [ask(1.9), ask(2.1)] == [SERVED, 503]
    assert [ask(0.4), ask(2.1)] == [SERVED, SERVED]


def test_signed_in_person_waits_longer_before_a_refusal(ask, clock):
    overloaded(ask, clock)
    assert [ask(9, signed_in=True), ask(11, signed_in=True)] == [SERVED, 503]


@pytest.mark.parametrize("path", overload.EXEMPT)
def test_monitors_are_answered(ask, clock, path):
    overloaded(ask, clock)
    assert ask(60, path=path) == SERVED


@pytest.mark.parametrize(
    "start", ["", "t=", "t=x", "t=nan", "t=inf", "t=-1", "t=0", "t=99999999999", "t=1e999", "é"]
)
def test_nonsense_is_no_wait(ask, clock, start):
    overloaded(ask, clock)
    assert ask(0, start=start or "-") == SERVED


@pytest.mark.parametrize(("name", "value"), [("BEHIND_PROXY", False), ("QUEUE_SECONDS", 0)])
def test_nobody_is_refused_where_it_is_not_wanted(ask, clock, settings, name, value):
    overloaded(ask, clock)
    setattr(settings, name, value)
    assert ask(60) == SERVED


def too_late(queue, waited, patience):
    return True


def test_refusal_says_when_to_come_back(monkeypatch, caplog, django_assert_num_queries, db):
    monkeypatch.setattr(overload.Queue, "is_too_late", too_late)
    client = Client(headers={"x-request-start": f"t={time.time() - 5}"})
    with django_assert_num_queries(0):
        answer = client.get("/policies/?q=bus")
    assert answer.status_code == 503
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("10", "no-store")
    assert "The site is busy" in answer.text
    assert answer["Content-Security-Policy"]
    assert answer["X-Request-ID"]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
