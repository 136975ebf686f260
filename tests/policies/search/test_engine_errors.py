"""What the engine raises on damaged files becomes one error, and nothing else does."""

import pytest

from policies.search import index
from policies.search.similar import similar
from tests.factories import RevisionFactory

Panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})


@pytest.mark.parametrize("error", [ValueError, OSError, RuntimeError, Panic])
def test_damage_is_one_error(error):
    with pytest.raises(index.IndexDamaged, match="broken"), index.engine_errors():
        raise error("broken")


def test_end_of_the_process_is_no_damage():
    with pytest.raises(KeyboardInterrupt), index.engine_errors():
        raise KeyboardInterrupt


@pytest.mark.django_db
def test_nothing_is_alike_in_a_damaged_index(monkeypatch):
    def broken(*_arguments):
        raise Panic("broken")

    monkeypatch.setattr("policies.search.similar.index.reader", object)
    monkeypatch.setattr("policies.search.similar._alike", broken)
    assert similar(RevisionFactory()) == []
