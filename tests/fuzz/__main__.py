"""``python -m tests.fuzz``: ask for everything, with anything, and count the answers.

A folder of its own holds the sample library, its files and its index; nothing else is touched. Each
process asks its share of a copy of the database: of SQLite, or with ``python -m tests.postgres python
-m tests.fuzz --postgres`` of PostgreSQL.
"""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ENVIRONMENT = {
    "SECRET_KEY": "only-for-the-fuzz",
    "DEBUG": "0",
    "HTTPS": "0",
    "THROTTLES": "0",
    "CACHE_URL": "locmem://",
    "EMAIL_URL": "dummy://",
    "PAGE_CACHE_SECONDS": "0",
    "LOG_LEVEL": "CRITICAL",
    "ALLOWED_HOSTS": "testserver",
    "DJANGO_SETTINGS_MODULE": "citynet.settings",
}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--number", type=int, default=100_000, help="requests (100000)")
    parser.add_argument("--seed", default="1", help="another one asks for other things (1)")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="(one a core)")
    parser.add_argument("--postgres", action="store_true", help="ask the database of DATABASE_URL")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ.update(ENVIRONMENT | {"VAR_DIR": folder, "STATIC_ROOT": f"{folder}/static"})
        if not options.postgres:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
        Path(folder, "static").mkdir()

        import django  # noqa: PLC0415 - the environment has to be set first

        django.setup()
        from tests.fuzz import library, report, requests  # noqa: PLC0415 - they need Django

        world = library.make()
        copies = library.copies(options.processes)
        answers, start = requests.Answers(options.seed), time.monotonic()
        number = -(-options.number // options.processes)
        # Forked, so that they know the library.
        with ProcessPoolExecutor(options.processes, get_context("fork")) as pool:
            shares = [
                pool.submit(_share, world, name, number, f"{options.seed}-{place}")
                for place, name in enumerate(copies)
            ]
            for share in shares:
                answers.add(share.result())
        print(report.table(answers, time.monotonic() - start))  # noqa: T201 - the answer
    sys.exit(1 if answers.failures else 0)


def _share(world, database, number, seed):
    """Ask ``number`` times of one copy of the database; return the answers."""
    from tests.fuzz import library, requests  # noqa: PLC0415 - they need Django

    library.use(database)
    return requests.run(world, number, seed, tell=lambda words: print(words, file=sys.stderr))  # noqa: T201 - for who waits


main()
