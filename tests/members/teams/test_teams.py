"""Who gets into a team, who decides, and who is told."""

import random
import threading
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from members.accounts import blocking
from members.errors import (
    AlreadyDecided,
    AlreadyInTeam,
    LastCoordinator,
    MembersError,
    NotAllowed,
    PersonBlocked,
    ReasonRequired,
    TooManyToday,
)
from members.mail_domains import own_domain
from members.models import Membership, Notice
from members.record import people
from members.teams import city_facts, memberships, proposals
from tests.factories import (
    MemberFactory,
    MemberProposalFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)
from tests.members.team import coordinator_of, official_of, request_of, secretariat, told
from tests.sweeps import TIMES

pytestmark = pytest.mark.django_db

Status, Role = Membership.Status, Membership.Role


def verified(person):
    """The person, whose address is verified."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


# Suggested by the address


@pytest.mark.parametrize("email", ["kim@seoul.go.kr", "Budi@SEOUL.go.kr"])
def test_suggested_member_has_the_domain_of_the_address(email):
    MemberFactory(email_domain="elsewhere.example")
    member = MemberFactory(email_domain="seoul.go.kr")
    assert memberships.suggested_member(email) == member


def test_suggested_member_is_decided_by_nothing_that_a_team_writes():
    real = MemberFactory(name="Seoul", email_domain="seoul.go.kr")
    bait = MembershipFactory(role="coordinator")
    page = {"website": "https://www.seoul.go.kr", "about": "", "contact_office": ""}
    assert city_facts.correct(bait.member, page, bait.user)
    # An own colleague at the address of the other does not make it theirs either.
    verified(official_of(bait.member, email="kim@seoul.go.kr"))
    assert memberships.suggested_member("second@seoul.go.kr") == real
    real.delete()
    assert memberships.suggested_member("second@seoul.go.kr") is None
    assert memberships.known_domain(verified(UserFactory(email="x@seoul.go.kr")), bait.member) == ""


def test_suggested_member_follows_colleagues_whom_the_secretariat_let_in():
    member = MemberFactory()
    first = MembershipFactory(member=member, user__email="first@city.gov.example")
    verified(first.user)
    assert memberships.suggested_member("second@city.gov.example") is None
    first.decided_by = StaffFactory()
    first.save()
    assert memberships.suggested_member("second@city.gov.example") == member
    # Somebody of the team let the person in, and came to the secretariat later.
    former = MembershipFactory(member=member, user=first.decided_by, status="ended")
    assert memberships.suggested_member("second@city.gov.example") is None
    former.delete()
    first.user.emailaddress_set.update(verified=False)
    assert memberships.suggested_member("second@city.gov.example") is None


@pytest.mark.parametrize("status", ["requested", "declined", "ended"])
def test_suggested_member_ignores_people_who_are_not_in_the_team(status):
    by = StaffFactory()
    gone = MembershipFactory(user__email="a@city.gov.example", status=status, decided_by=by)
    verified(gone.user)
    assert memberships.suggested_member("second@city.gov.example") is None


@pytest.mark.parametrize(
    ("domain", "email"),
    [
        ("gmail.com", "kim@gmail.com"),
        ("yahoo.co.jp", "kim@yahoo.co.jp"),
        ("notseoul.go.kr", "kim@seoul.go.kr"),
        ("seoul.go.kr.evil.example", "kim@seoul.go.kr"),
        ("seoul.go.kr", "no address"),
        ("seoul.go.kr", ""),
        ("seoul.go.kr", "kim@%.go.kr"),
    ],
)
def test_suggested_member_is_nobody_by_guess(domain, email):
    MemberFactory(email_domain=domain)
    assert memberships.suggested_member(email) is None


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.seoul.go.kr/main/index.jsp", "seoul.go.kr"),
        ("http://SURABAYA.go.id:8080/", "surabaya.go.id"),
        ("https://example.org/?at=seoul.go.kr", "example.org"),
        ("https://facebook.com/city", ""),
        ("https://[broken/seoul.go.kr", ""),
    ],
)
def test_domain_of_a_website_that_the_secretariat_has_seen(website, domain):
    assert own_domain(website) == domain


@pytest.mark.parametrize(
    "domain", ["gmail.com", "GMail.com", "no domain", "@city.example", "http://x.example"]
)
def test_domain_of_a_member_is_one_of_its_own(domain):
    with pytest.raises(ValidationError) as refused:
        MemberFactory.build(email_domain=domain).full_clean()
    assert list(refused.value.error_dict) == ["email_domain"]


def test_suggested_member_is_nobody_when_several_share_the_domain():
    MemberFactory(email_domain="gov.example")
    MemberFactory(email_domain="gov.example")
    assert memberships.suggested_member("kim@gov.example") is None


def test_public_provider_says_nothing_even_with_colleagues():
    by = StaffFactory()
    verified(MembershipFactory(user__email="first@naver.com", decided_by=by).user)
    assert memberships.suggested_member("second@naver.com") is None


# Asking


def test_request_tells_the_coordinators():
    member = MemberFactory(name="Surabaya")
    first, second = coordinator_of(member), coordinator_of(member)
    official_of(member)
    coordinator_of(MemberFactory())
    secretariat()
    coordinator_of(member, is_active=False)
    person = UserFactory(name="Ani", email="ani@city.example")

    membership = memberships.request_membership(person, member, "I work in the water bureau.")

    assert (membership.status, membership.role) == (Status.REQUESTED, Role.OFFICIAL)
    assert sorted(told()) == sorted(
        ("membership-requested", each.email) for each in (first, second)
    )
    notice = Notice.objects.first()
    assert notice.path == f"/my/requests/{membership.pk}/"
    assert notice.context == {
        "member": "Surabaya",
        "person": "Ani",
        "email": "ani@city.example",
        "message": "I work in the water bureau.",
        "domain": "",
        "has_coordinator": True,
    }


def test_request_to_a_member_without_coordinator_goes_to_the_secretariat():
    member = MemberFactory()
    official_of(member)
    staff = secretariat()
    UserFactory(is_staff=True)  # without the permission
    administrator = StaffFactory(is_superuser=True)

    memberships.request_membership(UserFactory(), member)

    assert sorted(told()) == sorted(
        ("membership-requested", each.email) for each in (staff, administrator)
    )


def test_second_request_is_refused():
    person, member = UserFactory(), MemberFactory()
    memberships.request_membership(person, member)
    with pytest.raises(AlreadyInTeam, match="already asked"):
        memberships.request_membership(person, member)
    assert person.memberships.count() == 1


def test_request_of_somebody_in_the_team_is_refused():
    membership = MembershipFactory()
    with pytest.raises(AlreadyInTeam, match="in the team"):
        memberships.request_membership(membership.user, membership.member)


@pytest.mark.parametrize("status", [Status.DECLINED, Status.ENDED])
def test_request_after_an_end_is_possible(status):
    former = MembershipFactory(status=status)
    memberships.request_membership(former.user, former.member)
    assert former.user.memberships.count() == 2


def test_requests_of_one_day_are_bounded():
    person = UserFactory()
    for _turn in range(memberships.MAX_REQUESTS_A_DAY):
        memberships.request_membership(person, MemberFactory())
    with pytest.raises(TooManyToday, match="today"):
        memberships.request_membership(person, MemberFactory())
    Membership.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert memberships.request_membership(person, MemberFactory()).status == Status.REQUESTED


# Deciding


@pytest.mark.parametrize("decider", ["coordinator", "secretariat", "administrator"])
def test_approve_lets_the_person_in_and_tells(decider):
    request = request_of(member=MemberFactory(name="Surabaya"))
    by = {
        "coordinator": lambda: coordinator_of(request.member, name="Rini"),
        "secretariat": secretariat,
        "administrator": lambda: StaffFactory(is_superuser=True),
    }[decider]()

    membership = memberships.approve(request, by, "Welcome.", Role.COORDINATOR)

    assert (membership.status, membership.role) == (Status.ACTIVE, Role.COORDINATOR)
    assert (membership.decided_by, membership.note) == (by, "Welcome.")
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("membership-decided", request.user)
    assert notice.context == {
        "member": "Surabaya",
        "decision": "approved",
        "role": "coordinator",
        "note": "Welcome.",
        "by": "Rini" if decider == "coordinator" else "",
    }


def test_decline_needs_a_reason():
    request = request_of()
    with pytest.raises(ReasonRequired, match="reason"):
        memberships.decline(request, coordinator_of(request.member), " \n")
    request.refresh_from_db()
    assert request.status == Status.REQUESTED


def test_decline_tells_the_reason():
    request = request_of()
    membership = memberships.decline(request, coordinator_of(request.member), "Nobody knows you.")
    assert membership.status == Status.DECLINED
    assert Notice.objects.get().context["note"] == "Nobody knows you."


@pytest.mark.parametrize(
    "outsider",
    [
        lambda request: official_of(request.member),
        lambda _request: coordinator_of(MemberFactory()),
        lambda request: request.user,
        lambda _request: UserFactory(is_staff=True),
        lambda _request: UserFactory(is_superuser=True),
        lambda _request: secretariat(is_active=False),
        lambda request: (
            MembershipFactory(member=request.member, role="coordinator", status="ended").user
        ),
        lambda request: (
            MembershipFactory(member=request.member, role="coordinator", status="requested").user
        ),
    ],
)
@pytest.mark.parametrize("decide", [memberships.approve, memberships.decline])
def test_nobody_else_decides(outsider, decide):
    request = request_of()
    coordinator_of(request.member)  # whose role is nobody else's
    with pytest.raises(NotAllowed):
        decide(request, outsider(request), "Note.")
    request.refresh_from_db()
    assert request.status == Status.REQUESTED
    assert told() == []


def test_nobody_decides_the_own_request_not_even_the_secretariat():
    staff = secretariat()
    request = request_of(user=staff)
    with pytest.raises(NotAllowed):
        memberships.approve(request, staff)


def test_second_decision_is_told_who_was_quicker():
    request = request_of()
    first, second = coordinator_of(request.member, name="Rini"), coordinator_of(request.member)
    seen_by_both = Membership.objects.get(pk=request.pk)
    memberships.decline(request, first, "Unknown.")

    with pytest.raises(AlreadyDecided, match="Rini has already declined"):
        memberships.approve(seen_by_both, second)

    request.refresh_from_db()
    assert (request.status, request.decided_by) == (Status.DECLINED, first)
    assert len(told()) == 1


def test_request_of_a_closed_account_is_said_to_be_gone():
    request = request_of()
    by = coordinator_of(request.member)
    seen = Membership.objects.get(pk=request.pk)
    people.delete_account(request.user)
    with pytest.raises(AlreadyDecided, match="closed"):
        memberships.approve(seen, by)


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has one connection: nothing can race"
)
@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_decide_once():
    request = request_of()
    deciders = [coordinator_of(request.member) for _turn in range(4)]
    start, outcomes = threading.Barrier(len(deciders)), []

    def decide(by):
        start.wait()
        try:
            memberships.approve(Membership.objects.get(pk=request.pk), by)
            outcomes.append("approved")
        except AlreadyDecided:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[by]) for by in deciders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["approved", "told", "told", "told"]
    assert told() == [("membership-decided", request.user.email)]


# Leaving


def test_leave_ends_the_membership_and_tells_the_coordinators():
    membership = MembershipFactory(user__name="Ani")
    coordinator = coordinator_of(membership.member)
    memberships.leave(membership, membership.user)
    membership.refresh_from_db()
    assert (membership.status, membership.decided_by) == (Status.ENDED, membership.user)
    assert told() == [("team-changed", coordinator.email)]
    assert Notice.objects.get().context["change"] == "left"


def test_last_coordinator_who_leaves_makes_the_secretariat_told():
    member = MemberFactory()
    last, staff = coordinator_of(member), secretariat()
    official_of(member)
    coordinator_of(member, is_active=False)
    memberships.leave(last.memberships.get(), last)
    assert told() == [("team-changed", staff.email)]
    assert Notice.objects.get().context["change"] == "no-coordinator"


def test_request_taken_back_tells_nobody():
    request = request_of()
    coordinator_of(request.member)
    assert memberships.leave(request, request.user).status == Status.ENDED
    assert told() == []


def test_coordinator_takes_a_colleague_out_with_a_note():
    membership = MembershipFactory()
    by = coordinator_of(membership.member, name="Rini")
    memberships.leave(membership, by, "You work elsewhere now.")
    assert told() == [("membership-decided", membership.user.email)]
    context = Notice.objects.get().context
    assert (context["decision"], context["by"]) == ("ended", "Rini")
    assert context["note"] == "You work elsewhere now."


def test_official_takes_nobody_out():
    membership = MembershipFactory()
    coordinator_of(membership.member)
    with pytest.raises(NotAllowed):
        memberships.leave(membership, official_of(membership.member))
    with pytest.raises(NotAllowed):
        memberships.leave(membership, coordinator_of(MemberFactory()))


def test_taking_back_the_request_of_somebody_else_is_refused():
    request = request_of()
    with pytest.raises(NotAllowed):
        memberships.leave(request, coordinator_of(request.member))


def test_leaving_twice_is_told():
    membership = MembershipFactory()
    memberships.leave(membership, membership.user)
    with pytest.raises(AlreadyDecided):
        memberships.leave(membership, membership.user)


def test_account_that_is_closed_leaves_its_teams():
    staff = secretariat()
    coordinator = coordinator_of(MemberFactory(name="Surabaya"), name="Rini Wulandari")
    people.delete_account(coordinator)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.context["change"]) == (staff, "no-coordinator")
    assert notice.context["person"] == "Former colleague"


# Roles


def test_set_role_tells_the_person():
    membership = MembershipFactory()
    by = coordinator_of(membership.member, name="Rini")
    assert memberships.set_role(membership, Role.COORDINATOR, by).role == Role.COORDINATOR
    assert told() == [("role-changed", membership.user.email)]


def test_set_role_to_the_same_tells_nobody():
    membership = MembershipFactory()
    memberships.set_role(membership, Role.OFFICIAL, coordinator_of(membership.member))
    assert told() == []


def test_last_coordinator_cannot_step_back():
    coordinator = coordinator_of(MemberFactory())
    with pytest.raises(LastCoordinator, match="needs a coordinator"):
        memberships.set_role(coordinator.memberships.get(), Role.OFFICIAL, coordinator)
    assert coordinator.memberships.get().role == Role.COORDINATOR


def test_one_of_two_coordinators_can_step_back():
    member = MemberFactory()
    coordinator_of(member)
    coordinator = coordinator_of(member)
    memberships.set_role(coordinator.memberships.get(), Role.OFFICIAL, coordinator)
    assert coordinator.memberships.get().role == Role.OFFICIAL
    assert told() == []


def test_secretariat_may_take_the_last_coordinator_away_and_is_told():
    coordinator, staff = coordinator_of(MemberFactory()), secretariat()
    memberships.set_role(coordinator.memberships.get(), Role.OFFICIAL, staff)
    assert told() == [("role-changed", coordinator.email), ("team-changed", staff.email)]


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.ENDED, Status.DECLINED])
def test_role_of_somebody_outside_the_team_is_not_changed(status):
    membership = MembershipFactory(status=status)
    with pytest.raises(AlreadyDecided):
        memberships.set_role(membership, Role.COORDINATOR, coordinator_of(membership.member))


def test_official_changes_no_role():
    membership = MembershipFactory()
    coordinator_of(membership.member)
    with pytest.raises(NotAllowed):
        memberships.set_role(membership, Role.COORDINATOR, membership.user)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", range(2 * TIMES))
def test_whatever_people_do_a_team_keeps_its_rules(seed):
    """Random steps of random people: one current membership each, and a team that had a
    coordinator keeps one unless the last one left it."""
    draw = random.Random(seed)
    member = MemberFactory()
    people = [UserFactory() for _turn in range(4)]
    coordinator_of(member)
    everybody = [*people, member.memberships.get().user]
    left_alone = False
    for _turn in range(40):
        by = draw.choice(everybody)
        membership = draw.choice([*member.memberships.all()])
        was_last = memberships.is_last_coordinator(membership)
        step = draw.choice(["ask", "approve", "decline", "role", "leave"])
        try:
            if step == "ask":
                memberships.request_membership(by, member)
            elif step == "approve":
                memberships.approve(membership, by, role=draw.choice(Role.values))
            elif step == "decline":
                memberships.decline(membership, by, "No.")
            elif step == "role":
                memberships.set_role(membership, draw.choice(Role.values), by)
            elif draw.random() < 0.3:
                memberships.leave(membership, by)
                left_alone = left_alone or was_last
        except MembersError:
            continue
        current = member.memberships.filter(status__in=memberships.CURRENT)
        assert current.count() == current.values("user").distinct().count()
        assert left_alone or member.memberships.active().filter(role="coordinator").exists()


def test_blocked_account_is_given_no_right():
    leader, desk = MembershipFactory(role="coordinator"), StaffFactory(is_superuser=True)
    asked = request_of(member=leader.member)
    colleague = MembershipFactory(member=leader.member)
    proposed = MemberProposalFactory(user=asked.user)
    for person in (asked.user, colleague.user):
        blocking.block(person, by=desk, reason="Stolen")
    new = {"slug": "suva", "status": "listed"}
    for step in (
        lambda: memberships.approve(asked, leader.user),
        lambda: memberships.set_role(colleague, Role.COORDINATOR, leader.user),
        lambda: proposals.approve(proposed, by=desk, **new),
        lambda: proposals.approve_as(proposed, leader.member, by=desk),
    ):
        with pytest.raises(PersonBlocked):
            step()
    # What takes rights away goes on.
    assert memberships.decline(asked, leader.user, "Stolen.").status == Status.DECLINED
    assert memberships.leave(colleague, leader.user).status == Status.ENDED
    blocking.unblock(asked.user, by=desk, reason="It was returned")
    assert proposals.approve(proposed, by=desk, **new).slug == "suva"


def test_role_is_not_changed_over_and_over_in_a_day():
    """Each change is a mail to the person."""
    leader = coordinator_of(MemberFactory())
    colleague = MembershipFactory(member=leader.memberships.get().member)
    for role in (Role.COORDINATOR, Role.OFFICIAL) * 2:
        memberships.set_role(colleague, role, leader)
    with pytest.raises(TooManyToday, match="was changed often today"):
        memberships.set_role(colleague, Role.COORDINATOR, leader)
    assert colleague.user.notices.filter(kind="role-changed").count() == 4
    by = secretariat()
    assert memberships.set_role(colleague, Role.COORDINATOR, by).role == Role.COORDINATOR
