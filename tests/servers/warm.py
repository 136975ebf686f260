"""A process that has everything loaded, and becomes any number of others at once by forking.

``python -m tests.servers.warm`` takes lines of JSON: ``{"run": [module or command, …],
"environment": {…}, "output": path}`` is answered by the number of the new process, and
``{"wait": number}`` by its exit code once it has ended.
"""

import contextlib
import importlib
import json
import os
import runpy
import sys

import django
from django.conf import Settings, settings
from django.core.cache import caches
from django.core.management import execute_from_command_line
from django.db import connections


def main():
    """Serve until standard input ends."""
    django.setup()
    # What commands load besides.
    for module in ("citynet.urls", "tests.factories", "citynet.operations.backups.database"):
        importlib.import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _pid, status = os.waitpid(asked["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork() or become(**asked)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def become(run, environment, output):
    """Be the process that would have been started with this command; never returns."""
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number in (1, 2):
        os.dup2(descriptor, number)
    os.environ.clear()
    os.environ.update(environment)
    importlib.reload(sys.modules[os.environ["DJANGO_SETTINGS_MODULE"]])
    settings._wrapped = Settings(os.environ["DJANGO_SETTINGS_MODULE"])
    for handler in (connections, caches):
        handler._settings = None
        handler.__dict__.pop("settings", None)
        with contextlib.suppress(AttributeError):
            del handler["default"]
    code = 1
    try:
        if run[0].endswith(".py"):
            execute_from_command_line(run)
        else:
            sys.argv = run
            runpy.run_module(run[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
