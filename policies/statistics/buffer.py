"""Counts that wait in a process and are added to the database after a response has been sent.

So no page waits for the database, and none fails with it. A process that is killed loses what waits.
"""

import atexit
import logging
import threading
import time
from collections import Counter

from django.conf import settings
from django.core.signals import request_finished
from django.db import DatabaseError, InterfaceError
from django.dispatch import receiver

logger = logging.getLogger(__name__)


class Buffer:
    """What this process has counted and not written yet, at most ``max_keys`` different things.

    ``store`` adds the numbers of a ``Counter`` to the database; ``name`` says in logs what they are.
    """

    def __init__(self, name, store, max_keys=None):
        self.name, self.store, self.max_keys = name, store, max_keys
        self._lock = threading.Lock()
        self._counted = Counter()
        self._written_at = time.monotonic()

    def count(self, keys):
        """Count one more of each of ``keys``; where it is full, only of those that wait already."""
        with self._lock:
            if self.max_keys is not None and len(self._counted) >= self.max_keys:
                keys = [key for key in keys if key in self._counted]
            self._counted.update(keys)

    def is_due(self):
        """Return whether there is something to write and enough time has passed."""
        seconds = settings.USES_WRITTEN_EVERY
        return bool(
            self._counted and seconds is not None and time.monotonic() - self._written_at >= seconds
        )

    def write(self):
        """Add the counts to the database; keep them for the next time where that fails."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
            self._written_at = time.monotonic()
        if not counted:
            return
        try:
            self.store(counted)
        except (DatabaseError, InterfaceError):
            logger.exception("%s could not be written", self.name)
            with self._lock:
                self._counted.update(counted)


_registered = []


def register(buffer):
    """Return the buffer, which from now on is written when it is due and when the process stops."""
    _registered.append(buffer)
    return buffer


@receiver(request_finished)
def write_when_due(**signal):
    """Write after a response has been sent, so that nobody waits for the database."""
    for buffer in _registered:
        if buffer.is_due():
            buffer.write()


@atexit.register
def write_at_the_end():
    """Write what a process has counted when it is asked to stop."""
    if settings.USES_WRITTEN_EVERY is not None:
        for buffer in _registered:
            buffer.write()
