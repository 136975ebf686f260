"""Processes of servers: on ports of their own, waited for, and always stopped."""

import os
import pwd
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, patience=PATIENCE, every=0.1):
    """What ``condition`` gives as soon as it is true. Raises ``AssertionError`` when it stays false."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(every)
    raise AssertionError(f"Not so within {patience} seconds: {condition}")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Process:
    """A server in a process; ``user`` is a user of the system where it must not be root."""

    def __init__(self, command, *, log, environment=None, user=None):
        self.command, self.log = [str(each) for each in command], log
        self.environment = os.environ | (environment or {})
        self.options = {}
        if user:
            entry = pwd.getpwnam(user)
            self.options = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self.options,
            )
        return self

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=15):
        """Send a signal and wait for the end; a process that has ended already is no mistake."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None
