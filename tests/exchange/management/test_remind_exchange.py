"""The timer of the exchange: what it does is in tests/exchange/steps."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from exchange.models import Question
from members.models import Notice
from tests.exchange.factories import AddresseeFactory
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def test_the_exchange_is_moved_on_and_running_it_twice_sends_nothing_twice(reference, capsys):
    """Sentence 10."""
    team = MembershipFactory(role="coordinator")
    asked = AddresseeFactory(member=team.member)
    long_ago = timezone.now() - timedelta(days=8)
    Question.objects.update(opened_at=long_ago)
    type(asked).objects.update(asked_at=long_ago)
    call_command("remind_exchange")
    assert "1 members reminded of a question\n0 questions that wait too long\n" in (
        capsys.readouterr().out
    )
    assert list(Notice.objects.values_list("recipient", "kind")) == [
        (team.user.pk, "question-waiting")
    ]
    call_command("remind_exchange", verbosity=0)
    assert (Notice.objects.count(), capsys.readouterr().out) == (1, "")
