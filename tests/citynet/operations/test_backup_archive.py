"""The file of a backup: whole or refused, whatever happens to its bytes."""

import io
import os
import shutil
import stat
import subprocess

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
        made.add_json(archive.HEAD, {"format": 1})
        made.add("rows/one", b"1\n")
        made.add("files/photos/größe.webp", io.BytesIO(CONTENT))
        made.finish(**facts)


def refusal(folder, content):
    path = folder / "changed.tar"
    path.write_bytes(content)
    with pytest.raises(archive.Damaged) as refused, archive.opened(path):
        pass
    return str(refused.value)


def test_members_come_back_as_they_were(tmp_path):
    make(tmp_path / "a.tar", rows={"one": 1})

    with archive.opened(tmp_path / "a.tar") as found:
        assert found.head == {"format": 1}
        assert found.manifest["rows"] == {"one": 1}
        assert found.names("rows/") == ["rows/one"]
        assert found.read("rows/one") == b"1\n"
        assert found.read("files/photos/größe.webp") == CONTENT


def test_anybody_can_unpack_it(tmp_path):
    make(tmp_path / "a.tar")

    tar = shutil.which("tar")
    if tar is None:
        pytest.skip("There is no tar on this machine.")
    listed = subprocess.run(
        [tar, "-tf", tmp_path / "a.tar"], check=True, capture_output=True, text=True
    )
    assert len(listed.stdout.splitlines()) == 5
    assert listed.stdout.splitlines()[-1] == archive.DIGEST


def test_only_its_owner_may_read_it(tmp_path):
    make(tmp_path / "a.tar")

    assert stat.S_IMODE((tmp_path / "a.tar").stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "a.tar"]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_nothing_is_left_of_one_that_failed(tmp_path, error):
    def broken():
        with archive.written(tmp_path / "a.tar") as made:
            made.add("one", b"1")
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
def test_any_changed_byte_is_found(whole, tmp_path_factory, data):
    place = data.draw(st.integers(0, len(whole) - 1))
    bits = data.draw(st.integers(1, 255))
    content = bytearray(whole)
    content[place] ^= bits

    refusal(tmp_path_factory.mktemp("one"), bytes(content))


@settings(deadline=None)
@given(data=st.data())
def test_any_missing_end_is_found(whole, tmp_path_factory, data):
    refusal(tmp_path_factory.mktemp("one"), whole[: data.draw(st.integers(0, len(whole) - 1))])


@settings(deadline=None)
@given(more=st.binary(min_size=1, max_size=20_000))
def test_anything_behind_its_end_is_found(whole, tmp_path_factory, more):
    refusal(tmp_path_factory.mktemp("one"), whole + more)


def test_refusal_says_what_is_changed(whole, tmp_path):
    changed = whole.replace(CONTENT, CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))

    assert refusal(tmp_path, changed) == (
        "It was changed after it was made: files/photos/größe.webp is not what the manifest says."
    )
    assert "cut short" in refusal(tmp_path, whole[:-20_000])
