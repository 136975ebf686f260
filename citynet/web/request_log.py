"""What one request did, measured as it passes: one line in the log, and its id in the answer.

Nothing of the person is kept: no address, no query string, no cookie, no key, no account; the page is
named by its route and not by its path, which may hold a secret of a link.
"""

import logging
import re
import secrets
import time
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.db.backends.signals import connection_created
from django.dispatch import Signal, receiver
from django.http import FileResponse, HttpRequest

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
# Anybody can invent a method; those of the web are told apart.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked every few seconds by machines: their lines would bury the others.
QUIET = frozenset({"healthz", "readyz", "metrics"})
SERVER_ERROR = 500
SQL_LENGTH = 2000

# Sent with ``passage`` and ``status`` when a request is over, for those who count.
request_over = Signal()


@dataclass(slots=True)
class Passage:
    """A request on its way: what is known of it so far. Times are in seconds."""

    id: str
    request: HttpRequest
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    queries: int = 0
    query_errors: int = 0
    query_seconds: float = 0.0
    # What others have to tell of it, in a word each: that a kept page was sent, for example.
    notes: dict = field(default_factory=dict)

    @property
    def method(self):
        return self.request.method if self.request.method in METHODS else "OTHER"

    @property
    def route(self):
        return route_of(self.request)


def route_of(request):
    """The name of the address, or its view where it has none; None where no page was found."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else None


_current = ContextVar("passage", default=None)


def current():
    """The :class:`Passage` of the request that is being answered, or None."""
    return _current.get()


def current_id():
    """The id of the request that is being answered; empty outside of one."""
    passage = _current.get()
    return passage.id if passage else ""


def note(**facts):
    """Add plain facts, none of them about a person, to what is told of the current request."""
    passage = _current.get()
    if passage:
        passage.notes.update(facts)


def log_requests(get_response):
    """Middleware, the outermost: give each request an id, and tell of it when it is over."""

    def middleware(request):
        passage = Passage(_id_of(request), request)
        request.passage = passage
        token = _current.set(passage)
        try:
            response = get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = passage.id
        if response.streaming and not isinstance(response, FileResponse):
            # Its rows are still to be read: the request is over when the last one is sent.
            content = response.streaming_content
            response.streaming_content = _until_the_end(content, passage, response.status_code)
        else:
            _tell(passage, response.status_code)
        return response

    return middleware


def _id_of(request):
    """The id that the proxy gave, where there is a proxy of ours; otherwise a new one."""
    given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
    return given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8)


def _until_the_end(content, passage, status):
    _current.set(passage)
    try:
        yield from content
    finally:
        _current.set(None)
        _tell(passage, status)


def _tell(passage, status):
    passage.seconds = time.perf_counter() - passage.started
    request_over.send(sender=None, passage=passage, status=status)
    slow = passage.seconds * 1000 >= settings.SLOW_REQUEST_MS
    level = logging.INFO
    if slow:
        level = logging.WARNING
    elif passage.route in QUIET and status < SERVER_ERROR:
        level = logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    facts = {
        "request_id": passage.id,
        "method": passage.method,
        "route": passage.route,
        "status": status,
        "ms": round(passage.seconds * 1000, 1),
        "queries": passage.queries,
        "sql_ms": round(passage.query_seconds * 1000, 1),
        **passage.notes,
    }
    logger.log(level, "Slow request" if slow else "Request", extra={"facts": facts})


def watch_query(execute, sql, params, many, context):
    """Around each query: count it for its request, and tell of a slow one, without its values."""
    passage = _current.get()
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    except Exception:
        if passage:
            passage.query_errors += 1
        raise
    finally:
        seconds = time.perf_counter() - started
        if passage:
            passage.queries += 1
            passage.query_seconds += seconds
        if seconds * 1000 >= settings.SLOW_QUERY_MS:
            facts = {"sql": str(sql)[:SQL_LENGTH], "ms": round(seconds * 1000, 1)}
            logger.warning("Slow query", extra={"facts": facts})


@receiver(connection_created)
def watch_connection(connection, **signal):
    """Once a connection object, which stays when the connection itself is made anew."""
    if watch_query not in connection.execute_wrappers:
        # First in the list: others put theirs at its end and take the last one away again.
        connection.execute_wrappers.insert(0, watch_query)
