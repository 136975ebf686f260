"""``python -m tests.crashes N``: see the package."""

import os
import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

UNITS = 3  # of work, within which a process is killed
SEED = int(os.environ.get("SEED", "0"))
COLUMNS = "{:<12}{:>8}{:>14}{:>7}{:>11}{:>15}"


def main(points):
    """Kill ``points`` times, print the table, and return how many faults were found."""
    from tests.crashes.mail import mail_server  # noqa: PLC0415 - nothing is loaded before the fork

    with tempfile.TemporaryDirectory(prefix="crashes") as made:
        folder = Path(made)
        with mail_server(folder / "mailed") as port:
            os.environ.update(
                VAR_DIR=str(folder),
                SEARCH_INDEX_DIR=str(folder / "index"),
                EMAIL_URL=f"smtp://127.0.0.1:{port}",
                ALLOWED_HOSTS="testserver",
                LOG_LEVEL="ERROR",
                DJANGO_SETTINGS_MODULE="tests.settings",
            )
            os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'db.sqlite3'}")
            import django  # noqa: PLC0415 - its settings are known only now

            django.setup()
            return Run(folder, points).faults()


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Run:
    """Kills the operations in turn, and counts."""

    def __init__(self, folder, points):
        import citynet.urls  # noqa: F401, PLC0415 - loaded once for all processes
        from tests.crashes import machines, people  # noqa: PLC0415 - as above

        notices = machines.Notices(folder / "mailed")
        self.folder, self.points = folder, points
        self.operations = [
            people.Publish(),
            machines.Index(),
            people.Upload(),
            people.Autosave(),
            notices,
            machines.Import(),
        ]
        names = [operation.name for operation in self.operations]
        counts = ("points", "kept", "lost", "half", "index")
        self.table = {name: dict.fromkeys(counts, 0) for name in names}
        # Seconds that a unit of the operation's work takes here.
        self.pace = {}

    def faults(self):
        from django.conf import settings  # noqa: PLC0415 - as above

        from tests.crashes import library  # noqa: PLC0415 - as above
        from tests.crashes.processes import apart  # noqa: PLC0415 - as above

        random.seed(SEED)
        began = time.monotonic()
        apart(library.fill)
        for point in range(self.points):
            self.kill(point)
        notices = apart(self.operations[4].finish)
        self.table["notices"]["lost"] += notices["lost"]
        kept, removed = apart(self.sweep)
        engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
        say(f"{engine}: {self.points} kills in {time.monotonic() - began:.0f} s")
        say(
            COLUMNS.format(
                "operation", "points", "acknowledged", "lost", "half-done", "index differs"
            )
        )
        for name, counts in self.table.items():
            say(COLUMNS.format(name, *counts.values()))
        say(f"e-mails taken by the mail server twice: {notices['twice']} (at most one a kill)")
        say(f"files that no row names: {removed} removed by delete_unused_files, then {kept}")
        faults = sum(sum(list(counts.values())[2:]) for counts in self.table.values())
        return faults + kept + max(0, notices["twice"] - self.table["notices"]["points"])

    def kill(self, point):
        from tests.crashes import library  # noqa: PLC0415 - as above
        from tests.crashes.processes import apart, killed  # noqa: PLC0415 - as above

        operation = self.operations[point % len(self.operations)]
        counts = self.table[operation.name]
        pace = self.pace.get(operation.name)
        if pace is None:
            data = apart(operation.prepare, f"pace {point}")
            pace = killed(operation.work, data, units=UNITS).seconds / UNITS
            apart(library.wait_for_the_dead)
        data = apart(operation.prepare, f"{point}")
        found = killed(operation.work, data, within=UNITS * pace)
        # Other work on the machine makes it slower and faster.
        self.pace[operation.name] = 0.8 * pace + 0.2 * found.seconds / (len(found.kept) + 0.5)
        result = apart(self.check, operation, data, found)
        counts["points"] += 1
        counts["kept"] += len(found.kept)
        for name, number in result.items():
            counts[name] += number
        if any(result.values()):
            say(f"point {point}, {operation.name}: {result}, {vars(found)}")

    def check(self, operation, data, found):
        from tests.crashes import library  # noqa: PLC0415 - as above

        library.wait_for_the_dead()
        result = operation.check(data, found)
        return result | {"index": int(library.index_differs())}

    def sweep(self):
        """How many files no row names after ``delete_unused_files``, and how many it removed."""
        from django.core.management import call_command  # noqa: PLC0415 - as above

        from citynet.operations.backups.files import named  # noqa: PLC0415 - as above

        media = self.folder / "media"
        files = [path for path in media.rglob("*") if path.is_file()]
        old = time.time() - timedelta(hours=2).total_seconds()
        for path in files:
            os.utime(path, (old, old))
        call_command("delete_unused_files", verbosity=0)
        left = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
        return len(left ^ set(named())), len(files) - len(left)


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]))))
