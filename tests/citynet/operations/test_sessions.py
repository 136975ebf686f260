"""Copies of sessions in the shared cache never outlive them. With a real Redis: ``tests/servers``."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache.backends.locmem import LocMemCache

from citynet.operations import cache, sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def copies(monkeypatch):
    """A shared cache that answers; what it holds by key."""
    shared = cache.SharedCache("redis://127.0.0.1:1/0", {})
    shared._shared = LocMemCache("sessions", {})
    shared.clear()
    monkeypatch.setattr(sessions, "caches", {"default": shared})
    return shared


@pytest.fixture
def key(copies):
    session = sessions.SessionStore()
    session[SESSION_KEY] = "1"
    session.save()
    return session.session_key


def load(key):
    return dict(sessions.SessionStore(key).items())


def test_session_is_read_from_its_copy(key, django_assert_num_queries):
    assert load(key) == {SESSION_KEY: "1"}
    with django_assert_num_queries(0):
        assert load(key) == {SESSION_KEY: "1"}


def test_copy_that_somebody_forged_says_nothing(key, copies):
    copies.set(sessions.PREFIX + key, "forged")
    assert load(key) == {}


def test_change_is_read_by_everybody(key):
    load(key)
    session = sessions.SessionStore(key)
    session["colour"] = "teal"
    session.save()
    assert load(key) == {SESSION_KEY: "1", "colour": "teal"}


@pytest.mark.parametrize("end", ["flush", "delete", "cycle_key"])
def test_session_that_has_ended_has_no_copy(key, end):
    load(key)
    getattr(sessions.SessionStore(key), end)()
    assert load(key) == {}
    assert not sessions.SessionStore().exists(key)


def test_who_has_read_a_session_before_its_end_leaves_no_copy_of_it(key, monkeypatch):
    """Between reading the row and keeping a copy of it, the session ends elsewhere."""
    slow = sessions.SessionStore(key)
    read = slow._get_session_from_db

    def read_and_wait():
        row = read()
        sessions.SessionStore(key).delete()
        return row

    monkeypatch.setattr(slow, "_get_session_from_db", read_and_wait)
    assert slow[SESSION_KEY] == "1"
    assert load(key) == {}
    assert Session.objects.count() == 0


def test_copy_is_kept_no_longer_than_the_session(key, copies, monkeypatch):
    kept = []
    monkeypatch.setattr(copies._shared, "add", lambda *given: kept.append(given[2]))
    load(key)
    session = sessions.SessionStore(key)
    session.set_expiry(20)
    session.save()
    copies.clear()
    load(key)
    assert kept[0] == sessions.KEPT_FOR
    assert 15 < kept[-1] <= 20
