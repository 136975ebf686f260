"""A database is restored beside the one in use, and put in its place by one transaction.

Until then the one in use is not touched, whatever goes wrong; a crash leaves it as it was, and what
was begun is cleared away by the next restore.
"""

import sqlite3
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from . import rows
from .state import models

# The schema (PostgreSQL) or the ending of the file (SQLite) in which a database is built.
BESIDE = "restoring"
ENDINGS = ("", "-wal", "-shm", "-journal")
# Seconds that the change of databases waits for those who still use the old one.
PATIENCE = 60


@contextmanager
def rebuilt(archive, progress):
    """Build the database of ``archive`` beside; gives the function that puts it in place.

    The schema is first that of the backup; after its rows are in, the migrations that came later
    are run, so that they change rows as they would have done in use.
    """
    make = _sqlite if connection.vendor == "sqlite" else _postgresql
    with make() as (beside, put_in_place):
        with beside():
            executor = MigrationExecutor(connection)
            state = executor.migrate(_last(executor, archive.head["migrations"]))
            known = state.apps.get_models(include_auto_created=True)
            rows.load(archive, [each for each in known if each._meta.managed], progress)
            call_command("migrate", verbosity=0, interactive=False)
        yield put_in_place


def _last(executor, migrations):
    """Those of ``migrations`` on which none of the others builds."""
    known = {tuple(each) for each in migrations}
    nodes = executor.loader.graph.node_map
    return sorted(
        each for each in known if known.isdisjoint(child.key for child in nodes[each].children)
    )


@contextmanager
def _leading(**changes):
    """Let the default connection lead elsewhere for a while."""
    former = connection.settings_dict
    connection.close()
    connection.settings_dict = former | changes
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = former


@contextmanager
def _sqlite():
    path = Path(connection.settings_dict["NAME"])
    new = path.with_name(f"{path.name}.{BESIDE}")

    def clear():
        for ending in ENDINGS:
            Path(f"{new}{ending}").unlink(missing_ok=True)

    def put_in_place():
        source, target = sqlite3.connect(new), sqlite3.connect(path, timeout=PATIENCE)
        try:
            # All pages in one step: one transaction, which readers see whole or not at all.
            source.backup(target)
        finally:
            source.close()
            target.close()

    clear()
    try:
        yield lambda: _leading(NAME=str(new)), put_in_place
    finally:
        connection.close()
        clear()


@contextmanager
def _postgresql():
    quote = connection.ops.quote_name
    options = connection.settings_dict["OPTIONS"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()

    def execute(*statements):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def put_in_place():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [BESIDE])
            new = {table for (table,) in cursor.fetchall()}
            for table in sorted(new | own_tables()):
                cursor.execute(f"DROP TABLE IF EXISTS {quote(schema)}.{quote(table)} CASCADE")
            for table in sorted(new):
                cursor.execute(f"ALTER TABLE {BESIDE}.{quote(table)} SET SCHEMA {quote(schema)}")
            cursor.execute(f"DROP SCHEMA {BESIDE} CASCADE")

    clear = f"DROP SCHEMA IF EXISTS {BESIDE} CASCADE"
    execute(clear, f"CREATE SCHEMA {BESIDE}")
    path = f"{options.get('options', '')} -c search_path={BESIDE}".strip()
    try:
        yield lambda: _leading(OPTIONS=options | {"options": path}), put_in_place
    finally:
        execute(clear)


def own_tables():
    """The tables of this code in any database."""
    return {model._meta.db_table for model in models()} | {
        MigrationRecorder.Migration._meta.db_table
    }
