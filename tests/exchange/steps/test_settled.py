"""Notices that ask for something are read once it is done, as those of case studies are."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from exchange.steps import adoptions, advice, cooperation, introductions, moderation, questions
from exchange.steps import question_clock as clock
from exchange.steps.adoption_reminders import remind
from members.models import Notice
from tests.exchange.factories import (
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory, MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db
TEXT = "Forty drivers in three shifts, and six people in the control room."


def coordinator(name, member=None):
    """Somebody who coordinates a member and has written before; ``ours`` is it."""
    own = {"member": member} if member else {"member__name": f"{name} City"}
    membership = MembershipFactory(role="coordinator", user__name=name, **own)
    person = membership.user
    AdviceFactory(author=person, member=membership.member)
    person.ours = membership.member
    return person


@pytest.fixture
def moderator(db):
    return StaffFactory(groups=["Moderators"], name="Moderator")


def unread():
    """Return (person, kind) of the notices that nobody has read."""
    rows = Notice.objects.filter(read_at=None).values_list("recipient__name", "kind")
    return sorted(rows)


def ask(asker, *members):
    return questions.ask(
        author=asker,
        member=asker.ours,
        title=f"How many people run the night buses, asks {asker.name}?",
        topic="manpower",
        targets=["11.2"],
        addressees=[(member, "You named it.") for member in members],
    )


def test_of_a_question_whoever_has_acted_is_asked_no_more(reference, moderator):
    asker, hue, suva = coordinator("Asker"), coordinator("Hue"), coordinator("Suva")
    both = coordinator("Both", hue.ours)
    MembershipFactory(member=suva.ours, user=both)
    MembershipFactory(member=suva.ours, user=both, role="coordinator", status="ended")
    question = ask(asker, hue.ours, suva.ours)
    other = ask(coordinator("Elsewhere"), suva.ours)
    asked, of_other = "question-asked", ("Suva", "question-asked")
    assert unread() == [("Both", asked), ("Hue", asked), of_other, of_other]

    to_hue, to_suva = question.addressees.order_by("pk")
    questions.take(to_hue, by=hue)
    # Who is asked for the other city too still is.
    assert unread() == [("Both", asked), of_other, of_other]
    given = questions.answer(question, author=hue, member=hue.ours, text=TEXT)
    assert given.state == "published"
    assert unread() == [("Asker", "question-answered"), ("Both", asked), of_other, of_other]
    questions.judge(question, by=asker, verdict="no")
    assert unread() == [("Both", asked), of_other, of_other]
    questions.decline(to_suva, by=suva, reason="no-data")
    # The question itself is said to be declined, and only that of the others still waits.
    assert unread() == [("Asker", "question-answered"), of_other]
    questions.close(question, by=asker)
    assert unread() == [of_other]
    questions.close(other, by=other.author)
    assert unread() == [("Suva", "question-closed")]


def test_what_has_waited_is_settled_by_an_answer_or_by_asking_the_next(reference, moderator):
    asker, hue, suva = coordinator("Asker"), coordinator("Hue"), coordinator("Suva")
    question, second = ask(asker, hue.ours), ask(coordinator("Elsewhere"), hue.ours)
    Notice.objects.all().delete()
    clock.move_on(timezone.now() + timedelta(days=31))
    waiting = "question-waiting"
    assert unread() == sorted(
        [
            ("Asker", waiting),
            ("Elsewhere", waiting),
            *[("Hue", waiting), ("Moderator", waiting)] * 2,
        ]
    )
    questions.ask_next(question, by=asker, addressees=[(suva.ours, "Next.")])
    of_second = [("Elsewhere", waiting), ("Hue", waiting), ("Moderator", waiting)]
    assert unread() == sorted([*of_second, ("Hue", waiting), ("Suva", "question-asked")])
    questions.answer(second, author=hue, member=hue.ours, text=TEXT)
    assert unread() == [
        ("Elsewhere", "question-answered"),
        ("Hue", waiting),
        ("Suva", "question-asked"),
    ]


def test_what_waits_for_a_look_is_settled_by_the_look_or_when_it_is_taken_back(
    reference, moderator
):
    checked = ("Moderator", "question-check")
    newcomer = MembershipFactory(role="coordinator")
    person, member = newcomer.user, newcomer.member

    def give():
        return advice.give(author=person, member=member, text=TEXT, topic="budget")

    for settle in (
        lambda entry: advice.withdraw(entry, by=person),
        lambda entry: moderation.refuse(entry, by=moderator, reason="Unclear."),
        lambda entry: moderation.approve(entry, by=moderator),
    ):
        Notice.objects.all().delete()
        entry = give()
        assert unread() == [checked]
        settle(entry)
        assert checked not in unread()
    Notice.objects.all().delete()
    entry = QuestionFactory()
    for _team in range(2):
        moderation.flag(entry, by=coordinator("Somebody"), reason="wrong")
    assert unread() == [("Moderator", "flagged")] * 2
    moderation.dismiss_flags(entry, by=moderator)
    assert unread() == []


def test_introductions_and_ends_are_settled(reference, moderator):
    galle, ani = coordinator("Nimal"), coordinator("Ani")
    coordinator("Second", ani.ours)
    offer = CooperationFactory(member=ani.ours)
    asked = introductions.ask(by=galle, member=galle.ours, about=offer, text=TEXT)
    assert unread() == [("Ani", "introduction-asked"), ("Second", "introduction-asked")]
    introductions.accept(asked, by=ani)
    assert unread() == [("Ani", "introduction-made"), ("Nimal", "introduction-made")]
    Notice.objects.all().delete()
    later = timezone.localdate() + timedelta(days=70)
    introductions.lapse_and_ask(later)
    assert unread() == [("Ani", "introduction-outcome"), ("Nimal", "introduction-outcome")]
    introductions.say_outcome(asked, by=galle, outcome="spoke")
    assert unread() == []

    cooperation.end_and_warn(offer.valid_until - timedelta(days=1))
    assert {kind for _person, kind in unread()} == {"cooperation-ends"}
    cooperation.renew(offer, by=ani)
    assert unread() == []


def test_adoptions_are_settled_by_the_original_city_and_by_reports(moderator):
    origin, adopter = coordinator("Origin"), coordinator("Adopter")
    case = LiveRevisionFactory(case__member=origin.ours).case
    adoption = adoptions.begin(adopter, adopter.ours, case, stage="preparing", words="Its buses.")
    adoptions.publish(adoption, by=adopter)
    assert unread() == [("Origin", "adoption-new")]
    adoptions.dispute(adoption, by=origin, note="It is not ours.")
    assert unread() == [("Adopter", "adoption-answered"), ("Moderator", "adoption-answered")]
    Notice.objects.exclude(recipient=moderator).delete()
    adoptions.decide_dispute(adoption, by=moderator, decision="It is.", stays=True)
    assert ("Moderator", "adoption-answered") not in unread()

    Notice.objects.all().delete()
    second = AdoptionFactory(member=adopter.ours, published_at=timezone.now())
    later = timezone.now() + timedelta(days=200)
    due = [("Adopter", "adoption-due")]
    facts = {"date": "2026-11", "stage": "under-way", "text": "It runs.", "source_url": ""}
    with time_machine.travel(later, tick=False):
        remind(timezone.localdate())
        assert unread() == due
        adoptions.report(adoption, by=adopter, facts=facts)
        assert unread() == due
        adoptions.report(second, by=adopter, facts=facts)
        assert unread() == []
