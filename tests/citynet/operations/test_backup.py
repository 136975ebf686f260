"""The command backup, and what restore refuses. Whole drills are in tests/servers."""

import datetime
import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from citynet.operations.backups import archive
from members.models import User
from policies.models import Photo
from tests.disks import disk
from tests.factories import PhotoFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'")
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'")
NOW = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)


def backup(folder, *options, verbosity=0):
    with time_machine.travel(NOW):
        call_command("backup", str(folder), *options, verbosity=verbosity)
    return folder / "platform-20261127T120000Z.tar"


@contextmanager
def copied(path):
    """The database in a backup of SQLite."""
    with (
        archive.opened(path) as found,
        tempfile.NamedTemporaryFile() as file,
        closing(sqlite3.connect(file.name)) as copy,
    ):
        file.write(found.open("database").read())
        file.flush()
        yield copy


def test_database_and_files_are_in_it(tmp_path):
    photo = PhotoFactory()

    path = backup(tmp_path)

    with archive.opened(path) as found:
        names = [f"files/{photo.image.name}", f"files/{photo.small.name}"]
        assert list(found.manifest["members"]) == ["database", *names]
        with photo.image.open() as file, found.open(names[0]) as there:
            assert there.read() == file.read()
        assert found.manifest["database"] == connection.vendor
        assert found.manifest["missing"] == {}
        assert "members.0001_initial" in found.manifest["migrations"]


@on_sqlite
def test_rows_are_in_it_and_sessions_are_not(client, tmp_path):
    client.force_login(UserFactory(email="ani@surabaya.example"))
    key = client.session.session_key

    path = backup(tmp_path)

    with copied(path) as copy:
        assert copy.execute("SELECT email FROM members_user").fetchall() == [
            ("ani@surabaya.example",)
        ]
        assert copy.execute("SELECT count(*) FROM django_session").fetchall() == [(0,)]
    assert key.encode() not in path.read_bytes()


@pytest.mark.parametrize("size", [64 * 1024, 2 * 1024**2])
def test_full_disk_makes_no_backup_and_leaves_nothing(tmp_path, size):
    Path(PhotoFactory().image.path).write_bytes(os.urandom(2 * 1024**2))

    with disk(tmp_path / "disk", size) as small:
        with pytest.raises(CommandError, match=r"No backup was made\..*(full|[Ss]pace)") as told:
            backup(small.path)

        assert told.value.returncode == 1
        assert list(small.path.iterdir()) == []


def test_missing_file_is_told_and_does_not_stop_it(tmp_path, capsys):
    photo = PhotoFactory()
    photo.small.storage.delete(photo.small.name)

    with pytest.raises(CommandError, match="1 files are missing") as refused:
        backup(tmp_path)

    assert refused.value.returncode == 3
    assert f"Missing in the store: {photo.small.name}" in capsys.readouterr().err
    with archive.opened(tmp_path / "platform-20261127T120000Z.tar") as found:
        assert found.manifest["missing"] == {photo.small.name: "It is not there."}
        assert found.names("files/") == [f"files/{photo.image.name}"]


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
    for name in (".platform-20261101T120000Z.tar.1.part", ".platform-X.tar.database.1.part"):
        (tmp_path / name).write_text("half")

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


@on_postgresql
def test_program_that_is_missing_is_named(settings, tmp_path):
    settings.PG_BIN = str(tmp_path)

    with pytest.raises(CommandError, match=r"The program pg_dump is not in .* \(PG_BIN\)"):
        backup(tmp_path)


@on_postgresql
def test_failure_of_a_program_is_told(settings, tmp_path):
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho no such server >&2\nexit 3\n")
    (tmp_path / "pg_dump").chmod(0o700)
    settings.PG_BIN = str(tmp_path)
    folder = tmp_path / "backups"
    folder.mkdir()

    with pytest.raises(CommandError, match="pg_dump failed with 3: no such server"):
        backup(folder)

    assert list(folder.iterdir()) == []


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
    path = changed(backup(tmp_path), migrations=["policies.9999_of_tomorrow"], release="9.0")

    with pytest.raises(CommandError, match=r"newer release \(9.0; .* policies.9999_of_tomorrow"):
        call_command("restore", str(path), verbosity=0)


def test_restore_refuses_another_kind_of_database(tmp_path):
    path = changed(backup(tmp_path), database="oracle")

    with pytest.raises(
        CommandError, match=r"holds a oracle database, and this one is .* copy_data"
    ):
        call_command("restore", str(path), verbosity=0)


def test_restore_refuses_an_unknown_format(tmp_path):
    path = changed(backup(tmp_path), format=2)

    with pytest.raises(CommandError, match="a format that this release does not know"):
        call_command("restore", str(path), verbosity=0)


def changed(path, **facts):
    """The same archive with other facts in its manifest."""
    new = path.with_name("changed.tar")
    with archive.opened(path) as found, archive.written(new) as made:
        made.finish(**(found.manifest | facts))
    return new


def test_restore_refuses_a_damaged_archive(tmp_path):
    PhotoFactory()
    path = backup(tmp_path)
    path.write_bytes(path.read_bytes()[:-20_000])

    with pytest.raises(
        CommandError, match=r"Nothing was touched\..*tar cannot be used\. It is cut short"
    ):
        call_command("restore", str(path), "--replace", "--no-input", verbosity=0)

    assert Photo.objects.count() == 1


def test_archive_can_be_checked_and_nothing_else(tmp_path, capsys):
    UserFactory()
    path = backup(tmp_path)

    call_command("restore", str(path), "--check")

    assert "Whole and unchanged: made 2026-11-27T12:00:00+00:00" in capsys.readouterr().out
    assert User.objects.count() == 1
