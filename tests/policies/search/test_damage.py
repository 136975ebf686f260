"""The index after crashes, with damaged files, and without any."""

import shutil
import time

import pytest

from policies.search import files, index, query, schema, suggest
from policies.search.query import Question, ask

from .library import live_case, titles

pytestmark = pytest.mark.django_db


def folder():
    return files.root() / files.read_pointer(files.root()).folder


def indexed():
    return set(ask(Question(limit=None)).ids)


def test_reader_goes_on_during_a_rebuild_and_sees_it_afterwards():
    live_case("Parks")
    index.sync()
    live_case("Trams")
    seen = []

    index.sync(rebuild=True, progress=lambda *_progress: seen.append(titles()))

    assert seen == [["Parks"]]
    assert sorted(titles()) == ["Parks", "Trams"]


def test_crash_in_a_rebuild_leaves_the_index_and_the_next_sync_clears_up():
    live_case("Parks")
    index.sync()
    before = folder()

    def crash(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.sync(rebuild=True, progress=crash)

    assert titles() == ["Parks"]
    index.sync()
    assert list(files.root().glob("index-*")) == [before]


def test_crash_in_a_sync_changes_nothing_and_the_next_sync_repairs(monkeypatch):
    live_case("Parks")
    index.sync()
    new = live_case("Trams")

    def crash(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.sync(progress=crash)

    assert titles() == ["Parks"]
    assert index.sync() == (1, 0)
    assert new.pk in indexed()


def test_files_of_old_segments_are_deleted():
    live_case("Parks")
    for _number in range(25):
        live_case("Trams")
        index.sync()
    names = {path.name for path in folder().iterdir() if not path.name.startswith(".")}
    meta = (folder() / "meta.json").read_text()
    segments = {name.split(".")[0] for name in names if name != "meta.json"}

    assert {
        segment for segment in segments if segment.replace("-", "") not in meta.replace("-", "")
    } == set()
    assert len(segments) < 20


def damage_nothing_left(path):
    shutil.rmtree(path)


def damage_meta(path):
    (path / "meta.json").write_text("{")


def damage_no_meta(path):
    (path / "meta.json").unlink()


def damage_empty_files(path):
    for one in path.iterdir():
        if one.suffix:
            one.write_bytes(b"")


def damage_missing_files(path):
    for one in path.iterdir():
        if one.suffix in {".idx", ".fast", ".term"}:
            one.unlink()


def damage_garbage(path):
    for one in path.iterdir():
        if one.suffix in {".fast", ".term", ".pos", ".fieldnorm"}:
            one.write_bytes(b"\xff" * one.stat().st_size)


def damage_pointer(path):
    (path.parent / files.POINTER).write_text("[1, 2")


DAMAGES = [
    damage_nothing_left,
    damage_meta,
    damage_no_meta,
    damage_empty_files,
    damage_missing_files,
    damage_garbage,
    damage_pointer,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_sync_rebuilds_a_damaged_index(damage):
    live_case("Parks")
    index.sync()
    damage(folder())

    index.sync()

    assert titles("parks") == ["Parks"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_question_to_a_damaged_index_is_answered_and_repairs_it(damage):
    live_case("Parks")
    index.sync()
    damage(folder())
    index._readers.clear()

    ask(Question("parks"))

    assert titles("parks") == ["Parks"]


def test_question_without_an_index_makes_a_small_one():
    live_case("Parks")

    answer = ask(Question("parks"))

    assert (answer.available, answer.total) == (True, 1)


def test_repair_is_tried_once_a_minute(monkeypatch):
    live_case("Parks")
    calls = []
    monkeypatch.setattr(index, "sync_quietly", lambda: calls.append(1))

    answers = [ask(Question("parks")), ask(Question("parks"))]

    assert calls == [1]
    assert [answer.available for answer in answers] == [False, False]
    assert answers[0].total == 0
    assert set(answers[0].counts) == set(ask(Question()).counts)


def test_large_library_is_repaired_in_the_background(monkeypatch):
    live_case("Parks")
    started = []
    monkeypatch.setattr(index, "MAX_INDEXED_AT_ONCE", 0)
    monkeypatch.setattr(index.threading.Thread, "start", lambda self: started.append(self.name))

    answer = ask(Question("parks"))

    assert not answer.available
    assert started == ["search-sync"]


def test_repair_does_not_wait_for_another_writer():
    live_case("Parks")

    with files.writer_lock(files.root(), wait=True):
        began = time.monotonic()
        answer = ask(Question("parks"))

    assert not answer.available
    assert time.monotonic() - began < 5


def test_index_made_by_other_code_is_not_read_and_is_rebuilt(monkeypatch):
    live_case("Parks")
    index.sync()
    monkeypatch.setattr(schema, "code_fingerprint", lambda: "newer")
    assert index.reader() is None
    assert index.count() == 0

    index.sync()

    assert titles("parks") == ["Parks"]
    assert files.read_pointer(files.root()).code == "newer"


def test_files_that_break_while_they_are_read_answer_nothing_and_are_made_anew(monkeypatch):
    """A reader may notice only in the middle of a search that the disk has lost something."""
    live_case("Parks")
    index.sync()
    before = folder()

    def broken(*_args, **_options):
        raise ValueError("the disk has lost a segment")

    with monkeypatch.context() as patch:
        for module, name in ((query, "_search"), (suggest, "_case_keys")):
            patch.setattr(module, name, broken)
        assert (query.total_of(Question()), suggest._cases("Parks", [], 5)) == (0, [])
        assert folder() == before
        assert ask(Question()) == query.UNAVAILABLE
    assert titles() == ["Parks"]
