"""Downloads that keep a thread busy for long: a process makes a few at once, so that pages find one."""

import threading
import weakref

from django.conf import settings


class Turns:
    """How many long downloads are being made; never more than ``LONG_DOWNLOADS``."""

    def __init__(self):
        self.taken = 0
        self._lock = threading.Lock()

    def take(self):
        """A :class:`Turn`, or None where all are taken."""
        with self._lock:
            if self.taken >= settings.LONG_DOWNLOADS:
                return None
            self.taken += 1
        return Turn(self._give_back)

    def _give_back(self):
        with self._lock:
            self.taken -= 1


class Turn:
    """A turn that was taken; :meth:`end` gives it back, once however often it is called.

    One that nobody holds any more has ended, so that an answer that is never sent keeps none.
    """

    def __init__(self, give_back):
        self.end = weakref.finalize(self, give_back)

    def until_sent(self, answer):
        """The streamed ``answer``: the turn ends with its last piece, or when the visitor goes."""
        answer.streaming_content = _Pieces(answer.streaming_content, self)
        return answer


class _Pieces:
    """An iterator whose ``close`` Django calls however sending ends, also before the first piece."""

    def __init__(self, pieces, turn):
        self._pieces, self._turn = pieces, turn

    def __iter__(self):
        yield from self._pieces
        self.close()

    def close(self):
        self._turn.end()


turns = Turns()
