"""Two moderators at one submission at the same moment: one decision, and the other is told."""

import os
import re
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Event
from policies.models import Revision
from policies.workflow import authoring, corrections, moderation, reviewing
from policies.workflow.errors import ChangedMeanwhile
from tests.factories import MembershipFactory, RevisionFactory, StaffFactory
from tests.races import at_once, kinds, needs_two_connections
from tests.sweeps import TIMES

pytestmark = [
    needs_two_connections,
    pytest.mark.django_db(transaction=True),
    pytest.mark.sweep,
]

State = Revision.State

# Each repeat is another race; REVIEW_RACES=500 runs as many as it takes to trust the locks.
RACES = int(os.environ.get("REVIEW_RACES", 4 * TIMES))
SOME = max(2, RACES // 5)
FORM = {"act": "decide", "decision-decision": "published", "decision-note": "Thank you."}
DECISIONS = [State.PUBLISHED, State.CHANGES_REQUESTED, State.REJECTED]


@pytest.fixture
def moderators():
    return StaffFactory(name="Mina", groups=["Moderators"]), StaffFactory(
        name="Lee", groups=["Moderators"]
    )


@pytest.fixture
def membership():
    return MembershipFactory()


def handed_in(membership, number):
    draft = RevisionFactory(
        case__member=membership.member, created_by=membership.user, title=f"Case {number}"
    )
    moderation.submit(draft, by=membership.user)
    return Revision.objects.with_content().get(pk=draft.pk)


def test_one_of_two_decisions_counts(moderators, membership):
    for number in range(RACES):
        revision = handed_in(membership, number)
        seen = reviewing.fingerprint(revision)
        first, second = DECISIONS[number % 3], DECISIONS[(number // 3) % 3]
        calls = [
            partial(reviewing.decide, revision, decision, by=by, note=f"From {by.name}.", seen=seen)
            for by, decision in zip(moderators, (first, second), strict=True)
        ]
        outcomes = at_once(*calls)
        assert kinds(outcomes) == ["ChangedMeanwhile", "Revision"], number
        decided = next(each for each in outcomes if type(each) is Revision)
        told = next(each for each in outcomes if type(each) is ChangedMeanwhile)
        events = list(revision.events.exclude(to_state=State.SUBMITTED))
        assert [(event.to_state, event.note) for event in events] == [
            (decided.state, f"From {events[0].actor_name}.")
        ], number
        assert str(told).startswith(f"{events[0].actor_name} acted first:"), number
        assert (
            Event.objects.filter(subject_id=str(revision.pk)).exclude(action="submitted").count()
            == 1
        ), number


def test_two_pages_are_sent_at_once(moderators, membership):
    for number in range(SOME):
        revision = handed_in(membership, number)
        address = reverse("admin:policies_revision_review", args=[revision.pk])
        clients = []
        for person in moderators:
            client = Client()
            client.force_login(person)
            page = client.get(address).text
            seen = re.search(r'name="decision-seen" value="(\w+)"', page)[1]
            clients.append((client, seen))
        answers = at_once(
            *(
                partial(client.post, address, FORM | {"decision-seen": seen})
                for client, seen in clients
            )
        )
        assert sorted(answer.status_code for answer in answers) == [302, 409], number
        loser = next(answer for answer in answers if answer.status_code == 409)
        assert "acted first: this revision is published now." in loser.text
        assert "Thank you.</textarea>" in loser.text
        assert revision.events.filter(to_state=State.PUBLISHED).count() == 1


def test_decision_and_withdrawal_at_once(moderators, membership):
    for number in range(SOME):
        revision = handed_in(membership, number)
        seen = reviewing.fingerprint(revision)
        outcomes = at_once(
            partial(
                reviewing.decide, revision, State.PUBLISHED, by=moderators[0], note="", seen=seen
            ),
            partial(authoring.withdraw, revision, user=membership.user),
        )
        assert kinds(outcomes) in (
            ["ChangedMeanwhile", "Revision"],
            ["Revision", "TransitionRefused"],
        ), number
        revision.refresh_from_db()
        assert revision.events.count() == 2
        assert (revision.case.live_id is not None) == (revision.state == State.PUBLISHED)


def test_two_who_take_a_submission_at_once(moderators, membership):
    for number in range(SOME):
        revision = handed_in(membership, number)
        outcomes = at_once(
            *(partial(reviewing.assign, [revision.pk], by, by=by) for by in moderators)
        )
        assert outcomes == [1, 1], number
        revision.refresh_from_db()
        last = Event.objects.filter(action="assigned", subject_id=str(revision.pk)).first()
        assert revision.reviewer == last.actor, number


def test_marks_and_corrections_at_once_are_all_kept(moderators, membership):
    mina, lee = moderators
    for number in range(SOME):
        revision = handed_in(membership, number)
        outcomes = at_once(
            partial(reviewing.assess, revision, {"quality": ("met", "")}, by=mina),
            partial(reviewing.assess, revision, {"quality": ("not-met", "")}, by=lee),
            partial(corrections.propose, revision, "title", "Best", by=mina),
            partial(corrections.propose, revision, "title", "Best", by=lee),
        )
        assert kinds(outcomes) == ["Correction", "Correction", "NoneType", "NoneType"], number
        assert revision.assessments.count() == 1
        assert revision.corrections.count() == 1
