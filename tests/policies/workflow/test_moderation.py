"""Every change of state: allowed moves, what they record, and what the public sees."""

import pytest

from policies.models import ReviewEvent, Revision
from policies.workflow import moderation
from policies.workflow.errors import ReasonRequired, TransitionRefused
from tests.factories import LiveRevisionFactory, RevisionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

State = Revision.State

# From which states a move may be made; what was public once is restored, not published: see
# test_restore.py.
ALLOWED = {
    State.SUBMITTED: [State.DRAFT, State.CHANGES_REQUESTED],
    State.WITHDRAWN: [State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED],
    State.CHANGES_REQUESTED: [State.SUBMITTED],
    State.REJECTED: [State.SUBMITTED],
    State.PUBLISHED: [State.DRAFT, State.SUBMITTED],
    State.UNPUBLISHED: [State.PUBLISHED],
}
MOVES = {
    State.SUBMITTED: moderation.submit,
    State.WITHDRAWN: moderation.withdraw,
    State.CHANGES_REQUESTED: moderation.request_changes,
    State.REJECTED: moderation.reject,
    State.PUBLISHED: moderation.publish,
    State.UNPUBLISHED: moderation.unpublish,
}


def in_state(state):
    """A revision in ``state``, made the way the rules of the database allow."""
    if state == State.PUBLISHED:
        return LiveRevisionFactory()
    decided = {}
    if state in Revision.DECIDED_STATES:
        live = LiveRevisionFactory()
        decided = {"decided_at": live.decided_at, "decided_by_name": "Secretariat"}
    return RevisionFactory(state=state, **decided)


@pytest.mark.parametrize(
    ("state", "to"), [(state, to) for to, states in ALLOWED.items() for state in states]
)
def test_move_that_is_allowed_is_made(state, to):
    assert MOVES[to](in_state(state), name="Mina", note="Because.").state == to


@pytest.mark.parametrize(
    ("state", "to"), [(state, to) for to in ALLOWED for state in State if state not in ALLOWED[to]]
)
def test_move_that_is_not_allowed_is_refused(state, to):
    revision = in_state(state)
    with pytest.raises(TransitionRefused):
        MOVES[to](revision, name="Mina", note="Because.")
    revision.refresh_from_db()
    assert revision.state == state
    assert not revision.events.exists()


def test_publish_records_who_when_and_why():
    moderator = UserFactory(name="Mina Park")
    revision = RevisionFactory(state=State.SUBMITTED)

    moderation.publish(revision, by=moderator, note="Well documented.")

    revision.refresh_from_db()
    event = ReviewEvent.objects.get()
    assert (revision.decided_by, revision.decided_by_name) == (moderator, "Mina Park")
    assert revision.decided_at == event.created_at
    assert (event.revision, event.actor, event.actor_name) == (revision, moderator, "Mina Park")
    assert (event.from_state, event.to_state) == (State.SUBMITTED, State.PUBLISHED)
    assert event.note == "Well documented."


def test_publish_supersedes_the_revision_before():
    old = LiveRevisionFactory(title="Old text")
    new = RevisionFactory(case=old.case, title="New text", state=State.SUBMITTED)
    assert list(Revision.objects.live()) == [old]

    moderation.publish(new, name="Mina")

    old.refresh_from_db()
    assert old.state == State.SUPERSEDED
    assert old.decided_by_name == "Secretariat"
    assert list(Revision.objects.live()) == [new]
    assert list(Revision.objects.citable()) == [old, new]


def test_unpublish_hides_every_revision_of_the_case():
    old = LiveRevisionFactory()
    new = RevisionFactory(case=old.case, state=State.SUBMITTED)
    new = moderation.publish(new, name="Mina")

    moderation.unpublish(new, name="Mina", note="The city asked for it.")

    assert not Revision.objects.live().exists()
    assert not Revision.objects.citable().exists()


@pytest.mark.parametrize("to", [State.CHANGES_REQUESTED, State.REJECTED, State.UNPUBLISHED])
def test_no_without_a_reason_is_refused(to):
    state = State.PUBLISHED if to == State.UNPUBLISHED else State.SUBMITTED
    revision = in_state(state)

    with pytest.raises(ReasonRequired):
        MOVES[to](revision, name="Mina", note="  ")

    revision.refresh_from_db()
    assert revision.state == state


def test_second_decision_is_told_what_happened():
    revision = RevisionFactory(state=State.SUBMITTED)
    seen_by_both = Revision.objects.get(pk=revision.pk)
    moderation.reject(revision, name="Mina", note="Not a policy.")

    with pytest.raises(TransitionRefused, match="already rejected"):
        moderation.publish(seen_by_both, name="Joon")

    assert ReviewEvent.objects.count() == 1


def test_decision_without_a_name_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="person or a name"):
        moderation.publish(RevisionFactory())


def test_publish_all_publishes_drafts_together():
    drafts = [RevisionFactory(), RevisionFactory()]

    moderation.publish_all(drafts, name="Secretariat", note="Imported.")

    assert set(Revision.objects.live()) == set(drafts)
    events = ReviewEvent.objects.values_list("revision", "from_state", "to_state", "note")
    assert set(events) == {(draft.pk, "draft", "published", "Imported.") for draft in drafts}


def test_publish_all_supersedes_what_was_public():
    old = LiveRevisionFactory()
    draft = RevisionFactory(case=old.case)
    other = RevisionFactory()

    moderation.publish_all([draft, other], name="Secretariat")

    assert set(Revision.objects.live()) == {draft, other}
    old.refresh_from_db()
    assert (old.state, old.decided_by_name) == ("superseded", "Secretariat")
    events = ReviewEvent.objects.values_list("revision", "from_state", "to_state")
    assert set(events) == {
        (old.pk, "published", "superseded"),
        (draft.pk, "draft", "published"),
        (other.pk, "draft", "published"),
    }


def test_publish_all_refuses_what_is_no_draft():
    with pytest.raises(TransitionRefused):
        moderation.publish_all([RevisionFactory(), LiveRevisionFactory()], name="Secretariat")


def test_publish_all_takes_the_same_queries_for_many(django_assert_num_queries):
    for drafts in ([RevisionFactory()], [RevisionFactory() for _ in range(3)]):
        with django_assert_num_queries(22):
            moderation.publish_all(drafts, name="Secretariat")
