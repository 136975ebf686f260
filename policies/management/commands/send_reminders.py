from django.utils import timezone

from citynet.operations.commands import TimedCommand
from members.models import Member
from policies.workflow import calls, corrections, reminders


class Command(TimedCommand):
    help = (
        "Asks the teams whose public cases nobody confirmed for a year whether they are still true. "
        "Each case at most once a year, so that it may run every day. Corrections of public texts that "
        "no city has answered for 60 days lapse, and coordinators are reminded of calls a week before the end. The notices are mailed by send_notices."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what would be asked about."
        )

    def handle(self, *, dry_run, verbosity, **options):
        today = timezone.localdate()
        due = reminders.cases_to_ask_about(today)
        asked = 0
        for member in Member.objects.filter(pk__in=due.values("member").order_by()):
            cases = list(due.filter(member=member)) if dry_run else reminders.ask(member, today)
            asked += len(cases)
            if verbosity:
                for case in cases:
                    self.stdout.write(f"{member}: {case.pk} {case.live.title}, as of {case.since}")
        lapsed = 0 if dry_run else corrections.lapse()
        reminded = 0 if dry_run else calls.remind(today)
        if verbosity and reminded:
            self.stdout.write(f"{reminded} people reminded of calls")
        if verbosity and lapsed:
            self.stdout.write(f"{lapsed} corrections lapsed")
        if verbosity:
            self.stdout.write(f"{asked} due" if dry_run else f"{asked} asked about")
