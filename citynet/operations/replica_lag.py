"""Which replicas are good enough to read from: judged about once a second, by threads of their own.

A page never waits for a judgement. Each process has a thread that asks the primary how far it has
written, and one for each replica that asks how far it has come. A replica is on time when it has
replayed what the primary had written ``REPLICA_MAX_LAG`` seconds ago (so that a quiet database is
not a late one) and everything that was written on this machine, and what its search index knows:
what was published here is read here at once. A server that hangs holds up its own thread only, and
a judgement that is not renewed soon counts no more; whoever waits for its answer is told that the
connection is lost.

While the primary is away there is nobody to compare with: every replica that answers is in use,
because a page of some seconds ago is better than none.
"""

import logging
import os
import socket
import threading
import time
import weakref
from collections import defaultdict, deque
from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, connections
from psycopg import Error as DriverError

from policies.search import files

logger = logging.getLogger(__name__)

PRIMARY = "default"
INTERVAL = 1.0  # seconds between two looks at a server
QUICK = 0.05  # between two looks while a replica is about to catch up with a change
HURRY = 3.0  # how long it is looked at so often
FRESH = 4.0  # how long a judgement counts
PATIENCE = 10.0  # how long a primary may be silent before it counts as away
HANGS = 8.0  # after which a replica that takes a question and says nothing is cut off
PAUSE = 5.0  # before a replica that failed is asked again

# Inserted, and perhaps not written out yet: whoever committed may have been told so already.
WRITTEN = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
REPLAYED = "SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn, pg_is_in_recovery()"


class Primary:
    """How far the primary had written, and when: (time, position) of the last seconds."""

    def __init__(self):
        self.alias, self.patience = PRIMARY, PATIENCE
        self.looking_since = None
        self.asked = threading.Event()
        self.samples = deque()
        self.has_failed = False
        self.asked_at = 0.0

    def look(self):
        started = time.monotonic()
        (position,) = _ask(PRIMARY, WRITTEN)
        self.samples.append((started, end_of_records(position)))
        self.has_failed = False
        while len(self.samples) > 1 and self.samples[1][0] <= started - settings.REPLICA_MAX_LAG:
            self.samples.popleft()

    def failed(self):
        self.has_failed = True

    def pause(self):
        return QUICK if self.samples and self.asked_at > self.samples[-1][0] else INTERVAL

    def is_away(self):
        silent = self.samples and time.monotonic() - self.samples[-1][0] > PATIENCE
        return self.has_failed or bool(silent)

    def due(self):
        """What a replica on time has replayed; None while nothing is known."""
        limit = time.monotonic() - settings.REPLICA_MAX_LAG
        before = [position for at, position in list(self.samples) if at <= limit]
        # A process that has just started knows the last moments only, and is stricter for a while.
        return before[-1] if before else next((p for _at, p in list(self.samples)), None)

    def written_after(self, moment):
        """What was written at a time after ``moment``; None until it has been asked for again."""
        at, position = self.samples[-1] if self.samples else (0.0, None)
        if at > moment:
            return position
        self.asked_at = moment
        self.asked.set()
        return None


class Replica:
    """The judgement on one replica."""

    def __init__(self, alias, primary):
        self.alias, self.patience, self.primary = alias, HANGS, primary
        self.looking_since = None
        self.asked = threading.Event()
        self.is_on_time = False
        self.answered = self.out_until = 0.0
        # The change of the index that was noticed last and when, what has to be replayed for it,
        # and the change that the replica is known to have.
        self.noticed, self.noticed_at, self.wanted = None, 0.0, None
        self.change = None

    def look(self):
        position, is_replica = _ask(self.alias, REPLAYED)
        self.answered = time.monotonic()
        if not is_replica:
            # It was made the primary, or never was a replica: what it has is as it should be.
            position = float("inf")
        self._judge(position, last_change())

    def failed(self):
        self._say(on_time=False)
        self.answered = 0.0
        self.out_until = time.monotonic() + PAUSE

    def pause(self):
        now = time.monotonic()
        if now < self.out_until:
            return self.out_until - now
        is_behind = self.noticed != self.change or self.change is None
        return QUICK if is_behind and now < self.noticed_at + HURRY else INTERVAL

    def is_answering(self):
        now = time.monotonic()
        return now >= self.out_until and now - self.answered < FRESH

    def _judge(self, position, change):
        if self.primary.is_away():
            # Compared anew as soon as that can be done.
            self.noticed, self.change = None, change
            self._say(on_time=True)
            return
        if change != self.noticed:
            self.noticed, self.noticed_at, self.wanted = change, time.monotonic(), None
            self.change = None
        if self.change != self.noticed:
            if self.wanted is None:
                # Written after the change was seen: whatever belongs to it is in it.
                self.wanted = self.primary.written_after(self.noticed_at)
            if self.wanted is not None and position >= self.wanted:
                self.change = self.noticed
        due = self.primary.due()
        self._say(on_time=due is not None and position >= due)

    def _say(self, *, on_time):
        if on_time != self.is_on_time:
            logger.warning("%s is %s", self.alias, "in use" if on_time else "left out")
        self.is_on_time = on_time


class _Watch:
    """The threads of this process."""

    def __init__(self):
        self.pid = os.getpid()
        primary = Primary()
        self.replicas = {alias: Replica(alias, primary) for alias in aliases()}
        servers = [primary, *self.replicas.values()]
        for server in servers:
            name = f"watch-{server.alias}"
            threading.Thread(target=_run, args=[server], name=name, daemon=True).start()
        threading.Thread(target=_guard, args=[servers], name="watch-all", daemon=True).start()


def _guard(servers):
    """Cut the connections to a server that takes a question and says nothing.

    Nobody else would: a driver waits for an answer for as long as the other end is alive.
    """
    while True:
        time.sleep(INTERVAL)
        for server in servers:
            since = server.looking_since
            if since is not None and time.monotonic() - since > server.patience:
                logger.warning("%s hangs: its connections are cut", server.alias)
                try:
                    cut(server.alias)
                except RuntimeError:
                    # Another thread opened one at this moment: the next turn has them all.
                    logger.debug("Once more", exc_info=True)


# Connections of this process by alias: the driver's own objects.
_opened = defaultdict(weakref.WeakSet)


def note_connection(connection, **signal):
    """Receiver of ``connection_created``, where there are replicas."""
    _opened[connection.alias].add(connection.connection)


def cut(alias):
    """Whoever waits on a connection of this process to this server gets an error at once."""
    for connection in _opened[alias].copy():
        # Some are closed, or are being closed at this moment.
        with (
            suppress(OSError, DriverError),
            socket.socket(fileno=os.dup(connection.fileno())) as way,
        ):
            way.shutdown(socket.SHUT_RDWR)


def _run(server):
    while True:
        try:
            server.looking_since = time.monotonic()
            server.look()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may go well
            level = logging.INFO if isinstance(error, DatabaseError) else logging.ERROR
            logger.log(level, "%s does not answer: %s", server.alias, str(error).strip())
            server.failed()
            connections[server.alias].close()
        server.looking_since = None
        server.asked.wait(server.pause())
        server.asked.clear()


def aliases():
    """The aliases of all replicas."""
    return [alias for alias in settings.DATABASES if alias != PRIMARY]


_watch = None
_starting = threading.Lock()


def _running():
    """The watch of this process: threads do not survive a fork."""
    global _watch  # noqa: PLW0603 - one a process
    if _watch is None or _watch.pid != os.getpid():
        with _starting:
            if _watch is None or _watch.pid != os.getpid():
                _watch = _Watch()
    return _watch


def on_time():
    """The aliases of the replicas that a page may be read from now."""
    change = last_change()
    good = [each for each in _running().replicas.values() if each.is_on_time]
    good = [each for each in good if each.is_answering()]
    for each in good:
        if each.noticed != change:
            each.asked.set()
    return {each.alias for each in good if each.change == change}


def answering():
    """The aliases of the replicas that answer at all: for when the primary does not."""
    return {each.alias for each in _running().replicas.values() if each.is_answering()}


def are_some_left():
    """Whether there are replicas, and one that answers."""
    return bool(aliases() and answering())


def leave_out(alias):
    """Do not read from this replica for some seconds: it has just failed."""
    _running().replicas[alias].failed()


# Bytes of the log: what a page and a segment have, and what stands at the beginning of each.
PAGE, PAGE_HEAD = 8192, 24
SEGMENT, SEGMENT_HEAD = 16 * 1024**2, 40


def end_of_records(position):
    """Where the last record ends, if the next one is to begin at ``position``.

    Between them stands the head of a page where the last record has filled its own: nobody replays
    that before there is another record.
    """
    if position % SEGMENT == SEGMENT_HEAD:
        return position - SEGMENT_HEAD
    return position - PAGE_HEAD if position % PAGE == PAGE_HEAD else position


def last_change():
    """A key that differs after each change of what is public that was made, or seen by the search
    index, on this machine."""
    return files.generation()


def _ask(alias, sql):
    with connections[alias].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()
