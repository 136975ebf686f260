"""Two people, or two clicks, in one draft: one is served, the other is told, nothing is lost."""

import pytest
from django.db import transaction

from members.teams import invitations, memberships
from policies.models import CaseStudy, ReviewNote, Revision
from policies.workflow import authoring, moderation
from policies.workflow.errors import EditConflict, EditRefused, IncompleteSubmission
from tests.factories import LiveRevisionFactory, MembershipFactory, RevisionFactory
from tests.members.team import coordinator_of, request_of, verified
from tests.races import Started, at_once, kinds, needs_two_connections, wait_until_somebody_waits

pytestmark = [needs_two_connections, pytest.mark.django_db(transaction=True)]

State = Revision.State


@pytest.fixture
def membership():
    return MembershipFactory()


@pytest.fixture
def colleague(membership):
    return MembershipFactory(member=membership.member).user


@pytest.fixture
def ready(reference, membership):
    """A draft that lacks nothing."""
    draft = RevisionFactory(
        case__member=membership.member,
        created_by=membership.user,
        targets=["11.2"],
        themes=["transport"],
        challenge="No buses at night.",
        solution="Buses at night.",
        stage="completed",
        start="2013",
        budget_unavailable="Not public.",
        staff_unavailable="Not counted.",
        stakeholders_unavailable="Not recorded.",
    )
    draft.contributions.update(role="primary")
    return draft


def empty_challenge(draft, user):
    def write(revision):
        revision.challenge = ""

    return authoring.save_section(
        draft,
        user=user,
        seen="No buses at night.",
        fingerprint=lambda revision: revision.challenge,
        write=write,
    )


def test_text_emptied_while_somebody_submits_is_not_submitted(ready, membership, colleague):
    with transaction.atomic():
        empty_challenge(ready, colleague)
        submitting = Started(lambda: authoring.submit(ready, user=membership.user))
        wait_until_somebody_waits()
    assert type(submitting.outcome()) is IncompleteSubmission
    ready.refresh_from_db()
    assert (ready.state, ready.challenge) == (State.DRAFT, "")


def test_text_changed_while_somebody_submits_is_read_again(ready, membership, colleague):
    seen = authoring.edition(ready)
    with transaction.atomic():
        authoring.save_section(
            ready,
            user=colleague,
            seen=ready.title,
            fingerprint=lambda revision: revision.title,
            write=lambda revision: setattr(revision, "title", "Day buses"),
        )
        submitting = Started(lambda: authoring.submit(ready, user=membership.user, seen=seen))
        wait_until_somebody_waits()
    assert type(submitting.outcome()) is EditConflict
    ready.refresh_from_db()
    assert (ready.state, ready.title) == (State.DRAFT, "Day buses")


def test_save_that_waits_for_a_submission_is_refused(ready, membership, colleague):
    with transaction.atomic():
        authoring.submit(ready, user=membership.user)
        saving = Started(lambda: empty_challenge(ready, colleague))
        wait_until_somebody_waits()
    assert type(saving.outcome()) is EditRefused
    ready.refresh_from_db()
    assert (ready.state, ready.challenge) == (State.SUBMITTED, "No buses at night.")


def test_two_who_submit_at_once_submit_once(ready, membership, colleague):
    outcomes = at_once(
        lambda: authoring.submit(ready, user=membership.user),
        lambda: authoring.submit(ready, user=colleague),
    )
    assert kinds(outcomes) == ["Revision", "TransitionRefused"]
    assert ready.events.count() == 1


def test_two_who_publish_at_once_publish_once(ready, membership):
    authoring.submit(ready, user=membership.user)
    outcomes = at_once(
        lambda: moderation.publish(ready, name="Kim"),
        lambda: moderation.publish(ready, name="Lee"),
    )
    assert kinds(outcomes) == ["Revision", "TransitionRefused"]
    assert CaseStudy.objects.get().live == ready
    assert ready.events.count() == 2


def test_two_who_save_one_section_at_once_lose_nothing(ready, membership, colleague):
    def save(user, title):
        return authoring.save_section(
            ready,
            user=user,
            seen=ready.title,
            fingerprint=lambda revision: revision.title,
            write=lambda revision: setattr(revision, "title", title),
        )

    outcomes = at_once(
        lambda: save(membership.user, "Mine"),
        lambda: save(colleague, "Theirs"),
    )
    assert kinds(outcomes) == ["EditConflict", "Revision"]
    saved = next(each for each in outcomes if type(each) is Revision)
    conflict = next(each for each in outcomes if type(each) is EditConflict)
    assert conflict.revision.title == saved.title
    ready.refresh_from_db()
    assert ready.version == 1


def test_membership_that_ends_while_the_save_waits_refuses_it(ready, membership, colleague):
    with transaction.atomic():
        CaseStudy.objects.select_for_update().get(pk=ready.case_id)
        saving = Started(lambda: empty_challenge(ready, colleague))
        wait_until_somebody_waits()
        colleague.memberships.update(status="ended")
    assert type(saving.outcome()) is EditRefused


def test_two_clicks_on_begin_make_one_case(membership):
    def begin():
        return authoring.start_case(
            user=membership.user, member=membership.member, title="Night buses", summary=""
        )

    first, second = at_once(begin, begin)
    assert first == second
    assert CaseStudy.objects.count() == 1


def test_two_who_open_a_draft_at_once_share_it(membership, colleague):
    case = LiveRevisionFactory(case__member=membership.member).case
    first, second = at_once(
        lambda: authoring.open_draft(case, user=membership.user),
        lambda: authoring.open_draft(case, user=colleague),
    )
    assert first == second
    assert case.revisions.count() == 2


def test_two_clicks_on_a_note_write_one(ready, membership):
    authoring.submit(ready, user=membership.user)

    def write():
        return authoring.add_note(ready.case, user=membership.user, text="An estimate.")

    first, second = at_once(write, write)
    assert first == second
    assert ReviewNote.objects.count() == 1


def test_two_clicks_on_invite_send_one_invitation(membership):
    by = coordinator_of(membership.member)

    def invite():
        return invitations.invite(membership.member, "new@city.example", by)

    first, second = at_once(invite, invite)
    assert first == second
    assert membership.member.invitations.count() == 1


def test_invitation_accepted_twice_at_once_works_once(membership):
    by = coordinator_of(membership.member)
    invitation = invitations.invite(membership.member, "new@city.example", by)
    person = verified(email="new@city.example")

    def accept():
        return invitations.accept(invitation, person)

    assert kinds(at_once(accept, accept)) == ["AlreadyDecided", "Membership"]
    assert person.memberships.count() == 1


def test_two_clicks_on_join_ask_once(membership):
    person = verified()

    def ask():
        return memberships.request_membership(person, membership.member)

    assert kinds(at_once(ask, ask)) == ["AlreadyInTeam", "Membership"]
    assert person.memberships.count() == 1


def test_request_granted_and_taken_back_at_once_ends_in_one_state(membership):
    request = request_of(member=membership.member)
    by = coordinator_of(membership.member)
    outcomes = at_once(
        lambda: memberships.approve(request, by), lambda: memberships.leave(request, request.user)
    )
    request.refresh_from_db()
    # Approved first, the person leaves; taken back first, nobody is approved.
    assert request.status == "ended"
    assert kinds(outcomes) in (["Membership", "Membership"], ["AlreadyDecided", "Membership"])
