"""How often cases are opened and exported, counted without knowing by whom.

A case, a month, two numbers: no cookie, no address. Each process buffers its counts. Responses from
the cache of a browser or proxy are not seen, so the numbers are too small rather than too large.
"""

import re
from collections import Counter
from http import HTTPStatus

from django.db import connection, transaction
from django.utils import timezone

from policies.models import CaseStudy, CaseUse

from .buffer import Buffer, register

VIEWS, EXPORTS = "views", "exports"
# Addresses that are about one case, by name.
COUNTED = {
    "policies:case": VIEWS,
    "policies:cite": EXPORTS,
    "policies:case-jsonl": EXPORTS,
}
# Exporting the whole library says nothing about a single case.
MAX_LIST = 1000
# User agents that are no readers; an empty one is none either.
MACHINE = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|fetch|preview|monitor|scan|archiv|headless|lighthouse|"
    r"^(curl|wget|python|java|go-http|php|ruby|perl|okhttp|axios|node|libwww|httpie)",
    re.IGNORECASE,
)
ROWS = 500  # rows of one statement


@transaction.atomic
def _add(counted):
    """Add numbers to the rows of the database, and create those that are missing.

    One statement adds, so that processes that write at the same time do not overwrite each other;
    the rows are sorted, so that they do not deadlock either.
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
    """Add (case, month, views, exports) to what is there. Django's upsert can only overwrite."""
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


buffer = register(Buffer("Uses of cases", _add))


def count(kind, cases):
    """Count one more ``kind`` of use in this month for each of the keys of ``cases``."""
    month = f"{timezone.localdate():%Y-%m}"
    buffer.count([(case, month, kind) for case in cases])


def is_machine(request):
    """Return whether the request does not come from a person: a robot, a program, a prefetch."""
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return not agent or bool(MACHINE.search(agent)) or "prefetch" in purpose.lower()


def count_export(request, revisions):
    """Yield the revisions of a list that is sent as a file, and count each as exported."""
    person = request.method == "GET" and not is_machine(request)
    cases = []
    for revision in revisions:
        yield revision
        cases.append(revision.case_id)
    if person and len(cases) <= MAX_LIST:
        count(EXPORTS, cases)


def count_uses(get_response):
    """Middleware that counts; outside of the one for 304, as those, HEAD and errors do not count."""

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
            count(kind, [int(match.kwargs["pk"])])
        return answer

    return middleware
