import signal
import threading

from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from members.notifications import Outcome, deliver

BATCH = 100


class Command(BaseCommand):
    help = (
        "Mails the notices that are due. Fit for a timer: it exits with 1 when a mail could not be "
        "sent; what is put off is tried again by a later run."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--watch", action="store_true", help="Stay, and look again after each interval."
        )
        parser.add_argument(
            "--interval",
            type=float,
            default=30,
            metavar="SECONDS",
            help="Time between two looks with --watch (default: 30).",
        )

    def handle(self, *, watch, interval, verbosity, **options):
        if interval <= 0:
            raise CommandError("The interval must be more than 0 seconds.")
        self.verbosity = verbosity
        self.stop = threading.Event()
        if watch:
            self.watch(interval)
            return
        total = self.send()
        self.say(summary(total))
        if total.delayed or total.given_up:
            raise CommandError(f"The mail server or a notice is at fault: {total.error}")

    def watch(self, interval):
        def halt(*received):
            self.stop.set()

        former = {number: signal.signal(number, halt) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self.stop.is_set():
                try:
                    total = self.send()
                except Exception as error:  # noqa: BLE001 - the database may be away for a while
                    self.stderr.write(f"{type(error).__name__}: {error}")
                else:
                    if total != Outcome():
                        self.say(summary(total))
                    if total.error:
                        self.stderr.write(total.error)
                close_old_connections()
                self.stop.wait(interval)
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
        self.say("Stopped.")

    def send(self):
        """Send until nothing is due, the mail server takes nothing, or a stop is asked for."""
        total = Outcome()
        while not self.stop.is_set():
            outcome = deliver(BATCH)
            total += outcome
            if outcome.turns < BATCH:
                break
            self.say(f"{total.sent} sent so far")
        return total

    def say(self, message):
        if self.verbosity:
            self.stdout.write(message)


def summary(outcome):
    """What was done, in one line."""
    return (
        f"{outcome.sent} sent, {outcome.delayed} put off, {outcome.given_up} given up, "
        f"{outcome.dropped} not wanted"
    )
