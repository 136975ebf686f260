"""Whether the index may be behind the database: asked often, so it costs a few small queries.

Comparing the stamps of 100,000 cases takes a second. What makes a comparison necessary is nearly
always an event that was written with it, a new case, or a change of a member; so only these are looked at, the
same few rows however large the library is. Whatever they do not tell (a hand in the database, other
themes or goals) is found by the whole comparison that is made every ``WHOLE`` seconds all the same.
"""

import time

from django.db.models import Max, Sum

from members.models import Event, Member
from policies.models import CaseStudy, ReviewEvent

from . import files, index

WHOLE = 300  # seconds
# Where transactions overlap, an event can become visible after others with higher numbers. The sum
# of the latest numbers tells, as long as no more than so many were written in the meantime.
LATEST = 1000


def state():
    """A key that changes with whatever is published, taken back or corrected."""
    numbers = [
        tuple(model.objects.order_by("-pk")[:LATEST].aggregate(Max("pk"), Sum("pk")).values())
        for model in (ReviewEvent, Event)
    ]
    newest = CaseStudy.objects.aggregate(Max("pk")), Member.objects.aggregate(Max("updated_at"))
    return *numbers, newest


class Watcher:
    """Looks again and again, and compares the whole where that may find something."""

    def __init__(self):
        self.seen = None
        self.compared_at = 0.0

    def look(self, *, rebuild=False, progress=None):
        """Bring the index in step where it may not be; gives what ``index.sync`` gives, or None."""
        now = state()
        if not rebuild and now == self.seen and not self._is_due():
            return None
        changed = index.sync(rebuild=rebuild, progress=progress)
        # What was written since ``state`` was asked is seen by the next look, if not by this one.
        self.seen, self.compared_at = now, time.monotonic()
        return changed

    def _is_due(self):
        # An index that is gone or damaged, or that somebody could not bring in step, is looked at too.
        return (
            time.monotonic() - self.compared_at > WHOLE
            or files.is_pending(files.root())
            or index.reader() is None
        )
