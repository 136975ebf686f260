import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tests.bench import measure

SMALL, MIDDLE = 1_000, 10_000
# The bars that the table is read against.
PAGE_MS, PAGE_GROWTH, ENGINE_MS, TIMES_FASTER = 15, 1.5, 10, 50
MATCH_MS = 1
ESTIMATE_MS, ESTIMATE_QUERIES = 60, 8
QUERIES, CASES_A_SECOND, MEMORY_MB, WEIGHT_KB = 5, 3000, 1000, 60

# Fresh processes for each measurement, of which the best one counts: other work on a shared machine
# only ever adds to a time, it never takes from it. Of large libraries few builds: they take long.
RUNS, LARGE_BUILDS = 3, 2
# What runs of one measurement are compared by, the smallest being the best.
FIGURES = {
    "build": lambda found: -found["rate"],
    "engine": lambda found: found["all"]["median"],
    "pages": lambda found: found["all"]["median"],
    "estimates": lambda found: found["estimate"]["median"],
}


class Command(BaseCommand):
    help = (
        "Measures search, pages and the index on synthetic cases, in databases of their own below "
        "var/bench (kept for the next time), and prints a table."
    )

    def add_arguments(self, parser):
        parser.add_argument("--number", type=int, default=MIDDLE, help="Cases in the largest run.")
        parser.add_argument("--step", help="Used by the command itself: measure one thing here.")
        parser.add_argument(
            "--without-postgres", action="store_true", help="Leave the comparison out."
        )

    def handle(self, *, number, step, without_postgres, **options):
        if step:
            self.stdout.write(json.dumps(self.measure(step)))
            return
        if number < 1:
            raise CommandError("Give a number above zero.")
        sizes = sorted({min(size, number) for size in (SMALL, MIDDLE, number)})
        results = {size: self.run(size) for size in sizes}
        self.compare(number, results[number], without_postgres=without_postgres)
        self.table(sizes, results)

    @staticmethod
    def measure(step):
        """Return one measurement, made in the process and environment of one library."""
        if step == "postgres":
            from tests.bench import postgres  # noqa: PLC0415 - its wheel may warn when imported

            return postgres.ask(settings.VAR_DIR / "postgres")
        work = {
            "build": measure.build,
            "engine": measure.engine,
            "pages": measure.pages,
            "estimates": measure.estimates,
        }[step]
        before = measure.pace()
        return work() | {"pace": [before, measure.pace()]}

    def run(self, size):
        """Prepare a library of ``size`` cases and measure everything in it."""
        folder = self.folder(size)
        is_ready = (folder / "ready").exists()
        if not is_ready:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "db.sqlite3").unlink(missing_ok=True)
        # A library kept from last time may be of an earlier version.
        self.manage(size, "migrate", "--verbosity", "0")
        self.manage(size, "load_reference", "--verbosity", "0")
        if is_ready:
            self.manage(size, "rebuild_summaries", "--outdated", "--verbosity", "0")
        else:
            self.say(f"Making {size:,} synthetic cases")
            self.manage(size, "generate_cases", str(size), "--no-sync")
            (folder / "ready").touch()
        self.manage(size, "collectstatic", "--noinput", "--verbosity", "0")
        self.say(f"Measuring with {size:,} cases")
        return {step: self.best(size, step) for step in FIGURES}

    def best(self, size, step):
        """The best of several runs of a step, with what all of them were like."""
        times = LARGE_BUILDS if step == "build" and size > MIDDLE else RUNS
        runs = [self.step(size, step) for _run in range(times)]
        figures = [abs(FIGURES[step](found)) for found in runs]
        paces = [pace for found in runs for pace in found["pace"]]
        return min(runs, key=FIGURES[step]) | {"figures": figures, "pace": paces}

    def compare(self, size, results, *, without_postgres):
        if without_postgres:
            return
        self.say("Asking PostgreSQL the same")
        results["postgres"] = self.step(size, "postgres")

    def step(self, size, step):
        return json.loads(
            self.in_library(size, "-m", "tests.bench", "--step", step).splitlines()[-1]
        )

    @staticmethod
    def folder(size):
        return Path(settings.VAR_DIR) / "bench" / str(size)

    def manage(self, size, *arguments):
        """Run a management command on a library for measuring."""
        self.in_library(size, "manage.py", *arguments)

    def in_library(self, size, *arguments):
        """Return what Python prints that runs on a library for measuring, never on the user's."""
        folder = self.folder(size)
        environment = os.environ | {
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "SEARCH_INDEX_DIR": str(folder / "index"),
            "CACHE_URL": "locmem://",
            # What is measured is how fast pages are drawn.
            "PAGE_CACHE_SECONDS": "0",
            "SECRET_KEY": "only-for-measuring-" + "0" * 40,
            "ALLOWED_HOSTS": "localhost",
            "DEBUG": "0",
            "HTTPS": "0",
            "LOG_LEVEL": "WARNING",
        }
        found = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if found.returncode:
            raise CommandError(f"{' '.join(arguments)} failed")
        return found.stdout

    def table(self, sizes, results):
        largest, smallest = results[sizes[-1]], results[sizes[0]]
        page = largest["pages"]["all"]["median"]
        weight = largest["pages"]["weight"]
        self.stdout.write("")
        for size in sizes:
            found = results[size]
            engine, pages = found["engine"], found["pages"]
            shares = ", ".join(
                f"{float(share):.1%} {took:.1f}" for share, took in engine["shares"].items()
            )
            self.stdout.write(
                f"{size:,} cases, ms (median / 95 of 100 / slowest) of the best run; medians of "
                f"{len(pages['figures'])} runs: page {ends(pages['figures'])}, "
                f"engine {ends(engine['figures'])}"
            )
            self.line("  search page", spread(pages["all"]))
            self.line("  the same, sentences and other languages", spread(pages["spoken"]))
            self.line("  what it would take, of up to 300", spread(found["estimates"]["estimate"]))
            self.line("  cities like one", spread(found["estimates"]["like"]))
            self.line("  question to targets", spread(engine["matched"]))
            self.line("  hits and all facet counts, one word", spread(engine["all"]))
            self.line("  the same, two words or with facets", spread(engine["narrowed"]))
            self.line("  by share of the cases a word is in", shares)
            build = found["build"]
            runs = f"{len(build['figures'])} runs: {ends(build['figures'], 0)}"
            self.line("  index build", f"{build['rate']:,.0f} cases/s", runs)
        paces = [
            pace for found in results.values() for step in FIGURES for pace in found[step]["pace"]
        ]
        self.line("pace of this machine, ms for a fixed loop, best to worst", ends(paces))
        self.stdout.write("")
        self.line("what", "measured", "bar")
        self.bar("search page, median ms", page, PAGE_MS)
        if len(sizes) > 1:
            growth = page / smallest["pages"]["all"]["median"]
            self.bar(f"the same against {sizes[0]:,} cases, times", growth, PAGE_GROWTH)
        self.bar("question to targets, median ms", largest["engine"]["matched"]["median"], MATCH_MS)
        self.bar("engine, median ms", largest["engine"]["all"]["median"], ENGINE_MS)
        if "postgres" in largest:
            theirs = statistics.median(largest["postgres"])
            ours = statistics.median(largest["engine"]["compared"])
            self.line("PostgreSQL full text, the same words, median ms", f"{theirs:.1f}")
            self.bar("times faster than PostgreSQL", theirs / ours, TIMES_FASTER, least=True)
        self.bar("SQL queries of the search page", largest["pages"]["queries"], QUERIES)
        for what, name in (("what it would take", "estimate"), ("cities like one", "like")):
            page = largest["estimates"][name]
            self.bar(f"{what}, median ms", page["median"], ESTIMATE_MS)
            self.bar("SQL queries of the same", page["queries"], ESTIMATE_QUERIES)
        build = largest["build"]
        words = f"index build, cases/s of {build['words']:.0f} words"
        self.bar(words, build["rate"], CASES_A_SECOND, least=True)
        self.bar("peak memory of the build, MB", build["memory"], MEMORY_MB)
        parts = ", ".join(f"{kind} {size:.1f}" for kind, size in weight.items())
        self.bar(f"weight of a first visit, kB: {parts}", sum(weight.values()), WEIGHT_KB)

    def bar(self, what, measured, bar, *, least=False):
        met = measured >= bar if least else measured <= bar
        sign = ">=" if least else "<="
        self.line(what, f"{measured:,.1f}", f"{sign} {bar:,}", "" if met else "missed")

    def line(self, what, *cells):
        self.stdout.write(f"{what:<64}" + "".join(f"{cell:<16}" for cell in cells).rstrip())

    def say(self, message):
        self.stderr.write(message, self.style.NOTICE)


def spread(found):
    return f"{found['median']:.1f} / {found['p95']:.1f} / {found['slowest']:.1f}"


def ends(figures, places=1):
    """The smallest and the largest of some figures."""
    return f"{min(figures):,.{places}f} to {max(figures):,.{places}f}"
