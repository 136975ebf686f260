"""The timer of the exchange: what it does is in tests/exchange/steps."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from exchange.models import Introduction, Question
from members.models import Notice
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    CooperationFactory,
    IntroductionFactory,
)
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_the_exchange_is_moved_on_and_running_it_twice_sends_nothing_twice(reference, capsys):
    """Sentence 10."""
    team = MembershipFactory(role="coordinator")
    asked = AddresseeFactory(member=team.member)
    long_ago = timezone.now() - timedelta(days=8)
    Question.objects.update(opened_at=long_ago)
    type(asked).objects.update(asked_at=long_ago)
    offer = CooperationFactory(member=team.member, valid_until=timezone.localdate())
    over = CooperationFactory(valid_until=timezone.localdate() - timedelta(days=1))
    IntroductionFactory(cooperation=offer, to_member=team.member)
    Introduction.objects.update(created_at=timezone.now() - timedelta(days=31))
    AdoptionFactory(member=team.member, published_at=timezone.now() - timedelta(days=200))
    call_command("remind_exchange")
    assert capsys.readouterr().out.splitlines() == [
        "1 members reminded of a question",
        "0 questions that wait too long",
        "0 askers offered further members",
        "0 questions closed as unanswered",
        "0 answered questions closed",
        "0 questions opened again",
        "1 adoptions asked about",
        "1 needs and offers ended",
        "1 needs and offers that end soon",
        "1 introductions lapsed",
        "0 introductions asked about",
    ]
    over.refresh_from_db()
    assert over.state == "ended"
    sent = Notice.objects.count()
    call_command("remind_exchange", verbosity=0)
    assert (Notice.objects.count(), capsys.readouterr().out) == (sent, "")


def test_teams_are_asked_how_what_they_adopted_is(capsys):
    team = MembershipFactory()
    AdoptionFactory(member=team.member, published_at=timezone.now() - timedelta(days=200))
    call_command("remind_exchange")
    call_command("remind_exchange", verbosity=0)
    assert "1 adoptions asked about\n" in capsys.readouterr().out
    assert list(Notice.objects.values_list("recipient", "kind")) == [(team.user.pk, "adoption-due")]
