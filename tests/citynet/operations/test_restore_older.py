"""A backup of the first release is restored by this one, which migrates its rows."""

import gzip
import json

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from citynet.operations.backups import archive, state
from policies.models import CaseStudy, Revision
from policies.search import index
from tests.test_upgrades import APPLIED, empty, first_release, old_migrations

__all__ = ["empty"]


def backup_of_the_first_release(path):
    """Write it as that release would have; gives its rows by table."""
    found = first_release()
    migrations = old_migrations(found)
    models = MigrationExecutor(connection).loader.project_state(migrations).apps
    tables = {
        models.get_model(label)._meta.db_table: table
        for label, table in found.items()
        if label != APPLIED
    }
    head = {
        "format": 1,
        "release": "0.1.0",
        "made_at": "2026-11-27T02:10:00+00:00",
        "site": "https://sdg.example.org",
        "database": "sqlite",
        "kind": "rows",
        "schema": "",
        "migrations": migrations,
        "columns": {table: columns for table, (columns, _rows) in tables.items()},
        "numbers": {},
    }
    with archive.written(path) as made:
        made.add_json(archive.HEAD, head)
        for table, (_columns, rows) in tables.items():
            lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
            made.add(f"rows/000-{table}/000000.jsonl.gz", gzip.compress(lines))
        made.finish(
            rows={table: len(rows) for table, (_columns, rows) in tables.items()}, missing=[]
        )
    return {table: rows for table, (_columns, rows) in tables.items()}


def count(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of our own
        return cursor.fetchone()[0]


def test_older_backup_is_migrated(empty, tmp_path):
    rows = backup_of_the_first_release(tmp_path / "first.tar")

    call_command("restore", str(tmp_path / "first.tar"), verbosity=0)

    state.check_in_step()
    for table in ("members_user", "members_member", "policies_revision", "policies_photo"):
        assert count(table) == len(rows[table]) > 0
    public = CaseStudy.objects.live().count()
    assert index.count() == public > 0
    assert Revision.objects.filter(title="Public twice", state="published").count() == 1
    connection.check_constraints()
