"""The pages of teams: what each person sees and may do, and what hostile input gets."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from members.errors import AlreadyDecided
from members.models import Invitation, Membership, Notice, User
from members.models.invitation_tokens import token_of
from members.teams import invitations, memberships
from tests.conftest import signed_in
from tests.factories import MemberFactory, MembershipFactory, StaffFactory, UserFactory
from tests.members.people import PASSWORD, link_in
from tests.members.team import coordinator_of, official_of, request_of, secretariat, told, verified

pytestmark = pytest.mark.django_db

Status, Role = Membership.Status, Membership.Role


@pytest.fixture
def member():
    return MemberFactory(name="Surabaya", slug="surabaya")


@pytest.fixture
def coordinator(member):
    return coordinator_of(member, name="Rini")


@pytest.fixture
def as_coordinator(client, coordinator):
    client.force_login(coordinator)
    return client


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


# Who sees what


@pytest.fixture
def outsiders(member):
    """People without a right to the team, other than those in tests/test_rights.py."""
    return {
        "requester": request_of(member=member).user,
        "former": MembershipFactory(member=member, status="ended").user,
        "other coordinator": coordinator_of(MemberFactory()),
        "staff": UserFactory(is_staff=True),
    }


@pytest.fixture
def addresses(member, coordinator):
    """Each address of the team with its method, for its leaders."""
    official = MembershipFactory(member=member)
    invitation = invitations.invite(member, "new@city.example", coordinator)
    request = request_of(member=member)
    return {
        "team": ("get", reverse("my:team", args=["surabaya"])),
        "request": ("get", reverse("my:request", args=[request.pk])),
        "decide": ("post", reverse("my:request", args=[request.pk])),
        "role": ("post", reverse("my:role", args=["surabaya", official.pk])),
        "remove": ("get", reverse("my:remove", args=["surabaya", official.pk])),
        "removal": ("post", reverse("my:remove", args=["surabaya", official.pk])),
        "invite": ("post", reverse("my:invite", args=["surabaya"])),
        "revoke": ("post", reverse("my:invitation-revoke", args=["surabaya", invitation.pk])),
    }


def test_team_does_not_exist_for_outsiders(outsiders, addresses):
    for role, person in outsiders.items():
        client = signed_in(person)
        for name, (method, address) in addresses.items():
            answer = getattr(client, method)(address)
            assert (role, name, answer.status_code) == (role, name, 404)
        assert client.get(reverse("my:requests")).status_code == 404


def test_official_sees_colleagues_but_neither_requests_nor_invitations(client, member, coordinator):
    request_of(member=member, user=UserFactory(name="Somebody Asking"))
    invitations.invite(member, "secret@city.example", coordinator)
    client.force_login(official_of(member))
    page = client.get(reverse("my:team", args=["surabaya"])).text
    assert "Rini" in page
    assert "Somebody Asking" not in page
    assert "secret@city.example" not in page
    assert "<form method=" not in page


def test_ids_of_another_team_are_unknown_below_this_one(as_coordinator, coordinator):
    theirs = MembershipFactory()
    invitation = invitations.invite(
        theirs.member, "new@city.example", coordinator_of(theirs.member)
    )
    for address in (
        reverse("my:role", args=["surabaya", theirs.pk]),
        reverse("my:remove", args=["surabaya", theirs.pk]),
        reverse("my:invitation-revoke", args=["surabaya", invitation.pk]),
    ):
        assert as_coordinator.post(address, {"role": "coordinator"}).status_code == 404
    theirs.refresh_from_db()
    invitation.refresh_from_db()
    assert (theirs.role, theirs.status, invitation.state) == ("official", "active", "open")


@pytest.mark.parametrize("pk", [0, 2**63, 10**30])
def test_numbers_nobody_has_are_unknown(as_coordinator, pk):
    assert as_coordinator.post(f"/my/requests/{pk}/").status_code == 404
    assert as_coordinator.post(f"/my/teams/surabaya/people/{pk}/role/").status_code == 404
    assert as_coordinator.post(f"/my/notices/{pk}/read/").status_code == 404


@pytest.mark.parametrize(
    "name", ["role", "invite", "invitation-revoke", "notices-read", "notice-read"]
)
def test_changes_are_made_by_post_only(as_coordinator, name):
    args = {"invite": ["surabaya"], "notices-read": [], "notice-read": [1]}.get(
        name, ["surabaya", 1]
    )
    assert as_coordinator.get(reverse(f"my:{name}", args=args)).status_code == 405


def test_forms_need_the_token_against_forgery(member, coordinator):
    answer = strict(coordinator).post(reverse("my:leave", args=["surabaya"]))
    assert answer.status_code == 403
    assert coordinator.memberships.active().exists()


def strict(user):
    from django.test import Client  # noqa: PLC0415 - the tests that check CSRF

    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def test_form_that_is_too_old_gives_back_what_was_written(member):
    client = strict(UserFactory())
    address = reverse("my:join", args=["surabaya"])
    client.get(address)
    answer = client.post(address, {"message": "I plan <buses>.", "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert "Nothing is saved" in answer.text
    assert "I plan &lt;buses&gt;.</textarea>" in answer.text
    assert not Membership.objects.exists()


def test_form_of_another_site_is_not_shown(member):
    answer = strict(UserFactory()).post(
        reverse("my:join", args=["surabaya"]),
        {"message": "Planted"},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert "Planted" not in answer.text


# Finding and asking


def test_find_by_either_name(client):
    MemberFactory(name="Seoul", local_name="서울특별시")
    MemberFactory(name="Surabaya")
    client.force_login(UserFactory())
    for words in ("seo", "서울"):
        answer = client.get(reverse("my:find"), {"q": words})
        assert [each.name for each in answer.context["members"]] == ["Seoul"]


def test_find_shows_a_few_and_says_how_many_there_are(client):
    for number in range(25):
        MemberFactory(name=f"City {number:02}")
    client.force_login(UserFactory())
    answer = client.get(reverse("my:find"), {"q": "city"})
    assert (len(answer.context["members"]), answer.context["total"]) == (20, 25)
    assert "The first 20 are shown" in answer.text


def test_find_tells_where_one_stands(client):
    person = UserFactory()
    MembershipFactory(user=person, member=MemberFactory(name="City A"))
    request_of(user=person, member=MemberFactory(name="City B"))
    MembershipFactory(user=person, member=MemberFactory(name="City C"), status="declined")
    client.force_login(person)
    answer = client.get(reverse("my:find"), {"q": "city"})
    statuses = [(each.name, each.own_status) for each in answer.context["members"]]
    assert statuses == [("City A", "active"), ("City B", "requested"), ("City C", "")]


@pytest.mark.parametrize("words", ["\x00", "x" * 201])
def test_find_says_what_is_wrong_with_the_words(client, words):
    client.force_login(UserFactory())
    answer = client.get(reverse("my:find"), {"q": words})
    assert answer.status_code == 422
    assert 'class="errors" role="alert"' in answer.text


@pytest.mark.parametrize("words", ["%", "_", "'; DROP TABLE", "<script>", "\\", "ß" * 200])
def test_find_takes_words_as_they_are(client, words):
    MemberFactory(name="City")
    client.force_login(UserFactory())
    answer = client.get(reverse("my:find"), {"q": words})
    assert answer.status_code == 200
    assert answer.context["total"] == 0
    assert "<script>alert" not in answer.text


def test_find_suggests_by_the_address(client):
    suggested = MemberFactory(email_domain="surabaya.go.id")
    client.force_login(UserFactory(email="ani@surabaya.go.id"))
    assert client.get(reverse("my:find")).context["suggested"] == suggested


def test_join_asks_and_goes_back(client, member, coordinator):
    person = UserFactory(name="Ani")
    client.force_login(person)
    answer = client.post(reverse("my:join", args=["surabaya"]), {"message": "Water\r\nbureau"})
    assert (answer.status_code, answer.url) == (302, "/my/")
    assert person.memberships.get().message == "Water\nbureau"
    assert said(answer) == [
        "You have asked to join Surabaya. You will get a mail when it is decided."
    ]


def test_join_twice_is_told_and_loses_nothing(client, member):
    client.force_login(UserFactory())
    address = reverse("my:join", args=["surabaya"])
    client.post(address, {"message": "First"})
    answer = client.post(address, {"message": "My second text"})
    assert answer.status_code == 409
    assert "You have already asked to join Surabaya." in answer.text
    assert "My second text" in answer.text
    assert Membership.objects.count() == 1


def test_join_with_a_message_that_cannot_be_keeps_it(client, member):
    message = "x" * 5000
    client.force_login(UserFactory())
    answer = client.post(reverse("my:join", args=["surabaya"]), {"message": message})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert answer.context["form"]["message"].value() == message
    assert not Membership.objects.exists()


def test_line_breaks_count_as_one_character(client, member):
    client.force_login(UserFactory())
    message = "x\r\n" * 500
    answer = client.post(reverse("my:join", args=["surabaya"]), {"message": message})
    assert answer.status_code == 302


def test_join_of_an_unknown_member_is_404(client):
    client.force_login(UserFactory())
    assert client.get("/my/teams/join/nowhere/").status_code == 404


# Deciding


def test_request_page_shows_who_asks(as_coordinator, member):
    request = request_of(
        member=member,
        user=UserFactory(name="Ani", email="ani@city.example"),
        message="<b>Water</b> bureau",
    )
    page = as_coordinator.get(reverse("my:request", args=[request.pk])).text
    assert "ani@city.example" in page
    assert "&lt;b&gt;Water&lt;/b&gt; bureau" in page


@pytest.mark.parametrize("status", ["active", "declined", "ended"])
def test_address_and_message_are_for_the_decision_only(as_coordinator, member, status):
    """Also where it was taken back, in the answer to a decision that came too late."""
    user = UserFactory(name="Ani", email="ani@home.example")
    request = MembershipFactory(
        member=member,
        user=user,
        status=status,
        message="Call 010-1234",
        known_domain="home.example",
    )
    address = reverse("my:request", args=[request.pk])
    for answer in (
        as_coordinator.get(address),
        as_coordinator.post(address, {"decision": "approve"}),
    ):
        assert "Ani asks to join" in answer.text
        assert "Decision" in answer.text
        assert "home.example" not in answer.text
        assert "010-1234" not in answer.text


def test_approve_by_the_form(as_coordinator, member, coordinator):
    request = request_of(member=member, user=UserFactory(name="Ani"))
    answer = as_coordinator.post(
        reverse("my:request", args=[request.pk]),
        {"decision": "approve", "role": "coordinator", "note": "Welcome."},
    )
    assert (answer.status_code, answer.url) == (302, "/my/teams/surabaya/")
    request.refresh_from_db()
    assert (request.status, request.role, request.note) == ("active", "coordinator", "Welcome.")
    assert said(answer) == ["Ani is told."]


def test_decline_by_the_form_needs_a_note(as_coordinator, member):
    request = request_of(member=member)
    address = reverse("my:request", args=[request.pk])
    answer = as_coordinator.post(address, {"decision": "decline", "note": " "})
    assert answer.status_code == 422
    assert "Give a reason." in answer.text
    assert as_coordinator.post(address, {"decision": "decline", "note": "No."}).status_code == 302
    request.refresh_from_db()
    assert (request.status, request.note) == ("declined", "No.")


def test_decision_made_elsewhere_is_told_and_the_note_kept(as_coordinator, member):
    request = MembershipFactory(
        member=member, status="declined", decided_by=coordinator_of(member, name="Joko")
    )
    answer = as_coordinator.post(
        reverse("my:request", args=[request.pk]), {"decision": "approve", "note": "Welcome, Ani."}
    )
    assert answer.status_code == 409
    assert "Joko has already declined this request." in answer.text
    assert "Welcome, Ani." in answer.text
    assert told() == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision": "publish"},
        {"decision": "approve", "role": "moderator"},
        {"decision": "approve", "note": "x" * 5000},
    ],
)
def test_decision_that_cannot_be_is_refused(as_coordinator, member, data):
    request = request_of(member=member)
    answer = as_coordinator.post(reverse("my:request", args=[request.pk]), data)
    assert answer.status_code == 422
    request.refresh_from_db()
    assert request.status == "requested"


def test_double_click_on_approve_is_harmless(as_coordinator, member):
    request = request_of(member=member)
    data = {"decision": "approve"}
    statuses = [
        as_coordinator.post(reverse("my:request", args=[request.pk]), data).status_code
        for _turn in range(2)
    ]
    assert statuses == [302, 409]
    assert told() == [("membership-decided", request.user.email)]


# Roles, leaving and removing


def test_role_by_the_button(as_coordinator, member):
    official = MembershipFactory(member=member)
    answer = as_coordinator.post(
        reverse("my:role", args=["surabaya", official.pk]), {"role": "coordinator"}
    )
    assert (answer.status_code, answer.url) == (302, "/my/teams/surabaya/")
    official.refresh_from_db()
    assert official.role == "coordinator"


def test_only_coordinator_gets_no_button_and_no_way_round(as_coordinator, coordinator):
    page = as_coordinator.get(reverse("my:team", args=["surabaya"])).text
    assert "the only coordinator" in page
    assert "Make an official" not in page
    own = coordinator.memberships.get()
    answer = as_coordinator.post(
        reverse("my:role", args=["surabaya", own.pk]), {"role": "official"}
    )
    assert answer.status_code == 409
    assert "A team needs a coordinator." in answer.text


def test_coordinator_who_steps_back_still_sees_the_team(as_coordinator, member, coordinator):
    coordinator_of(member)
    own = coordinator.memberships.get()
    answer = as_coordinator.post(
        reverse("my:role", args=["surabaya", own.pk]), {"role": "official"}, follow=True
    )
    assert answer.status_code == 200
    assert not answer.context["leading"]


def test_leave_asks_first_and_warns_the_last_coordinator(as_coordinator, coordinator):
    address = reverse("my:leave", args=["surabaya"])
    assert "You are its only coordinator." in as_coordinator.get(address).text
    assert coordinator.memberships.active().exists()
    answer = as_coordinator.post(address)
    assert (answer.status_code, answer.url) == (302, "/my/")
    assert said(answer) == ["You are no longer in the team of Surabaya."]
    assert not coordinator.memberships.active().exists()


def test_second_click_on_leave_leads_home(client, member, coordinator):
    client.force_login(official_of(member))
    address = reverse("my:leave", args=["surabaya"])
    assert client.post(address).url == "/my/"
    assert client.post(address).url == "/my/"
    assert client.get(address).status_code == 404
    client.force_login(UserFactory())
    assert client.post(address).status_code == 404


def test_leave_does_not_warn_others(client, member, coordinator):
    client.force_login(official_of(member))
    assert "only coordinator" not in client.get(reverse("my:leave", args=["surabaya"])).text


def test_request_is_taken_back(client, member):
    request = request_of(member=member)
    client.force_login(request.user)
    answer = client.post(reverse("my:leave", args=["surabaya"]))
    assert said(answer) == ["Your request to join Surabaya is taken back."]
    request.refresh_from_db()
    assert request.status == "ended"


def test_remove_with_a_note(as_coordinator, member):
    official = MembershipFactory(member=member, user__name="Ani")
    address = reverse("my:remove", args=["surabaya", official.pk])
    assert as_coordinator.post(address, {"note": "x" * 5000}).status_code == 422
    answer = as_coordinator.post(address, {"note": "You moved."})
    assert (answer.status_code, answer.url) == (302, "/my/teams/surabaya/")
    official.refresh_from_db()
    assert (official.status, official.note) == ("ended", "You moved.")
    again = as_coordinator.post(address, {"note": "Twice"})
    assert again.status_code == 409
    assert "This request or membership has ended." in again.text
    assert as_coordinator.get(address).status_code == 404
    official.refresh_from_db()
    assert official.note == "You moved."


def test_removing_oneself_leads_to_leaving(as_coordinator, coordinator):
    own = coordinator.memberships.get()
    answer = as_coordinator.get(reverse("my:remove", args=["surabaya", own.pk]))
    assert (answer.status_code, answer.url) == (302, "/my/teams/surabaya/leave/")


# Invitations


def test_invite_by_the_form(as_coordinator):
    answer = as_coordinator.post(
        reverse("my:invite", args=["surabaya"]), {"email": "ani@city.example", "role": "official"}
    )
    assert (answer.status_code, answer.url) == (302, "/my/teams/surabaya/")
    assert Invitation.objects.get().email == "ani@city.example"


@pytest.mark.parametrize(
    "data",
    [
        {"email": "no address", "role": "official"},
        {"email": "a@b.example\nBcc: everybody@b.example", "role": "official"},
        {"email": f"{'a' * 320}@b.example", "role": "official"},
        {"email": "a@b.example", "role": "administrator"},
    ],
)
def test_invite_says_what_is_wrong_and_keeps_it(as_coordinator, data):
    answer = as_coordinator.post(reverse("my:invite", args=["surabaya"]), data)
    assert answer.status_code == 422
    assert answer.context["invite_form"].data["email"] == data["email"]
    assert not Invitation.objects.exists()


def test_invite_of_a_colleague_is_refused_beside_the_field(as_coordinator, member):
    official_of(member, email="ani@city.example")
    answer = as_coordinator.post(
        reverse("my:invite", args=["surabaya"]), {"email": "ani@city.example", "role": "official"}
    )
    assert answer.status_code == 409
    assert "ani@city.example is in the team already." in answer.text


def test_revoke_by_the_button(as_coordinator, member, coordinator):
    invitation = invitations.invite(member, "ani@city.example", coordinator)
    address = reverse("my:invitation-revoke", args=["surabaya", invitation.pk])
    assert as_coordinator.post(address).status_code == 302
    assert as_coordinator.post(address).status_code == 302
    invitation.refresh_from_db()
    assert invitation.state == "revoked"


def test_revoke_of_an_accepted_one_is_told(as_coordinator, member, coordinator):
    invitation = invitations.invite(member, "ani@city.example", coordinator)
    invitations.accept(invitation, verified(email="ani@city.example"))
    answer = as_coordinator.post(reverse("my:invitation-revoke", args=["surabaya", invitation.pk]))
    assert answer.status_code == 409
    assert "This invitation was accepted meanwhile." in answer.text


@pytest.fixture
def invitation(member, coordinator):
    return invitations.invite(member, "ani@city.example", coordinator)


@pytest.fixture
def letter(invitation):
    return reverse("my:invitation", args=[token_of(invitation)])


def test_invitation_tells_who_is_not_signed_in_what_to_do(client, letter):
    answer = client.get(letter)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    encoded = letter.replace("/", "%2F")
    assert f'href="/accounts/signup/?next={encoded}"' in answer.text
    assert f'href="/accounts/login/?next={encoded}"' in answer.text
    assert "<form method=" not in answer.text


def test_invitation_is_not_accepted_without_signing_in(client, letter, invitation):
    answer = client.post(letter)
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={letter}")
    invitation.refresh_from_db()
    assert invitation.state == "open"


def test_invitation_is_accepted_by_its_button_and_not_by_opening(client, letter):
    person = verified(email="ani@city.example")
    client.force_login(person)
    assert "Accept the invitation" in client.get(letter).text
    assert not person.memberships.exists()
    answer = client.post(letter)
    assert (answer.status_code, answer.url) == (302, "/my/teams/surabaya/")
    assert person.memberships.active().count() == 1
    # A second click, and the link in the mail opened again.
    assert client.post(letter).url == "/my/teams/surabaya/"
    again = client.get(letter)
    assert again.status_code == 410
    assert "To the team" in again.text


def test_invitation_of_somebody_else_is_refused(client, letter):
    person = verified(email="eve@city.example")
    client.force_login(person)
    page = client.get(letter)
    assert "You are signed in as eve@city.example." in page.text
    assert "Accept the invitation" not in page.text
    assert client.post(letter).status_code == 403
    assert not person.memberships.exists()


def test_invited_person_without_an_account_gets_one_and_joins(client, letter, mailoutbox):
    answer = client.post(
        f"{reverse('account_signup')}?next={letter}",
        {"name": "Ani Rahma", "email": "ani@city.example", "password1": PASSWORD, "next": letter},
    )
    assert answer.status_code == 302
    confirmed = client.post(link_in(mailoutbox[-1]))
    assert (confirmed.status_code, confirmed.url) == (302, letter)
    assert client.post(letter).url == "/my/teams/surabaya/"
    assert User.objects.get(email="ani@city.example").memberships.active().count() == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"revoked_at": "2026-01-01T00:00Z"}, "taken back or replaced"),
        ({"accepted_at": "2026-01-01T00:00Z"}, "accepted already"),
        ({"expires_at": "2026-01-01T00:00Z"}, "has expired"),
    ],
)
def test_invitation_that_is_over_says_why(client, letter, fields, reason):
    Invitation.objects.update(**fields)
    person = verified(email="ani@city.example")
    client.force_login(person)
    for answer in (client.get(letter), client.post(letter)):
        assert answer.status_code == 410
        assert reason in answer.text
    assert not person.memberships.exists()


def test_unknown_token_is_404(client, letter):
    assert client.get("/my/invitations/" + "x" * 43 + "/").status_code == 404
    assert client.get("/my/invitations/short/").status_code == 404
    assert client.get(letter.replace("/my/invitations/", "/my/invitations/A")).status_code == 404


# Query counts, with the two of session and person in each

QUERIES = {"team": 8, "requests": 7, "find": 8}


@pytest.mark.parametrize("rows", [1, 3])
def test_team_page_asks_the_same_number_of_questions(
    as_coordinator, member, coordinator, django_assert_num_queries, rows
):
    for number in range(rows):
        MembershipFactory(member=member)
        request_of(member=member)
        invitations.invite(member, f"person{number}@city.example", coordinator)
    with django_assert_num_queries(QUERIES["team"]):
        as_coordinator.get(reverse("my:team", args=["surabaya"]))


@pytest.mark.parametrize("rows", [1, 3])
def test_requests_page_asks_the_same_number_of_questions(client, django_assert_num_queries, rows):
    for _turn in range(rows):
        request_of()
    client.force_login(secretariat())
    with django_assert_num_queries(QUERIES["requests"]):
        client.get(reverse("my:requests"))


@pytest.mark.parametrize("rows", [1, 3])
def test_find_page_asks_the_same_number_of_questions(client, django_assert_num_queries, rows):
    for _turn in range(rows):
        MemberFactory()
    client.force_login(UserFactory())
    with django_assert_num_queries(QUERIES["find"]):
        client.get(reverse("my:find"), {"q": "city"})


def test_requests_page_is_in_pages(client):
    for _turn in range(30):
        request_of()
    client.force_login(secretariat())
    answer = client.get(reverse("my:requests"), {"page": "2"})
    assert len(answer.context["page"].object_list) == 5
    assert client.get(reverse("my:requests"), {"page": "nonsense"}).status_code == 200


def test_notices_of_a_request_lead_to_its_page(as_coordinator, member, client):
    client.force_login(UserFactory())
    client.post(reverse("my:join", args=["surabaya"]))
    path = Notice.objects.get(kind="membership-requested").path
    client.force_login(member.memberships.get(role="coordinator").user)
    request = member.memberships.get(status="requested")
    assert path == f"/my/requests/{request.pk}/"
    assert client.get(path).context["membership"] == request


def test_pages_of_a_team_name_nobody_of_the_secretariat(client, member, coordinator):
    """It speaks as one there; its people stand in the record."""
    desk = StaffFactory(is_superuser=True, name="", email="minji.kim@secretariat.example")
    invited = invitations.invite(member, "new@city.example", desk)
    asked = memberships.request_membership(UserFactory(), member)
    memberships.approve(asked, desk)
    pages = {
        reverse("my:invitation", args=[token_of(invited)]): "The secretariat invites you",
        reverse("my:team", args=[member.slug]): "invited by the secretariat",
        reverse("my:request", args=[asked.pk]): "The secretariat,",
    }
    client.force_login(coordinator)
    for page, words in pages.items():
        text = client.get(page).text
        assert words in text
        assert "minji.kim" not in text
    with pytest.raises(AlreadyDecided, match="The secretariat has already approved"):
        memberships.decline(asked, coordinator, "No")
