"""Invitations: one address, one use, fourteen days."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.utils import timezone

from members.accounts import blocking
from members.errors import AlreadyDecided, AlreadyInTeam, NotAllowed, TooManyToday
from members.models import Invitation, Member, Membership, Notice
from members.models.invitation_tokens import by_token, hash_of, token_of
from members.notices.mail_texts import NothingToSay, text_of
from members.record import people
from members.teams import invitations, memberships
from tests.factories import MemberFactory, MembershipFactory, StaffFactory, UserFactory
from tests.members.team import coordinator_of, official_of, request_of, secretariat, told, verified

pytestmark = pytest.mark.django_db

Status, Role = Membership.Status, Membership.Role


@pytest.fixture
def coordinator():
    return coordinator_of(MemberFactory(name="Surabaya", slug="surabaya"), name="Rini")


@pytest.fixture
def member(coordinator):
    return coordinator.memberships.get().member


@pytest.fixture
def invitation(coordinator, member):
    return invitations.invite(member, "Ani@City.example", coordinator)


def test_invite_writes_to_the_address(invitation, settings):
    assert (invitation.email, invitation.role) == ("ani@city.example", Role.OFFICIAL)
    assert invitation.expires_at - invitation.created_at == pytest.approx(
        timedelta(days=14), abs=timedelta(seconds=5)
    )
    notice = Notice.objects.get()
    assert (notice.kind, notice.email, notice.recipient) == ("invited", "ani@city.example", None)
    subject, body = text_of(notice)
    assert subject == "Invitation to the team of Surabaya"
    assert f"{settings.SITE_URL}/my/invitations/{token_of(invitation)}/" in body
    assert body.startswith("Hello,\n\nRini invites you to the team of Surabaya")


def test_database_holds_only_the_hash(invitation):
    token = token_of(invitation)
    assert invitation.token_hash == hash_of(token)
    notice = Notice.objects.get()
    stored = [*vars(notice).values(), *vars(invitation).values()]
    assert [value for value in stored if token in str(value)] == []
    assert len(token) == 43


def test_each_invitation_has_a_secret_of_its_own(member, coordinator):
    pairs = [("ani@city.example", "official"), ("ani@city.example", "coordinator")]
    tokens = {token_of(invitations.invite(member, mail, coordinator, role)) for mail, role in pairs}
    assert len(tokens) == 2


def test_secret_outlives_a_change_of_the_sites_secret(invitation, settings):
    token = token_of(invitation)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the site, long enough to be taken seriously"
    invitation.refresh_from_db()
    assert token_of(invitation) == token
    assert by_token(token) == invitation


def test_mail_of_an_invitation_with_a_forgotten_secret_is_dropped(invitation, settings):
    settings.SECRET_KEY = "another secret of the site, long enough to be taken seriously"
    with pytest.raises(NothingToSay):
        text_of(Notice.objects.get())


@pytest.mark.parametrize("token", ["", "x" * 43, "ünïcode-tökens-are-words-too", "a\x00b"])
def test_unknown_token_finds_nothing(invitation, token):
    with pytest.raises(Invitation.DoesNotExist):
        by_token(token)


def test_accept_lets_in_with_the_role(member, coordinator):
    invitation = invitations.invite(member, "ani@city.example", coordinator, Role.COORDINATOR)
    person = verified(email="ani@city.example")

    membership = invitations.accept(invitation, person)

    assert (membership.status, membership.role) == (Status.ACTIVE, Role.COORDINATOR)
    assert membership.decided_by == coordinator
    assert told(kind="team-changed") == [("team-changed", coordinator.email)]
    invitation.refresh_from_db()
    assert invitation.state == "accepted"


def test_accept_works_once(invitation):
    person = verified(email="ani@city.example")
    seen = Invitation.objects.get(pk=invitation.pk)
    memberships.leave(invitations.accept(invitation, person), person)
    with pytest.raises(AlreadyDecided, match="only once"):
        invitations.accept(seen, person)
    assert not person.memberships.active().exists()


def test_accept_grants_a_request_that_waits(invitation, member):
    request = request_of(user=verified(email="ani@city.example"), member=member)
    assert invitations.accept(invitation, request.user) == request
    request.refresh_from_db()
    assert request.status == Status.ACTIVE


@pytest.mark.parametrize(
    ("had", "invited", "has"),
    [
        ("official", "coordinator", "coordinator"),
        ("coordinator", "official", "coordinator"),
        ("official", "official", "official"),
    ],
)
def test_accept_takes_no_role_away(member, coordinator, had, invited, has):
    invitation = invitations.invite(member, "ani@city.example", coordinator, invited)
    person = verified(email="ani@city.example")
    MembershipFactory(user=person, member=member, role=had)
    assert invitations.accept(invitation, person).role == has
    assert person.memberships.count() == 1


def test_accept_with_a_second_verified_address(invitation):
    person = verified(email="private@home.example")
    EmailAddress.objects.create(user=person, email="ani@city.example", verified=True)
    assert invitations.accept(invitation, person).status == Status.ACTIVE


@pytest.mark.parametrize("address", ["other@city.example", "ani@city.example.org"])
def test_accept_by_another_address_is_refused(invitation, address):
    person = verified(email=address)
    with pytest.raises(NotAllowed, match=r"for ani@city\.example"):
        invitations.accept(invitation, person)
    assert not person.memberships.exists()


def test_accept_before_the_address_is_confirmed_is_refused(invitation):
    person = UserFactory(email="ani@city.example")
    EmailAddress.objects.create(user=person, email="ani@city.example", verified=False)
    with pytest.raises(NotAllowed):
        invitations.accept(invitation, person)


def test_accept_after_fourteen_days_is_refused(invitation):
    person = verified(email="ani@city.example")
    Invitation.objects.update(expires_at=timezone.now())
    with pytest.raises(AlreadyDecided, match="expired"):
        invitations.accept(invitation, person)
    assert not person.memberships.exists()


def test_accept_after_revocation_is_refused(invitation, coordinator):
    person = verified(email="ani@city.example")
    invitations.revoke(invitation, coordinator)
    with pytest.raises(AlreadyDecided, match="taken back"):
        invitations.accept(invitation, person)


def test_revoked_invitation_is_not_mailed(invitation, coordinator):
    invitations.revoke(invitation, coordinator)
    assert told() == []
    # A second click changes nothing.
    revoked_at = invitations.revoke(invitation, coordinator).revoked_at
    invitation.refresh_from_db()
    assert invitation.revoked_at == revoked_at


def test_revoking_what_was_accepted_is_told(invitation, coordinator):
    invitations.accept(invitation, verified(email="ani@city.example"))
    with pytest.raises(AlreadyDecided):
        invitations.revoke(invitation, coordinator)


def test_invitation_that_is_gone_is_said_to_be_gone(invitation, coordinator):
    seen = Invitation.objects.get(pk=invitation.pk)
    people.delete_account(UserFactory(email="ani@city.example"))
    with pytest.raises(AlreadyDecided):
        invitations.revoke(seen, coordinator)


def test_inviting_again_replaces_the_link(invitation, member, coordinator):
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        again = invitations.invite(member, "ani@city.example", coordinator)
    invitation.refresh_from_db()
    assert (invitation.state, again.state) == ("revoked", "open")
    assert told() == [("invited", "ani@city.example")]
    assert Notice.objects.get().context["invitation"] == again.pk


def test_second_of_two_clicks_gives_the_same_invitation(invitation, member, coordinator):
    assert invitations.invite(member, "ani@city.example", coordinator) == invitation
    assert told() == [("invited", "ani@city.example")]


def test_inviting_at_once_with_another_role_replaces_the_link(invitation, member, coordinator):
    again = invitations.invite(member, "ani@city.example", coordinator, Role.COORDINATOR)
    invitation.refresh_from_db()
    assert (invitation.state, again.state, again.role) == ("revoked", "open", "coordinator")


def test_inviting_somebody_in_the_team_is_refused(member, coordinator):
    official = official_of(member, email="ani@city.example")
    EmailAddress.objects.create(user=official, email="ani2@city.example", verified=True)
    for address in ("ANI@city.example", "ani2@city.example"):
        with pytest.raises(AlreadyInTeam, match="already"):
            invitations.invite(member, address, coordinator)


def test_invitations_of_one_day_are_bounded(member, coordinator):
    for number in range(invitations.MAX_A_DAY):
        invitations.invite(member, f"person{number}@city.example", coordinator)
    with pytest.raises(TooManyToday, match="today"):
        invitations.invite(member, "one.more@city.example", coordinator)


@pytest.mark.parametrize("role", ["official", "coordinator of another", "staff"])
def test_nobody_else_invites_or_revokes(invitation, member, role):
    by = {
        "official": lambda: official_of(member),
        "coordinator of another": lambda: coordinator_of(MemberFactory()),
        "staff": lambda: UserFactory(is_staff=True),
    }[role]()
    with pytest.raises(NotAllowed):
        invitations.invite(member, "new@city.example", by)
    with pytest.raises(NotAllowed):
        invitations.revoke(invitation, by)
    invitation.refresh_from_db()
    assert invitation.state == "open"


def test_secretariat_invites_the_first_coordinator():
    member = MemberFactory(name="Banjul")
    invitation = invitations.invite(member, "first@city.example", secretariat(), Role.COORDINATOR)
    assert text_of(Notice.objects.get())[1].startswith("Hello,\n\nThe secretariat invites you")
    assert invitation.role == Role.COORDINATOR


def test_invitations_to_lists_what_the_person_can_accept(invitation, member, coordinator):
    person = verified(email="ani@city.example")
    invitations.invite(member, "somebody@city.example", coordinator)
    assert list(invitations.invitations_to(person)) == [invitation]
    invitations.accept(invitation, person)
    assert list(invitations.invitations_to(person)) == []


@pytest.mark.parametrize("end", ["removed", "left", "demoted", "blocked", "deleted", "other team"])
def test_invitation_ends_with_the_right_of_its_sender(coordinator, member, invitation, end):
    guest = verified(email="ani@city.example")
    own = coordinator.memberships.get()
    desk = secretariat()
    if end == "removed":
        memberships.leave(own, desk)
    elif end == "left":
        memberships.leave(own, coordinator)
    elif end == "demoted":
        memberships.set_role(own, Role.OFFICIAL, desk)
    elif end == "blocked":
        type(coordinator).objects.filter(pk=coordinator.pk).update(is_active=False)
    elif end == "deleted":
        people.delete_account(coordinator)
    else:
        Membership.objects.filter(pk=own.pk).update(member=MemberFactory())
    invitation.refresh_from_db()
    assert invitation.state == "ended"
    assert [*invitations.invitations_to(guest)] == []
    with pytest.raises(AlreadyDecided, match="no longer leads the team"):
        invitations.accept(invitation, guest)
    assert not guest.memberships.exists()
    with pytest.raises(NothingToSay):
        text_of(Notice.objects.get(kind="invited"))


@pytest.mark.parametrize("end", ["left", "demoted", "blocked"])
def test_invitation_that_ended_with_a_right_stays_ended(coordinator, member, invitation, end):
    desk, own = StaffFactory(is_superuser=True), coordinator.memberships.get()
    other = invitations.invite(member, "other@city.example", desk)
    if end == "left":
        memberships.leave(own, coordinator)
        MembershipFactory(member=member, user=coordinator, role="coordinator")
    elif end == "demoted":
        memberships.set_role(own, Role.OFFICIAL, desk)
        memberships.set_role(own, Role.COORDINATOR, desk)
    else:
        blocking.block(coordinator, by=desk, reason="Stolen")
        blocking.unblock(coordinator, by=desk, reason="Back")
    assert Member.objects.coordinated_by(coordinator).get() == member
    assert [*member.invitations.open()] == [other]
    invitation.refresh_from_db()
    assert invitation.state == "ended"
    # It hinders no new one to the same address.
    assert invitations.invite(member, invitation.email, coordinator).state == "open"


def test_invitation_by_the_secretariat_ends_when_its_sender_leaves_it(member):
    desk = secretariat()
    sent = invitations.invite(member, "ani@city.example", desk)
    assert sent.state == "open"
    desk.user_permissions.clear()
    assert sent.state == "ended"
