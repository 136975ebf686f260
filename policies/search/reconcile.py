"""Whether the index may be behind the database: asked often, so it costs a few small queries.

Comparing the stamps of 100,000 cases takes a second. What makes a comparison necessary is nearly
always an event that was written with it, a new case, or a change of a member; so only these are
read, the same few rows however large the library is. Other changes (SQL by hand, other themes or
goals) are found by the full comparison, which is made every ``FULL_COMPARISON`` seconds anyway.
"""

import time

from django.db.models import Max, Sum

from members.models import Event, Member
from policies.models import CaseStudy, ReviewEvent

from . import files, index

FULL_COMPARISON = 300  # seconds
# Where transactions overlap, an event can become visible after others with higher numbers. The sum
# of the latest numbers shows that, as long as no more than these were written in the meantime.
LATEST_EVENTS = 1000


def state():
    """Return a key that changes with whatever is published, unpublished or corrected."""
    numbers = [
        tuple(
            model.objects.order_by("-pk")[:LATEST_EVENTS].aggregate(Max("pk"), Sum("pk")).values()
        )
        for model in (ReviewEvent, Event)
    ]
    newest = CaseStudy.objects.aggregate(Max("pk")), Member.objects.aggregate(Max("updated_at"))
    return *numbers, newest


class Watcher:
    """Looks for changes at intervals, and compares everything where that may find something."""

    def __init__(self):
        self.seen = None
        self.compared_at = 0.0

    def look(self, *, rebuild=False, progress=None):
        """Bring the index in step where it may not be; return what ``index.sync`` does, or None."""
        now = state()
        if not rebuild and now == self.seen and not self._is_due():
            return None
        changed = index.sync(rebuild=rebuild, progress=progress)
        # What was written since ``state`` was read is seen by the next look, if not by this one.
        self.seen, self.compared_at = now, time.monotonic()
        return changed

    def _is_due(self):
        # Also where the index is missing or damaged, or another process left a note.
        return (
            time.monotonic() - self.compared_at > FULL_COMPARISON
            or files.is_pending(files.root())
            or index.reader() is None
        )
