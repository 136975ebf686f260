"""What is said while the database, the shared cache or the store of files does not answer."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_protect

from citynet import checks
from citynet.operations import cache, sessions
from citynet.urls import handler400, handler403, handler404, handler500
from tests.servers.processes import free_port

ERRORS = {
    "operational": OperationalError("the database system is starting up"),
    "interface": InterfaceError("connection already closed"),
    "cache": cache.Away("The shared cache does not answer."),
    "statement": DatabaseError("no such table"),
}


@login_not_required
def fail(request, what):
    raise ERRORS[what]


@login_not_required
@csrf_protect
def form(request):
    if request.method == "POST":
        raise ERRORS["operational"]
    return HttpResponse("form")


urlpatterns = [path("fail/<what>/", fail), path("form/", form)]
HANDLERS = (handler400, handler403, handler404, handler500)

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("what", ["operational", "interface", "cache"])
def test_what_can_be_back_in_a_moment_is_asked_for_again(visitor, what):
    answer = visitor.get(f"/fail/{what}/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Cache-Control"] == "no-store"
    assert "Please try again in a moment" in answer.text
    assert "starting up" not in answer.text
    assert (answer.database_error is None) == (what == "cache")


def test_other_errors_of_the_database_are_our_own(visitor):
    answer = visitor.get("/fail/statement/")
    assert (answer.status_code, answer.has_header("Retry-After")) == (500, False)
    assert answer.database_error is ERRORS["statement"]


def test_what_was_typed_is_shown_again_but_no_secret(visitor):
    typed = {"text": "Buses <b>at</b> night, on nine lines", "password": "a long walk by the river"}
    answer = visitor.post("/form/", typed)
    assert answer.status_code == 503
    assert "Buses &lt;b&gt;at&lt;/b&gt; night, on nine lines</textarea>" in answer.text
    assert "river" not in answer.text


def test_what_another_site_has_sent_is_not_shown(visitor):
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answer = strict.post("/form/", {"text": "Sent by another site, in your name"})
    assert "another site" not in answer.text


@pytest.fixture
def without_redis(settings, monkeypatch):
    """Sessions with copies in a Redis that is not there."""
    monkeypatch.setattr(cache.SharedCache, "_breakers", {})
    away = cache.SharedCache(f"redis://127.0.0.1:{free_port()}/0", {})
    monkeypatch.setattr(sessions, "caches", {"default": away})


def begun(**data):
    session = sessions.SessionStore()
    session.update(data)
    session.save()
    return session.session_key


def test_sessions_are_read_from_the_database_while_redis_is_away(db, without_redis):
    key = begun(colour="teal")
    assert sessions.SessionStore(key)["colour"] == "teal"
    assert sessions.SessionStore(key).exists(key)
    assert sessions.SessionStore("none").load() == {}
    assert sessions.SessionStore().load() == {}


def test_session_of_a_person_is_not_changed_by_halves(db, without_redis):
    key = begun(**{SESSION_KEY: "1"})
    session = sessions.SessionStore(key)
    with pytest.raises(cache.Away):
        session.flush()
    assert session[SESSION_KEY] == "1"
    session["colour"] = "red"
    with pytest.raises(cache.Away):
        session.save()
    assert "colour" not in sessions.SessionStore(key)
    assert Session.objects.count() == 1


def test_visitor_can_sign_in_while_redis_is_away(db, without_redis):
    key = begun(colour="teal")
    session = sessions.SessionStore(key)
    session["colour"] = "red"
    session.save()
    session.cycle_key()
    session[SESSION_KEY] = "1"
    session.save()
    assert sessions.SessionStore(session.session_key)[SESSION_KEY] == "1"
    assert Session.objects.get().session_key == session.session_key != key
    fresh = sessions.SessionStore()
    fresh.cycle_key()
    sessions.SessionStore().delete()


@override_settings(REPLICA_URLS=["postgresql://replica/x"])
def test_checks_tell_what_several_machines_need(settings):
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": "x.DatabaseCache"}}
    assert [each.id for each in checks.machines_share_redis(None)] == ["citynet.W003"]
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "citynet.operations.cache.SharedCache"}
    }
    assert checks.machines_share_redis(None) == []
    engines = {each["ENGINE"].rpartition(".")[2] for each in settings.DATABASES.values()}
    expected = [] if engines == {"postgresql"} else ["citynet.E001"]
    assert [each.id for each in checks.replicas_have_a_primary(None)] == expected


def test_checks_find_nothing_on_one_server():
    assert checks.replicas_have_a_primary(None) == checks.machines_share_redis(None) == []
