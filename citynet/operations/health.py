"""Whether this machine may be given visitors: asked by load balancers every second or so."""

import logging
import threading
import time

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from policies.models import CaseStudy
from policies.search import index

from . import replica_lag

logger = logging.getLogger(__name__)


class Readiness:
    """What was found last, kept for a moment: many who ask cost as little as one."""

    def __init__(self):
        self._lock = threading.Lock()
        self.forget()

    def forget(self):
        self._asked_at, self._found = -1e9, {}
        self._is_migrated = False
        self._differs_since = None

    def parts(self):
        """Each part by name, and whether it is ready."""
        with self._lock:
            now = time.monotonic()
            if now - self._asked_at >= settings.READINESS_KEPT_FOR:
                self._found = self._look()
                self._asked_at = now
            return self._found

    def _look(self):
        database = works(database_answers)
        if (
            not database
            and self._found
            and all(self._found.values())
            and replica_lag.are_some_left()
        ):
            # Public pages are read from a replica meanwhile: as ready as before.
            return self._found
        return {
            "database": database,
            "migrations": database and works(self._migrated),
            "index": database and works(self._indexed),
            "static": works(static_files_are_there),
        }

    def _migrated(self):
        """Whether all migrations that this code knows are applied; later ones do no harm."""
        if not self._is_migrated:
            executor = MigrationExecutor(connection)
            # Reading them takes a while, and what was applied stays so.
            self._is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._is_migrated

    def _indexed(self):
        """Whether there is an index, and it has not been behind the database for too long."""
        if index.reader() is None:
            return False
        if CaseStudy.objects.live().count() == index.count():
            self._differs_since = None
            return True
        now = time.monotonic()
        if self._differs_since is None:
            self._differs_since = now
        return now - self._differs_since <= settings.READY_INDEX_LAG


def works(check):
    """Whether ``check()`` is true; False when it raises, which only the log tells."""
    try:
        return bool(check())
    except Exception:
        logger.exception("Health check failed: %s", check.__name__)
        return False


def database_answers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def static_files_are_there():
    """Whether this process knows the names of the collected files, where these carry a hash."""
    names = getattr(staticfiles_storage, "hashed_files", None)
    return names is None or "css/site.css" in names


readiness = Readiness()
