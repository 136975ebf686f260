from django.core.management.base import BaseCommand
from django.db.models import Q

from citynet.operations.commands import Cadence
from policies.content import summary
from policies.models import Revision


class Command(BaseCommand):
    help = "Rebuilds what lists show of published cases, where it differs from what is stored."

    def add_arguments(self, parser):
        parser.add_argument(
            "--outdated",
            action="store_true",
            help="Look only at what an earlier version of the portal has stored.",
        )

    def handle(self, *, outdated, verbosity, **options):
        self.done = 0
        cadence = Cadence(self.stdout)

        def progress(done, changed):
            self.done = done
            if verbosity and cadence.is_due():
                self.stdout.write(f"{done} summaries looked at, {changed} rebuilt so far")

        revisions = Revision.objects.live()
        if outdated:
            other = ~Q(list_summary__version=summary.VERSION)
            revisions = revisions.filter(other | Q(list_summary__version__isnull=True))
        changed = summary.rebuild(revisions, progress)
        if verbosity:
            self.stdout.write(f"{self.done} summaries looked at, {changed} rebuilt")
