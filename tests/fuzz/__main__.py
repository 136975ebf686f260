"""``python -m tests.fuzz``: ask for everything, with anything, and count the answers.

A folder of its own holds the sample library, its files and its index; nothing else is touched. Each
process asks its share of a copy of the database. ``python -m tests.postgres python -m tests.fuzz`` asks
the same of PostgreSQL.
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
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ.update(ENVIRONMENT | {"VAR_DIR": folder, "STATIC_ROOT": f"{folder}/static"})
        Path(folder, "static").mkdir()

        import django  # noqa: PLC0415 - the environment has to be set first

        django.setup()
        from tests.fuzz import library, report, requests  # noqa: PLC0415 - they need Django

        world = library.make()
        copies = library.copies(options.processes)
        answers, start = requests.Answers(options.seed), time.monotonic()
        # Forked, so that they know the library; what comes first is told first.
        with ProcessPoolExecutor(options.processes, get_context("fork")) as pool:
            shares = [
                pool.submit(
                    _share,
                    world,
                    name,
                    options.number // options.processes,
                    f"{options.seed}-{place}",
                )
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
    return requests.run(world, number, seed)


main()
