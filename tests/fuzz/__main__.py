"""``python -m tests.fuzz``: ask for everything, with anything, and count the answers.

A folder of its own holds the sample library, its files and its index; nothing else is touched.
"""

import argparse
import os
import sys
import tempfile

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
    "DATABASE_URL": "",
    "DJANGO_SETTINGS_MODULE": "citynet.settings",
}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--number", type=int, default=100_000, help="requests (100000)")
    parser.add_argument("--seed", type=int, default=1, help="another one asks for other things (1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ.update(ENVIRONMENT | {"VAR_DIR": folder, "STATIC_ROOT": f"{folder}/static"})
        del os.environ["DATABASE_URL"]

        import django  # noqa: PLC0415 - the environment has to be set first

        django.setup()
        from tests.fuzz import library, report, requests  # noqa: PLC0415 - they need Django

        answers = requests.run(library.make(), options.number, options.seed)
        print(report.table(answers))  # noqa: T201 - the answer
    sys.exit(1 if answers.failures else 0)


main()
