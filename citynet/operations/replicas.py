"""Public pages are read from replicas of the database, where there are any; all else from the primary.

A visitor without a session may read what is some moments old; who is signed in reads what that
person wrote. Commands, and whatever writes, use the primary. libpq finds a replica that answers
(``REPLICA_URL``); where none does, the page is read from the primary, and so are those of the next
seconds.
"""

import logging
import time
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connections

logger = logging.getLogger(__name__)

PRIMARY, REPLICA = "default", "replica"
AWAY_SECONDS = 30  # for which replicas that do not answer are not asked again
# Apps whose rows the public reads. Sessions, limits and second factors are asked of the primary.
PUBLIC_APPS = frozenset(
    {
        *("sdg", "members", "policies", "exchange", "seminars", "local_reviews"),
        *("collections", "portal"),
    }
)
# First parts of paths where people sign in or change something.
ACTING = frozenset({"accounts", "admin", "my"})

_alias = ContextVar("alias", default=PRIMARY)


class Router:
    """Django's database router."""

    def db_for_read(self, model, **hints):
        return _alias.get() if model._meta.app_label in PUBLIC_APPS else PRIMARY

    def db_for_write(self, model, **hints):
        return PRIMARY

    def allow_relation(self, one, other, **hints):
        # Both databases hold the same rows.
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == PRIMARY


@contextmanager
def primary():
    """Read from the primary, whatever page is being answered."""
    token = _alias.set(PRIMARY)
    try:
        yield
    finally:
        _alias.reset(token)


def read_replica(get_response):
    """Middleware: choose the database of the request. It wraps everything that reads the database."""
    if not settings.REPLICA_URL:
        raise MiddlewareNotUsed
    away_until = 0.0

    def middleware(request):
        nonlocal away_until
        now = time.monotonic()
        may_be_late = is_for_nobody(request) and now >= away_until
        if may_be_late and away_until:
            # Only this request tries the replicas again; others do not wait for it.
            away_until = now + AWAY_SECONDS
        _alias.set(REPLICA if may_be_late else PRIMARY)
        response = get_response(request)
        if _alias.get() == REPLICA:
            away_until = 0.0
            if response_failed(response):
                logger.warning("No replica answers: %s", response.database_error)
                away_until = time.monotonic() + AWAY_SECONDS
                # Answer again from the primary: nothing was sent yet, and nothing was changed.
                _alias.set(PRIMARY)
                response = get_response(request)
            elif response.streaming:
                response.streaming_content = _from_replica(response.streaming_content)
        _alias.set(PRIMARY)
        return response

    def process_view(request, view, args, kwargs):
        # The view is known only here.
        if getattr(view, "login_required", True):
            _alias.set(PRIMARY)

    middleware.process_view = process_view
    return middleware


def _from_replica(pieces):
    """Yield the pieces of a download, which is read from the replica while it is sent."""
    _alias.set(REPLICA)
    try:
        yield from pieces
    finally:
        _alias.set(PRIMARY)


def is_for_nobody(request):
    """Return whether a request only reads, and is that of a visitor who has no session."""
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        # After the language prefix, if there is one.
        and not ACTING.intersection(request.path_info.split("/")[1:3])
    )


def response_failed(response):
    """Return whether a page could not be made because of a database (``citynet.web.errors``)."""
    return getattr(response, "database_error", None) is not None


def answers():
    """Return whether there are replicas and one of them answers; raises the database's error."""
    if not settings.REPLICA_URL:
        return False
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT 1")
        return True
