"""Starting, writing and confirming a case, with the rights and races of a team."""

import pytest

from policies.models import FundingSource, Indicator, Photo, Revision, Stakeholder
from policies.workflow import authoring, moderation
from policies.workflow.errors import EditConflict, EditRefused, TooManyDrafts
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def membership():
    return MembershipFactory()


def title_of(revision):
    return revision.title


def write_title(title):
    def write(revision):
        revision.title = title

    return write


def save_title(revision, user, title, seen):
    return authoring.save_section(
        revision, user=user, seen=seen, fingerprint=title_of, write=write_title(title)
    )


def test_start_case_gives_a_first_draft(membership):
    draft = authoring.start_case(
        user=membership.user,
        member=membership.member,
        title="Night buses",
        summary="On nine lines.",
    )
    assert (draft.number, draft.state, draft.created_by) == (1, State.DRAFT, membership.user)
    assert (draft.case.member, draft.case.slug) == (membership.member, "night-buses")
    assert draft.case.provenance == "city"


def test_start_case_for_another_member_is_refused(membership):
    with pytest.raises(EditRefused):
        authoring.start_case(
            user=membership.user, member=MemberFactory(), title="Night buses", summary="x"
        )


def test_drafts_of_a_person_are_bounded(membership):
    for _ in range(authoring.MAX_OPEN_DRAFTS):
        RevisionFactory(created_by=membership.user)
    with pytest.raises(TooManyDrafts):
        authoring.start_case(
            user=membership.user, member=membership.member, title="One more", summary="x"
        )


def test_open_draft_copies_every_row_and_leaves_the_public_text(reference, membership):
    live = LiveRevisionFactory(
        case__member=membership.member,
        title="Public",
        budget_amount=5,
        budget_currency="USD",
        targets=["11.2", "9.1"],
        themes=["transport"],
    )
    Stakeholder.objects.create(revision=live, position=0, name="Metro", role="Operator")
    FundingSource.objects.create(revision=live, position=0, name="A bank", amount=3)
    Indicator.objects.create(revision=live, position=0, name="Riders", result=10)
    Photo.objects.create(
        revision=live,
        image="photos/a.webp",
        small="photos/b.webp",
        width=1,
        height=1,
        size=1,
        alt="A bus",
    )

    draft = authoring.open_draft(live.case, user=membership.user)

    assert (draft.number, draft.state, draft.title) == (2, State.DRAFT, "Public")
    assert draft.budget_amount == 5
    for name in Revision.row_models():
        copied = [str(row) for row in getattr(draft, name).all()]
        assert copied == [str(row) for row in getattr(live, name).all()], name
    assert [row.target_id for row in draft.contributions.all()] == ["11.2", "9.1"]
    assert draft.photos.get().image.name == "photos/a.webp"
    assert list(Revision.objects.live()) == [live]


def test_open_draft_twice_gives_the_same_draft(membership):
    live = LiveRevisionFactory(case__member=membership.member)
    first = authoring.open_draft(live.case, user=membership.user)
    assert authoring.open_draft(live.case, user=membership.user) == first


def test_open_draft_after_a_withdrawal_starts_from_what_was_written(membership):
    written = RevisionFactory(case__member=membership.member, title="Written")
    moderation.withdraw(written, by=membership.user)
    draft = authoring.open_draft(written.case, user=membership.user)
    assert (draft.number, draft.title, draft.state) == (2, "Written", State.DRAFT)


def test_save_section_stores_and_counts(membership):
    draft = RevisionFactory(case__member=membership.member, title="Old")
    saved = save_title(draft, membership.user, "New name", seen="Old")
    saved.refresh_from_db()
    assert (saved.title, saved.version) == ("New name", 1)
    # The secretariat sees addresses, and no titles of drafts.
    assert saved.case.slug == draft.case.slug


def test_save_section_keeps_a_public_address(membership):
    live = LiveRevisionFactory(case__member=membership.member)
    draft = authoring.open_draft(live.case, user=membership.user)
    save_title(draft, membership.user, "New name", seen=draft.title)
    live.case.refresh_from_db()
    assert live.case.slug == "night-buses"


def test_second_save_over_a_newer_text_is_refused_and_told(membership):
    draft = RevisionFactory(case__member=membership.member, title="Old")
    colleague = MembershipFactory(member=membership.member).user
    save_title(draft, colleague, "Theirs", seen="Old")

    with pytest.raises(EditConflict) as conflict:
        save_title(draft, membership.user, "Mine", seen="Old")

    assert conflict.value.revision.title == "Theirs"
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("Theirs", 1)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.WITHDRAWN])
def test_save_section_of_what_is_not_open_is_refused(membership, state):
    revision = RevisionFactory(case__member=membership.member, state=state)
    with pytest.raises(EditRefused):
        save_title(revision, membership.user, "New", seen=revision.title)


def test_membership_that_ended_meanwhile_refuses_the_save(membership):
    draft = RevisionFactory(case__member=membership.member, title="Old")
    membership.status = "ended"
    membership.save()
    with pytest.raises(EditRefused):
        save_title(draft, membership.user, "New", seen="Old")
    draft.refresh_from_db()
    assert draft.title == "Old"


def test_confirm_stamps_date_and_person(membership):
    live = LiveRevisionFactory(case__member=membership.member)
    case = authoring.confirm_still_true(live.case, user=membership.user)
    case.refresh_from_db()
    assert case.confirmed_by == membership.user
    assert case.confirmed_at is not None


def test_confirm_by_a_stranger_or_without_a_public_text_is_refused(membership):
    live = LiveRevisionFactory(case__member=membership.member)
    draft = RevisionFactory(case__member=membership.member)
    with pytest.raises(EditRefused):
        authoring.confirm_still_true(live.case, user=UserFactory())
    with pytest.raises(EditRefused):
        authoring.confirm_still_true(draft.case, user=membership.user)
