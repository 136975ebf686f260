"""Two people of the secretariat who decide on the same thing at the same moment."""

import pytest

from members.accounts import blocking
from members.models import Event, Member, Membership
from members.teams import merging, proposals
from tests.factories import MemberFactory, MemberProposalFactory, StaffFactory, UserFactory
from tests.races import at_once, kinds, needs_two_connections

pytestmark = [pytest.mark.django_db(transaction=True), needs_two_connections]


def test_proposal_is_decided_once():
    first, second = (StaffFactory(groups=["Moderators"]) for _each in range(2))
    for turn in range(20):
        proposal = MemberProposalFactory()
        outcomes = at_once(
            lambda: proposals.approve(proposal, by=first, slug=f"city-a-{turn}", status="listed"),  # noqa: B023 - run at once
            lambda: proposals.decline(proposal, by=second, note="A shop"),  # noqa: B023 - run at once
        )
        assert "AlreadyDecided" in kinds(outcomes)
        proposal.refresh_from_db()
        made = Member.objects.filter(slug=f"city-a-{turn}").count()
        assert made == (proposal.state == "approved")
    assert Membership.objects.count() == Member.objects.count()


def test_double_is_merged_into_one_of_two():
    editor = StaffFactory(groups=["Editors in chief"])
    for _turn in range(20):
        double, first, second = (MemberFactory() for _each in range(3))
        outcomes = at_once(
            lambda: merging.merge(double, first, by=editor, reason="Same"),  # noqa: B023 - run at once
            lambda: merging.merge(double, second, by=editor, reason="Same"),  # noqa: B023 - run at once
        )
        assert kinds(outcomes) == ["InvalidMember", "Member"]
    assert Event.objects.filter(action="member-merged").count() == 20


def test_members_merged_into_each_other_leave_one():
    editor = StaffFactory(groups=["Editors in chief"])
    for turn in range(20):
        one, other = MemberFactory(), MemberFactory()
        outcomes = at_once(
            lambda: merging.merge(one, other, by=editor, reason="Same"),  # noqa: B023 - run at once
            lambda: merging.merge(other, one, by=editor, reason="Same"),  # noqa: B023 - run at once
        )
        assert kinds(outcomes) == ["InvalidMember", "Member"]
        assert Member.objects.count() == turn + 1


def test_account_is_blocked_once():
    editor, ani = StaffFactory(groups=["Editors in chief"]), UserFactory()
    block = [lambda: blocking.block(ani, by=editor, reason="Spam")] * 2
    assert kinds(at_once(*block)) == ["AlreadyDecided", "User"]
    assert Event.objects.count() == 1
