"""The base of commands that a timer runs: exit codes, log lines and the record of runs."""

import logging
import signal
import threading
import time
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from citynet.web.logs import clean

from . import command_runs

logger = logging.getLogger(__name__)

# Exit codes. A person has to look: what could be done has been done. (2 is argparse's, for arguments
# that make no sense.)
EXIT_FAILED = 1
# A server is unavailable. Nothing is lost, and a later run does the rest (EX_TEMPFAIL of sysexits.h).
EXIT_RETRY = 75


class TimedCommand(BaseCommand):
    """A command that a timer can run: it records each run and exits with 0, 1, 2 or 75.

    It exits with 75 when the database cannot be reached: the next run of the timer will do. A
    command that keeps running (``--watch``) calls ``mark`` after each round.
    """

    @property
    def name(self):
        return type(self).__module__.rpartition(".")[2]

    def execute(self, *args, **options):
        started = time.monotonic()
        code = EXIT_FAILED
        try:
            output = super().execute(*args, **options)
            code = 0
        except CommandError as error:
            code = error.returncode
            raise
        except OperationalError as error:
            code = EXIT_RETRY
            raise CommandError(
                f"The database cannot be used: {short(error)}", returncode=EXIT_RETRY
            ) from error
        finally:
            seconds = time.monotonic() - started
            self._leave_trace(code, seconds, options)
        return output

    def _leave_trace(self, code, seconds, options):
        if not options.get("dry_run") and not options.get("watch"):
            self.mark(done=not code)
        # Whoever started it sees the result; the log gets failures only, unless its level is DEBUG.
        facts = {"command": self.name, "code": code, "seconds": round(seconds, 1)}
        logger.log(logging.ERROR if code else logging.DEBUG, "Command over", extra={"facts": facts})

    def mark(self, *, done=True):
        """Note that the command has done its work, or could not, where a timer should run it."""
        if self.name in settings.TIMED_COMMANDS:
            (command_runs.succeeded if done else command_runs.failed)(self.name)


def short(error):
    """Return an error in one line, without what may tell of people."""
    return " ".join(clean(f"{type(error).__name__}: {error}").split())


class Cadence:
    """How often progress is told: every two seconds at a terminal, once a minute in a log."""

    ON_TERMINAL, IN_LOG = 2, 60  # seconds

    def __init__(self, stream):
        self.seconds = self.ON_TERMINAL if stream.isatty() else self.IN_LOG
        self.told = time.monotonic()

    def is_due(self):
        """Return whether it is time to tell; if so, the next time is counted from now."""
        now = time.monotonic()
        if now - self.told < self.seconds:
            return False
        self.told = now
        return True


class Progress:
    """Tells what is being done and how many are done, now and then; nothing at verbosity 0."""

    def __init__(self, out, verbosity):
        self._out, self._is_quiet, self._cadence = out, not verbosity, Cadence(out)

    def __call__(self, what, done):
        if self._cadence.is_due():
            self.say(f"{what}: {done:,}")

    def say(self, message):
        if not self._is_quiet:
            self._out.write(message)
            self._out.flush()


@contextmanager
def until_stopped():
    """Yield an event that SIGTERM and SIGINT set, instead of ending the process at once."""
    stop = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    former = {number: signal.signal(number, lambda *_received: stop.set()) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
