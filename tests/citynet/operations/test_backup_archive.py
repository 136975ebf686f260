"""The file of a backup: whole or refused, whatever happens to its bytes."""

import hashlib
import io
import json
import os
import stat
import subprocess
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.operations.backups import archive

CONTENT = os.urandom(3000)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of an archive with three members."""
    path = tmp_path_factory.mktemp("archive") / "whole.tar"
    make(path)
    return path.read_bytes()


def make(path, **facts):
    with archive.written(path) as made:
        made.add_written("database", lambda beside: beside.write_bytes(b"1\n"))
        made.add("files/photos/größe.webp", io.BytesIO(CONTENT))
        made.finish(format=1, **facts)


def contents(folder, content):
    """What is in an archive of these bytes, or why it is refused."""
    path = folder / "changed.tar"
    path.write_bytes(content)
    try:
        with archive.opened(path) as found:
            names = found.names("")
            return {name: found.open(name).read() for name in names} | {"": found.manifest}
    except archive.ArchiveDamaged as refusal:
        return str(refusal)


def test_members_come_back_as_they_were(tmp_path):
    make(tmp_path / "a.tar", site="https://sdg.example.org")

    with archive.opened(tmp_path / "a.tar") as found:
        assert found.manifest["format"] == 1
        assert found.manifest["site"] == "https://sdg.example.org"
        assert found.names("files/") == ["files/photos/größe.webp"]
        assert found.open("database").read() == b"1\n"
        assert found.open("files/photos/größe.webp").read() == CONTENT


def test_anybody_can_unpack_and_check_it(tmp_path):
    make(tmp_path / "a.tar")

    subprocess.run(["tar", "-xf", "a.tar"], check=True, cwd=tmp_path)

    assert (tmp_path / "files/photos/größe.webp").read_bytes() == CONTENT
    manifest = (tmp_path / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == (tmp_path / "manifest.sha256").read_text()
    assert json.loads(manifest)["members"] == {
        "database": hashlib.sha256(b"1\n").hexdigest(),
        "files/photos/größe.webp": hashlib.sha256(CONTENT).hexdigest(),
    }


def test_only_its_owner_may_read_it(tmp_path):
    make(tmp_path / "a.tar")

    assert stat.S_IMODE((tmp_path / "a.tar").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "a.tar"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_nothing_is_left_of_one_that_failed(tmp_path, error):
    def broken():
        with archive.written(tmp_path / "a.tar") as made:
            made.add("one", io.BytesIO(b"1"))
            raise error

    with pytest.raises(error):
        broken()

    assert list(tmp_path.iterdir()) == []


def test_one_that_is_there_is_not_written_over(tmp_path):
    make(tmp_path / "a.tar")
    before = (tmp_path / "a.tar").read_bytes()

    with pytest.raises(FileExistsError):
        make(tmp_path / "a.tar")

    assert (tmp_path / "a.tar").read_bytes() == before


@settings(deadline=None)
@given(data=st.data())
def test_changed_byte_is_found_or_changes_nothing(whole, tmp_path_factory, data):
    place = data.draw(st.integers(0, len(whole) - 1))
    bits = data.draw(st.integers(1, 255))
    changed = bytearray(whole)
    changed[place] ^= bits
    folder = tmp_path_factory.mktemp("one")

    found = contents(folder, bytes(changed))

    assert isinstance(found, str) or found == contents(folder, whole)


@settings(deadline=None)
@given(data=st.data())
def test_missing_end_is_found(whole, tmp_path_factory, data):
    # Behind the last checksum there is nothing but zeros.
    end = whole.rindex(b"manifest.sha256") + 512 + 64
    length = data.draw(st.integers(0, end - 1))

    assert isinstance(contents(tmp_path_factory.mktemp("one"), whole[:length]), str)


def test_members_that_nobody_has_added_are_found(whole, tmp_path):
    path = tmp_path / "a.tar"
    path.write_bytes(whole)
    with tarfile.open(path, "a") as tar:
        tar.addfile(tarfile.TarInfo("files/other"))

    assert contents(tmp_path, path.read_bytes()) == (
        "files/other is missing, or was changed after the backup was made."
    )


def test_refusal_names_what_is_changed(whole, tmp_path):
    changed = whole.replace(CONTENT, CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))

    assert contents(tmp_path, changed) == (
        "files/photos/größe.webp is missing, or was changed after the backup was made."
    )
    cut = whole[: whole.rindex(b"manifest.json")]
    assert contents(tmp_path, cut) == ("It is cut short or damaged behind files/photos/größe.webp.")
    assert contents(tmp_path, b"a photo").startswith(
        "It is cut short, was changed, or is no backup"
    )
