"""The command that measures speed: that it measures, not how fast this machine is."""

import re

import pytest
from django.core.management import CommandError, call_command

from policies.models import Revision
from policies.search import index
from policies.search.query import ask
from tests.bench import command as bench
from tests.bench import measure, questions
from tests.bench.command import Command


# It starts processes of its own; whoever touches it runs it.
@pytest.mark.servers
def test_bench_prints_every_bar_and_touches_no_other_library(
    settings, tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(bench, "RUNS", 1)
    settings.VAR_DIR = tmp_path
    command = Command()

    call_command(command, number=40, without_postgres=True)

    lines = capfd.readouterr().out.splitlines()
    assert [line for line in lines if "best run; medians of 1 runs: page" in line]
    assert [line for line in lines if line.startswith("pace of this machine, ms")]
    rows = [re.split("  +", line) for line in lines[lines.index("") :]]
    bars = [row for row in rows if len(row) > 2 and row[2][:2] in {"<=", ">="}]
    assert [re.sub(r"\d+ words|: .*", "", row[0]) for row in bars] == [
        "search page, median ms",
        "question to targets, median ms",
        "engine, median ms",
        "SQL queries of the search page",
        "what it would take, median ms",
        "SQL queries of the same",
        "cities like one, median ms",
        "SQL queries of the same",
        "index build, cases/s of ",
        "peak memory of the build, MB",
        "weight of a first visit, kB",
    ]
    assert all(float(row[1].replace(",", "")) > 0 for row in bars)
    assert [path.name for path in tmp_path.iterdir()] == ["bench"]


def test_best_of_several_runs_counts(monkeypatch):
    command, rates = Command(), iter([100.0, 300.0, 200.0])
    monkeypatch.setattr(command, "step", lambda *_: {"rate": next(rates), "pace": [1.0, 2.0]})

    best = command.best(1_000, "build")

    assert best == {"rate": 300.0, "figures": [100.0, 300.0, 200.0], "pace": [1.0, 2.0] * 3}


@pytest.mark.parametrize("number", [0, -1])
def test_bench_refuses_no_cases(number):
    with pytest.raises(CommandError, match="above zero"):
        call_command(Command(), number=number)


def test_missed_bars_are_marked(capsys):
    command = Command()

    command.bar("engine", 12, 10)
    command.bar("engine", 9, 10)
    command.bar("rate", 12, 10, least=True)
    command.bar("rate", 9, 10, least=True)

    marks = [line.endswith("missed") for line in capsys.readouterr().out.splitlines()]
    assert marks == [True, False, False, True]


def test_questions_are_all_different_and_find_something(reference):
    call_command("generate_cases", 60, verbosity=0)

    asked = [question for _share, question in questions.plain()]
    narrowed = questions.narrowed()

    assert len({question.words for question in asked}) == len(asked)
    assert len({measure.address(question) for question in narrowed}) == len(narrowed)
    assert all(ask(question).total for question in asked)


def test_build_is_measured_on_what_is_live(reference):
    call_command("generate_cases", 5, no_sync=True, verbosity=0)

    built = measure.build()

    assert built["cases"] == index.count() == Revision.objects.live().count() == 5
    assert built["words"] == pytest.approx(400, rel=0.2)
