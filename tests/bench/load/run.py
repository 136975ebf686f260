"""One step of the run: wrk asks for some seconds, and what came back is counted and looked up."""

import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.bench.load import servers
from tests.bench.load.plan import SECTIONS

SCRIPT = Path(__file__).with_name("mix.lua")
TIMEOUT = 65  # seconds that wrk waits for an answer
OK, REDIRECTS, BAD = 200, 300, 400
REFUSED = {"429", "503"}
FIELDS = tuple(SECTIONS.values())
DIED = re.compile(r"WORKER TIMEOUT|was sent SIG(?!TERM)|exited with code [1-9]|failed to boot")


@dataclass
class Step:
    """What one step has shown; times in milliseconds."""

    name: str
    concurrency: int
    seconds: float
    times: dict = field(default_factory=dict)
    statuses: Counter = field(default_factory=Counter)
    kept: int = 0
    refused: int = 0
    refused_without_time: int = 0
    socket_errors: int = 0
    acknowledged: list = field(default_factory=list)
    saved: int = 0
    lost: list = field(default_factory=list)
    memory: float = 0
    died: int = 0

    @property
    def answered(self):
        return sum(map(len, self.times.values()))

    @property
    def all_times(self):
        return sorted(took for times in self.times.values() for took in times)

    @property
    def hits(self):
        """Share of the pages that can be kept, and were."""
        pages = sum(len(self.times.get(kind, ())) for kind in ("search", "case", "goal"))
        return self.kept / pages if pages else 0

    @property
    def errors(self):
        """What must not be: status or kind -> number."""
        bad = {
            status: number
            for status, number in self.statuses.items()
            if int(status) >= BAD and status not in REFUSED
        }
        more = {
            "refusal without Retry-After": self.refused_without_time,
            "connection": self.socket_errors,
            "lost write": len(self.lost),
            "dead worker": self.died,
        }
        return bad | {name: number for name, number in more.items() if number}


def ask(folder, address, *, name, number, concurrency, seconds):
    """Let wrk ask; gives the :class:`Step`."""
    seen = folder / "seen.tsv"
    environment = os.environ | {
        "LOAD_ASKED": str(folder / "asked.tsv"),
        "LOAD_WRITES": str(folder / "writes.tsv"),
        "LOAD_SEEN": str(seen),
        "LOAD_STEP": str(number),
        "LOAD_PLACE": str(number * 0.137 % 1),
        "LOAD_HOST": servers.HOST,
    }
    command = [
        *(servers.program("wrk"), "-t", 1, "-c", concurrency, "-d", f"{seconds}s"),
        *("--timeout", f"{TIMEOUT}s", "-s", SCRIPT, address),
    ]
    done = subprocess.run(
        [*map(str, command)], env=environment, capture_output=True, text=True, check=True
    )
    step = Step(name, concurrency, seconds)
    errors = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout
    )
    step.socket_errors = sum(map(int, errors.groups())) if errors else 0
    for line in seen.read_text().splitlines():
        _count(step, *line.split("\t"))
    return step


def _count(step, key, kind, status, took, kept, may_return):
    step.statuses[status] += 1
    if status in REFUSED:
        step.refused += 1
        step.refused_without_time += may_return == "0"
        return
    step.times.setdefault(kind, []).append(int(took) / 1000)
    step.kept += kept == "1"
    if kind == "write" and OK <= int(status) < BAD:
        step.acknowledged.append(key)


def reset(database):
    """Empty the texts that the last step has saved."""
    with psycopg.connect(database, autocommit=True) as connection:
        texts = ", ".join(f"{name} = ''" for name in FIELDS)
        connection.execute(
            f"UPDATE policies_revision SET {texts} WHERE case_id IN (SELECT id FROM policies_casestudy"  # noqa: S608 - names of our own
            " WHERE slug LIKE 'load-%')"
        )


def look_up(step, number, database):
    """Note which acknowledged texts are not in the database as they were sent."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            f"SELECT id, {', '.join(FIELDS)} FROM policies_revision "  # noqa: S608 - names of our own
            "WHERE case_id IN (SELECT id FROM policies_casestudy WHERE slug LIKE 'load-%')"
        ).fetchall()
    stored = {row[0]: dict(zip(FIELDS, row[1:], strict=True)) for row in rows}
    for key in step.acknowledged:
        _load, _number, _write, pk, name = key.split("-")
        if stored[int(pk)][name] != f"Text {number} of {pk}":
            step.lost.append(key)
    step.saved = len(step.acknowledged)


def dead_workers(log):
    """How many workers ended otherwise than asked to."""
    return len(DIED.findall(log.read_text(errors="replace")))
