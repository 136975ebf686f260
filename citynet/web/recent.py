"""A cache by time, one a process, of what changes seldom and every page asks for."""

import time

SECONDS = 20
SECONDS_AFTER_A_MISS = 1
_all = []


class Recent:
    """Decorator of a function that returns values by key: what it returned at most ``SECONDS`` ago.

    All pages share the values: they are not to be changed.
    """

    def __init__(self, read):
        self._read, self._found, self._missed_at = read, None, None
        _all.append(self)

    def __call__(self, wanted=()):
        """Return the values; read anew where one of the ``wanted`` keys is not among them yet.

        Where it is not found, nothing is read anew for ``SECONDS_AFTER_A_MISS``: anybody may ask for keys
        that do not exist, with every request.
        """
        found, now = self._found, time.monotonic()
        is_old = found is None or now - found[0] > SECONDS
        missing = not is_old and not all(key in found[1] for key in wanted)
        if is_old or (missing and not self._missed_lately(now)):
            # Replaced as a whole, as threads read it.
            self._found = found = now, self._read()
            if missing and not all(key in found[1] for key in wanted):
                self._missed_at = now
        return found[1]

    def _missed_lately(self, now):
        return self._missed_at is not None and now - self._missed_at < SECONDS_AFTER_A_MISS

    def forget(self):
        self._found = self._missed_at = None


def forget():
    """Read everything anew when it is asked for next."""
    for recent in _all:
        recent.forget()
