"""The command backup, and what restore refuses. Whole drills are in tests/servers."""

import datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from citynet.operations.backups import archive, rows, state, stored
from members.models import User
from policies.models import Photo
from tests.factories import PhotoFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)


def backup(folder, *options, verbosity=0):
    with time_machine.travel(NOW):
        call_command("backup", str(folder), *options, verbosity=verbosity)
    return folder / "platform-20261127T120000Z.tar"


def lines(path, table):
    with archive.opened(path) as found:
        chunks = [name for name in found.names("rows/") if f"-{table}/" in name]
        model = next(each for each in state.models() if each._meta.db_table == table)
        return [
            row
            for name in chunks
            for row in rows.decode(
                rows.gzip.decompress(found.read(name)).splitlines(), model._meta.concrete_fields
            )
        ]


def test_rows_and_files_are_in_it(tmp_path):
    photo = PhotoFactory()

    path = backup(tmp_path)

    with archive.opened(path) as found:
        assert found.manifest["rows"]["policies_photo"] == 1
        assert found.manifest["missing"] == []
        assert found.names(stored.FOLDER) == [
            f"files/{photo.image.name}",
            f"files/{photo.small.name}",
        ]
        with photo.image.open() as file:
            assert found.read(f"files/{photo.image.name}") == file.read()
        assert found.head["release"] == state.release()
        assert found.head["migrations"] == state.applied()
    assert lines(path, "policies_photo")[0][0] == photo.pk


def test_sessions_are_left_out(client, tmp_path):
    client.force_login(UserFactory())

    with archive.opened(backup(tmp_path)) as found:
        assert "django_session" not in found.manifest["rows"]
        assert found.manifest["rows"]["members_user"] == 1


def test_missing_file_is_told_and_does_not_stop_it(tmp_path, capsys):
    photo = PhotoFactory()
    photo.small.storage.delete(photo.small.name)

    with pytest.raises(CommandError, match="1 files are missing") as refused:
        backup(tmp_path)

    assert refused.value.returncode == 3
    assert f"Missing in the store: {photo.small.name}" in capsys.readouterr().err
    with archive.opened(tmp_path / "platform-20261127T120000Z.tar") as found:
        assert [name for name, _reason in found.manifest["missing"]] == [photo.small.name]
        assert found.names(stored.FOLDER) == [f"files/{photo.image.name}"]


def test_store_that_does_not_answer_makes_no_backup(settings, tmp_path):
    for _photo in range(2):
        PhotoFactory()
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tests.stores.Away"}}
    folder = tmp_path / "backups"
    folder.mkdir()

    with pytest.raises(CommandError, match=r"No backup was made.*store for files does not answer"):
        backup(folder)

    assert list(folder.iterdir()) == []


def test_oldest_are_removed_and_nothing_else(tmp_path):
    names = [f"platform-202611{day:02}T120000Z.tar" for day in (1, 2, 3)]
    for name in [*names, "notes.txt", "platform-old.tar"]:
        (tmp_path / name).write_text("")

    path = backup(tmp_path, "--keep", "2")

    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        [names[2], path.name, "notes.txt", "platform-old.tar"]
    )


def test_nothing_is_removed_while_files_are_missing(tmp_path):
    photo = PhotoFactory()
    photo.small.storage.delete(photo.small.name)
    (tmp_path / "platform-20261101T120000Z.tar").write_text("")

    with pytest.raises(CommandError):
        backup(tmp_path, "--keep", "1")

    assert len(list(tmp_path.glob("*.tar"))) == 2


def test_what_a_killed_backup_left_is_removed(tmp_path):
    part = tmp_path / ".platform-20261101T120000Z.tar.1.part"
    part.write_text("half")

    path = backup(tmp_path)

    assert list(tmp_path.iterdir()) == [path]


def test_default_folder_is_for_its_owner_only(settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "backups"

    call_command("backup", verbosity=0)

    assert settings.BACKUP_DIR.stat().st_mode & 0o777 == 0o700
    assert len(list(settings.BACKUP_DIR.iterdir())) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["there.tar"], "is there already"),
        (["no/such.tar"], "There is no folder"),
        (["new.tar", "--keep", "2"], "--keep is for backups in a folder"),
        ([".", "--keep", "0"], "Keep at least one"),
    ],
)
def test_backup_refuses_what_cannot_be(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.tar").touch()

    with pytest.raises(CommandError, match=message):
        call_command("backup", *options)

    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["there.tar"]


def test_backup_needs_a_database_in_step(tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)",
            ["policies", "9999_of_tomorrow", NOW.replace(tzinfo=None)],
        )
    try:
        with pytest.raises(CommandError, match=r"newer than the code: it has policies.9999_of"):
            backup(tmp_path)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_of_tomorrow'")
    assert list(tmp_path.iterdir()) == []


def test_pg_dump_says_where_it_is_looked_for(settings, tmp_path):
    settings.PG_BIN = str(tmp_path)

    with pytest.raises(CommandError, match=r"another one|The program pg_dump is not in"):
        backup(tmp_path, "--pg-dump")


def test_restore_refuses_an_installation_in_use(tmp_path):
    UserFactory()
    path = backup(tmp_path)

    with pytest.raises(CommandError, match="not empty: there are rows in members_user"):
        call_command("restore", str(path), verbosity=0)

    assert User.objects.count() == 1


def test_restore_asks_before_it_replaces(tmp_path, monkeypatch):
    UserFactory()
    path = backup(tmp_path)
    monkeypatch.setattr("builtins.input", lambda _question: "no")

    with pytest.raises(CommandError, match=r"Nothing was touched. You did not say yes"):
        call_command("restore", str(path), "--replace", verbosity=0)

    assert User.objects.count() == 1


def test_restore_refuses_a_newer_release(tmp_path):
    path = changed(backup(tmp_path), migrations=[["policies", "9999_of_tomorrow"]], release="9.0")

    with pytest.raises(CommandError, match=r"newer release \(9.0; .* policies.9999_of_tomorrow"):
        call_command("restore", str(path), verbosity=0)


def test_restore_refuses_an_unknown_format(tmp_path):
    path = changed(backup(tmp_path), format=2)

    with pytest.raises(CommandError, match="a format that this release does not know"):
        call_command("restore", str(path), verbosity=0)


def changed(path, **head):
    """The same archive with another head."""
    new = path.with_name("changed.tar")
    with archive.opened(path) as found, archive.written(new) as made:
        made.add_json(archive.HEAD, found.head | head)
        made.finish(rows={}, missing=[])
    return new


def test_restore_refuses_a_damaged_archive(tmp_path):

    PhotoFactory()
    path = backup(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(CommandError, match=r"Nothing was touched.*cut short"):
        call_command("restore", str(path), "--replace", "--no-input", verbosity=0)

    assert Photo.objects.count() == 1


def test_archive_can_be_checked_and_nothing_else(tmp_path, capsys):
    UserFactory()
    path = backup(tmp_path)

    call_command("restore", str(path), "--check")

    assert "Whole and unchanged: made 2026-11-27T12:00:00+00:00" in capsys.readouterr().out
    assert User.objects.count() == 1
