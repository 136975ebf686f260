"""Who may read what of the exchange: the laws that every page starts from."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from exchange.models import Adoption, Advice, Cooperation, Question
from policies.models import Revision
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory, MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

VISITOR = AnonymousUser()


@pytest.fixture
def people(db):
    """A visitor, somebody without a team, an official of another team, the author's colleague, and
    who acts for the secretariat; ``ours`` is the author's member."""
    colleague = MembershipFactory()
    return {
        "visitor": VISITOR,
        "alone": UserFactory(),
        "network": MembershipFactory().user,
        "team": colleague.user,
        "secretariat": StaffFactory(groups=["Moderators"]),
        "ours": colleague.member,
    }


def readers(entry, people):
    """Return who may read an entry."""
    model = type(entry)
    return [
        name
        for name, person in people.items()
        if name != "ours" and model.objects.readable_by(person).filter(pk=entry.pk).exists()
    ]


EVERYBODY = ["visitor", "alone", "network", "team", "secretariat"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, EVERYBODY),
        ({"visibility": "network"}, ["network", "team", "secretariat"]),
        ({"state": "checking"}, ["team", "secretariat"]),
        ({"state": "refused"}, ["team", "secretariat"]),
        ({"hidden_at": timezone.now()}, ["team", "secretariat"]),
        ({"removed_at": timezone.now()}, ["team", "secretariat"]),
    ],
)
@pytest.mark.parametrize("factory", [QuestionFactory, AdviceFactory])
def test_texts_are_read_by_whom_they_are_for(people, factory, facts, expected):
    assert readers(factory(member=people["ours"], **facts), people) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, EVERYBODY),
        ({"stage": "considering"}, ["network", "team", "secretariat"]),
        ({"stage": "decided-against"}, EVERYBODY),
        ({"state": "draft"}, ["team"]),
        ({"state": "draft", "provenance": "secretariat"}, ["team", "secretariat"]),
        ({"removed_at": timezone.now()}, ["team", "secretariat"]),
    ],
)
def test_adoptions_are_for_everybody_from_preparing_on(people, facts, expected):
    assert readers(AdoptionFactory(member=people["ours"], **facts), people) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, EVERYBODY),
        ({"state": "ended"}, EVERYBODY),
        ({"state": "draft"}, ["team"]),
        ({"state": "checking"}, ["team", "secretariat"]),
    ],
)
def test_needs_and_offers_are_for_everybody_once_open(people, facts, expected):
    entry = CooperationFactory(member=people["ours"], **facts)
    assert readers(entry, people) == expected
    assert list(Cooperation.objects.open()) == ([entry] if not facts else [])


def test_what_is_about_an_unpublished_case_goes_with_it():
    case = LiveRevisionFactory().case
    question, advice = QuestionFactory(case=case), AdviceFactory(case=case)
    adoption = AdoptionFactory(case=case)
    assert [*Question.objects.public(), *Advice.objects.public(), *Adoption.objects.public()] == [
        question,
        advice,
        adoption,
    ]
    Revision.objects.filter(case=case).update(state="unpublished")
    case.live = None
    case.save()
    assert not Question.objects.public().exists()
    assert not Advice.objects.public().exists()
    assert not Adoption.objects.public().exists()


def test_what_is_about_a_merged_case_follows_it():
    kept, double = LiveRevisionFactory().case, LiveRevisionFactory().case
    advice = AdviceFactory(case=double)
    double.live, double.merged_into = None, kept
    double.save()
    assert list(Advice.objects.public().about_case(kept)) == [advice]


def test_a_team_finds_what_it_is_asked(people):
    addressee = AddresseeFactory(member=people["ours"])
    AddresseeFactory(member=people["ours"], question__state="checking")
    AddresseeFactory()
    assert list(Question.objects.asked_of(people["team"])) == [addressee.question]
    assert list(Question.objects.asked_of(people["network"])) == []
