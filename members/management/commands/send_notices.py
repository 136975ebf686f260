import threading

from django.core.management.base import CommandError
from django.db import close_old_connections

from citynet.operations.commands import EXIT_FAILED, EXIT_RETRY, TimedCommand, short, until_stopped
from citynet.web.logs import clean
from members.notices.delivery import Outcome, deliver

BATCH = 100


class Command(TimedCommand):
    help = (
        "Mails the notices that are due. Fit for a timer: it exits with 75 when mails were put off, "
        "which a later run tries again, and with 1 when one was given up."
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
            raise CommandError(
                clean(f"The mail server or a notice is at fault: {total.error}"),
                returncode=EXIT_FAILED if total.given_up else EXIT_RETRY,
            )

    def watch(self, interval):
        with until_stopped() as self.stop:
            while not self.stop.is_set():
                try:
                    total = self.send()
                except Exception as error:  # noqa: BLE001 - the database may be away for a while
                    self.mark(done=False)
                    self.stderr.write(short(error))
                else:
                    if total != Outcome():
                        self.say(summary(total))
                    if total.error:
                        self.stderr.write(clean(total.error))
                    self.mark(done=not total.error)
                close_old_connections()
                self.stop.wait(interval)
        self.say("Stopped.")

    def send(self):
        """Send until nothing is due, the mail server takes nothing, or a stop is asked for."""
        total = Outcome()
        while not self.stop.is_set():
            outcome = deliver(BATCH, stop=self.stop)
            total += outcome
            if outcome.turns < BATCH:
                break
            self.say(f"{total.sent} sent so far")
        return total

    def say(self, message):
        if self.verbosity:
            self.stdout.write(message)
            self.stdout.flush()


def summary(outcome):
    """Return what was done, in one line."""
    return (
        f"{outcome.sent} sent, {outcome.delayed} put off, {outcome.given_up} given up, "
        f"{outcome.dropped} not wanted"
    )
