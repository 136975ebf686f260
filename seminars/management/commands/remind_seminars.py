from django.utils import timezone

from citynet.operations.commands import TimedCommand
from seminars.steps import seminars


class Command(TimedCommand):
    help = (
        "Reminds who is registered of the seminars of tomorrow, and notes which were held. Nothing is done "
        "twice, so that it may run at any time. The notices are mailed by send_notices."
    )

    def handle(self, *, verbosity, **options):
        reminded, held = seminars.move_on(timezone.now())
        if verbosity:
            self.stdout.write(f"{reminded} people reminded of a seminar")
            self.stdout.write(f"{held} seminars held")
