"""The database in a backup, copied by its own means: SQLite's backup, or PostgreSQL's programs.

The programs are found in the folder that ``PG_BIN`` names, else on the PATH. Nothing of a password
stands on a command line. A restore is one transaction: whatever goes wrong leaves what was there.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import pq
from psycopg.conninfo import make_conninfo

from . import BackupRefused

NAME = "database"
# Kept in the database, but of no use elsewhere or later: sessions of people who are signed in, and
# when commands ran on this installation.
LEFT_OUT = ("citynet_commandrun", "django_session", "usersessions_usersession")
LOCK_TIMEOUT = 60  # seconds that a restore waits for those who still use the tables


def models():
    """Return every model with a table of its own, rows between two others included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def used_tables():
    """Return the tables that hold something which no installation has from the start, sorted."""
    there = set(connection.introspection.table_names())
    tables = {model._meta.db_table for model in models()} - {*LEFT_OUT, *settings.REFERENCE_TABLES}
    return sorted(table for table in tables & there if _has_rows(table))


def _has_rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 - a name of our own
        return cursor.fetchone() is not None


def migrations(using=connection):
    """Return the migrations of the database as sorted "app.name"."""
    return sorted(".".join(each) for each in MigrationRecorder(using).applied_migrations())


def unknown_migrations(names):
    """Return those of the migrations that this code does not know: a newer release has made them."""
    known = {
        ".".join(each) for each in MigrationLoader(None, ignore_no_migrations=True).graph.nodes
    }
    return [name for name in names if name not in known]


@contextmanager
def snapshot():
    """Read the database as it is at this moment, whatever others write meanwhile.

    Writers do not wait for it, nor it for them.
    """
    if connection.vendor == "sqlite":
        # Django would begin every transaction as one that writes.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                cursor.execute("SELECT 1 FROM django_migrations")
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def dump(path):
    """Write the database as it is in the :func:`snapshot` to ``path``. Raises ``OSError``."""
    if connection.vendor == "sqlite":
        with _sqlite_errors(), closing(sqlite3.connect(path)) as copy:
            # It is for us alone, so that it needs no second file for the case of a crash.
            copy.execute("PRAGMA journal_mode = OFF")
            connection.connection.backup(copy)
            copy.execute("PRAGMA secure_delete = ON")
            for table in LEFT_OUT:
                copy.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of our own
            copy.commit()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (moment,) = cursor.fetchone()
    _run(
        "pg_dump",
        *("--format=custom", "--no-owner", "--no-privileges", f"--file={path}"),
        f"--snapshot={moment}",
        *(f"--table={table}" for table in _tables()),
        *(f"--exclude-table-data={table}" for table in LEFT_OUT),
    )


def restore(path):
    """Put the copy at ``path`` in the place of all tables, in one transaction."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with _sqlite_errors(), closing(sqlite3.connect(path)) as copy:
            # All pages in one step: one transaction, which readers see whole or not at all.
            copy.backup(connection.connection)
        connection.close()
        return
    before = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}s'; SET LOCAL client_min_messages = warning"
    if tables := _tables():
        before += f"; DROP TABLE {', '.join(tables)} CASCADE"
    # The dump is read whole before anything is run: a text that stops half way would be taken for
    # its end.
    text = path.with_suffix(".sql")
    _run("pg_restore", "--no-owner", "--no-privileges", f"--file={text}", path, database=False)
    _run(
        "psql",
        *("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"),
        *("--single-transaction", f"--command={before}", f"--file={text}"),
    )
    connection.close()


def _tables():
    """Return all tables of the database by their whole names, as SQL has them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
    return [f'"{schema}"."{table}"' for table in connection.introspection.table_names()]


@contextmanager
def _sqlite_errors():
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def program(name):
    """Return the path of a program of PostgreSQL. Raises ``BackupRefused`` where it is not found."""
    found = shutil.which(name, path=settings.PG_BIN or None)
    if found is None:
        where = f"in {settings.PG_BIN} (PG_BIN)" if settings.PG_BIN else "on the PATH"
        raise BackupRefused(
            f"The program {name} is not {where}. Debian has it in postgresql-client."
        )
    return found


def _run(name, *options, database=True):
    """Run a program of PostgreSQL on the database of the connection, whose password it is given in
    its environment; raises ``OSError`` with what it said where it fails."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - {"password"}
    given = connection.get_connection_params()
    address = make_conninfo(**{name: given[name] for name in known & given.keys()})
    done = subprocess.run(  # noqa: S603 - our own command
        [program(name), *options, *([f"--dbname={address}"] if database else [])],
        env=os.environ | {"PGPASSWORD": given.get("password", "")},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise OSError(f"{name} failed with {done.returncode}: {said[-2000:]}")
