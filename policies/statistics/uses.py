"""How often cases are opened and taken along, counted without knowing by whom.

A case, a month, two numbers: no cookie, no address, no trail. What was counted is kept in the
process for a while and then added to the database in one go, after an answer has been sent, so that
no page waits for it. A process that is killed loses what it had not written yet; several processes
add up. Answers out of a browser's or a proxy's own store never reach us: the numbers are too small
rather than too large.
"""

import atexit
import logging
import re
import threading
import time
from collections import Counter
from http import HTTPStatus

from django.conf import settings
from django.core.signals import request_finished
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.dispatch import receiver
from django.utils import timezone

from policies.models import CaseStudy, CaseUse

logger = logging.getLogger(__name__)

VIEWS, EXPORTS = "views", "exports"
# Addresses that are about one case, by name.
COUNTED = {
    "policies:case": VIEWS,
    "policies:cite": EXPORTS,
    "policies:case-jsonl": EXPORTS,
}
# Taking the whole library along says nothing of any one case.
LONGEST_LIST = 1000
# Who says that it is a machine, or says nothing, is none of the readers.
MACHINE = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|fetch|preview|monitor|scan|archiv|headless|lighthouse|"
    r"^(curl|wget|python|java|go-http|php|ruby|perl|okhttp|axios|node|libwww|httpie)",
    re.IGNORECASE,
)
ROWS = 500  # rows of one statement


class Buffer:
    """What this process has counted and not written yet."""

    def __init__(self):
        self._lock = threading.Lock()
        self._counted = Counter()
        self._written_at = time.monotonic()

    def add(self, kind, cases):
        """Count one more ``kind`` of use in this month for each of the keys of ``cases``."""
        month = f"{timezone.localdate():%Y-%m}"
        with self._lock:
            self._counted.update((case, month, kind) for case in cases)

    def is_due(self):
        """Whether there is something to write and enough time has passed."""
        seconds = settings.USES_WRITTEN_EVERY
        return bool(
            self._counted and seconds is not None and time.monotonic() - self._written_at >= seconds
        )

    def write(self):
        """Add everything to the database; what cannot be written now is kept for the next time."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
            self._written_at = time.monotonic()
        if not counted:
            return
        try:
            _add(counted)
        except (DatabaseError, InterfaceError):
            logger.exception("Uses of cases could not be written")
            with self._lock:
                self._counted.update(counted)


buffer = Buffer()


@transaction.atomic
def _add(counted):
    """Add numbers to the rows of the database, and make those that are missing.

    One statement adds, so that processes that write at the same time never overwrite each other;
    the rows are in order, so that they never wait for each other in a circle either.
    """
    rows = {}
    for (case, month, kind), number in counted.items():
        rows.setdefault((case, month), Counter())[kind] += number
    keys = sorted(rows)
    for start in range(0, len(keys), ROWS):
        part = keys[start : start + ROWS]
        wanted = {case for case, _month in part}
        there = set(CaseStudy.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        values = [
            (case, month, rows[case, month][VIEWS], rows[case, month][EXPORTS])
            for case, month in part
            if case in there
        ]
        if values:
            _upsert(values)


def _upsert(values):
    """Add (case, month, views, exports) to what is there. Django can only overwrite in one go."""
    table = connection.ops.quote_name(CaseUse._meta.db_table)
    places = ", ".join(["(%s, %s, %s, %s)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (case_id, month, views, exports) VALUES {places} "  # noqa: S608 - no value is in the text
            "ON CONFLICT (case_id, month) DO UPDATE SET "
            f"views = {table}.views + excluded.views, "
            f"exports = {table}.exports + excluded.exports",
            [value for row in values for value in row],
        )


def is_machine(request):
    """Whether the request says that no person asks: a robot, a program, a look ahead."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return not agent or bool(MACHINE.search(agent)) or "prefetch" in purpose.lower()


def taken_along(request, revisions):
    """The revisions of a list that is sent as a file, each counted as taken along."""
    person = request.method == "GET" and not is_machine(request)
    cases = []
    for revision in revisions:
        yield revision
        cases.append(revision.case_id)
    if person and len(cases) <= LONGEST_LIST:
        buffer.add(EXPORTS, cases)


def count_uses(get_response):
    """Middleware outside of the one that answers 304: those, HEAD and errors do not count."""

    def middleware(request):
        answer = get_response(request)
        match = request.resolver_match
        kind = COUNTED.get(match.view_name) if match else None
        if (
            kind
            and request.method == "GET"
            and answer.status_code == HTTPStatus.OK
            and not is_machine(request)
        ):
            buffer.add(kind, [int(match.kwargs["pk"])])
        return answer

    return middleware


@receiver(request_finished)
def write_when_due(**signal):
    """When an answer has been sent: nobody waits for the database."""
    if buffer.is_due():
        buffer.write()


@atexit.register
def write_at_the_end():
    """What a process has counted when it is asked to stop is not lost."""
    if settings.USES_WRITTEN_EVERY is not None:
        buffer.write()
