"""Large PostgreSQL databases: copied and brought back by PostgreSQL's own programs.

They are found in the folder that ``PG_BIN`` names, else on the PATH. Nothing of a password stands
on a command line.
"""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from .building import PATIENCE, own_tables
from .state import LEFT_OUT, Refused

PIECE = 32 * 1024 * 1024  # bytes of one member of the archive
FOLDER = "dump/"


def program(name):
    """The path of a program of PostgreSQL. Raises ``Refused`` where it is not found."""
    found = shutil.which(name, path=settings.PG_BIN or None)
    if found is None:
        where = f"in {settings.PG_BIN} (PG_BIN)" if settings.PG_BIN else "on the PATH"
        raise Refused(f"The program {name} is not {where}. Debian has it in postgresql-client.")
    return found


def check(*names):
    """Raise ``Refused`` where this database or machine cannot use the programs."""
    if connection.vendor != "postgresql":
        raise Refused("A copy made by pg_dump is for PostgreSQL, and this database is another one.")
    for name in names:
        program(name)


def schema():
    """The schema in which the tables are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def write(archive, progress):
    """Add a dump of the moment at which the transaction of the connection began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (moment,) = cursor.fetchone()
    where = schema()
    command = [
        program("pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={moment}",
        *(f'--table="{where}"."{table}"' for table in sorted(own_tables())),
        *(f'--exclude-table-data="{where}"."{table}"' for table in sorted(LEFT_OUT)),
    ]
    with _running(command, stdout=subprocess.PIPE) as process:
        part = 0
        while piece := process.stdout.read(PIECE):
            part += 1
            archive.add(f"{FOLDER}{part:06}", piece)
            progress("dump", part)


def restore(archive, progress):
    """Put the dump in the place of all tables, in one transaction."""
    if (where := schema()) != archive.head["schema"]:
        raise Refused(f"The tables of the backup are in the schema {archive.head['schema']}.")
    tables = ", ".join(f'"{where}"."{table}"' for table in sorted(own_tables()))
    # In the same transaction as all that follows.
    before = (
        f"SET LOCAL lock_timeout = '{PATIENCE}s'; SET LOCAL client_min_messages = warning; "
        f"DROP TABLE IF EXISTS {tables} CASCADE"
    )
    to_text = [program("pg_restore"), "--no-owner", "--no-privileges", "--file=-"]
    run = [
        program("psql"),
        "--no-psqlrc",
        "--quiet",
        "--output=/dev/null",
        "--set=ON_ERROR_STOP=1",
        "--single-transaction",
        f"--command={before}",
        "--file=-",
    ]
    # The dump is read whole before anything is run: a text that stops half way would be taken for
    # its end.
    with tempfile.TemporaryFile(dir=settings.VAR_DIR) as text:
        with _running(to_text, stdin=subprocess.PIPE, stdout=text) as process:
            for part, name in enumerate(archive.names(FOLDER), 1):
                process.stdin.write(archive.read(name))
                progress("dump", part)
            process.stdin.close()
        text.seek(0)
        with _running(run, stdin=text):
            pass


@contextmanager
def _running(command, **pipes):
    """A program at work on the database of the connection; raises ``OSError`` where it fails."""
    connection.ensure_connection()
    info = connection.connection.info
    environment = os.environ | {"PGPASSWORD": info.password}
    if Path(command[0]).name != "pg_restore":
        command = [command[0], f"--dbname={info.dsn}", *command[1:]]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, env=environment, stderr=told, **pipes)  # noqa: S603 - our own command
        try:
            yield process
        except BrokenPipeError:
            pass
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        if code:
            told.seek(0)
            said = told.read().decode(errors="replace").strip()
            raise OSError(f"{Path(command[0]).name} failed with {code}: {said[-2000:]}")
