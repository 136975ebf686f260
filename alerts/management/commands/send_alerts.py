from django.utils import timezone

from alerts import steps
from citynet.operations.commands import TimedCommand


class Command(TimedCommand):
    help = (
        "Tells people what is new in their saved searches and followed cases, in one notice a person and "
        "week. Without news nobody is told. Nothing is told twice, so that it may run at any time. The "
        "notices are mailed by send_notices."
    )

    def handle(self, *, verbosity, **options):
        told = steps.send(timezone.now())
        if verbosity:
            self.stdout.write(f"{told} people told what is new")
