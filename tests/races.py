"""Doing things at once, each on a connection of its own, as two people do."""

import threading
import time

import pytest
from django.db import connection

needs_two_connections = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has one connection: nothing can race"
)
PATIENCE = 20  # seconds


class Started:
    """A call that runs in a thread: ``outcome()`` waits and gives its result, or what it raised."""

    def __init__(self, call, start=None):
        self.call, self.start, self.found = call, start, None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        if self.start:
            self.start.wait()
        try:
            self.found = self.call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.found = error
        finally:
            connection.close()

    def outcome(self):
        self.thread.join(PATIENCE)
        return self.found


def at_once(*calls):
    """What each of the calls gave or raised, all started at the same moment."""
    start = threading.Barrier(len(calls))
    started = [Started(call, start) for call in calls]
    return [each.outcome() for each in started]


def kinds(outcomes):
    """The names of the types of the outcomes, sorted."""
    return sorted(type(outcome).__name__ for outcome in outcomes)


def wait_until_somebody_waits():
    """Return when another connection to this server (PostgreSQL) waits for a lock."""
    end = time.monotonic() + PATIENCE
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waits.")


def before_the_lock(monkeypatch, rows, act):
    """Let ``act`` happen once, just before rows of the model ``rows`` are locked next."""
    queryset = type(rows.objects.all())
    lock = queryset.select_for_update

    def select_for_update(found, **how):
        monkeypatch.setattr(queryset, "select_for_update", lock)
        act()
        return lock(found, **how)

    monkeypatch.setattr(queryset, "select_for_update", select_for_update)
