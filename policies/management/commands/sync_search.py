import signal
import threading
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from policies.search import index, watching


class Command(BaseCommand):
    help = "Brings the search index in step with the database."

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
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_received: stop.set())
        look = watching.Watcher().look
        self.sync(rebuild=rebuild, look=look)
        while not stop.wait(interval):
            try:
                self.sync(rebuild=False, look=look)
            except (DatabaseError, index.Damaged, OSError) as error:
                # The database may be away for a while: say so and look again.
                connection.close()
                self.stderr.write(f"{error}")
        self.say("Stopped.")

    def sync(self, *, rebuild, look=index.sync):
        started = time.monotonic()
        added, removed = look(rebuild=rebuild, progress=self.progress) or (0, 0)
        seconds = time.monotonic() - started
        if added or removed or rebuild or not self.shown:
            self.say(f"{added} added, {removed} removed, {index.count()} in all, {seconds:.1f} s")
        self.shown = True

    def progress(self, done, of):
        if of > index.BATCH and self.verbosity:
            self.stdout.write(f"{done} of {of} ({done / of:.0%})")

    def say(self, message):
        if self.verbosity:
            self.stdout.write(message)
            # Who reads a log should not wait until the buffer of a long-running process is full.
            self.stdout.flush()
