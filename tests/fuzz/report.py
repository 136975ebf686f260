"""The table of a fuzz: requests by status and by address, the slowest, and each kind of error once."""

from statistics import median

SLOWEST = 15


def table(answers, seconds=0):
    """Return the table as text."""
    return "\n".join(_lines(answers, seconds))


def _lines(answers, seconds):
    yield f"{answers.total} requests, seed {answers.seed}, {seconds:.0f} s"
    yield ""
    for status, number in sorted(answers.statuses.items()):
        yield f"{status or 'unsent':>6} {number:>8}"
    yield ""
    yield f"{'address':42} {'asked':>6} {'median ms':>10} {'most ms':>8}"
    for name, rows in sorted(answers.by_name.items()):
        times = [1000 * seconds for seconds, *_rest in rows]
        yield f"{name:42} {len(rows):>6} {median(times):>10.1f} {max(times):>8.1f}"
    yield ""
    yield "slowest"
    rows = [row for rows in answers.by_name.values() for row in rows]
    for took, status, method, path in sorted(rows, reverse=True)[:SLOWEST]:
        yield f"{1000 * took:>8.0f} ms {status} {method} {path[:120]}"
    yield ""
    kinds = {}
    for failure in answers.failures:
        kinds.setdefault(failure.error, []).append(failure)
    yield f"answers 500: {len(answers.failures)}, of {len(kinds)} kinds"
    for error, failures in kinds.items():
        first = failures[0]
        yield f"\n{len(failures)} x, first no. {first.number}: {first.role} {first.method} {first.path[:300]}"
        yield f"  {str(first.data)[:1000]}"
        yield error
