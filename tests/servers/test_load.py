"""``make load``, very small: everything starts, every kind is answered, no text is lost."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from tests.bench.load import report, run, servers

pytestmark = pytest.mark.servers


@pytest.fixture
def load(tmp_path):
    def start(*arguments, **environment):
        environment = os.environ | {
            "SECRET_KEY": "x" * 50,
            "DEBUG": "0",
            "HTTPS": "0",
            "VAR_DIR": str(tmp_path),
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        environment.pop("DATABASE_URL", None)
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, "-m", "tests.bench.load", *arguments]
        return subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return start


# The whole of it is for make load and make test-all.
@pytest.mark.skipif(not servers.program("wrk"), reason="wrk is not installed")
def test_load_loses_nothing(load):
    done = load("--number", "60", "--seconds", "3", "--concurrency", "6", "--only", "portal")
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = re.findall(r"^\| portal \| 6 \| .*$", done.stdout, re.MULTILINE)[:1]
    cells = dict(zip(report.COLUMNS, row.strip("| ").split(" | "), strict=True))
    assert (cells["errors"], cells["lost"]) == ("0", "0")
    assert int(cells["saved"]) > 0


@pytest.mark.short
def test_load_without_its_program_says_so(load, tmp_path, monkeypatch):
    done = load(PATH=str(tmp_path))
    assert done.returncode == 1
    assert "wrk is not installed" in done.stderr


def step(rows, **more):
    found = run.Step("portal", 2, 10, **more)
    for row in rows:
        run._count(found, *row.split())
    return found


@pytest.mark.short
def test_answers_are_counted_by_kind():
    found = step(
        [
            "load-1-search-1 search 200 1500 1 0",
            "load-1-search-2 search 200 2500 0 0",
            "load-1-write-3-summary write 200 9000 0 0",
            "load-1-write-4-summary write 409 9000 0 0",
            "load-1-case-5 case 503 100 0 1",
            "load-1-case-6 case 503 100 0 0",
            "load-1-goal-7 goal 500 100 0 0",
        ]
    )
    assert (found.answered, found.kept, found.refused) == (5, 1, 2)
    assert found.acknowledged == ["load-1-write-3-summary"]
    assert found.times["search"] == [1.5, 2.5]
    assert found.errors == {"409": 1, "500": 1, "refusal without Retry-After": 1}


@pytest.mark.short
def test_steps_become_a_table():
    found = step(["load-1-search-1 search 200 1500 1 0"] * 3, memory=81.4, saved=1)
    lines = [*report.table([found])]
    assert lines[2] == "| portal | 2 | 0 | 1.5 | 1.5 | 100% | 0 | 0 | 1 | 0 | 81 |"
    assert [*report.by_kind([found])][2].startswith("| portal | 2 | 2 / 2 | 0 / 0 |")


@pytest.mark.parametrize(
    ("line", "died"),
    [
        ("[CRITICAL] WORKER TIMEOUT (pid:7)", 1),
        ("[ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?", 1),
        ("[ERROR] Worker (pid:7) exited with code 3", 1),
        ("[INFO] Worker (pid:7) was sent SIGTERM!", 0),
        ("[INFO] Autorestarting worker after current request.", 0),
    ],
)
@pytest.mark.short
def test_dead_workers_are_told_from_those_that_end(tmp_path, line, died):
    log = tmp_path / "gunicorn.log"
    log.write_text(line)
    assert run.dead_workers(log) == died
