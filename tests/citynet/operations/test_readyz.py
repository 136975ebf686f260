"""Whether a machine may get visitors: what load balancers ask."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from citynet.operations import health as module
from citynet.operations.health import readiness

pytestmark = pytest.mark.django_db
ALL = {"database": True, "migrations": True, "index": True, "static": True}


@pytest.fixture(autouse=True)
def _fresh():
    readiness.forget()
    yield
    readiness.forget()


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the machine counts; ``clock.now`` may be moved."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_node_is_ready_when_all_is_there(client, reference, synced):
    synced()

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, ALL)
    assert response["Cache-Control"] == "no-store"


def test_readiness_is_told_over_plain_http_too(client, reference, synced, settings):
    settings.SECURE_SSL_REDIRECT = True
    synced()
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, ALL)


def test_node_is_not_ready_before_its_migrations(client, reference, synced):
    synced()
    newest = MigrationRecorder.Migration.objects.filter(app="policies").latest("name")
    newest.delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, ALL | {"migrations": False})

    MigrationRecorder(connection).record_applied("policies", newest.name)
    assert client.get("/readyz").status_code == 200


def test_migrations_of_a_later_release_do_no_harm(client, reference, synced):
    synced()
    MigrationRecorder(connection).record_applied("policies", "9999_of_the_next_release")
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, ALL)


def test_node_without_the_database_is_not_ready_and_says_no_more(client, synced):
    synced()

    def refuse(execute, sql, params, many, context):
        raise RuntimeError("password=secret")

    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "database": False,
        "migrations": False,
        "index": False,
        "static": True,
    }


@pytest.mark.parametrize("collected", [True, False])
def test_node_needs_its_collected_files(client, reference, synced, monkeypatch, collected):
    class Store:
        hashed_files = {"css/site.css": "css/site.1234.css"} if collected else {}

    monkeypatch.setattr(module, "staticfiles_storage", Store())
    synced()

    assert client.get("/readyz").json()["static"] is collected


def test_answer_is_kept_for_a_second(
    client, reference, synced, settings, clock, django_assert_num_queries
):
    settings.READINESS_KEPT_FOR = 1
    synced()
    client.get("/readyz")

    with django_assert_num_queries(0):
        client.get("/readyz")
    clock.now += 1
    with django_assert_num_queries(2):
        client.get("/readyz")
