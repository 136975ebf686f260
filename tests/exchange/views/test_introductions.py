"""Pages of introductions: asking, deciding, and what only the two people see."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from exchange.models import Introduction
from tests.conftest import signed_in
from tests.exchange.factories import CooperationFactory, IntroductionFactory
from tests.factories import MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
TEXT = "We would come for two days in March."


@pytest.fixture
def surabaya(db):
    return MembershipFactory(
        role="coordinator",
        member__name="Surabaya",
        user__name="Ani Wijaya",
        user__email="ani@surabaya.example",
    )


@pytest.fixture
def galle(db):
    return MembershipFactory(
        member__name="Galle", user__name="Nimal Perera", user__email="nimal@galle.example"
    )


@pytest.fixture
def asked(surabaya, galle):
    return IntroductionFactory(
        cooperation=CooperationFactory(member=surabaya.member, title="See composting"),
        from_user=galle.user,
        from_member=galle.member,
        text=TEXT,
    )


def path_to(about):
    return f"{reverse('exchange:introduce')}?cooperation={about.pk}"


def page(person, path, status=200):
    response = signed_in(person).get(path)
    assert response.status_code == status
    return response.content.decode().partition("<main")[2]


def test_asking_needs_consent_and_a_text_without_addresses(surabaya, galle):
    offer = CooperationFactory(member=surabaya.member)
    form = page(galle.user, path_to(offer))
    assert "Ask to be introduced to Surabaya" in form
    assert "Ani" not in form
    client = signed_in(galle.user)
    refused = client.post(
        path_to(offer), {"text": "Call +94 91 2234567", "member": galle.member.pk}
    )
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "please take out “+94 91 2234567”" in text
    assert "both sides have to agree" in text
    assert "Call +94 91 2234567" in text
    sent = {"text": TEXT, "member": galle.member.pk, "agree": "on"}

    done = client.post(path_to(offer), sent)

    made = Introduction.objects.get()
    assert done.url == reverse("my-exchange:introduction", args=[made.pk])
    assert (made.text, made.from_user, made.to_member) == (TEXT, galle.user, surabaya.member)
    again = client.post(path_to(offer), sent)
    assert (again.status_code, TEXT in again.content.decode()) == (409, True)


def test_only_what_is_open_and_readable_can_be_asked_about(surabaya, galle):
    over = CooperationFactory(state="ended")
    for query in (
        f"?cooperation={over.pk}",
        "?cooperation=",
        "?cooperation=99999999999999999999",
        "?cooperation=1&advice=1",
        "?question=1",
        "",
    ):
        page(galle.user, reverse("exchange:introduce") + query, status=404)
    own = CooperationFactory(member=galle.member)
    assert "You are in no other team." in page(galle.user, path_to(own))
    assert "Join the team of yours" in page(UserFactory(), path_to(own), status=403)


def test_coordinator_accepts_and_the_two_see_the_addresses_for_ninety_days(surabaya, galle, asked):
    """Sentence 20."""
    path = reverse("my-exchange:introduction", args=[asked.pk])
    official = MembershipFactory(member=surabaya.member).user
    before = page(surabaya.user, path)
    assert TEXT in before
    assert "Accept" in before
    assert "Accept" not in page(official, path)
    for person in (surabaya.user, galle.user, official):
        assert "@" not in page(person, path)
    page(MembershipFactory().user, path, status=404)

    signed_in(surabaya.user).post(path, {"decision": "accept"})

    assert "ani@surabaya.example" in page(galle.user, path)
    assert "nimal@galle.example" in page(surabaya.user, path)
    for person in (official, StaffFactory(groups=["Moderators"])):
        assert "@" not in page(person, path)
    with time_machine.travel(timezone.now() + timedelta(days=90)):
        for person in (surabaya.user, galle.user):
            assert "@" not in page(person, path)


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_what_was_decided_meanwhile_is_told_and_the_note_is_kept(surabaya, asked, decision):
    path = reverse("my-exchange:introduction", args=[asked.pk])
    client = signed_in(surabaya.user)
    client.post(path, {"decision": "decline", "note": "We are moving office."})
    late = client.post(path, {"decision": decision, "note": "After all, come."})
    text = late.content.decode()
    assert late.status_code == 409
    assert "It has already been declined." in text
    assert "After all, come." in text
    assert "We are moving office." in text


def test_decision_that_is_none_is_refused(surabaya, asked):
    path = reverse("my-exchange:introduction", args=[asked.pk])
    client = signed_in(surabaya.user)
    for sent in ({}, {"decision": "maybe"}, {"outcome": "marriage"}):
        assert client.post(path, sent).status_code == 422
    assert Introduction.objects.get().state == "asked"


def test_what_came_of_it_is_said_with_one_click(surabaya, galle, asked):
    path = reverse("my-exchange:introduction", args=[asked.pk])
    signed_in(surabaya.user).post(path, {"decision": "accept"})
    assert "What came of it?" in page(galle.user, path)
    signed_in(galle.user).post(path, {"outcome": "visit"})
    assert Introduction.objects.get().outcome == "visit"
    assert "There was a visit" in page(surabaya.user, path)


def test_what_was_removed_is_named_to_its_team_only(asked, surabaya, galle):
    """Who asked to be put in touch may not go on reading what the secretariat has taken away."""
    asked.cooperation.removed_at = timezone.now()
    asked.cooperation.save()
    for path in (f"/my/introductions/{asked.pk}/", "/my/exchange/"):
        theirs, own = page(galle.user, path), page(surabaya.user, path)
        assert ("See composting" in theirs, "See composting" in own) == (False, True), path
        assert "An entry that is not shown any more" in theirs, path
