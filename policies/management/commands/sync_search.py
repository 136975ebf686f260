import time

from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError, connection

from citynet.operations.commands import Cadence, TimedCommand, short, until_stopped
from policies.search import index, reconcile

# The database, the disk or the index may be away for a while.
AWAY = (DatabaseError, InterfaceError, index.IndexDamaged, OSError)


class Stopped(Exception):
    """Asked to stop while documents are written: none of them goes in, and the next start goes on."""


class Command(TimedCommand):
    help = "Brings the search index in step with the database."
    stop = None

    def add_arguments(self, parser):
        parser.add_argument(
            "--rebuild", action="store_true", help="Build the index anew from the database."
        )
        parser.add_argument(
            "--watch", action="store_true", help="Stay, and look again after each interval."
        )
        parser.add_argument(
            "--interval",
            type=float,
            default=10,
            metavar="SECONDS",
            help="Time between two looks with --watch (default: 10).",
        )

    def handle(self, *, rebuild, watch, interval, verbosity, **options):
        if interval <= 0:
            raise CommandError("The interval must be more than 0 seconds.")
        self.verbosity = verbosity
        self.shown = 0
        if not watch:
            self.sync(rebuild=rebuild)
            return
        look = reconcile.Watcher().look
        with until_stopped() as self.stop:
            while not self.stop.is_set():
                try:
                    self.sync(rebuild=rebuild, look=look)
                    rebuild = False
                    self.mark()
                except AWAY as error:
                    # Say so and look again.
                    connection.close()
                    self.mark(done=False)
                    self.stderr.write(short(error))
                except Stopped:
                    break
                self.stop.wait(interval)
        self.say("Stopped.")

    def sync(self, *, rebuild, look=index.sync):
        started = time.monotonic()
        self.cadence = Cadence(self.stdout)
        added, removed = look(rebuild=rebuild, progress=self.progress) or (0, 0)
        seconds = time.monotonic() - started
        if added or removed or rebuild or not self.shown:
            self.say(f"{added} added, {removed} removed, {index.count()} in all, {seconds:.1f} s")
        self.shown = True

    def progress(self, done, of):
        if of > index.BATCH and (self.cadence.is_due() or done == of):
            self.say(f"{done} of {of} ({done / of:.0%})")
        if self.stop is not None and self.stop.is_set():
            raise Stopped

    def say(self, message):
        if self.verbosity:
            self.stdout.write(message)
            # Who reads a log should not wait until the buffer of a long-running process is full.
            self.stdout.flush()
