"""The shared cache while Redis is away. With a Redis that answers: ``tests/servers``."""

import pytest

from citynet.operations import cache
from tests.servers.processes import free_port


@pytest.fixture
def away(monkeypatch):
    """A cache whose server is not there."""
    monkeypatch.setattr(cache.SharedCache, "_breakers", {})
    return cache.SharedCache(f"redis://127.0.0.1:{free_port()}/0", {"TIMEOUT": 60})


def test_each_process_keeps_its_own_while_the_server_is_away(away, caplog):
    away.clear()
    assert away.get("a", "nothing") == "nothing"
    assert away.add("a", 1)
    assert not away.add("a", 2)
    assert away.incr("a") == 2
    assert away.decr("a") == 1
    away.set("b", [1.5])
    assert away.get_many(["a", "b", "c"]) == {"a": 1, "b": [1.5]}
    assert away.touch("b", 30)
    assert "b" in away
    assert away.delete("b")
    away.set_many({"c": 1, "d": 2})
    away.delete_many(["c", "d"])
    assert not away.has_key("c")
    assert away.get_or_set("e", lambda: 5) == 5
    with pytest.raises(ValueError, match="not found"):
        away.incr("none")
    # It is said once.
    assert [record.message[:35] for record in caplog.records] == [
        "The shared cache does not answer, p"
    ]


def test_after_a_failure_the_server_is_left_alone_for_a_while(away, monkeypatch):
    asked = []
    shared = away._shared
    monkeypatch.setattr(shared, "get", lambda *args: asked.append(args))
    away.clear()
    away.get("a")
    assert asked == []
    away._breaker.closed_until -= cache.PAUSE
    away.get("a")
    assert len(asked) == 1


def test_what_must_be_shared_is_refused(away):
    with pytest.raises(cache.Away):
        away.strictly("set", "a", 1)
    with pytest.raises(cache.Away):
        away.strictly("get", "a")


def test_own_copies_of_the_last_time_are_forgotten(away, monkeypatch):
    away.set("a", "old")
    assert away.get("a") == "old"
    away._breaker.answered()
    away._breaker.closed_until = 0
    assert away.get("a") is None
