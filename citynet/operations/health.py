"""The checks behind ``/healthz`` and ``/readyz``; each app registers its own.

Checks are registered in the ``ready`` of an app's configuration, so that this module imports
no app::

    @health.register_check("index")
    def index_is_complete():
        return {"live": 38, "indexed": 38}, True
"""

import logging
import os
import threading
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from . import command_runs, replicas

logger = logging.getLogger(__name__)

_checks = {}
_readiness_checks = {}


def register_check(name):
    """Decorator for a check of ``/healthz``: it returns what is shown as ``name``, and whether all
    is well. Where it raises, the page shows null and the log tells why."""
    return _registered(_checks, name)


def register_readiness(name):
    """Decorator for a check of ``/readyz``: it returns whether visitors can be sent here."""
    return _registered(_readiness_checks, name)


def _registered(checks, name):
    def register(check):
        checks[name] = check
        return check

    return register


def health():
    """Return what ``/healthz`` shows by name, and whether all is well."""
    state = {"database": works(database_answers), "storage": works(storage_answers)}
    is_well = all(state.values())
    for name, check in _checks.items():
        state[name], passed = _result(check, name)
        is_well = is_well and passed
    state["runs"], passed = _result(_ages_of_runs, "runs")
    # Shown, but not a failure of this process: another one would not send the e-mails either.
    state["late"] = command_runs.late(state["runs"] or {})
    return state, is_well and passed


def works(check, name=""):
    """Return whether ``check()`` is true; False when it raises, which only the log tells."""
    return bool(_result(lambda: (None, check()), name or check.__name__)[1])


def _result(check, name):
    """Return what ``check()`` returns, or (None, False) when it raises, which only the log tells."""
    try:
        return check()
    except Exception:
        logger.exception("Health check failed: %s", name)
        return None, False


def _ages_of_runs():
    return command_runs.ages(), True


class Readiness:
    """Caches the result of the readiness checks for a moment, however many requests ask for it."""

    def __init__(self):
        self._lock = threading.Lock()
        self.forget()

    def forget(self):
        self._asked_at, self._found = -1e9, {}
        self._is_migrated = False

    def parts(self):
        """Return each part by name, and whether it is ready."""
        with self._lock:
            now = time.monotonic()
            if now - self._asked_at >= settings.READINESS_KEPT_FOR:
                self._found = self._look()
                self._asked_at = now
            return self._found

    def _look(self):
        database = works(database_answers)
        if not database and self._found and all(self._found.values()) and works(replicas.answers):
            # Public pages are read from a replica meanwhile: as ready as before.
            return self._found
        checks = {"migrations": self._migrated} | _readiness_checks
        return {
            "database": database,
            "static": works(static_files_are_there),
            **{name: database and works(check, name) for name, check in checks.items()},
        }

    def _migrated(self):
        """Return whether all migrations that this code knows are applied; later ones do no harm."""
        if not self._is_migrated:
            executor = MigrationExecutor(connection)
            # Reading them takes a while, and what was applied stays so.
            self._is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._is_migrated


def database_answers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def storage_answers():
    """Return whether files can be stored: a folder can be written to, another store can be asked."""
    if isinstance(default_storage, FileSystemStorage):
        folder = Path(default_storage.location)
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK)
    default_storage.exists("healthz")
    return True


def static_files_are_there():
    """Return whether this process knows the names of the collected files, where these have a hash."""
    names = getattr(staticfiles_storage, "hashed_files", None)
    return names is None or "css/site.css" in names


readiness = Readiness()
