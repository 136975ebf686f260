"""What monitors are told of the index."""

import pytest

from citynet.operations.health import readiness
from policies.search import health
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db
ALL = {"database": True, "migrations": True, "index": True, "static": True}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(health.readiness, "behind_since", None)
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
    monkeypatch.setattr(health, "time", clock)
    return clock


def test_health_is_bad_while_the_index_is_behind(client, reference, synced):
    synced()
    LiveRevisionFactory()

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["index"] == {"live": 1, "indexed": 0}


def test_gauges_tell_how_far_the_index_is_behind(reference, synced):
    LiveRevisionFactory()
    synced()
    LiveRevisionFactory()

    assert [tuple(gauge) for gauge in health.library()] == [
        ("citynet_cases", "Public cases", 2, ""),
        ("citynet_indexed", "Cases in the index of this machine", 1, ""),
        ("citynet_index_lag", "Public cases less indexed ones", 1, ""),
    ]


def test_node_without_an_index_is_not_ready(client, reference):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, ALL | {"index": False})


def test_index_may_be_behind_for_a_while(client, reference, synced, settings, clock):
    settings.READY_INDEX_LAG = 60
    synced()
    LiveRevisionFactory()

    assert client.get("/readyz").status_code == 200
    clock.now += 60
    assert client.get("/readyz").status_code == 200
    clock.now += 1
    assert client.get("/readyz").json() == ALL | {"index": False}
    synced()
    assert client.get("/readyz").status_code == 200
