"""A text that was public before becomes public again: with a reason, on record, found at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Event, Notice
from policies.models import CaseStudy, ReviewEvent, Revision
from policies.workflow import moderation
from policies.workflow.errors import ReasonRequired, TransitionRefused
from policies.workflow.moderation import RESTORABLE
from tests.factories import LiveRevisionFactory, MembershipFactory, RevisionFactory, UserFactory
from tests.races import at_once, kinds, needs_two_connections

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def case():
    """A case with a first text and the second, which is public."""
    first = LiveRevisionFactory(title="First text")
    second = RevisionFactory(case=first.case, title="Second text", state=State.SUBMITTED)
    moderation.publish(second, name="Mina")
    return first.case


def states(case):
    return dict(case.revisions.values_list("title", "state"))


def live(case):
    return list(Revision.objects.live().filter(case=case).values_list("title", flat=True))


def revision(case, title):
    return case.revisions.get(title=title)


def test_restore_makes_an_unpublished_text_public_again(case):
    moderation.unpublish(revision(case, "Second text"), name="Mina", note="A wrong figure.")

    moderation.restore(revision(case, "Second text"), name="Joon", note="The figure was right.")

    assert live(case) == ["Second text"]
    assert states(case) == {"First text": "superseded", "Second text": "published"}


def test_restore_supersedes_what_is_public(case):
    moderation.restore(revision(case, "First text"), name="Joon", note="The second is spam.")

    assert live(case) == ["First text"]
    assert states(case) == {"First text": "published", "Second text": "superseded"}
    assert Revision.objects.citable().filter(case=case).count() == 2


def test_restore_gives_an_older_text_back_to_a_case_that_is_not_public(case):
    moderation.unpublish(revision(case, "Second text"), name="Mina", note="A wrong figure.")

    moderation.restore(revision(case, "First text"), name="Joon", note="This one was right.")

    assert live(case) == ["First text"]
    assert states(case) == {"First text": "published", "Second text": "unpublished"}


def test_restored_text_can_be_superseded_and_restored_again(case):
    moderation.restore(revision(case, "First text"), name="Joon", note="One.")
    moderation.restore(revision(case, "Second text"), name="Joon", note="Two.")

    assert live(case) == ["Second text"]
    assert ReviewEvent.objects.filter(to_state=State.PUBLISHED).count() == 3


def test_restore_records_who_when_and_why(case):
    editor = UserFactory(name="Mina Park")

    restored = moderation.restore(revision(case, "First text"), by=editor, note="It was right.")

    event = restored.events.last()
    assert (event.actor, event.from_state, event.to_state, event.note) == (
        editor,
        State.SUPERSEDED,
        State.PUBLISHED,
        "It was right.",
    )
    assert (restored.decided_by, restored.decided_at) == (editor, event.created_at)
    entry = Event.objects.get(action="restored")
    assert (entry.actor, entry.subject_id, entry.reason) == (
        editor,
        str(restored.pk),
        "It was right.",
    )


def test_restore_tells_the_team(case):
    official = MembershipFactory(member=case.member).user

    moderation.restore(revision(case, "First text"), name="Joon", note="It was right.")

    notice = Notice.objects.get(recipient=official)
    assert (notice.kind, notice.context["note"]) == ("published", "It was right.")
    assert notice.path == case.get_absolute_url()


@pytest.mark.parametrize("note", ["", " \n"])
def test_restore_without_a_reason_is_refused(case, note):
    with pytest.raises(ReasonRequired, match="Give a reason"):
        moderation.restore(revision(case, "First text"), name="Joon", note=note)

    assert live(case) == ["Second text"]


@pytest.mark.parametrize("state", [state for state in State if state not in RESTORABLE])
def test_restore_is_for_what_was_public_before(state):
    decided = LiveRevisionFactory()
    other = RevisionFactory(
        state=state, decided_at=decided.decided_at, decided_by_name="Secretariat"
    )

    with pytest.raises(TransitionRefused, match="already"):
        moderation.restore(other, name="Joon", note="Because.")

    other.refresh_from_db()
    assert other.state == state


@pytest.mark.parametrize("state", RESTORABLE)
def test_publish_does_not_restore(case, state):
    old = revision(case, "First text")
    Revision.objects.filter(pk=old.pk).update(state=state)

    with pytest.raises(TransitionRefused, match=f"already {state}"):
        moderation.publish(old, name="Joon", note="Because.")

    assert live(case) == ["Second text"]


def test_second_restore_is_told(case):
    seen_by_both = revision(case, "First text")
    moderation.restore(seen_by_both, name="Mina", note="Because.")

    with pytest.raises(TransitionRefused, match="already published"):
        moderation.restore(seen_by_both, name="Joon", note="Because.")

    assert Event.objects.filter(action="restored").count() == 1


def test_open_draft_stays_open(case):
    draft = RevisionFactory(case=case, title="Third text")

    moderation.restore(revision(case, "First text"), name="Joon", note="It was right.")

    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_restore_does_not_speak_for_the_city(case):
    CaseStudy.objects.filter(pk=case.pk).update(provenance="secretariat", confirmed_at="2026-03-01")
    official = MembershipFactory(member=case.member).user
    old = revision(case, "First text")
    ReviewEvent.objects.create(
        revision=old,
        actor=official,
        actor_name="An official",
        from_state=State.DRAFT,
        to_state=State.SUBMITTED,
        created_at=old.decided_at,
    )

    moderation.restore(old, name="Joon", note="It was right.")

    case.refresh_from_db()
    assert (str(case.confirmed_at), case.confirmed_by) == ("2026-03-01", None)


@pytest.mark.parametrize(("day", "stays"), [(-1, True), (0, False), (1, False)])
def test_confirmation_of_the_other_text_goes(case, day, stays):
    """Days from that on which the first text ceased to be public."""
    confirmed = timezone.localdate() + timedelta(days=day)
    CaseStudy.objects.filter(pk=case.pk).update(confirmed_at=confirmed)
    moderation.restore(revision(case, "First text"), name="Joon", note="It was right.")
    case.refresh_from_db()
    assert case.confirmed_at == (confirmed if stays else None)


def test_merged_case_is_not_restored(case):
    moderation.unpublish(revision(case, "Second text"), name="Mina", note="Twice here.")
    kept = LiveRevisionFactory().case
    CaseStudy.objects.filter(pk=case.pk).update(merged_into=kept)

    with pytest.raises(TransitionRefused, match=f"merged into case {kept.pk}"):
        moderation.restore(revision(case, "Second text"), name="Joon", note="Because.")

    assert live(case) == []


def test_unpublished_case_is_no_longer_featured(case):
    CaseStudy.objects.filter(pk=case.pk).update(featured_at="2026-03-01T00:00Z")

    moderation.unpublish(revision(case, "Second text"), name="Mina", note="A wrong figure.")

    case.refresh_from_db()
    assert case.featured_at is None


def test_restored_text_is_found_at_once(
    client, reference, synced, case, django_capture_on_commit_callbacks
):
    synced()
    with django_capture_on_commit_callbacks(execute=True):
        moderation.restore(revision(case, "First text"), name="Joon", note="It was right.")

    page = client.get("/policies/?q=text").text
    assert ("First text" in page.replace("<mark>", "").replace("</mark>", "")) is True
    assert "Second" not in page
    answer = client.get(case.get_absolute_url())
    assert answer.context["revision"].title == "First text"
    published = min(case.revisions.values_list("decided_at", flat=True))
    assert answer.context["data"]["datePublished"] == published.isoformat()


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_of_two_who_restore_at_once_one_is_told(case):
    old = revision(case, "First text")
    outcomes = at_once(
        *[lambda: moderation.restore(old, name="Joon", note="Because.") for _person in "ab"]
    )

    assert kinds(outcomes) == ["Revision", "TransitionRefused"]
    assert live(case) == ["First text"]
