from citynet.operations.commands import TimedCommand
from policies.workflow import digest


class Command(TimedCommand):
    help = (
        "Tells the moderators what waits for them, once a week: it may run every day, and says "
        "nothing when nothing waits. The notices are mailed by send_notices. Exits with 0 also when "
        "there was nothing to say."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what is waiting; tell nobody."
        )

    def handle(self, *, dry_run, verbosity, **options):
        if dry_run:
            waiting = digest.waiting()
            for revision in waiting:
                reviewer = revision.reviewer or "nobody"
                self.stdout.write(f"{revision.submitted_at:%Y-%m-%d} {revision.title}, {reviewer}")
            self.stdout.write(f"{len(waiting)} waiting")
            return
        told = digest.send()
        if verbosity:
            self.stdout.write(f"{told} told")
