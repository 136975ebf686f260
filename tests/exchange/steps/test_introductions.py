"""Introductions by consent: what is mailed to whom, what is kept nowhere, and how they end."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from exchange.content.introductions import contact_for
from exchange.models import Introduction
from exchange.steps import introductions, moderation
from exchange.steps.errors import AlreadyThere, ExchangeError, NotAllowed, StepRefused, TooManyToday
from members.models import Event, Notice
from members.notices.delivery import deliver
from members.teams.memberships import leave
from tests.exchange.factories import (
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    IntroductionFactory,
)
from tests.factories import MemberFactory, MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
TEXT = "We are four people of the waste section and would come in March."


@pytest.fixture
def galle(db):
    """Who asks: an official of Galle."""
    return MembershipFactory(
        member__name="Galle", user__name="Nimal Perera", user__email="nimal@galle.example"
    )


@pytest.fixture
def surabaya(db):
    """Who is asked: the coordinator of Surabaya."""
    return MembershipFactory(
        role="coordinator",
        member__name="Surabaya",
        user__name="Ani Wijaya",
        user__email="ani@surabaya.example",
    )


@pytest.fixture
def offer(surabaya):
    return CooperationFactory(member=surabaya.member, title="See composting")


@pytest.fixture
def asked(galle, offer):
    return introductions.ask(by=galle.user, member=galle.member, about=offer, text=TEXT)


def mails():
    """Mail what waits; return recipient -> text."""
    mail.outbox.clear()
    deliver()
    return {message.to[0]: message.body for message in mail.outbox}


def everything_stored():
    """Return all notices and the whole record as text."""
    rows = [*Notice.objects.values("context", "path"), *Event.objects.values("subject", "reason")]
    return json.dumps(rows)


def test_accepted_introduction_mails_both_people_both_addresses(galle, surabaya, asked):
    """Sentence 20: the addresses are in both mails and in no stored notice; after 90 days they are
    gone."""
    told = mails()
    assert list(told) == ["ani@surabaya.example"]
    assert "> We are four people" in told["ani@surabaya.example"]
    assert "Galle asks to be put in touch" in told["ani@surabaya.example"]
    assert "nimal" not in told["ani@surabaya.example"].lower()

    accepted = introductions.accept(asked, by=surabaya.user)

    told = mails()
    assert set(told) == {"ani@surabaya.example", "nimal@galle.example"}
    for text in told.values():
        for part in (
            "Nimal Perera, Galle\n  nimal@galle.example",
            "Ani Wijaya, Surabaya\n  ani@surabaya.example",
            "“See composting”",
        ):
            assert part in text
    assert "@" not in everything_stored()
    assert "Nimal" not in json.dumps([*Notice.objects.values("context")])
    assert contact_for(accepted, galle.user).person == surabaya.user
    assert contact_for(accepted, surabaya.user).person == galle.user
    assert contact_for(accepted, MembershipFactory(member=surabaya.member).user) is None
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        assert contact_for(accepted, galle.user).member == surabaya.member
    with time_machine.travel(timezone.now() + timedelta(days=90)):
        assert contact_for(accepted, galle.user) is None
        assert contact_for(accepted, surabaya.user) is None


def test_mail_of_somebody_who_deleted_the_account_meanwhile_is_not_sent(galle, surabaya, asked):
    introductions.accept(asked, by=surabaya.user)
    Notice.objects.exclude(kind="introduction-made").delete()
    surabaya.user.delete()
    assert mails() == {}
    galle.user.delete()
    assert not Introduction.objects.exists()


def test_addresses_end_with_the_right_of_either_side(galle, surabaya, asked):
    leader = MembershipFactory(member=galle.member, role="coordinator").user
    other = introductions.ask(
        by=leader,
        member=galle.member,
        about=CooperationFactory(member=surabaya.member),
        text=TEXT,
    )
    other = introductions.accept(other, by=surabaya.user)
    leave(galle, leader, "No longer with the city")
    with pytest.raises(StepRefused, match="no longer in the team of Galle"):
        introductions.accept(asked, by=surabaya.user)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("asked", None)
    # Accepted a moment before, it is no other.
    asked.state, asked.decided_by, asked.decided_at = "accepted", surabaya.user, timezone.now()
    asked.save()
    assert contact_for(asked, galle.user) is None
    assert contact_for(asked, surabaya.user) is None
    assert contact_for(other, leader).person == surabaya.user
    leave(surabaya, surabaya.user)
    assert contact_for(other, leader) is None
    assert contact_for(other, surabaya.user) is None
    Notice.objects.exclude(kind="introduction-made").delete()
    assert mails() == {}


def test_declined_or_lapsed_gives_nothing_away(galle, surabaya, asked):
    """Sentence 20."""
    mails()
    declined = introductions.decline(asked, by=surabaya.user, note="We are moving office.")
    told = mails()
    assert list(told) == ["nimal@galle.example"]
    assert "It has declined." in told["nimal@galle.example"]
    assert "> We are moving office." in told["nimal@galle.example"]
    assert "ani" not in told["nimal@galle.example"].lower().replace("nimal", "")
    assert contact_for(declined, galle.user) is None

    other = IntroductionFactory(from_user=galle.user, cooperation__title="Another")
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert introductions.lapse_and_ask(timezone.localdate()) == (1, 0)
        assert introductions.lapse_and_ask(timezone.localdate()) == (0, 0)
        told = mails()
    other.refresh_from_db()
    assert other.state == "lapsed"
    assert contact_for(other, galle.user) is None
    assert "it has lapsed" in told["nimal@galle.example"]


def test_it_lapses_after_thirty_days_also_for_who_comes_before_the_timer(surabaya, asked):
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        assert introductions.lapse_and_ask(timezone.localdate()) == (0, 0)
    with (
        time_machine.travel(timezone.now() + timedelta(days=31)),
        pytest.raises(StepRefused, match="lapsed"),
    ):
        introductions.accept(asked, by=surabaya.user)


def test_nobody_is_put_in_touch_about_what_is_removed(galle, surabaya, asked, offer):
    moderation.remove(offer, by=StaffFactory(is_superuser=True), reason="It sells.")
    with pytest.raises(StepRefused, match="has removed this entry"):
        introductions.accept(asked, by=surabaya.user)
    assert not Notice.objects.filter(kind="introduction-made").exists()
    assert introductions.decline(asked, by=surabaya.user).state == "declined"


def test_only_a_coordinator_decides_and_only_once(galle, surabaya, asked):
    colleague = MembershipFactory(member=surabaya.member).user
    for person in (galle.user, colleague, UserFactory(), StaffFactory()):
        with pytest.raises(NotAllowed):
            introductions.accept(asked, by=person)
        with pytest.raises(NotAllowed):
            introductions.decline(asked, by=person)
    with pytest.raises(ExchangeError, match="put us in touch"):
        introductions.decline(asked, by=surabaya.user, note="Call 031 531 2144 instead")
    introductions.accept(asked, by=surabaya.user)
    with pytest.raises(StepRefused, match="already been accepted"):
        introductions.decline(asked, by=surabaya.user)
    assert list(Event.objects.order_by("pk").values_list("action", "actor_name")) == [
        ("introduction-asked", "Nimal Perera"),
        ("introduction-accepted", "Ani Wijaya"),
    ]


def test_coordinator_of_both_members_does_not_decide_for_oneself(galle, surabaya, asked):
    MembershipFactory(user=galle.user, member=surabaya.member, role="coordinator")
    with pytest.raises(NotAllowed, match="yourself"):
        introductions.accept(asked, by=galle.user)


def test_secretariat_decides_where_a_member_has_no_coordinator(galle):
    moderator = StaffFactory(groups=["Moderators"], email="desk@citynet.example")
    offer = CooperationFactory()
    asked = introductions.ask(by=galle.user, member=galle.member, about=offer, text=TEXT)
    assert list(mails()) == ["desk@citynet.example"]
    introductions.accept(asked, by=moderator)
    assert "desk@citynet.example" in mails()["nimal@galle.example"]


def test_it_can_be_about_an_advice_or_an_adoption(galle, surabaya):
    for about, named in (
        (AdviceFactory(member=surabaya.member), "Ask for the cost of cleaning too"),
        (AdoptionFactory(member=surabaya.member), "Night buses"),
    ):
        introductions.ask(by=galle.user, member=galle.member, about=about, text=TEXT)
        assert named in mails()["ani@surabaya.example"]


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "closed"},
        {"state": "draft"},
        {"valid_until": timezone.localdate() - timedelta(days=1)},
        {"hidden_at": timezone.now()},
        {"removed_at": timezone.now()},
    ],
)
def test_what_is_over_cannot_be_asked_about(galle, facts):
    with pytest.raises(ExchangeError, match="no longer open"):
        introductions.ask(
            by=galle.user, member=galle.member, about=CooperationFactory(**facts), text=TEXT
        )


def test_one_does_not_ask_oneself_nor_twice_nor_with_an_address(galle, asked, offer):
    own = CooperationFactory(member=galle.member)
    with pytest.raises(ExchangeError, match="your own team"):
        introductions.ask(by=galle.user, member=galle.member, about=own, text=TEXT)
    with pytest.raises(AlreadyThere) as refusal:
        introductions.ask(by=galle.user, member=galle.member, about=offer, text=TEXT)
    assert refusal.value.entry == asked
    with pytest.raises(ExchangeError, match="put us in touch"):
        introductions.ask(
            by=galle.user,
            member=galle.member,
            about=CooperationFactory(),
            text="Write to me: nimal@galle.example",
        )
    with pytest.raises(NotAllowed):
        introductions.ask(
            by=galle.user, member=MemberFactory(), about=CooperationFactory(), text=TEXT
        )


def test_ten_a_person_and_month(galle):
    for _number in range(10):
        IntroductionFactory(from_user=galle.user)
    with pytest.raises(TooManyToday, match="10 introductions in 30 days"):
        introductions.ask(by=galle.user, member=galle.member, about=CooperationFactory(), text=TEXT)


@pytest.mark.parametrize("who", ["galle", "surabaya"])
def test_who_has_left_neither_says_nor_is_asked_what_came_of_it(who, galle, surabaya, asked):
    introductions.accept(asked, by=surabaya.user)
    mails()
    place = {"galle": galle, "surabaya": surabaya}
    left = place.pop(who)
    leave(left, left.user)
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        introductions.lapse_and_ask(timezone.localdate())
        assert [*mails()] == [stays.user.email for stays in place.values()]
    with pytest.raises(NotAllowed):
        introductions.say_outcome(asked, by=left.user, outcome="visit")
    [stays] = place.values()
    assert introductions.say_outcome(asked, by=stays.user, outcome="spoke").outcome == "spoke"


def test_both_are_asked_once_what_came_of_it(galle, surabaya, asked):
    introductions.accept(asked, by=surabaya.user)
    mails()
    with time_machine.travel(timezone.now() + timedelta(days=59)):
        assert introductions.lapse_and_ask(timezone.localdate()) == (0, 0)
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        assert introductions.lapse_and_ask(timezone.localdate()) == (0, 1)
        assert introductions.lapse_and_ask(timezone.localdate()) == (0, 0)
        told = mails()
    assert set(told) == {"ani@surabaya.example", "nimal@galle.example"}
    assert "put in touch with Surabaya about" in told["nimal@galle.example"]
    assert "put in touch with Galle about" in told["ani@surabaya.example"]

    with pytest.raises(NotAllowed):
        introductions.say_outcome(asked, by=UserFactory(), outcome="visit")
    with pytest.raises(ExchangeError):
        introductions.say_outcome(asked, by=galle.user, outcome="marriage")
    introductions.say_outcome(asked, by=galle.user, outcome="spoke")
    said = introductions.say_outcome(asked, by=surabaya.user, outcome="visit")
    assert said.outcome == "visit"


def test_who_asked_is_told_no_title_of_what_is_a_draft_again(galle, surabaya):
    asked = IntroductionFactory(
        from_user=galle.user,
        from_member=galle.member,
        cooperation__member=surabaya.member,
        cooperation__title="Our buses",
    )
    type(asked.cooperation).objects.update(state="draft", title="Not yet said")
    asked.refresh_from_db()
    introductions.decline(asked, by=surabaya.user)
    told = galle.user.notices.get()
    assert (told.kind, told.context["title"]) == (
        "introduction-no",
        "An entry that is not shown any more",
    )
