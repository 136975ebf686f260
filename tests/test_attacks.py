"""What an attacker tries by script: ways to other sites, dead accounts, rows of others, split headers."""

import re
from copy import deepcopy
from urllib.parse import quote, urljoin, urlsplit

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from members.accounts import blocking
from members.models import Invitation, Member, Membership, Notice, User
from members.models.invitation_tokens import token_of
from members.record import people
from members.teams import invitations
from policies.forms.editor import fingerprint
from policies.forms.registry import BY_SLUG, SECTIONS
from policies.models import Attachment, Correction, Photo, ReviewNote, Revision
from policies.workflow import moderation
from tests.addresses import make_world, of_secretariat
from tests.conftest import signed_in
from tests.factories import (
    AttachmentFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
)
from tests.policies.authors import fields_of
from tests.sweeps import some

pytestmark = pytest.mark.django_db

# As browsers read addresses, these lead away, or they are none.
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "https://evil.example\\@testserver/",
    "javascript:alert(1)",
    "\x01https://evil.example/",
    "https://[::1",
    "http://testserver:80@evil.example/",
    "^2",
    "admin:logout",
)
LEADS_ON = re.compile(r"^(account_|mfa_|usersessions|admin:log|my:inv|my:notice)")


@pytest.fixture(scope="module")
def made_once(shared):
    with shared.made():
        return make_world()


@pytest.fixture
def world(made_once, db):
    cache.clear()
    return deepcopy(made_once)


def host(address, location):
    """Return the host to which a browser at ``address`` goes from there."""
    as_browsers_do = re.sub(r"[\t\r\n]", "", location).lstrip().replace("\\", "/")
    return urlsplit(urljoin(f"http://testserver{address}", as_browsers_do)).netloc


@pytest.mark.parametrize("role", ["anonymous", "official", "administrator"])
def test_no_address_leads_to_another_site(world, role, client):
    leading = [name for name in world.addresses if LEADS_ON.match(name)]
    assert len(leading) > 30
    hosts = set()
    person = world.people[role]
    key = signed_in(person).cookies["sessionid"].value if person else None
    for place, name in enumerate(leading):
        address = world.addresses[name]
        for method, wrong in (
            ("get", ELSEWHERE[place % len(ELSEWHERE)]),
            ("post", ELSEWHERE[(7 * place) % len(ELSEWHERE)]),
        ):
            client.cookies.clear()
            if key:
                client.cookies["sessionid"] = key
            data = {"next": wrong, "action": "x"} if method == "post" else None
            with transaction.atomic():
                answer = getattr(client, method)(
                    f"{address}?next={quote(wrong)}", data, headers={"referer": wrong}
                )
                transaction.set_rollback(True)
            assert answer.status_code < 500, (name, wrong)
            if "Location" in answer:
                hosts.add(host(address, answer["Location"]))
    assert hosts == {"testserver"}


def test_sign_in_of_the_secretariat_leads_to_no_other_site(world):
    client = signed_in(world.people["administrator"])
    found = {wrong: client.get(f"/admin/login/?next={quote(wrong)}") for wrong in ELSEWHERE}
    assert {wrong: answer["Location"] for wrong, answer in found.items()} == dict.fromkeys(
        ELSEWHERE, "/admin/"
    )


# Accounts that are closed


def block(person):
    blocking.block(person, by=StaffFactory(groups=["Editors in chief"]), reason="Spam")


def delete(person):
    people.delete_account(person)


@pytest.mark.parametrize("end", [block, delete])
def test_nothing_that_a_closed_account_held_is_of_use(world, client, end):
    member = MembershipFactory(role="coordinator").member
    MembershipFactory(member=member, role="coordinator")
    person = member.memberships.earliest("pk").user
    session = signed_in(person)
    draft = RevisionFactory(case__member=member)
    section = BY_SLUG["basics"]
    written = {"title": "Planted", "summary": "Planted", "language": "en"}
    written["seen"] = fingerprint(section, Revision.objects.get(pk=draft.pk))
    sent = invitations.invite(member, "friend@city.example", person)
    theirs = invitations.invite(
        MembershipFactory(role="coordinator").member, person.email, StaffFactory(is_superuser=True)
    )
    token, own_token = token_of(sent), token_of(theirs)
    reset = reverse(
        "account_reset_password_from_key",
        args=[user_pk_to_url_str(person), default_token_generator.make_token(person)],
    )
    confirm = reverse(
        "account_confirm_email", args=[EmailConfirmationHMAC(person.emailaddress_set.get()).key]
    )

    end(User.objects.get(pk=person.pk))

    address = reverse("policies:section", args=[draft.case_id, "basics"])
    answers = [
        session.post(address, written, headers={"accept": "application/json"}),
        session.post(reverse("policies:submit", args=[draft.case_id])),
        session.post(reverse("my:invite", args=[member.slug]), {"email": "x@y.example"}),
        session.post(reverse("my:invitation", args=[own_token])),
        session.get("/my/"),
        session.get(reverse("account_data_json")),
    ]
    # An invitation goes with the account that it was for.
    assert {answer.status_code for answer in answers} <= {302, 401, 404}
    page = client.get(reset, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "a river runs through it 7"})
    client.post(confirm)
    for each in (session, client):
        assert each.get("/my/").status_code == 302
    friend = signed_in(MembershipFactory(user__email="friend@city.example").user)
    friend.post(reverse("my:invitation", args=[token]))
    assert not Membership.objects.filter(member=member, user__email="friend@city.example").exists()
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert "Planted" not in draft.title + draft.summary
    assert not Invitation.objects.filter(email="x@y.example").exists()
    assert not User.objects.filter(pk=person.pk, is_active=True).exists()


# Rows of others


def everything_of(member):
    """Return all that a stranger must not change: content, people, files and talk of a member."""
    revisions = Revision.objects.filter(case__member=member)
    rows = (
        revisions,
        Photo.objects.filter(revision__in=revisions),
        Attachment.objects.filter(revision__in=revisions),
        Correction.objects.filter(revision__in=revisions),
        ReviewNote.objects.filter(revision__in=revisions),
        Membership.objects.filter(member=member),
        Invitation.objects.filter(member=member),
        Notice.objects.filter(recipient__memberships__member=member),
        UserSession.objects.filter(user__memberships__member=member),
        Member.objects.filter(pk=member.pk),
    )
    return [[*each.order_by("pk").values()] for each in rows]


def test_rows_of_another_team_are_out_of_reach_below_ones_own(world):
    ours = MembershipFactory(role="coordinator")
    theirs = MembershipFactory(role="coordinator")
    colleague = MembershipFactory(member=theirs.member)
    asking = MembershipFactory(member=theirs.member, status="requested", decided_at=None)
    mine = RevisionFactory(case__member=ours.member)
    other = RevisionFactory(case__member=theirs.member)
    photo, paper = PhotoFactory(revision=other), AttachmentFactory(revision=other)
    PhotoFactory(revision=mine)
    correction = other.corrections.create(field="title", by_name="Mina")
    invitation = invitations.invite(theirs.member, "new@city.example", theirs.user)
    notice = Notice.objects.create(recipient=theirs.user, kind="note", email=theirs.user.email)
    signed_in(theirs.user).get("/my/")
    client = signed_in(ours.user)
    before = everything_of(theirs.member)

    files = [("photos", photo.pk), ("attachments", paper.pk)]
    tries = [
        *(
            (f"policies:{name}", [case, kind, row])
            for case in (mine.case_id, other.case_id)
            for kind, row in files
            for name in ("file-edit", "file-remove", "file-move")
        ),
        *(("policies:correction", [case, correction.pk]) for case in (mine.case_id, other.case_id)),
        *(
            (f"policies:{name}", [other.case_id])
            for name in ("submit", "withdraw", "confirm", "notes", "preview")
        ),
        *(("policies:section", [other.case_id, section.slug]) for section in SECTIONS),
        *(("policies:file-add", [other.case_id, kind]) for kind, _row in files),
        *(
            (f"my:{name}", [slug, row.pk])
            for slug in (ours.member.slug, theirs.member.slug)
            for row in (colleague, theirs, asking)
            for name in ("role", "remove")
        ),
        *(
            ("my:invitation-revoke", [slug, invitation.pk])
            for slug in (ours.member.slug, theirs.member.slug)
        ),
        ("my:invite", [theirs.member.slug]),
        ("my:leave", [theirs.member.slug]),
        ("my:request", [asking.pk]),
        ("my:notice-read", [notice.pk]),
    ]
    everything = {
        "answer": "accept",
        "decision": "approve",
        "role": "official",
        "note": "Planted",
        "text": "Planted",
        "title": "Planted",
        "caption": "Planted",
        "email": "planted@city.example",
        "direction": "up",
        "confirm": "on",
    }
    answers = {}
    for name, arguments in tries:
        answer = client.post(reverse(name, args=arguments), everything)
        answers.setdefault(answer.status_code, set()).add(name)
    # A file that is not in one's own case is said to be gone from it.
    files = {"policies:file-edit", "policies:file-remove", "policies:file-move"}
    assert answers.pop(405) == {"policies:preview"}
    assert answers.pop(302) | answers.pop(409) <= files
    assert set(answers) == {404}
    assert everything_of(theirs.member) == before


def test_forms_of_a_case_hold_no_number_of_a_row(world):
    ours = MembershipFactory()
    mine = RevisionFactory(case__member=ours.member)
    other = RevisionFactory(case__member=MembershipFactory().member)
    mine.stakeholders.create(name="Drivers", position=0)
    row = other.stakeholders.create(name="Taxis", position=0)
    client = signed_in(ours.user)
    address = reverse("policies:section", args=[mine.case_id, "stakeholders"])
    data = fields_of(client.get(address))
    assert not [name for name in data if re.search(r"-(id|pk|revision|case)$", name)]
    planted = {f"stakeholders-0-{name}": row.pk for name in ("id", "pk")}
    planted |= {"stakeholders-0-revision": other.pk, "revision": other.pk, "case": other.case_id}
    client.post(address, data | planted | {"stakeholders-0-name": "Conductors"})
    assert [*mine.stakeholders.values_list("name", flat=True)] == ["Conductors"]
    assert [*other.stakeholders.values_list("pk", "name")] == [(row.pk, "Taxis")]


# Forms of other sites


def test_no_form_of_another_site_is_taken(world):
    """Pages of the secretariat are tried in tests/test_rights.py."""
    client = signed_in(world.people["coordinator"])
    client.handler.enforce_csrf_checks = True
    before = everything_of(world.live.case.member)
    # Mail programs end a subscription by a link that is the proof.
    names = {name for name in world.addresses if not of_secretariat(name)} - {"my-alerts:stop"}
    answers = {}
    for name in names:
        answer = client.post(
            world.addresses[name], {"title": "Planted"}, headers={"origin": "https://evil.example"}
        )
        answers.setdefault(answer.status_code, []).append(name)
    assert set(answers) <= {403, 405}, answers
    assert everything_of(world.live.case.member) == before


# Mails


@pytest.mark.parametrize("split", ["\r\n", "\u2028"])
def test_no_text_adds_a_line_to_the_head_of_a_mail(world, split):
    evil = f"Buses{split}Bcc: victim@evil.example{split}{split}Planted"
    member = MembershipFactory(role="coordinator", user__name=evil).member
    Member.objects.filter(pk=member.pk).update(name=evil)
    person = member.memberships.get().user
    StaffFactory(groups=["Moderators"])
    revision = RevisionFactory(
        case__member=Member.objects.get(pk=member.pk), title=evil, created_by=person
    )
    moderation.publish(moderation.submit(revision, by=person), name=evil, note=evil)
    invitations.invite(Member.objects.get(pk=member.pk), "new@city.example", person)
    Notice.objects.exclude(context__icontains="victim").delete()
    call_command("send_notices", verbosity=0)
    assert len(mail.outbox) >= 3
    for each in mail.outbox:
        head = each.message().as_bytes().partition(b"\n\n")[0]
        assert b"\nBcc" not in head
        assert not [to for to in each.recipients() if "evil" in to]


# Names of fields


@pytest.mark.parametrize("page", ["change", "delete"])
def test_row_is_asked_for_by_no_field_that_is_none(world, page):
    """Django's own pages answer an empty name by an error of the server."""
    client = signed_in(world.people["administrator"])
    address = reverse(f"admin:members_member_{page}", args=[world.live.case.member_id])
    allowed = {("change", "", 200)}
    for name in ("", "\u200b", "nowhere", "password"):
        for answer in (
            client.get(address, {"_to_field": name}),
            client.post(address, {"_to_field": name}),
        ):
            assert (page, name, answer.status_code) in allowed | {(page, name, 400)}


@pytest.mark.sweep
def test_key_of_no_row_chooses_none(world):
    keys = ['"water', "", "\x00", "9" * 30, "1e3"]
    client = signed_in(world.people["administrator"])
    lists = [name for name in world.addresses if name.endswith("_changelist")]
    assert len(lists) > 15
    for place, name in enumerate(lists):
        for key in some(keys, 3, place):
            with transaction.atomic():
                answer = client.post(
                    world.addresses[name],
                    {"action": "delete_selected", "_selected_action": key, "index": "0"},
                )
                transaction.set_rollback(True)
            assert answer.status_code in {200, 302, 403}, (name, key)


@pytest.mark.parametrize("key", ["{0}", "a\x00", "9" * 30])
def test_choice_that_is_no_row_is_said_beside_its_field(world, key):
    client = signed_in(world.people["administrator"])
    for name, fields in {
        "sdg_term_add": ("target",),
        "exchange_adoption_add": ("member", "original_member"),
    }.items():
        address = reverse(f"admin:{name}")
        for chosen in fields:
            answer = client.post(address, {chosen: key})
            assert answer.status_code in {200, 302}, (name, chosen)
        assert client.get(address, {fields[0]: key}).status_code in {200, 302}


def test_search_for_a_whole_text_shows_the_whole_list(world):
    """Thousands of words make a statement that SQLite refuses."""
    client = signed_in(world.people["administrator"])
    for name in ("policies_theme", "members_member", "policies_casestudy"):
        answer = client.get(reverse(f"admin:{name}_changelist"), {"q": "ab " * 3000})
        assert (answer.status_code, answer.url.partition("?")[2]) == (302, "e=1")
