import secrets
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from exchange.models import Adoption, Advice, Cooperation, Question
from exchange.models.entries import DEMONSTRATION
from members.accounts import adapter
from members.models import Member, Membership, User
from sdg.models import Target

# An account that has something to answer.
COORDINATOR = "demonstration@example.org"
MARK = "Demonstration: "
NOTE = "This text is invented to try the exchange with. No city said it."
TARGET = "11.2"


class Command(BaseCommand):
    help = (
        "Load invented questions, advice, an adoption, a need and an offer of two cities that do not "
        "exist, each marked as demonstration; with DEBUG only. They enter no figures. What is there "
        "already stays as it is."
    )

    @transaction.atomic
    def handle(self, *args, **options):
        if not settings.DEBUG:
            raise CommandError("Demonstrations are loaded with DEBUG only.")
        if not Target.objects.filter(pk=TARGET).exists():
            raise CommandError("Run load_reference first.")
        if Member.objects.filter(slug__in=DEMONSTRATION).exists():
            self.stdout.write("demonstration: there already")
            return
        north, south = (
            Member.objects.create(
                slug=slug,
                name=f"Demonstration City {slug.rpartition('-')[2].title()}",
                kind=Member.Kind.LOCAL_GOVERNMENT,
                status=Member.Status.LISTED,
            )
            for slug in DEMONSTRATION
        )
        self._account(north)
        self._questions(north, south)
        self._know_how(south)
        self._adoption(north, south)
        self._cooperation(north, south)
        self.stdout.write("demonstration: two cities that do not exist, and what they exchange")

    def _account(self, member):
        if User.objects.filter(email=COORDINATOR).exists():
            return
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(
            COORDINATOR, password, name=f"Demo coordinator of {member.name}"
        )
        adapter.verify(user)
        Membership.objects.create(
            user=user,
            member=member,
            role=Membership.Role.COORDINATOR,
            status=Membership.Status.ACTIVE,
            decided_at=timezone.now(),
        )
        self.stdout.write(f"account {COORDINATOR}: password {password} ({user.name})")

    def _questions(self, north, south):
        waiting = _entry(
            Question,
            south,
            days=9,
            topic="manpower",
            title=f"{MARK}how many people run your night bus, and in which shifts?",
            background=NOTE,
            opened_at=_ago(9),
        )
        waiting.addressees.create(member=north, reason="An example of a reason.")
        answered = _entry(
            Question,
            north,
            days=30,
            topic="budget",
            title=f"{MARK}what did the first year of your night bus cost?",
            background=NOTE,
            opened_at=_ago(30),
            answered_at=_ago(20),
            state=Question.State.ANSWERED,
        )
        addressee = answered.addressees.create(
            member=south, state="answered", decided_at=_ago(20), reason="An example of a reason."
        )
        _entry(
            Advice,
            south,
            days=20,
            question=answered,
            addressee=addressee,
            topic="budget",
            text=f"{MARK}one million in all, of which half was for drivers. {NOTE}",
            amount=1_000_000,
            currency="USD",
            amount_year=timezone.localdate().year - 1,
            amount_basis="spent",
        )
        for question in (waiting, answered):
            question.targets.set([TARGET])
            question.addressees.update(asked_at=question.opened_at)

    def _know_how(self, south):
        for days, topic, visibility, words in (
            (40, "time-frame", "public", "plan three months for the drivers’ contracts."),
            (35, "what-went-wrong", "public", "we began without asking the drivers."),
            (10, "budget", "network", "what is told within the network stands on no public page."),
        ):
            text = f"{MARK}{words} {NOTE}"
            told = _entry(Advice, south, days=days, topic=topic, visibility=visibility, text=text)
            told.targets.set([TARGET])

    def _adoption(self, north, south):
        adoption = _entry(
            Adoption,
            north,
            days=60,
            original_title=f"{MARK}a night bus",
            original_member=south,
            stage="under-way",
            kept=f"The lines and the hours. {NOTE}",
            state=Adoption.State.PUBLISHED,
            published_at=_ago(60),
        )
        adoption.changes.create(aspect="scale", kind="smaller", what="Two lines.", reason="cost")
        adoption.reports.create(
            date=f"{timezone.localdate():%Y-%m}",
            stage="under-way",
            compared="too-early",
            text=NOTE,
        )

    def _cooperation(self, north, south):
        for member, kind, title in (
            (north, "need", f"{MARK}somebody who has run night buses"),
            (south, "offer", f"{MARK}see our night buses at work"),
        ):
            entry = _entry(
                Cooperation,
                member,
                days=15,
                kind=kind,
                title=title,
                text=NOTE,
                state=Cooperation.State.OPEN,
                opened_at=_ago(15),
                valid_until=timezone.localdate() + timedelta(days=165),
            )
            entry.targets.set([TARGET])
            entry.forms.create(form="study-visit")
            entry.languages.create(language="en")


def _ago(days):
    return timezone.now() - timedelta(days=days)


def _entry(model, member, *, days, **fields):
    """Return a new entry of a member, as if written so many days ago by somebody without an account."""
    entry = model.objects.create(member=member, author_name="Demo official", **fields)
    model.objects.filter(pk=entry.pk).update(created_at=_ago(days))
    return entry
