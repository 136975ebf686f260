"""Migrations run while the code before them still serves: what that forbids, found by reading them.

During an upgrade the database is migrated first, and the old code goes on with it until the last
process is restarted. So nothing that it reads may go, and nothing may be demanded of the rows that
it writes. And a large table must not be locked for long. What is done all the same needs a comment
that begins with ``# While the old code runs:`` and says why nobody is hurt.
"""

import inspect

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

pytestmark = pytest.mark.sqlite

OURS = (
    "alerts",
    "citynet",
    "collections",
    "exchange",
    "local_reviews",
    "members",
    "policies",
    "portal",
    "sdg",
    "seminars",
)
MARKER = "# While the old code runs:"

GONE = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
LOCKING = (migrations.AddIndex, migrations.AddConstraint)


def dangers(operation, before, app, made_here):
    """What is wrong with an operation on the project state ``before``; empty when nothing is.

    Tables in ``made_here`` are made by the same migration: nobody uses them yet.
    """
    if isinstance(operation, migrations.RunPython | migrations.RunSQL) and not operation.reversible:
        return "there is no way back"
    name = getattr(operation, "model_name", getattr(operation, "name", "")).lower()
    danger = ""
    if name in made_here:
        pass
    elif isinstance(operation, GONE):
        danger = "the old code still uses what goes"
    elif isinstance(operation, migrations.AddField):
        danger = _dangers_of_new(operation.field)
    elif isinstance(operation, migrations.AlterField):
        old = before.models[app, name].fields[operation.name]
        danger = _dangers_of_change(old, operation.field)
    elif isinstance(operation, LOCKING):
        danger = "a large table is locked while it is made or checked"
    return danger


def _dangers_of_new(field):
    if field.many_to_many or field.null or field.has_db_default():
        return ""
    return "the old code writes rows without it: give it a db_default"


def _dangers_of_change(old, new):
    if old.null and not new.null:
        return "the old code still writes NULL"
    for size in ("max_length", "max_digits"):
        before, after = getattr(old, size, None), getattr(new, size, None)
        if after is not None and (before is None or after < before):
            return "the old code writes longer values"
    if type(old) is not type(new):
        return "the old code expects another type"
    return ""


def found(migration, state):
    """Operations with dangers, and the state of the project after the migration."""
    made_here, lines = set(), []
    for operation in migration.operations:
        wrong = dangers(operation, state, migration.app_label, made_here)
        if wrong:
            lines.append(f"{migration}: {operation.describe()}: {wrong}")
        if isinstance(operation, migrations.CreateModel):
            made_here.add(operation.name_lower)
        operation.state_forwards(migration.app_label, state)
    return lines


def ours():
    """Our migrations in the order in which they are applied, each with the state before it."""
    loader = MigrationLoader(None)
    state = ProjectState()
    done = set()
    for leaf in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(leaf):
            if key in done:
                continue
            done.add(key)
            migration = loader.disk_migrations[key]
            if key[0] in OURS:
                yield migration, state
            else:
                migration.mutate_state(state, preserve=False)


def test_migrations_do_no_harm_while_the_old_code_runs():
    checked, wrong = set(), []
    for migration, state in ours():
        checked.add(migration.app_label)
        harm = found(migration, state)
        if MARKER not in inspect.getsource(inspect.getmodule(type(migration))):
            wrong += harm
    assert wrong == []
    assert checked == set(OURS)


TEXT = models.CharField(max_length=20, default="")


@pytest.mark.parametrize(
    ("operation", "danger"),
    [
        (migrations.RemoveField("case", "title"), "still uses"),
        (migrations.DeleteModel("Case"), "still uses"),
        (migrations.RenameField("case", "title", "name"), "still uses"),
        (migrations.RenameModel("Case", "Study"), "still uses"),
        (migrations.AddField("case", "note", TEXT), "db_default"),
        (migrations.AddField("case", "note", models.TextField(db_default="")), ""),
        (migrations.AddField("case", "note", models.TextField(null=True)), ""),
        (migrations.AlterField("case", "place", TEXT), "NULL"),
        (migrations.AlterField("case", "title", models.CharField(max_length=10)), "longer"),
        (migrations.AlterField("case", "title", models.CharField(max_length=30)), ""),
        (migrations.AlterField("case", "title", models.TextField()), "another type"),
        (migrations.AddIndex("case", models.Index(fields=["title"], name="by_title")), "locked"),
        (migrations.RunPython(migrations.RunPython.noop), "no way back"),
        (migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop), ""),
    ],
)
def test_harm_is_recognised(operation, danger):
    fields = {
        "id": models.BigAutoField(primary_key=True),
        "title": models.CharField(max_length=20),
        "place": models.CharField(max_length=20, null=True),
    }
    state = ProjectState()
    state.add_model(ModelState("library", "Case", fields))

    told = dangers(operation, state, "library", set())

    assert danger in told
    assert bool(told) is bool(danger)


def test_table_that_nobody_uses_yet_may_be_changed():
    class Migration(migrations.Migration):
        operations = [
            migrations.CreateModel("Case", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("case", "title", TEXT),
            migrations.AddIndex("case", models.Index(fields=["title"], name="by_title")),
        ]

    assert found(Migration("0001", "library"), ProjectState()) == []


def test_what_the_database_fills_in_has_a_value_before_it_is_saved_too():
    """A row that a form refuses is never saved: its cleaning must not meet the database's default."""
    assert [
        f"{model._meta.label}.{field.name}"
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.local_fields
        if field.has_db_default() and not field.has_default()
    ] == []
