"""What each request took, counted while it is answered: one line in the log when it is over.

Nothing of the person is kept: no address, no query string, no cookie, no key, no account; the page is
named by its route and not by its path, which may hold a secret of a link. The id of a request is
given by django-guid.
"""

import logging
import time
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.conf import settings
from django.core.signals import request_finished
from django.db.backends.signals import connection_created
from django.dispatch import Signal, receiver
from django.http import FileResponse, HttpRequest
from django_guid import get_guid

logger = logging.getLogger(__name__)

# Anybody can invent a method; those of the web are told apart.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked every few seconds by machines: their lines would bury the others.
QUIET = frozenset({"healthz", "readyz", "metrics"})
SERVER_ERROR = 500
SQL_LENGTH = 2000

# Sent with ``stats`` when a request is over, for those who count.
request_over = Signal()


@dataclass(slots=True)
class RequestStats:
    """What is known so far of a request. Times are in seconds."""

    request: HttpRequest
    id: str = ""
    status: int = 0
    started: float = field(default_factory=time.perf_counter)
    seconds: float | None = None
    queries: int = 0
    query_errors: int = 0
    query_seconds: float = 0.0
    # What others add in a word each: that a cached page was sent, for example.
    notes: dict = field(default_factory=dict)

    @property
    def method(self):
        return self.request.method if self.request.method in METHODS else "OTHER"

    @property
    def route(self):
        return route_of(self.request)


def route_of(request):
    """Return the name of the address, or its view where it has none; None where no page was found."""
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else None


_current = ContextVar("request_stats", default=None)


def current():
    """Return the :class:`RequestStats` of the request that is being answered, or None."""
    return _current.get()


def current_id():
    """Return the id of the request that is being answered; empty outside of one."""
    return get_guid() or ""


def note(**facts):
    """Add plain facts, none of them about a person, to the line of the current request."""
    stats = _current.get()
    if stats:
        stats.notes.update(facts)


def log_requests(get_response):
    """Middleware, outside of the one of django-guid: measure each request."""

    def middleware(request):
        if not settings.BEHIND_PROXY:
            # Only a proxy of ours may say which id a request has.
            request.META.pop("HTTP_X_REQUEST_ID", None)
        stats = RequestStats(request)
        _current.set(stats)
        response = get_response(request)
        stats.id, stats.status = current_id(), response.status_code
        # Rows that are still to be read belong to the request; sending a file that is there does not.
        if not response.streaming or isinstance(response, FileResponse):
            stats.seconds = time.perf_counter() - stats.started
        return response

    return middleware


@receiver(request_finished)
def log_request(**signal):
    """Log the request that is over: the last byte of it was sent."""
    stats = _current.get()
    _current.set(None)
    if stats is None:
        return
    if stats.seconds is None:
        stats.seconds = time.perf_counter() - stats.started
    request_over.send(sender=None, stats=stats)
    is_slow = stats.seconds * 1000 >= settings.SLOW_REQUEST_MS
    level = logging.INFO
    if is_slow:
        level = logging.WARNING
    elif stats.route in QUIET and stats.status < SERVER_ERROR:
        level = logging.DEBUG
    if not logger.isEnabledFor(level):
        return
    facts = {
        "request_id": stats.id,
        "method": stats.method,
        "route": stats.route,
        "status": stats.status,
        "ms": round(stats.seconds * 1000, 1),
        "queries": stats.queries,
        "sql_ms": round(stats.query_seconds * 1000, 1),
        **stats.notes,
    }
    logger.log(level, "Slow request" if is_slow else "Request", extra={"facts": facts})


def count_query(execute, sql, params, many, context):
    """Around each query: count it for its request, and log a slow one, without its values."""
    stats = _current.get()
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    except Exception:
        if stats:
            stats.query_errors += 1
        raise
    finally:
        seconds = time.perf_counter() - started
        if stats:
            stats.queries += 1
            stats.query_seconds += seconds
        if seconds * 1000 >= settings.SLOW_QUERY_MS:
            facts = {"sql": str(sql)[:SQL_LENGTH], "ms": round(seconds * 1000, 1)}
            logger.warning("Slow query", extra={"facts": facts})


@receiver(connection_created)
def count_queries(connection, **signal):
    """Wrap the queries of a connection object once: it stays when the connection is made anew."""
    if count_query not in connection.execute_wrappers:
        # First in the list: others put theirs at its end and take the last one away again.
        connection.execute_wrappers.insert(0, count_query)
