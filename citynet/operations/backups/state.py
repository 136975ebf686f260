"""Which code made a backup, what its database looked like, and whether this code can take it."""

from importlib import metadata

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

# Kept in the database, but of no use elsewhere or later: sessions of people who are signed in, and
# when commands ran on this installation.
LEFT_OUT = frozenset({"citynet_commandrun", "django_session", "usersessions_usersession"})
# What ``migrate`` and ``load_reference`` fill: rows there do not make an installation used.
FILLED_AT_INSTALL = frozenset(
    {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_content_type",
        "policies_theme",
        "sdg_goal",
        "sdg_goaltext",
        "sdg_target",
        "sdg_targettext",
    }
)


class Refused(Exception):
    """A backup cannot be made or restored here; nothing was touched. Says what to do."""


def release():
    """The release of this code, as ``pyproject.toml`` names it."""
    try:
        return metadata.version("urban-sdg-knowledge-platform")
    except metadata.PackageNotFoundError:
        return "unknown"


def models():
    """Every model with a table of its own, rows between two others included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def applied():
    """The migrations of the database, as sorted [app, name]."""
    return sorted(map(list, MigrationRecorder(connection).applied_migrations()))


def check_in_step():
    """Raise ``Refused`` where the database is not the one that this code expects."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Refused("The database is older than the code. Run manage.py migrate first.")
    unknown = _unknown(executor, applied())
    if unknown:
        raise Refused(f"The database is newer than the code: it has {unknown[0]}.")


def check_known(head):
    """Raise ``Refused`` for a backup of a newer release. An older one is migrated."""
    if head.get("format") != 1:
        raise Refused("The backup has a format that this release does not know.")
    unknown = _unknown(MigrationExecutor(connection), head["migrations"])
    if unknown:
        raise Refused(
            f"The backup was made by a newer release ({head['release']}; this is {release()}): its "
            f"database has {unknown[0]}. Install that release, then restore."
        )


def _unknown(executor, migrations):
    known = set(executor.loader.disk_migrations)
    return [".".join(each) for each in migrations if tuple(each) not in known]


def used_tables():
    """Tables that hold something which no installation has from the start."""
    there = set(connection.introspection.table_names())
    tables = {model._meta.db_table for model in models()} - LEFT_OUT - FILLED_AT_INSTALL
    return sorted(table for table in tables & there if _has_rows(table))


def _has_rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 - a name of our own
        return cursor.fetchone() is not None
