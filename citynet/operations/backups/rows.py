"""Rows of the database as lines of JSON, the same for every kind of database, and back."""

import datetime
import gzip
import json
from contextlib import contextmanager
from itertools import islice

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils.duration import duration_string

from .state import LEFT_OUT, models

ROWS_READ = 2000  # from the database in one go
CHUNK = 4_000_000  # bytes of lines in one member of the archive
LEVEL = 5  # of compression: a third less work than 6, hardly larger
# Kinds of columns that JSON has no value for, or that databases keep in ways of their own.
CONVERTED = frozenset(
    {
        "BinaryField",
        "DateField",
        "DateTimeField",
        "DecimalField",
        "DurationField",
        "JSONField",
        "TimeField",
        "UUIDField",
    }
)


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


def columns():
    """Table -> names of its columns, of all tables that are kept."""
    return {
        model._meta.db_table: [field.column for field in model._meta.concrete_fields]
        for model in models()
        if model._meta.db_table not in LEFT_OUT
    }


def write(archive, progress):
    """Add every row to the ``archive``; gives how many each table has.

    ``progress`` is called with the name of a table and the number of its rows so far.
    """
    counts = {}
    for number, model in enumerate(models()):
        table = model._meta.db_table
        if table in LEFT_OUT:
            continue
        counts[table] = 0
        for part, (lines, count) in enumerate(_chunks(_rows(model))):
            counts[table] += count
            name = f"rows/{number:03}-{table}/{part:06}.jsonl.gz"
            archive.add(name, gzip.compress(lines, LEVEL, mtime=0))
            progress(table, counts[table])
    return counts


def _rows(model):
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(connection.alias).order_by("pk").values_list(*names)
    return rows.iterator(chunk_size=ROWS_READ)


def _chunks(rows):
    """The rows as (lines, how many), each about ``CHUNK`` bytes."""
    lines, size = [], 0
    for row in rows:
        lines.append(encode(row))
        size += len(lines[-1])
        if size >= CHUNK:
            yield b"".join(lines), len(lines)
            lines, size = [], 0
    if lines:
        yield b"".join(lines), len(lines)


def encode(row):
    """A row as a line of JSON."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_as_text)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _as_text(value):
    if isinstance(value, datetime.timedelta):
        return duration_string(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def decode(lines, fields):
    """The rows in ``lines``, each a list of what the database takes for ``fields``."""
    special = [
        (place, field)
        for place, field in enumerate(fields)
        if field.get_internal_type() in CONVERTED
    ]
    for line in lines:
        row = json.loads(line)
        for place, field in special:
            if row[place] is not None:
                value = field.to_python(row[place])
                row[place] = field.get_db_prep_save(value, connection)
        yield row


def load(archive, known, progress):
    """Put the rows of ``archive`` into the empty tables of the models ``known``, in one transaction.

    Gives how many each table has. Raises ``IntegrityError`` where rows do not fit together.
    """
    by_table = {model._meta.db_table: model for model in known}
    counts = {}
    with transaction.atomic():
        _empty(by_table)
        for name in archive.names("rows/"):
            table = name.split("/")[1].partition("-")[2]
            fields = _fields(by_table[table], archive.head["columns"][table])
            lines = gzip.decompress(archive.read(name)).splitlines()
            _insert(table, fields, decode(lines, fields))
            counts[table] = counts.get(table, 0) + len(lines)
            progress(table, counts[table])
        _set_numbers(known, archive.head["numbers"])
    return counts


def _fields(model, names):
    fields = {field.column: field for field in model._meta.concrete_fields}
    return [fields[name] for name in names]


def _empty(by_table):
    """Take out what migrations have put in."""
    with connection.cursor() as cursor:
        for table in by_table:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of our own


def _insert(table, fields, rows):
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({places})"  # noqa: S608 - names of our own
        while batch := list(islice(rows, ROWS_READ)):
            cursor.executemany(statement, batch)


def numbers():
    """Table -> the last number that was given to a row: none is given twice, even of a row that is
    gone, because addresses and the record name it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            found = dict(cursor.fetchall())
            return {name: number for name, number in found.items() if name in columns()}
        found = {}
        for table, column in _numbered(models()):
            cursor.execute(
                "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
                [connection.ops.quote_name(table), column],
            )
            (number,) = cursor.fetchone()
            if number is not None and table not in LEFT_OUT:
                found[table] = number
        return found


def _numbered(known):
    """(table, column) of the models whose rows the database numbers."""
    for model in known:
        if model._meta.auto_field:
            yield model._meta.db_table, model._meta.auto_field.column


def _set_numbers(known, last):
    """Let the databases go on numbering where the other one has stopped."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), known):
            cursor.execute(statement)
        for table, column in _numbered(known):
            if table not in last:
                continue
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, last[table]])
            else:
                name = connection.ops.quote_name(table)
                cursor.execute(f"SELECT max({connection.ops.quote_name(column)}) FROM {name}")  # noqa: S608 - names of our own
                highest = max(cursor.fetchone()[0] or 1, last[table])
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [name, column, highest]
                )
