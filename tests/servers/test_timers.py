"""Commands of the timers beside a real PostgreSQL: it restarts, it is away, somebody says stop."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.servers.postgres import Postgres, prepare
from tests.servers.processes import wait_until

pytestmark = pytest.mark.servers

PATIENCE = 120  # seconds that a busy machine may take for anything
NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"
WATCHERS = ("sync_search", "send_notices")


def environment(folder, database):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(folder),
        "DATABASE_URL": database,
        "NODE_NAME": "test",
    }


def start(folder, database, *arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        env=environment(folder, database),
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """Exit code, output and errors."""
    output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, output, errors


@pytest.fixture
def server():
    # Not in pytest's own folders, which it closes to other users of the system.
    with tempfile.TemporaryDirectory(prefix="postgres") as name:
        folder = Path(name)
        prepare(folder)
        server = Postgres(folder / "data")
        server.create()
        server.start()
        yield server
        server.stop()


def successes(server):
    """When each watcher last succeeded."""
    with psycopg.connect(server.url) as connection:
        rows = connection.execute("SELECT command, succeeded_at FROM citynet_commandrun")
        return dict(rows.fetchall())


def test_watchers_outlive_a_restart_of_the_database_and_stop_when_told(server, tmp_path):
    database = server.url
    code, _output, errors = finish(start(tmp_path, database, "migrate", "--verbosity", "0"))
    assert code == 0, errors
    watching = [
        start(tmp_path, database, name, "--watch", "--interval", "0.2") for name in WATCHERS
    ]
    with contextlib.ExitStack() as stack:
        for process in watching:
            stack.callback(finish, process)
            stack.callback(process.kill)
        wait_until(lambda: set(successes(server)) == set(WATCHERS))
        before = successes(server)

        # Every connection breaks, and for a while nobody answers.
        server.stop()
        server.start()

        wait_until(lambda: all(successes(server)[name] > before[name] for name in WATCHERS))
        for process in watching:
            process.send_signal(signal.SIGTERM)
        for process in watching:
            code, output, errors = finish(process)
            assert (code, output.splitlines()[-1]) == (0, "Stopped."), errors
            assert "Traceback" not in errors


@pytest.mark.parametrize(
    "command",
    ["backup", "send_digest", "send_notices", pytest.param("sync_search", marks=pytest.mark.short)],
)
def test_command_without_a_database_is_to_be_tried_again(tmp_path, command):
    code, output, errors = finish(start(tmp_path, NOBODY, command))

    assert (code, output) == (75, "")
    assert "CommandError: The database cannot be used: OperationalError: " in errors
    assert "Traceback" not in errors


def test_watcher_that_starts_before_the_database_waits_for_it(tmp_path):
    watching = start(tmp_path, NOBODY, "sync_search", "--watch", "--interval", "0.2")
    try:
        assert "OperationalError" in watching.stderr.readline()
        watching.send_signal(signal.SIGTERM)
        assert finish(watching)[:2] == (0, "Stopped.\n")
    finally:
        watching.kill()
