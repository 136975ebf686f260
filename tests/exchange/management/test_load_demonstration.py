"""An invented exchange to try things with: marked, with DEBUG only, and in no figures."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from exchange.content import measures
from exchange.models import Adoption, Advice, Cooperation, Question
from exchange.templatetags.exchange_estimate import beside_estimate
from members.models import Member, User
from policies.statistics.flow import last_months
from tests.conftest import signed_in
from tests.exchange.factories import AdviceFactory

pytestmark = pytest.mark.django_db


def run():
    out = io.StringIO()
    call_command("load_demonstration", stdout=out)
    return out.getvalue()


def test_without_debug_there_is_none(reference, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="with DEBUG only"):
        run()
    settings.DEBUG = True
    assert not Member.objects.exists()


def test_it_is_marked_counted_nowhere_and_can_be_tried(client, reference, synced, settings):
    settings.DEBUG = True
    assert "account demonstration@example.org: password " in run()
    assert run() == "demonstration: there already\n"
    synced()
    entries = [
        *Question.objects.values_list("title", flat=True),
        *Advice.objects.values_list("text", flat=True),
        *Adoption.objects.values_list("original_title", flat=True),
        *Cooperation.objects.values_list("title", flat=True),
    ]
    assert len(entries) == 9
    assert all(text.startswith("Demonstration: ") for text in entries)
    assert {member.name for member in Member.objects.all()} == {
        "Demonstration City North",
        "Demonstration City South",
    }

    assert measures.public_measures() == []
    AdviceFactory()
    figures = measures.of_period(last_months(timezone.localdate()))
    assert {name for name, _label, numbers in figures.rows if any(numbers)} == {"advice", "unasked"}
    assert (sum(figures.of("advice")), figures.stages, figures.active_teams) == (1, [], 0)

    context = client.get("/policies/estimate/?target=11.2").context
    beside = beside_estimate(context["estimate"], context["question"])
    assert beside["advised"] == beside["went_wrong"] == []

    person = signed_in(User.objects.get(email="demonstration@example.org"))
    mine = person.get("/my/exchange/").text
    assert "Demonstration: how many people run your night bus" in mine
    assert "what is told within the network" in person.get("/exchange/network/").text
    for address in ("questions", "know-how", "adoptions", "cooperation"):
        page = client.get(f"/exchange/{address}/").text
        assert "Demonstration: " in page, address
        assert "what is told within the network" not in page
