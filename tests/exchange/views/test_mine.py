"""What of the exchange waits for a person, at /my/exchange/."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.conftest import signed_in
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdoptionReportFactory,
    AdviceFactory,
    CooperationFactory,
    IntroductionFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
PATH = "/my/exchange/"


@pytest.fixture
def leader(db):
    """A coordinator of Iloilo."""
    return MembershipFactory(role="coordinator", member__name="Iloilo")


def page(person):
    response = signed_in(person).get(PATH)
    assert response.status_code == 200
    return response.content.decode()


def days_ago(number):
    return timezone.now() - timedelta(days=number)


def aged(row, **fields):
    """Write fields that are otherwise set by themselves."""
    type(row).objects.filter(pk=row.pk).update(**fields)
    return row


def test_empty_page_has_one_sentence_and_one_act_a_section(leader, reference):
    """Sentence 30."""
    text = page(leader.user)
    for sentence, act in (
        ("Nothing waits for you or your colleagues just now.", "/exchange/ask/"),
        ("Your team owes nobody an answer.", "/exchange/questions/?state=open"),
        ("Your team has no open question.", "/exchange/ask/"),
        ("No report is due.", "/exchange/adoptions/"),
        ("None of yours ends soon.", "/exchange/cooperation/new/"),
        ("No introduction waits.", "/exchange/cooperation/"),
    ):
        assert sentence in text
        assert f'href="{act}"' in text
    assert ">0" not in text.partition("<main")[2]


def test_without_a_team_one_is_led_to_it():
    text = page(UserFactory())
    assert "you are in no team yet" in text
    assert reverse("my:find") in text
    assert "No introduction waits." not in text


def test_what_is_asked_of_the_teams_stands_first_with_its_day(leader):
    late = AddresseeFactory(
        member=leader.member, question__title="Which by-law moved the fish pens?"
    )
    aged(late, asked_at=days_ago(9))
    AddresseeFactory(member=leader.member, question__title="How many people clean the walk?")
    for facts in (
        {"state": "answered"},
        {"state": "declined"},
        {"question__state": "checking"},
        {"question__state": "closed"},
        {"question__removed_at": timezone.now()},
    ):
        AddresseeFactory(member=leader.member, question__title="Not for us now?", **facts)
    AddresseeFactory(question__title="Asked of others?")

    text = page(leader.user)

    assert text.index("Which by-law") < text.index("How many people clean")
    assert "2 things wait for you and your colleagues." in text
    due = timezone.localdate() - timedelta(days=2)
    assert text.count("Was due on") == 1
    assert f"{due:%-d %B %Y}" in text
    assert "Not for us now?" not in text
    assert "Asked of others?" not in text
    assert "Decline, with a reason" in text


def test_own_questions_ask_for_a_verdict_or_the_next_city(leader):
    QuestionFactory(
        member=leader.member,
        title="How were the vendors counted?",
        state="answered",
        answered_at=timezone.now(),
    )
    QuestionFactory(
        member=leader.member, title="What does a park cost?", next_offered_at=timezone.now()
    )
    QuestionFactory(member=leader.member, title="Asked only today?")
    QuestionFactory(member=leader.member, title="Long closed?", state="closed")
    text = page(leader.user)
    assert "2 things wait" in text
    assert "Say whether it answers you" in text
    assert "Ask the next ones" in text
    assert "Asked only today?" in text
    assert "Long closed?" not in text


def test_adoptions_ask_for_a_report_after_six_months_and_drafts_at_once(leader):
    adoptions = {
        title: AdoptionFactory(
            member=leader.member, case=LiveRevisionFactory(title=title).case, **facts
        )
        for title, facts in {
            "Heat Action Plan": {"published_at": days_ago(200)},
            "Owl Bus": {"published_at": days_ago(400)},
            "New one": {},
            "In work": {"state": "draft", "published_at": None},
            "Given up": {"stage": "decided-against", "published_at": days_ago(400)},
        }.items()
    }
    aged(AdoptionReportFactory(adoption=adoptions["Owl Bus"]), created_at=days_ago(100))
    theirs = AdoptionFactory(case=LiveRevisionFactory(case__member=leader.member).case)
    text = page(leader.user)
    shown = [title for title in adoptions if f">{title}<" in text]
    assert shown == ["Heat Action Plan", "In work"]
    assert "3 things wait" in text
    assert reverse("exchange:adoption-origin", args=[theirs.pk]) in text


def test_needs_and_offers_that_end_soon_say_what_fits(leader, reference):
    soon = timezone.localdate() + timedelta(days=10)
    ending = CooperationFactory(
        member=leader.member,
        title="Walk with us",
        valid_until=soon,
        forms=["study-visit"],
        targets=["11.7"],
    )
    CooperationFactory(member=leader.member, title="Open for long")
    CooperationFactory(member=leader.member, title="A draft", state="draft", opened_at=None)
    CooperationFactory(kind="need", forms=["study-visit"], targets=["11.7"])
    text = page(leader.user)
    assert reverse("exchange:cooperation-renew", args=[ending.pk]) in text
    assert "1 need fits" in text
    assert "A draft" in text
    assert "Open for long" not in text


def test_introductions_are_decided_here_by_coordinators_alone(leader):
    official = MembershipFactory(member=leader.member)
    offer = CooperationFactory(member=leader.member, title="Walk with us")
    waits = IntroductionFactory(
        cooperation=offer, from_member__name="Banda Aceh", text="Three people in February."
    )
    asked = IntroductionFactory(from_user=leader.user, cooperation__member__name="Surabaya")
    IntroductionFactory(cooperation=offer, state="declined", from_member__name="Declined City")
    done = IntroductionFactory(
        cooperation=offer,
        state="accepted",
        decided_by=leader.user,
        decided_at=days_ago(70),
        outcome_asked_at=days_ago(10),
        from_member__name="Hue",
    )
    text = page(leader.user)
    assert "Banda Aceh asks to be introduced" in text
    assert "Three people in February." in text
    assert "You asked to be introduced to Surabaya" in text
    assert f'action="{reverse("my-exchange:introduction", args=[waits.pk])}"' in text
    assert f"{reverse('my-exchange:introduction', args=[done.pk])}#outcome" in text
    assert reverse("my-exchange:introduction", args=[asked.pk]) in text
    assert "Declined City" not in text
    assert "2 things wait" in text
    assert "@" not in text.partition("<main")[2]
    of_official = page(official.user)
    assert "A coordinator of Iloilo decides." in of_official
    assert "Three people in February." not in of_official


def test_know_how_asks_for_new_english_and_for_figures_in_the_case(leader):
    case = LiveRevisionFactory(case__member=leader.member, title="Esplanade").case
    AdviceFactory(
        member=leader.member,
        text="Who sits in a river council",
        english="Who sat there",
        english_at=days_ago(3),
    )
    AdviceFactory(case=case, text="The upkeep costs 3.2 million a year", months=12)
    AdviceFactory(case=case, text="Dealt with", months=12, figure_settled_at=timezone.now())
    text = page(leader.user)
    assert "Who sits in a river council" in text
    assert "The upkeep costs 3.2 million a year" in text
    assert "Dealt with" not in text


@pytest.mark.parametrize("number", [1, 3])
def test_queries_are_the_same_for_any_number_of_rows(
    leader, reference, django_assert_num_queries, number
):
    case = LiveRevisionFactory(case__member=leader.member).case
    for _index in range(number):
        AddresseeFactory(member=leader.member, question__case=LiveRevisionFactory().case)
        AddresseeFactory(question__member=leader.member)
        AdoptionFactory(member=leader.member, published_at=days_ago(300))
        AdoptionFactory(case=case)
        offer = CooperationFactory(
            member=leader.member,
            valid_until=timezone.localdate(),
            forms=["training"],
            targets=["11.2"],
        )
        CooperationFactory(kind="need", forms=["training"], targets=["11.2"])
        IntroductionFactory(cooperation=offer)
        IntroductionFactory(
            cooperation=None,
            adoption=AdoptionFactory(member=leader.member, case=case),
            to_member=leader.member,
        )
        AdviceFactory(case=case, months=12)
    client = signed_in(leader.user)
    with django_assert_num_queries(18):
        client.get(PATH)


def test_own_page_leads_to_what_waits_in_the_exchange(leader):
    def of_home():
        return signed_in(leader.user).get("/my/").content.decode()

    assert "In the exchange" not in of_home()
    AddresseeFactory(member=leader.member)
    AddresseeFactory(member=leader.member, state="declined")
    QuestionFactory(member=leader.member, state="answered", answered_at=timezone.now())
    IntroductionFactory(cooperation__member=leader.member)
    CooperationFactory(member=leader.member, valid_until=timezone.localdate())
    text = of_home()
    for said in (
        "Your teams are asked 1 question",
        "1 question of yours is answered: say whether it answers you",
        "1 introduction waits for your decision",
        "1 need or offer ends soon",
    ):
        assert said in text
    assert 'href="/my/exchange/"' in text
