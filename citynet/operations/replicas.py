"""Public pages are read from replicas of the database, where there are any; all else from the primary.

A page may be read from a replica when anybody may read it and whoever asks carries no session: a
person who is signed in reads what that person wrote. One replica answers the whole page. What it
cannot answer is asked of the primary, and what the primary cannot answer, because it is away, of a
replica: readers notice neither. Which replica is good enough is judged in ``watching``.
"""

import contextvars
import itertools
import logging
from contextlib import contextmanager

from django.conf import settings
from django.db import connections, router
from django.utils.translation import get_language_from_path

from . import replica_lag

logger = logging.getLogger(__name__)

PRIMARY = "default"
# Apps whose rows the public reads. Sessions, limits and second factors are asked of the primary.
PUBLIC_APPS = frozenset({"sdg", "members", "policies"})
# First parts of addresses under which people act, signed in or about to be.
ACTING = frozenset({"accounts", "admin", "my"})

_chosen = contextvars.ContextVar("replica", default=None)


class Router:
    """Django's database router: reads of a public page go where the page is read from."""

    def db_for_read(self, model, **hints):
        alias = _chosen.get()
        return alias if alias and model._meta.app_label in PUBLIC_APPS else PRIMARY

    def db_for_write(self, model, **hints):
        return PRIMARY

    def allow_relation(self, one, other, **hints):
        # They are the same rows, wherever they were read.
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == PRIMARY


def reading(model):
    """The connection on which rows of ``model`` are read now: for statements of our own."""
    return connections[router.db_for_read(model)]


@contextmanager
def primary():
    """Read from the primary, whatever page is being answered."""
    token = _chosen.set(None)
    try:
        yield
    finally:
        _chosen.reset(token)


def reads_primary(view):
    """A decorator for a public view whose answer must never be late."""
    view.reads_primary = True
    return view


class ReadReplicas:
    """Middleware, outside of all that reads the database."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.aliases = replica_lag.aliases()
        self.turns = itertools.count()

    def __call__(self, request):
        if not self.aliases or not _may_be_late(request):
            return self.get_response(request)
        alias = self._next(replica_lag.on_time())
        response = self._answer(request, alias)
        if not _failed(response):
            return response
        # Once more, from the other side: nobody has seen anything yet, and nothing was changed.
        if alias:
            replica_lag.leave_out(alias)
        other = None if alias else self._next(replica_lag.answering())
        if alias or other:
            logger.warning("Read again from %s", other or PRIMARY)
            response = self._answer(request, other)
        return response

    def process_view(self, request, view, args, kwargs):
        # Only here is known which view it is.
        if getattr(view, "login_required", True) or getattr(view, "reads_primary", False):
            _chosen.set(None)

    def _next(self, aliases):
        """One of these, in turn; None where there is none."""
        aliases = [alias for alias in self.aliases if alias in aliases]
        return aliases[next(self.turns) % len(aliases)] if aliases else None

    def _answer(self, request, alias):
        token = _chosen.set(alias)
        try:
            response = self.get_response(request)
            if alias and response.streaming:
                # A download is read while it is sent, after this has returned.
                context = contextvars.copy_context()
                response.streaming_content = _in(context, response.streaming_content)
            return response
        finally:
            _chosen.reset(token)


def _may_be_late(request):
    if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    parts = request.path_info.split("/", 3)
    if get_language_from_path(request.path_info):
        parts = parts[1:]
    return len(parts) < 2 or parts[1] not in ACTING  # noqa: PLR2004 - "" and the first name


def _failed(response):
    """Whether the page could not be made because of a database (see ``portal.views``)."""
    return getattr(response, "database_error", None) is not None


def _in(context, chunks):
    chunks = iter(chunks)
    end = object()
    while (chunk := context.run(next, chunks, end)) is not end:
        yield chunk
