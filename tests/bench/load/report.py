"""The table of a run, as Markdown."""

import math
import statistics

COLUMNS = (
    "what",
    "at once",
    "answers/s",
    "median ms",
    "p95 ms",
    "from the cache",
    "refused",
    "errors",
    "saved",
    "lost",
    "memory MB",
)
KINDS = ("search", "case", "goal", "export", "write")


def table(steps):
    """Lines of the table: one a step."""
    yield _row(COLUMNS)
    yield _row(["---", *["---:"] * (len(COLUMNS) - 1)])
    yield from map(_step, steps)


def _step(step):
    times = step.all_times
    return _row(
        [
            step.name,
            step.concurrency,
            f"{step.answered / step.seconds:,.0f}",
            f"{_middle(times):,.0f}" if _middle(times) >= 10 else f"{_middle(times):.1f}",
            f"{_late(times):,.0f}" if _late(times) >= 10 else f"{_late(times):.1f}",
            f"{step.hits:.0%}" if step.kept else "–",
            f"{step.refused:,}" if step.refused else "0",
            ", ".join(f"{number} × {name}" for name, number in step.errors.items()) or "0",
            step.saved or "–",
            len(step.lost) if step.saved else "–",
            f"{step.memory:,.0f}",
        ]
    )


def by_kind(steps):
    """Lines of a table of median and p95 by kind of question."""
    yield _row(["what", "at once", *(f"{kind} ms" for kind in KINDS)])
    yield _row(["---", "---:", *["---:"] * len(KINDS)])
    for step in steps:
        if step.times.keys() & set(KINDS) and step.saved:
            cells = [sorted(step.times.get(kind, [])) for kind in KINDS]
            yield _row(
                [
                    step.name,
                    step.concurrency,
                    *(f"{_middle(cell):,.0f} / {_late(cell):,.0f}" for cell in cells),
                ]
            )


def _middle(times):
    return statistics.median(times) if times else 0


def _late(times):
    """The time that 95 of a hundred do not exceed."""
    return times[math.ceil(0.95 * len(times)) - 1] if times else 0


def _row(cells):
    return "| " + " | ".join(map(str, cells)) + " |"
