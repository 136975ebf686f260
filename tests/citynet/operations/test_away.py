"""What is said while the database, Redis or the store of files does not answer."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_protect

from citynet import checks
from citynet.urls import handler400, handler403, handler404, handler500
from tests.conftest import signed_in
from tests.factories import UserFactory
from tests.servers.processes import free_port

ERRORS = {
    "operational": OperationalError("the database system is starting up"),
    "interface": InterfaceError("connection already closed"),
    "store": ConnectionError("The store of files does not answer."),
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


@pytest.mark.parametrize("what", ["operational", "interface", "store"])
def test_what_can_be_back_in_a_moment_is_asked_for_again(visitor, what):
    answer = visitor.get(f"/fail/{what}/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Cache-Control"] == "no-store"
    assert "Please try again in a moment" in answer.text
    assert "starting up" not in answer.text
    assert (answer.database_error is None) == (what == "store")


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
def without_redis(settings):
    """Pages, and counts of what is read, in a Redis that is not there."""
    away = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
        "OPTIONS": {"IGNORE_EXCEPTIONS": True},
    }
    settings.CACHES = settings.CACHES | {"pages": away, "reading": away}
    settings.THROTTLES = True
    settings.THROTTLE_LIMITS = dict.fromkeys(settings.THROTTLE_LIMITS, "1/3600")


@pytest.mark.urls("citynet.urls")
@pytest.mark.usefixtures("without_redis", "reference")
def test_pages_go_on_while_redis_is_away(client, synced):
    synced()
    found = [client.get("/policies/").status_code for _visit in range(3)]
    assert found == [200, 200, 200]


@pytest.mark.urls("citynet.urls")
@pytest.mark.usefixtures("without_redis")
def test_what_people_send_is_limited_while_redis_is_away(db):
    client = signed_in(UserFactory())
    address = reverse("account_data_json")
    assert [client.get(address).status_code for _time in range(2)] == [200, 429]


def test_checks_tell_what_replicas_need(settings):
    assert checks.replicas_have_a_primary(None) == []
    settings.REPLICA_URL = "postgresql://replica/x"
    is_postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    found = [each.id for each in checks.replicas_have_a_primary(None)]
    assert found == ([] if is_postgresql else ["citynet.E001"])


def test_checks_tell_of_limits_that_each_process_counts(settings):
    caches = settings.CACHES
    assert [each.id for each in checks.limits_are_shared(None)] == ["citynet.W002"]
    database = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    settings.CACHES = caches | {"default": database}
    assert checks.limits_are_shared(None) == []
