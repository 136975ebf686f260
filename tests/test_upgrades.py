"""Upgrades: forward, back and forward again, from the first release, and while that still runs.

The database of the first release is in ``tests/data``, with the script that made it.
"""

import gzip
import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse

from members.models import Member, User
from policies.models import CaseStudy, Revision
from policies.search import index
from policies.workflow import authoring, moderation

FIRST_RELEASE = Path(__file__).parent / "data" / "first_release.jsonl.gz"
OURS = ("citynet", "members", "policies", "sdg")
APPLIED = "migrations.migration"
# What migrations add to by themselves; everything else stays as it was.
MAY_GROW = {"auth.permission", "auth.group", "auth.group_permissions", "contenttypes.contenttype"}


@pytest.fixture
def empty(django_db_setup, django_db_blocker, tmp_path):
    """A database of its own, without any table, in the place of the tests' usual one."""
    with django_db_blocker.unblock():
        usual = connections["default"]
        own = connections.create_connection("default")
        if usual.vendor == "sqlite":
            name = str(tmp_path / "upgrade.sqlite3")
        else:
            name = f"upgrade_{uuid4().hex}"
            with usual._nodb_cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name}")
        own.settings_dict = {**usual.settings_dict, "NAME": name}
        connections["default"] = own
        try:
            yield
        finally:
            own.close()
            connections["default"] = usual
            if usual.vendor != "sqlite":
                with usual._nodb_cursor() as cursor:
                    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def first_release():
    """The tables of the first release: {model: (columns, rows)}."""
    with gzip.open(FIRST_RELEASE, "rt", encoding="utf-8") as lines:
        tables = [json.loads(line) for line in lines]
    return {each["model"]: (each["columns"], each["rows"]) for each in tables}


def migrated_to(migrations):
    """Bring the database to these migrations, as (app, name); gives the models of that time."""
    executor = MigrationExecutor(connection)
    executor.migrate(migrations)
    executor.loader.build_graph()
    return executor.loader.project_state(migrations).apps


def old_migrations(tables):
    columns, rows = tables[APPLIED]
    app, name = columns.index("app"), columns.index("name")
    return [(row[app], row[name]) for row in rows if row[app] not in ("sessions", "usersessions")]


def values(model, columns, row):
    """The values of a row as its model would have them."""
    fields = [model._meta.get_field(column) for column in columns]
    return tuple(field.to_python(value) for field, value in zip(fields, row, strict=True))


def write(models, tables):
    """Write the rows with the models of their time, all or nothing."""
    written = []
    with transaction.atomic():
        for label, (columns, rows) in tables.items():
            model = models.get_model(label)
            for field in model._meta.local_fields:
                # Times are those of the row, not of the test.
                field.auto_now = field.auto_now_add = False
            model._base_manager.bulk_create(
                [
                    model(**dict(zip(columns, values(model, columns, row), strict=True)))
                    for row in rows
                ]
            )
            written.append(model)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), written):
                cursor.execute(statement)
    connection.check_constraints()


def stored(model, columns):
    """Primary key -> values of all rows."""
    key = columns.index(model._meta.pk.attname)
    return {row[key]: row for row in model._base_manager.values_list(*columns)}


def shape():
    """Tables of ours, with their columns and constraints."""
    found = connection.introspection
    with connection.cursor() as cursor:
        tables = [
            name
            for name in found.table_names(cursor)
            if name.startswith(tuple(f"{label}_" for label in OURS))
        ]
        return {
            table: (
                sorted(
                    (column.name, column.type_code, column.null_ok)
                    for column in found.get_table_description(cursor, table)
                ),
                sorted(
                    (
                        (
                            each["columns"] or [],
                            each["unique"],
                            each["check"],
                            each["foreign_key"] or (),
                        )
                        for each in found.get_constraints(cursor, table).values()
                    ),
                    key=str,
                ),
            )
            for table in tables
        }


def test_every_migration_goes_forward_back_and_forward_again(empty):
    call_command("migrate", verbosity=0)
    before = shape()
    assert {table.split("_")[0] for table in before} == set(OURS)

    for label in OURS:
        call_command("migrate", label, "zero", verbosity=0)
    assert shape() == {}
    assert not MigrationRecorder.Migration.objects.filter(app__in=OURS).exists()

    call_command("migrate", verbosity=0)
    assert shape() == before


@pytest.fixture
def upgraded(empty):
    """The database of the first release, brought to the newest state as an operator does."""
    tables = first_release()
    old = migrated_to(old_migrations(tables))
    write(old, {label: table for label, table in tables.items() if label != APPLIED})
    call_command("migrate", verbosity=0)
    return tables


def test_first_release_is_upgraded_without_loss(upgraded, settings):
    for label, (columns, rows) in upgraded.items():
        if label == APPLIED:
            continue
        model = apps.get_model(label)
        now = stored(model, columns)
        key = columns.index(model._meta.pk.attname)
        expected = {row[key]: row for row in (values(model, columns, row) for row in rows)}
        if label in MAY_GROW:
            now = {pk: row for pk, row in now.items() if pk in expected}
        assert now == expected, label
    connection.check_constraints()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
            assert cursor.fetchall() == []

    _pages_answer()
    _people_go_on(settings)


def _pages_answer():
    assert index.sync() == (39, 0)
    client = Client()
    twice = Revision.objects.get(title="Public twice", state="published")
    off = CaseStudy.objects.get(revisions__title="Taken off")
    pages = [
        reverse("home"),
        reverse("policies:list") + "?q=bus",
        reverse("policies:list") + "?goal=11&theme=transport",
        reverse("policies:export", args=["csv"]),
        reverse("policies:history", args=[twice.case_id, twice.case.slug]),
        reverse("policies:revision", args=[twice.case_id, twice.case.slug, 1]),
        reverse("members:list"),
        reverse("sdg:coverage"),
        *(member.get_absolute_url() for member in Member.objects.filter(cases__isnull=False)[:3]),
        *(each.get_absolute_url() for each in CaseStudy.objects.live()[:5]),
    ]
    for address in pages:
        assert client.get(address).status_code == 200, address
    assert client.get(off.get_absolute_url()).status_code in (404, 410)


def _people_go_on(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    official = authenticate(email="person3@city.example", password="a long password 3")
    assert official is not None
    client = Client()
    client.force_login(official)
    draft = Revision.objects.get(title="Still a draft")
    for address in (reverse("my:home"), reverse("policies:edit", args=[draft.case_id])):
        assert client.get(address).status_code == 200, address

    # New rows get numbers that nobody has.
    case = CaseStudy.objects.get(revisions__title="Taken off")
    again = authoring.open_draft(case, user=official)
    assert again.photos.count() == 1
    again = moderation.submit(again, by=official)
    moderation.publish(again, by=User.objects.get(email="person1@city.example"))
    assert index.sync()[0] <= 1
    assert index.count() == 40


def test_code_of_the_first_release_goes_on_while_its_database_is_new(empty):
    tables = first_release()
    executor = MigrationExecutor(connection)
    old = executor.loader.project_state(old_migrations(tables)).apps
    executor.migrate(executor.loader.graph.leaf_nodes())
    ours = {
        label: table
        for label, table in tables.items()
        if label.split(".")[0] in OURS and label != "members.user_user_permissions"
    }

    write(old, ours)

    for label, (columns, rows) in ours.items():
        model = old.get_model(label)
        key = columns.index(model._meta.pk.attname)
        expected = {row[key]: row for row in (values(model, columns, row) for row in rows)}
        assert stored(model, columns) == expected, label
