"""A few of the crashes that ``make faults`` brings about by the thousand: see ``tests.crashes``."""

import os
import subprocess
import sys

import pytest

from .forked import ROOT

pytestmark = pytest.mark.servers

POINTS = 6  # one of every kind
CRASHES = (sys.executable, "-m", "tests.crashes", str(POINTS))


@pytest.mark.parametrize(
    ("engine", "command"),
    [
        # Here the killed process is the database, too.
        pytest.param("sqlite3", CRASHES, marks=pytest.mark.short),
        ("postgresql", (sys.executable, "-m", "tests.postgres", *CRASHES)),
    ],
)
def test_nothing_is_lost_or_half_done_when_processes_are_killed(engine, command):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}

    ended = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    head, columns, *table, _mails, files = ended.stdout.splitlines()
    assert head.startswith(f"{engine}: {POINTS} kills")
    assert columns.split()[-5:] == ["acknowledged", "lost", "half-done", "index", "differs"]
    assert [row.split()[-3:] for row in table] == [["0", "0", "0"]] * 6
    assert files.endswith("then 0")
