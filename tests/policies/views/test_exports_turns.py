"""Taking the whole library along: for a few at once, and never at the cost of pages."""

import gc

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.urls import reverse

from citynet.web.downloads import turns
from policies.views import exports
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.usefixtures("library")

STREAMED = ["csv", "jsonl"]
FILES = [*STREAMED, "xlsx"]


@pytest.fixture
def library(reference, synced, settings, monkeypatch):
    """Two cases, which are many here, and one turn to take them along."""
    LiveRevisionFactory(title="Night buses", targets=["11.2"])
    LiveRevisionFactory(title="Taps", targets=["6.1"])
    synced()
    settings.LONG_DOWNLOADS = 1
    monkeypatch.setattr(exports, "SHORT_LIST", 1)
    yield
    assert turns.taken == 0


def address(form):
    return reverse("policies:export", args=[form])


@pytest.fixture
def taken(library):
    """Somebody takes the whole library along."""
    turn = turns.take()
    yield turn
    turn.end()


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("form", FILES)
def test_one_more_is_asked_to_come_back(client, form):
    answer = client.get(address(form), {"goal": ["6", "11"]})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert answer["Cache-Control"] == "no-store"
    assert "Others are taking the library along" in answer.text
    assert f'href="{address(form)}?goal=6&amp;goal=11"' in answer.text
    assert f'href="{reverse("policies:list")}?goal=6&amp;goal=11"' in answer.text


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize("form", FILES)
def test_small_files_and_pages_go_on(client, form):
    assert client.get(address(form), {"goal": "6"}).getvalue()
    assert client.head(address(form)).status_code == 200
    assert client.get(reverse("policies:feed")).status_code == 200
    assert client.get(reverse("policies:list")).status_code == 200


@pytest.mark.parametrize("form", STREAMED)
def test_a_turn_ends_with_the_last_piece(client, form):
    answer = client.get(address(form))
    assert (answer.status_code, turns.taken) == (200, 1)
    assert client.get(address(form)).status_code == 503
    assert b"Night buses" in answer.getvalue()
    assert turns.taken == 0
    assert b"Taps" in client.get(address(form)).getvalue()


def leave(answer):
    """As a web server does when the visitor is gone; the connection of the test stays open."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


@pytest.mark.parametrize("form", STREAMED)
def test_a_turn_ends_when_the_visitor_goes(client, form):
    unread = client.get(address(form))
    leave(unread)
    assert turns.taken == 0
    begun = client.get(address(form))
    next(iter(begun))
    assert turns.taken == 1
    leave(begun)
    assert turns.taken == 0


def test_a_turn_of_a_workbook_ends_when_it_is_made(client):
    answer = client.get(address("xlsx"))
    assert turns.taken == 0
    assert answer.getvalue().startswith(b"PK")


def test_an_answer_that_is_dropped_keeps_no_turn(rf):
    answer = exports.export(rf.get("/"), "csv")
    assert turns.taken == 1
    del answer
    gc.collect()
    assert turns.taken == 0


def test_a_file_that_fails_keeps_no_turn(client, settings):
    # Nothing can be written there, as on a full disk.
    client.raise_request_exception = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", "/nowhere/at/all")
        assert client.get(address("xlsx")).status_code == 500
    assert turns.taken == 0


def test_a_turn_is_given_back_once():
    first = turns.take()
    assert turns.take() is None
    first.end()
    second = turns.take()
    first.end()
    assert turns.taken == 1
    second.end()
