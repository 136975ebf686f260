from django.utils import timezone

from citynet.operations.commands import TimedCommand
from exchange.steps import adoption_reminders, cooperation, introductions, question_clock


class Command(TimedCommand):
    help = (
        "Moves the exchange on by a day: reminds who is asked, tells the secretariat what waits too long, "
        "offers the askers further members, asks how adoptions are, warns of needs and offers that end, "
        "asks what came of introductions, and closes what is over. Nothing is done twice, so that it "
        "may run at any time. The notices are mailed by send_notices."
    )

    def handle(self, *, verbosity, **options):
        now = timezone.now()
        moved = question_clock.move_on(now)
        today = timezone.localdate(now)
        ended, warned = cooperation.end_and_warn(today)
        lapsed, asked_about = introductions.lapse_and_ask(today)
        done = {
            "members reminded of a question": moved.reminded,
            "questions that wait too long": moved.waits,
            "askers offered further members": moved.next_offered,
            "questions closed as unanswered": moved.unanswered,
            "answered questions closed": moved.settled,
            "questions opened again": moved.reopened,
            "adoptions asked about": adoption_reminders.remind(today),
            "needs and offers ended": ended,
            "needs and offers that end soon": warned,
            "introductions lapsed": lapsed,
            "introductions asked about": asked_about,
        }
        if verbosity:
            for what, number in done.items():
                self.stdout.write(f"{number} {what}")
