"""What changes seldom is read now and then, and at once where something new is asked for."""

import pytest

from citynet.web import recent


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(recent.time, "monotonic", lambda: now[0])
    return now


def test_values_are_read_anew_after_some_seconds_or_where_one_is_missing(clock):
    there, reads = {"a": 1}, []
    known = recent.Recent(lambda: reads.append(clock[0]) or dict(there))

    assert (known(), known(["a"]), reads) == ({"a": 1}, {"a": 1}, [100.0])
    there["b"] = 2
    assert (known(), known(["a"]), reads) == ({"a": 1}, {"a": 1}, [100.0])
    assert (known(["b"]), reads) == ({"a": 1, "b": 2}, [100.0, 100.0])
    there["a"] = 3
    clock[0] += recent.SECONDS + 1
    assert (known(), reads) == ({"a": 3, "b": 2}, [100.0, 100.0, clock[0]])
    # What there is not is looked for once a second, whatever is asked for.
    for key in ("c", "c", "d"):
        assert key not in known([key])
    assert len(reads) == 4
    there["c"] = 4
    clock[0] += recent.SECONDS_AFTER_A_MISS
    assert "c" in known(["c"])
    assert len(reads) == 5
    recent.forget()
    assert (known(), len(reads)) == ({"a": 3, "b": 2, "c": 4}, 6)
