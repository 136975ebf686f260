"""The receipt of a submission, and notices that count as read once they were acted on."""

import pytest

from members.models import Notice
from members.notices.mail_texts import text_of
from members.notices.notifications import address, notify
from members.teams import memberships
from policies.models import Revision
from policies.workflow import authoring, corrections, moderation
from tests.factories import MembershipFactory, RevisionFactory, StaffFactory

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def author():
    return MembershipFactory(member__name="Surabaya", user__name="Ani").user


@pytest.fixture
def moderator():
    return StaffFactory(groups=["Moderators"])


@pytest.fixture
def draft(author):
    member = author.memberships.get().member
    return RevisionFactory(case__member=member, created_by=author, title="Night buses")


def unread(user):
    return sorted(user.notices.filter(read_at=None).values_list("kind", flat=True))


def test_who_submits_gets_a_receipt_by_mail_with_address_next_steps_and_days(
    draft, author, moderator, settings
):
    moderation.submit(draft, by=author)
    receipt = author.notices.get()
    assert (receipt.kind, receipt.mail, unread(author)) == ("receipt", "waiting", [])
    subject, body = text_of(receipt)
    assert subject == "Received: Night buses (Surabaya)"
    assert f"{settings.SITE_URL}/policies/{draft.case_id}/edit/" in body
    assert "either publishes it, or writes to you what should be changed" in body
    assert "of the last year were decided" not in body
    for _ in range(5):
        moderation.request_changes(draft, by=moderator, note="More.")
        moderation.submit(draft, by=author)
    _subject, body = text_of(author.notices.filter(kind="receipt").first())
    assert "and submitted it again. It is with the moderators." in body
    assert "Half of those of the last year were decided within a day." in body


def test_what_was_acted_on_is_read_and_what_was_not_is_not(draft, author, moderator):
    colleague = MembershipFactory(member=draft.case.member).user
    other = RevisionFactory(case__member=draft.case.member, title="Other")
    moderation.submit(draft, by=author)
    moderation.submit(other, by=author)
    assert unread(moderator) == ["submitted", "submitted"]
    moderation.request_changes(draft, by=moderator, note="More.")
    # Of two submissions one is decided; that of the other one still waits.
    assert unread(moderator) == ["submitted"]
    asked = author.notices.get(kind="changes-requested")
    assert asked.path == address("policies:edit", draft.case_id)
    assert (unread(author), unread(colleague)) == (
        ["changes-requested"],
        ["changes-requested", "submitted", "submitted"],
    )
    authoring.add_note(draft.case, user=author, text="Which?")
    assert unread(author) == []
    moderation.submit(draft, by=colleague)
    assert unread(colleague) == ["submitted"]


def test_a_correction_that_is_decided_is_read(draft, author, moderator):
    moderation.submit(draft, by=author)
    corrections.propose(draft, "title", "Night bus lines", by=moderator)
    assert unread(author) == ["note"]
    corrections.accept(draft.corrections.get(), user=author)
    assert unread(author) == []


def test_a_public_text_that_is_confirmed_settles_what_was_told_of_it(draft, author, moderator):
    moderation.submit(draft, by=author)
    moderation.publish(draft, by=moderator)
    assert unread(author) == ["published"]
    authoring.confirm_still_true(draft.case, user=author)
    assert unread(author) == []


@pytest.mark.parametrize("decide", ["approve", "decline", "leave"])
def test_a_request_that_is_decided_is_read_by_all_who_could_decide(author, decide):
    member = author.memberships.get().member
    leaders = [MembershipFactory(member=member, role="coordinator").user for _ in range(2)]
    asking = memberships.request_membership(StaffFactory(is_staff=False), member)
    memberships.request_membership(StaffFactory(is_staff=False), member)
    assert [unread(leader) for leader in leaders] == [["membership-requested"] * 2] * 2
    if decide == "approve":
        memberships.approve(asking, leaders[0])
    elif decide == "decline":
        memberships.decline(asking, leaders[0], "Who?")
    else:
        memberships.leave(asking, asking.user)
    assert [unread(leader) for leader in leaders] == [["membership-requested"]] * 2


def test_notices_of_a_case_with_a_longer_number_stay(draft, author):
    notify(Notice.Kind.NOTE, [author], f"/policies/{draft.case_id}0/edit/", title="Other")
    authoring.withdraw(draft, user=author)
    assert unread(author) == ["note"]
