"""People in the admin: rights, blocking, and a person's whole trail."""

from pathlib import PurePath

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from members.models import Event, Invitation, Membership, User
from members.record import audit
from members.teams import invitations, memberships
from policies.models import Phrase, ReviewNote
from policies.workflow import authoring, moderation
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
    group,
)
from tests.members.team import request_of

pytestmark = pytest.mark.django_db


def address(page, person):
    return reverse(f"admin:members_user_{page}", args=[person.pk])


def recorded():
    return list(Event.objects.order_by("pk").values_list("action", "actor_name", "reason"))


@pytest.fixture
def ani():
    return UserFactory(name="Ani", email="ani@surabaya.example")


def save(client, person, **changes):
    """Press "Save" on a person's page."""
    data = {"name": person.name}
    data |= {name: "on" for name in ("is_staff", "is_superuser") if getattr(person, name)}
    for prefix in ("memberships",):
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    answer = client.post(address("change", person), data | changes)
    assert answer.status_code == 302, answer.context["errors"]
    return User.objects.get(pk=person.pk)


def test_given_rights_are_recorded(administrator_client, ani):
    moderators = group("Moderators")
    permission = Permission.objects.get(codename="add_theme")

    saved = save(
        administrator_client,
        ani,
        is_staff="on",
        groups=[moderators.pk],
        user_permissions=[permission.pk],
    )

    assert saved.is_staff
    assert list(saved.groups.all()) == [moderators]
    assert recorded() == [
        (
            *("rights-changed", administrator_client.person.name),
            "is_staff: False → True\ngroups:  → Moderators\nuser_permissions:  → add_theme",
        )
    ]


def test_rights_taken_back_are_recorded(administrator_client):
    staff = StaffFactory(groups=["Moderators"], name="Min-jun")
    administrator_client.post(
        address("change", staff),
        {"name": "Min-jun", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"},
    )
    assert recorded()[0][2] == "is_staff: True → False\ngroups: Moderators → "


def test_change_of_a_name_is_no_change_of_rights(administrator_client, ani):
    assert save(administrator_client, ani, name="Ani Rahma").name == "Ani Rahma"
    assert [(action, reason) for action, _by, reason in recorded()] == [("account-changed", "name")]


def test_address_and_state_of_an_account_are_not_changed_by_its_form(administrator_client, ani):
    saved = save(administrator_client, ani, email="evil@x.example", is_active="")
    assert (saved.email, saved.is_active) == ("ani@surabaya.example", True)


@pytest.mark.parametrize("client_name", ["moderator_client", "editor_client"])
def test_people_are_changed_by_administrators_only(request, client_name, ani):
    client = request.getfixturevalue(client_name)
    itself = client.person
    ani.set_password("rivers run under the old town")
    ani.save()
    for person in (ani, itself):
        page = client.get(address("change", person))
        assert page.status_code == 200
        assert 'name="_save"' not in page.text
        assert "Reset password" not in page.text
        assert "<strong>algorithm</strong>" not in page.text
        answer = client.post(address("change", person), {"name": "X", "is_superuser": "on"})
        assert answer.status_code == 403
        password = reverse("admin:auth_user_password_change", args=[person.pk])
        new = {"password1": "a long and unusual phrase", "password2": "a long and unusual phrase"}
        assert client.post(password, new).status_code == 403
    assert (
        client.post(reverse("admin:members_user_add"), {"email": "x@x.example"}).status_code == 403
    )
    assert client.post(address("delete", ani), {"post": "yes"}).status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()


def test_rights_of_a_group_are_recorded(administrator_client):
    permission = Permission.objects.get(codename="add_theme")
    administrator_client.post(
        reverse("admin:auth_group_add"), {"name": "Helpers", "permissions": [permission.pk]}
    )
    helpers = Group.objects.get(name="Helpers")
    administrator_client.post(
        reverse("admin:auth_group_delete", args=[helpers.pk]), {"post": "yes"}
    )
    name = administrator_client.person.name
    assert recorded() == [
        ("rights-changed", name, "add_theme"),
        ("rights-changed", name, "Group deleted"),
    ]
    # Also where several are deleted at once.
    several = [Group.objects.create(name=each).pk for each in ("One", "Two")]
    ticked = {"action": "delete_selected", "_selected_action": several, "post": "yes"}
    administrator_client.post(reverse("admin:auth_group_changelist"), ticked)
    assert not Group.objects.filter(pk__in=several).exists()
    assert recorded()[2:] == [("rights-changed", name, "Group deleted")] * 2


@pytest.mark.parametrize("end", ["changed", "deleted", "several deleted"])
def test_invitation_ends_for_good_with_the_right_of_a_group(administrator_client, end):
    group = Group.objects.get(name="Moderators")
    moderator, leader = StaffFactory(groups=[group.name]), MembershipFactory(role="coordinator")
    moderator.is_in_secretariat_session = True
    others = invitations.invite(leader.member, "other@city.example", leader.user)
    theirs = invitations.invite(leader.member, "new@city.example", moderator)
    rights = [*group.permissions.all()]
    kept = [each.pk for each in rights if each.codename != "change_membership"]
    path, typed = {
        "changed": ("change", {"name": group.name, "permissions": kept}),
        "deleted": ("delete", {"post": "yes"}),
        "several deleted": (
            "changelist",
            {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"},
        ),
    }[end]
    page = reverse(f"admin:auth_group_{path}", args=[group.pk] if path != "changelist" else [])
    assert administrator_client.post(page, typed).status_code == 302
    again, _made = Group.objects.get_or_create(name=group.name)
    again.permissions.set(rights)
    moderator.groups.set([again])
    assert User.objects.get(pk=moderator.pk).has_perm("members.change_membership")
    assert [*Invitation.objects.open()] == [others]
    theirs.refresh_from_db()
    assert theirs.state == "ended"


def test_groups_are_changed_by_administrators_only(editor_client):
    for method in ("get", "post"):
        assert getattr(editor_client, method)(reverse("admin:auth_group_add")).status_code == 403


def test_editor_blocks_and_unblocks_an_account(editor_client, ani):
    page = editor_client.get(address("change", ani)).text
    assert f'href="{address("block", ani)}"' in page
    assert "Block Ani" in editor_client.get(address("block", ani)).text

    answer = editor_client.post(address("block", ani), {"reason": "Spam"}, follow=True)
    assert answer.redirect_chain == [(address("change", ani), 302)]
    assert "The account of Ani is blocked." in answer.text
    assert f'href="{address("unblock", ani)}"' in answer.text
    assert not User.objects.get(pk=ani.pk).is_active

    answer = editor_client.post(address("unblock", ani), {"reason": "A mistake"}, follow=True)
    assert "Ani can sign in again." in answer.text
    name = editor_client.person.name
    assert recorded() == [
        ("account-blocked", name, "Spam"),
        ("account-unblocked", name, "A mistake"),
    ]


def test_block_without_a_reason_keeps_the_account_open(editor_client, ani):
    answer = editor_client.post(address("block", ani), {"reason": " "})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reason"]
    assert User.objects.get(pk=ani.pk).is_active


def test_second_block_is_told_and_keeps_the_reason(editor_client, ani):
    editor_client.post(address("block", ani), {"reason": "Spam"})
    answer = editor_client.post(address("block", ani), {"reason": "Spam, I say"})
    assert answer.status_code == 409
    assert "This account is blocked already." in answer.text
    assert "Spam, I say" in answer.text
    assert Event.objects.count() == 1


@pytest.mark.parametrize("page", ["block", "unblock"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_block_needs_the_right(moderator_client, editor_client, ani, page, method):
    administrator = StaffFactory(is_superuser=True)
    answers = [
        getattr(moderator_client, method)(address(page, ani), {"reason": "Spam"}),
        getattr(editor_client, method)(address(page, administrator), {"reason": "Spam"}),
        getattr(editor_client, method)(address(page, editor_client.person), {"reason": "Spam"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Event.objects.count() == 0
    ani.pk = 0
    assert getattr(editor_client, method)(address(page, ani)).status_code == 404


def trail_rows(person, other):
    """One row of each kind by and about a person."""
    member = MemberFactory()
    MembershipFactory(user=person, member=member)
    draft = RevisionFactory(case__member=member, created_by=person, title="Night buses")
    moderation.submit(draft, by=person, note="Done")
    ReviewNote.objects.create(revision=draft, author=person, author_name="Ani", text="What of it?")
    audit.record("account-unblocked", person, by=other, reason="A mistake")


def test_trail_shows_all_that_a_person_did_and_that_was_done(moderator_client, ani):
    trail_rows(ani, moderator_client.person)
    declined = request_of(user=ani, member=MemberFactory(name="Suva"))
    memberships.decline(declined, moderator_client.person, "Who are you?")
    trail_rows(UserFactory(name="Siti"), ani)

    page = moderator_client.get(address("trail", ani))

    totals = {"memberships": 2, "events": 4, "revisions": 1, "decisions": 1, "notes": 1}
    totals |= dict.fromkeys(("questions", "advice", "adoptions", "cooperation", "trail"), 0)
    parts = {PurePath(part["template"]).stem: part for part in page.context["parts"]}
    assert {kind: part["total"] for kind, part in parts.items()} == totals
    for words in ("Who are you?", "A mistake", "Night buses", "What of it?", "Membership declined"):
        assert words in page.text
    assert {event.action for event in parts["events"]["rows"]} == {
        *("submitted", "membership-declined", "account-unblocked"),
    }


def test_trail_of_somebody_who_did_nothing(moderator_client, ani):
    page = moderator_client.get(address("trail", ani))
    assert page.text.count("<p>None.</p>") == 10


@pytest.mark.parametrize("number", [1, 3])
def test_trail_asks_the_same_number_of_questions(
    moderator_client, django_assert_num_queries, ani, number
):
    other = UserFactory()
    for _each in range(number):
        trail_rows(ani, other)
    with django_assert_num_queries(32):
        moderator_client.get(address("trail", ani))


def test_trail_needs_the_right(client, ani):
    staff = StaffFactory()
    staff.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(staff)
    assert client.get(address("trail", ani)).status_code == 403
    assert client.post(address("trail", ani)).status_code == 405


def test_deletion_in_the_admin_is_recorded(administrator_client, ani):
    MembershipFactory(user=ani)
    administrator_client.post(address("delete", ani), {"post": "yes"})
    assert not User.objects.filter(pk=ani.pk).exists()
    assert Membership.objects.count() == 0
    assert [entry[:2] for entry in recorded()] == [
        ("account-deleted", administrator_client.person.name),
        ("membership-ended", "Former colleague"),
    ]


def told(person):
    return [*person.notices.order_by("pk").values_list("kind", "context__change")]


def test_what_administrators_do_to_an_account_is_recorded_and_told(administrator_client, ani):
    new = "seven lanterns over the harbour"
    page = reverse("admin:auth_user_password_change", args=[ani.pk])
    administrator_client.post(page, {"usable_password": "true", "password1": new, "password2": new})
    administrator_client.post(page, {"usable_password": "false", "unset-password": "x"})
    save(administrator_client, ani, name="Ani Rahma")
    save(administrator_client, User.objects.get(pk=ani.pk), is_staff="on")
    assert [action for action, _by, _reason in recorded()] == [
        *("password-set", "password-set", "account-changed", "rights-changed"),
    ]
    assert [change for _kind, change in told(ani)] == ["password", "no-password", "data", "rights"]


def test_added_account_is_recorded_and_told(administrator_client):
    data = {"email": "new@city.example", "name": "New", "usable_password": "false"}
    administrator_client.post(reverse("admin:members_user_add"), data)
    person = User.objects.get(email="new@city.example")
    assert [(action, reason) for action, _by, reason in recorded()] == [("account-added", "")]
    assert told(person) == [("account-changed", "added")]
    assert person.notices.get().path == reverse("account_reset_password")


def test_change_of_a_group_is_told_to_all_in_it(administrator_client):
    moderator = StaffFactory(groups=["Moderators"])
    page = reverse("admin:auth_group_change", args=[group("Moderators").pk])
    administrator_client.post(page, {"name": "Moderators", "permissions": []})
    assert told(moderator) == [("account-changed", "rights")]


def test_deleted_account_is_told_by_mail(administrator_client, ani, mailoutbox, commits_at_once):
    administrator_client.post(address("delete", ani), {"post": "yes"})
    assert [mail.to for mail in mailoutbox] == [["ani@surabaya.example"]]


def test_page_that_asks_before_accounts_are_deleted_names_no_draft(administrator_client, ani):
    memberships.request_membership(ani, city := MemberFactory())
    authoring.start_case(user=ani, member=city, title="Zebrafish", summary="S")
    chosen = {"action": "delete_selected", "_selected_action": [ani.pk]}
    page = reverse("admin:members_user_changelist")
    one = administrator_client.get(address("delete", ani))
    several = administrator_client.post(page, chosen)
    assert one.context["deleted_objects"] == ["ani@surabaya.example"]
    assert several.context["deletable_objects"] == [["ani@surabaya.example"]]
    for shown in (one, several):
        counts = {str(name): number for name, number in shown.context["model_count"]}
        assert (counts["case studies"], counts["revisions"]) == (1, 1)
        assert "zebrafish" not in shown.text.lower()


def test_phrases_of_the_desk_are_on_record(administrator_client):
    client, data = administrator_client, {"use": "rejected", "title": "Spam", "position": "0"}
    client.post(reverse("admin:policies_phrase_add"), data | {"text": "Spam."})
    phrase = Phrase.objects.get()
    page = reverse("admin:policies_phrase_change", args=[phrase.pk])
    client.post(page, data | {"text": "No advertisements."})
    client.post(reverse("admin:policies_phrase_delete", args=[phrase.pk]), {"post": "yes"})
    assert [(action, reason) for action, _by, reason in recorded()] == [
        ("phrase-added", "Spam."),
        ("phrase-changed", "No advertisements."),
        ("phrase-deleted", "No advertisements."),
    ]
