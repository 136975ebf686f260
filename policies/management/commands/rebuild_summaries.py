from django.core.management.base import BaseCommand

from citynet.operations.commands import Cadence
from policies.content import summary
from policies.models import Revision


class Command(BaseCommand):
    help = "Rebuilds what lists show of published cases, where it differs from what is stored."

    def handle(self, *, verbosity, **options):
        self.done = 0
        cadence = Cadence(self.stdout)

        def progress(done, changed):
            self.done = done
            if verbosity and cadence.is_due():
                self.stdout.write(f"{done} summaries looked at, {changed} rebuilt so far")

        changed = summary.rebuild(Revision.objects.live(), progress)
        if verbosity:
            self.stdout.write(f"{self.done} summaries looked at, {changed} rebuilt")
