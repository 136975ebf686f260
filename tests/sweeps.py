"""Tests of what holds for anything: some of it is tried each time, all of it by ``make sweeps``."""

import os

import pytest
from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("SWEEP", "1"))


def sweep(few):
    """Return a decorator: a test with ``given`` tries ``few`` examples, and ``SWEEP`` times as many
    where that is set."""
    tried = settings(
        max_examples=few * TIMES,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    return lambda test: pytest.mark.sweep(tried(test))


def some(values, step, start=0):
    """Return every ``step``-th of ``values``, from another one for each ``start``; all of them where
    ``SWEEP`` is set."""
    return values if TIMES > 1 else values[start % step :: step]
