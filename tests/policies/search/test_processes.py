"""Several processes with one database and one index folder, and the command that keeps them."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection

from policies.search import files, index

from .library import live_case, titles

pytestmark = pytest.mark.sqlite
with_its_own_database = pytest.mark.skipif(
    connection.vendor != "sqlite",
    reason="the processes have an SQLite of their own: shown among what runs on SQLite",
)


def environment(folder):
    values = {
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "SEARCH_INDEX_DIR": str(folder / "index"),
        "SECRET_KEY": "only-for-tests",
        "DEBUG": "0",
    }
    return os.environ | values | {"DJANGO_SETTINGS_MODULE": "citynet.settings"}


def start(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=project.BASE_DIR,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    return output


@pytest.fixture
def own_library(tmp_path):
    """A folder with a database of 30 live cases that no process has indexed yet."""
    commands = [("migrate",), ("load_reference",), ("generate_cases", "30", "--no-sync")]
    # In one process: to start Django takes longer than some of them.
    code = "from django.core.management import call_command\n" + "\n".join(
        f"call_command(*{command}, verbosity=0)" for command in commands
    )
    finish(start(tmp_path, "shell", "--no-imports", "-c", code))
    return tmp_path


@with_its_own_database
def test_processes_that_sync_at_once_wait_for_each_other(own_library, settings):
    arguments = [("--rebuild",), (), ("--rebuild",), ()]
    processes = [start(own_library, "sync_search", *more) for more in arguments]

    outputs = [finish(process) for process in processes]

    assert [output.count(" 30 in all") for output in outputs] == [1, 1, 1, 1]
    settings.SEARCH_INDEX_DIR = own_library / "index"
    assert index.count() == 30
    assert len(list(files.root().glob("index-*"))) == 1
    assert not files.is_pending(files.root())

    watching = start(own_library, "sync_search", "--watch", "--interval", "0.2")
    assert watching.stdout.readline().startswith("0 added, 0 removed, 30 in all")
    finish(start(own_library, "generate_cases", "1", "--no-sync", "--verbosity", "0"))
    assert watching.stdout.readline().startswith("1 added, 0 removed, 31 in all")
    # The reader of this process follows the commit of that one.
    assert index.count() == 31
    watching.send_signal(signal.SIGTERM)
    assert finish(watching) == "Stopped.\n"


def test_lock_of_a_killed_process_is_free(tmp_path):
    code = (
        "import sys, pathlib, time\n"
        "from policies.search import files\n"
        "with files.writer_lock(pathlib.Path(sys.argv[1]), wait=True):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=project.BASE_DIR,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    with files.writer_lock(tmp_path, wait=False) as held:
        assert held is False

    holder.kill()
    holder.communicate()

    began = time.monotonic()
    with files.writer_lock(tmp_path, wait=True) as held:
        assert held is True
    assert time.monotonic() - began < 10


@pytest.mark.django_db
def test_command_says_what_it_did(capsys):
    live_case("Parks")

    call_command("sync_search")
    call_command("sync_search", rebuild=True)

    lines = [line.rsplit(",", 1)[0] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["1 added, 0 removed, 1 in all", "1 added, 1 removed, 1 in all"]
    assert titles() == ["Parks"]


@pytest.mark.django_db
def test_command_shows_progress_of_long_work(capsys, monkeypatch):
    monkeypatch.setattr(index, "BATCH", 2)
    monkeypatch.setattr("citynet.operations.commands.Cadence.IN_LOG", 0)
    for _number in range(3):
        live_case("Parks")

    call_command("sync_search")

    assert capsys.readouterr().out.splitlines()[:2] == ["2 of 3 (67%)", "3 of 3 (100%)"]


@pytest.mark.django_db
def test_command_is_quiet_when_asked_to_be(capsys):
    live_case("Parks")

    call_command("sync_search", verbosity=0)

    assert capsys.readouterr().out == ""
    assert index.count() == 1


@pytest.mark.parametrize("interval", [0, -1])
def test_command_refuses_an_interval_that_is_none(interval):
    with pytest.raises(CommandError, match="more than 0 seconds"):
        call_command("sync_search", watch=True, interval=interval)
