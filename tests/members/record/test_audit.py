"""The record of who did what: what is written, when, and that nothing is ever changed."""

import pytest
from django.db import transaction

from citynet.web.client_address import client_address
from members.errors import NotAllowed
from members.models import Event, Invitation, Membership
from members.record import audit
from members.teams import invitations, memberships
from policies.models import Revision
from policies.workflow import moderation
from policies.workflow.errors import TransitionRefused
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)
from tests.members.team import coordinator_of, request_of, verified

pytestmark = pytest.mark.django_db


def recorded():
    """(action, who, subject, reason) of every entry, in the order of writing."""
    return list(
        Event.objects.order_by("pk").values_list("action", "actor_name", "subject", "reason")
    )


@pytest.fixture
def city():
    return MemberFactory(name="Surabaya")


@pytest.fixture
def ani(city):
    return coordinator_of(city, name="Ani")


def test_event_says_who_did_what_to_what_and_from_where(ani, city):
    token = client_address.set("203.0.113.9")
    try:
        event = audit.record("member-changed", city, by=ani, reason="name")
    finally:
        client_address.reset(token)

    assert Event.objects.values().get() == {
        "id": event.pk,
        "created_at": event.created_at,
        "actor_id": ani.pk,
        "actor_name": "Ani",
        "action": "member-changed",
        "subject_type": "members.member",
        "subject_id": str(city.pk),
        "subject": "Surabaya",
        "reason": "name",
        "address": "203.0.113.9",
    }


def test_what_a_command_does_has_a_name_and_no_address(city):
    event = audit.record("member-added", city, name="Secretariat")
    assert (event.actor, event.actor_name, event.address) == (None, "Secretariat", None)


def test_long_subject_is_cut(city):
    city.name = "x" * 400
    assert audit.record("member-changed", city).subject == "x" * 300


@pytest.mark.parametrize(
    "record", [audit.record, lambda *args: audit.record_all(args[0], [args[1]])]
)
def test_unknown_action_is_refused(city, record):
    with pytest.raises(ValueError, match="There is no action guessed"):
        record("guessed", city)
    assert Event.objects.count() == 0


def test_every_action_fits_its_column():
    longest = Event._meta.get_field("action").max_length
    assert [action for action in audit.ACTIONS if len(action) > longest] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda _event: Event.objects.update(reason=""),
        lambda event: Event.objects.filter(pk=event.pk).delete(),
        lambda event: Event.objects.bulk_update([event], ["reason"]),
        lambda event: Event.objects.update_or_create(pk=event.pk, defaults={"reason": ""}),
        lambda _event: Event.objects.forget(action="published"),
        lambda event: Event.objects.forget(created_at=event.created_at),
        lambda _event: Event.objects.forget(actor=None),
        lambda _event: Event.objects.forget(address="203.0.113.9"),
    ],
)
def test_record_is_never_changed(city, change):
    event = audit.record("member-changed", city, name="Secretariat", reason="name")
    before = Event.objects.values().get()
    event.reason = "Anew"

    with pytest.raises(TypeError), transaction.atomic():
        change(event)

    assert Event.objects.values().get() == before


def test_deletion_of_the_subject_leaves_the_record(city):
    audit.record("member-added", city, name="Secretariat")
    city.delete()
    assert recorded() == [("member-added", "Secretariat", "Surabaya", "")]


def test_every_change_of_a_state_is_recorded():
    moderator = StaffFactory(name="Min-jun")
    draft = RevisionFactory(title="Night buses")
    author = UserFactory(name="Ani")
    moderation.submit(draft, by=author)
    moderation.request_changes(draft, by=moderator, note="What did it cost?")
    moderation.submit(draft, by=author, note="Done")
    moderation.publish(draft, by=moderator)
    edit = RevisionFactory(case=draft.case, title="Night trams")
    moderation.submit(edit, by=author)
    moderation.publish(edit, by=moderator)
    moderation.unpublish(edit, by=moderator, note="Wrong figures")
    moderation.restore(draft, by=moderator, note="The old text was right")
    moderation.reject(
        moderation.submit(RevisionFactory(title="Spam"), by=author), by=moderator, note="Spam"
    )
    ferries = moderation.withdraw(RevisionFactory(title="Ferries"), by=author)

    assert recorded() == [
        ("submitted", "Ani", "Night buses", ""),
        ("changes-requested", "Min-jun", "Night buses", "What did it cost?"),
        ("submitted", "Ani", "Night buses", "Done"),
        ("published", "Min-jun", "Night buses", ""),
        ("submitted", "Ani", "Night trams", ""),
        ("superseded", "Min-jun", "Night buses", ""),
        ("published", "Min-jun", "Night trams", ""),
        ("unpublished", "Min-jun", "Night trams", "Wrong figures"),
        ("restored", "Min-jun", "Night buses", "The old text was right"),
        ("submitted", "Ani", "Spam", ""),
        ("rejected", "Min-jun", "Spam", "Spam"),
        # Nobody but its team knows a draft.
        ("withdrawn", "Ani", f"Draft of case {ferries.case_id}", ""),
    ]


def test_every_state_that_can_be_reached_has_an_action():
    reached = {state for following in moderation.TRANSITIONS.values() for state in following}
    assert reached - set(audit.ACTIONS) == set()


def test_publishing_together_records_each_case():
    live = LiveRevisionFactory(title="Night buses")
    drafts = [
        RevisionFactory(case=live.case, title="Night trams"),
        RevisionFactory(title="Ferries"),
    ]
    moderation.publish_all(drafts, name="Secretariat", note="Imported.")
    assert recorded() == [
        ("superseded", "Secretariat", "Night buses", ""),
        ("published", "Secretariat", "Night trams", "Imported."),
        ("published", "Secretariat", "Ferries", "Imported."),
    ]


def test_refused_change_of_a_state_records_nothing():
    with pytest.raises(TransitionRefused):
        moderation.unpublish(RevisionFactory(), name="Secretariat", note="Wrong")
    assert Event.objects.count() == 0


def test_change_that_is_rolled_back_is_not_in_the_record():
    draft = RevisionFactory()
    with transaction.atomic():
        moderation.submit(draft, name="Ani")
        transaction.set_rollback(True)
    assert (Revision.objects.get().state, Event.objects.count()) == ("draft", 0)


def test_every_change_of_a_team_is_recorded(ani, city):
    eko, siti = UserFactory(name="Eko"), UserFactory(name="Siti")
    membership = memberships.request_membership(eko, city, "Let me in")
    memberships.approve(membership, ani, "Welcome")
    memberships.set_role(membership, Membership.Role.COORDINATOR, ani)
    memberships.set_role(membership, Membership.Role.COORDINATOR, ani)  # it is so already
    memberships.leave(membership, eko)
    memberships.decline(memberships.request_membership(siti, city), ani, "Who are you?")

    assert recorded() == [
        ("membership-requested", "Eko", "Eko – Surabaya", "Let me in"),
        ("membership-approved", "Ani", "Eko – Surabaya", "Welcome"),
        ("role-changed", "Ani", "Eko – Surabaya", "coordinator"),
        ("membership-ended", "Eko", "Eko – Surabaya", ""),
        ("membership-requested", "Siti", "Siti – Surabaya", ""),
        ("membership-declined", "Ani", "Siti – Surabaya", "Who are you?"),
    ]


def test_refused_decision_records_nothing(city):
    request = request_of(member=city)
    with pytest.raises(NotAllowed):
        memberships.approve(request, UserFactory())
    assert Event.objects.count() == 0


def test_every_step_of_an_invitation_is_recorded(ani, city):
    eko = verified(name="Eko", email="eko@city.example")
    invitations.invite(city, eko.email, ani)
    again = invitations.invite(city, eko.email, ani, role=Membership.Role.COORDINATOR)
    invitations.accept(again, eko)
    other = invitations.invite(city, "siti@city.example", ani)
    invitations.revoke(other, ani)
    invitations.revoke(other, ani)  # it is so already

    assert recorded() == [
        ("invitation-sent", "Ani", "eko@city.example – Surabaya", "official"),
        ("invitation-revoked", "Ani", "eko@city.example – Surabaya", ""),
        ("invitation-sent", "Ani", "eko@city.example – Surabaya", "coordinator"),
        ("invitation-accepted", "Eko", "eko@city.example – Surabaya", "coordinator"),
        ("invitation-sent", "Ani", "siti@city.example – Surabaya", "official"),
        ("invitation-revoked", "Ani", "siti@city.example – Surabaya", ""),
    ]
    assert Invitation.objects.open().count() == 0


def test_page_records_from_where_somebody_acted(client, city):
    membership = MembershipFactory(member=city)
    client.force_login(membership.user)
    client.post(f"/my/teams/{city.slug}/leave/", REMOTE_ADDR="203.0.113.9")
    assert list(Event.objects.values_list("action", "address")) == [
        ("membership-ended", "203.0.113.9")
    ]
