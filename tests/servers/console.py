"""``python -m tests.servers.console`` does what it is told, a line of JSON at a time, on its node.

Starting Django for each small thing would take longer than the tests.
"""

import json
import sys
import traceback

import django


def main():
    django.setup()
    from django.db import connections  # noqa: PLC0415 - after the set-up

    from . import acts  # noqa: PLC0415 - as above

    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"given": getattr(acts, name)(**arguments)}
        except Exception:  # noqa: BLE001 - the test is told
            answer = {"error": traceback.format_exc()}
        # The database may be restarted before the next one.
        connections.close_all()
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
