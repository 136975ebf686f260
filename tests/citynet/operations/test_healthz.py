"""The health of a process, for load balancers and people on duty."""

import pytest
from django.db import connection

from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db
NEVER = {
    "backup": None,
    "delete_unused_files": None,
    "publish_dump": None,
    "remind_exchange": None,
    "remind_seminars": None,
    "send_alerts": None,
    "send_digest": None,
    "send_notices": None,
    "send_reminders": None,
    "sync_search": None,
}


def test_health_is_good_when_all_works(client, reference, synced):
    LiveRevisionFactory()
    synced()

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {
        "database": True,
        "index": {"live": 1, "indexed": 1},
        "storage": True,
        "runs": NEVER,
        "late": [],
    }


def test_health_is_told_over_plain_http_too(client, reference, synced, settings):
    settings.SECURE_SSL_REDIRECT = True
    synced()

    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz/more").url == "https://testserver/healthz/more"
    assert client.get("/").url == "https://testserver/"


def test_health_is_never_kept(client):
    assert client.get("/healthz")["Cache-Control"] == "no-store"


def test_health_is_bad_without_a_place_for_files(client, reference, synced, settings, tmp_path):
    synced()
    settings.MEDIA_ROOT = tmp_path / "file"
    settings.MEDIA_ROOT.touch()

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {
        "database": True,
        "index": {"live": 0, "indexed": 0},
        "storage": False,
        "runs": NEVER,
        "late": [],
    }


def test_health_asks_a_store_that_is_no_folder(client, reference, synced, settings):
    synced()
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }

    assert client.get("/healthz").json()["storage"] is True


def test_health_is_bad_without_the_database_and_says_no_more(client, synced):
    synced()

    def refuse(execute, sql, params, many, context):
        raise RuntimeError("password=secret")

    with connection.execute_wrapper(refuse):
        response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {
        "database": False,
        "index": None,
        "storage": True,
        "runs": None,
        "late": [],
    }


def test_health_asks_few_questions(client, reference, synced, django_assert_num_queries):
    synced()

    with django_assert_num_queries(3):
        client.get("/healthz")
