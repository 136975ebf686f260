"""When something changed on this machine that the public may see.

Every statement that writes is looked at, whichever code sends it: unless the table holds nothing
that public pages show, one byte is added to a file once the transaction is committed. All processes
of the machine look at that file's size, which costs a microsecond, needs no server, and outlives
each of them. So nobody has to remember to tell that something has changed; what writes often and
never in public says so with ``unseen``.
"""

import logging
import os
import re
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

FILE = "changes"
READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "SET", "SHOW", "EXPLAIN", "FETCH")
WRITE = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)

# Apps and models that no public page reads; a test draws every page and looks.
PRIVATE_APPS = ("account", "admin", "auth", "contenttypes", "mfa", "sessions", "usersessions")
PRIVATE_MODELS = (
    "citynet.CommandRun",
    "members.Event",
    "members.Invitation",
    "members.MemberProposal",
    "members.Membership",
    "members.Notice",
    "members.User",
    "policies.Assessment",
    "policies.CaseUse",
    "policies.Correction",
    "policies.ImportRun",
    "policies.Phrase",
    "policies.ReviewNote",
    "policies.Screening",
)

_unseen = ContextVar("unseen", default=False)


@contextmanager
def unseen():
    """For writing what is not public, into tables that hold public things too: drafts."""
    token = _unseen.set(True)
    try:
        yield
    finally:
        _unseen.reset(token)


def version():
    """A key that changes with every public change on this machine, as soon as it is committed."""
    try:
        found = os.stat(_path())  # noqa: PTH116 - every page asks, and making a path takes longer
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def mark():
    """Note that something public has changed; never raises."""
    try:
        _append()
    except OSError:
        logger.exception("A change could not be noted: pages may be some seconds behind")


def _append():
    try:
        with open(_path(), "ab", buffering=0) as file:  # noqa: PTH123 - as above
            file.write(b".")
    except OSError:
        # A full disk has no place for a byte, but for another time.
        os.utime(_path())


def _path():
    return os.path.join(settings.VAR_DIR, FILE)  # noqa: PTH118 - as above


@cache
def private_tables():
    """Names of the tables that no public page reads."""
    models = [model for app in PRIVATE_APPS for model in apps.get_app_config(app).get_models()]
    models += [apps.get_model(name) for name in PRIVATE_MODELS]
    tables = {model._meta.db_table for model in models}
    return tables | {
        field.m2m_db_table() for model in models for field in model._meta.local_many_to_many
    }


def is_public(sql):
    """Whether a statement may change what a public page shows."""
    if not isinstance(sql, str):
        return True
    # PostgreSQL is asked for unions in brackets.
    sql = sql.lstrip("( \n")
    if sql.startswith(READS):
        return False
    found = WRITE.match(sql)
    return not (found and found[1] in private_tables())


def is_asked_for():
    """Whether anything depends on it: pages that are kept, or replicas that may be late."""
    return bool(settings.PAGE_CACHE_SECONDS or settings.REPLICA_URLS)


def _watched(execute, sql, params, many, context):
    done = execute(sql, params, many, context)
    if is_asked_for() and is_public(sql) and not _unseen.get():
        _mark_on_commit(context["connection"])
    return done


def _mark_on_commit(connection):
    """Once a transaction is enough, unless the part of it that asked is rolled back."""
    held = set(connection.savepoint_ids)
    if not any(mark is todo and sids <= held for sids, todo, _robust in connection.run_on_commit):
        transaction.on_commit(mark, using=connection.alias)


def watch(connection, **signal):
    """Look at all that a new connection is asked to write."""
    if _watched not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watched)
