"""Installations of their own, each with its folder and database, for tests of whole commands."""

import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Warm:
    """Starts processes fast: see the module ``warm``."""

    def __init__(self, folder):
        environment = os.environ | {
            "SECRET_KEY": "only-for-tests",
            "DEBUG": "0",
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "citynet.settings",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.warm"],
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, **question):
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def stop(self):
        self._process.communicate()


class Started:
    """A process at work; ``output`` is the file of all that it has written."""

    def __init__(self, warm, number, output):
        self._warm, self._number, self.output = warm, number, output

    def wait(self):
        return self._warm.ask(wait=self._number)

    def kill(self):
        os.kill(self._number, signal.SIGKILL)
        return self.wait()


class Installation:
    """A folder for everything that the portal writes, and a database: SQLite unless an address is
    given."""

    def __init__(self, warm, folder, database_url=None, **variables):
        self.folder, self._warm, self._outputs = folder, warm, itertools.count()
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")
        } | {
            "SECRET_KEY": "only-for-tests",
            "DEBUG": "0",
            "HTTPS": "0",
            "VAR_DIR": str(folder),
            "SEARCH_INDEX_DIR": str(folder / "index"),
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'db.sqlite3'}",
            "CACHE_URL": "locmem://",
            "BACKUP_DIR": str(folder / "backups"),
            "DJANGO_SETTINGS_MODULE": "citynet.settings",
            **variables,
        }

    def start(self, *command):
        """A process in this installation: "manage.py" and a command, or a module of the tests."""
        output = self.folder / f"output{next(self._outputs)}"
        number = self._warm.ask(run=command, environment=self.environment, output=str(output))
        return Started(self._warm, number, output)

    def _run(self, *command, code=0):
        started = self.start(*command)
        ended, output = started.wait(), started.output.read_text()
        assert ended == code, output
        return output

    def manage(self, *command, code=0):
        """Run a command and give what it wrote, errors included; its exit code must be ``code``."""
        return self._run("manage.py", *command, code=code)

    def program(self, module, *arguments):
        """Run a module of the tests and give the last line that it printed, read as JSON."""
        return json.loads(self._run(module, *arguments).splitlines()[-1])

    def contents(self):
        """Every row of every table and the digest of every file: {table: rows}, {name: digest}."""
        return self.program("tests.servers.contents")
