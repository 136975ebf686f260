"""How far a backup or restore is, in lines that a log can keep."""

import time

SECONDS_BETWEEN = 5


class Progress:
    """Called with what is being done and how many are done; tells it from time to time."""

    def __init__(self, out, verbosity):
        self._out, self._quiet, self._told_at = out, not verbosity, time.monotonic()

    def __call__(self, what, done):
        now = time.monotonic()
        if now - self._told_at >= SECONDS_BETWEEN:
            self._told_at = now
            self.say(f"{what}: {done:,}")

    def say(self, message):
        if not self._quiet:
            self._out.write(message)
            self._out.flush()
