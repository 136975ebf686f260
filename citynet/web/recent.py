"""A cache by time, one a process, of what changes seldom and every page asks for."""

import time

SECONDS = 20
_all = []


class Recent:
    """Decorator of a function that returns values by key: what it returned at most ``SECONDS`` ago.

    All pages share the values: they are not to be changed.
    """

    def __init__(self, read):
        self._read, self._found = read, None
        _all.append(self)

    def __call__(self, wanted=()):
        """Return the values; read anew where one of the ``wanted`` keys is not among them yet."""
        found = self._found
        if (
            found is None
            or time.monotonic() - found[0] > SECONDS
            or not all(key in found[1] for key in wanted)
        ):
            # Replaced as a whole, as threads read it.
            self._found = found = time.monotonic(), self._read()
        return found[1]

    def forget(self):
        self._found = None


def forget():
    """Read everything anew when it is asked for next."""
    for recent in _all:
        recent.forget()
