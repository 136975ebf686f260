"""Every address outside the admin, what each role is answered there, to GET and to an empty POST.

The addresses come from the URL configuration: a new one without a row here fails the test. What
nobody may see is 404; what needs an account leads to the sign-in (302) or, where something may have
been typed, says so (401). Those of the admin are in tests/test_permissions_admin.py.
"""

from copy import deepcopy

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from members.models import Event
from members.teams import invitations
from members.teams.invitation_tokens import token_of
from policies.models import Revision
from policies.search import index
from tests import test_permissions as pages
from tests.conftest import signed_in
from tests.factories import (
    AttachmentFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db

ROLES = (
    "anonymous",
    "stranger",
    "official",
    "coordinator",
    "moderator",
    "editor",
    "administrator",
)
# Answers in the order of the roles. Everybody; nobody, by this method; everybody is led elsewhere.
ALL = (200,) * 7
NO_METHOD = (405,) * 7
AWAY = (302,) * 7
# Who is signed in; the same where the method is another one, and where there is nothing to be found.
SIGNED_IN = (302, 200, 200, 200, 200, 200, 200)
SIGNED_IN_NO_METHOD = (302, 405, 405, 405, 405, 405, 405)
NOTHING_THERE = (302, 404, 404, 404, 404, 404, 404)
# The team of a case: its pages, what leads on, an empty form, and what an empty form does. Drafts are
# not for the secretariat; their files are, once it may read revisions.
TEAM = (302, 404, 200, 200, 404, 404, 404)
TEAM_SENT_ON = (302, 404, 302, 302, 404, 404, 404)
TEAM_EMPTY = (401, 404, 422, 422, 404, 404, 404)
TEAM_DONE = (401, 404, 302, 302, 404, 404, 404)
DRAFT_FILE = (404, 404, 200, 200, 200, 200, 200)
# Who leads a team: its coordinator, and the secretariat.
LEADERS = (302, 404, 404, 200, 200, 200, 200)
LEADERS_EMPTY = (302, 404, 404, 422, 422, 422, 422)
LEADERS_DONE = (302, 404, 404, 302, 302, 302, 302)
DESK = (302, 302, 302, 302, 200, 200, 200)
# Name -> the answers to GET and to an empty POST.
ANSWERS = {
    "about": (ALL, NO_METHOD),
    "accessibility": (ALL, NO_METHOD),
    "account_change_password": (SIGNED_IN, SIGNED_IN),
    "account_confirm_email": (ALL, (200, 302, 302, 302, 302, 302, 302)),
    "account_confirm_login_code": (AWAY, AWAY),
    "account_data": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "account_data_json": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "account_delete": (AWAY, AWAY),
    "account_email": (SIGNED_IN, AWAY),
    "account_email_verification_sent": (ALL, NO_METHOD),
    "account_inactive": (ALL, NO_METHOD),
    "account_login": ((200, 302, 302, 302, 302, 302, 302), (200, 302, 302, 302, 302, 302, 302)),
    "account_logout": (SIGNED_IN, AWAY),
    "account_name": (SIGNED_IN, SIGNED_IN),
    "account_overview": (ALL, NO_METHOD),
    "account_reauthenticate": (SIGNED_IN, SIGNED_IN),
    "account_reset_password": (ALL, ALL),
    "account_reset_password_done": (ALL, NO_METHOD),
    "account_reset_password_from_key": (ALL, ALL),
    "account_reset_password_from_key_done": (ALL, NO_METHOD),
    "account_set_password": (AWAY, AWAY),
    "account_signup": ((200, 302, 302, 302, 302, 302, 302), (200, 302, 302, 302, 302, 302, 302)),
    "codebook": (ALL, NO_METHOD),
    "desk:export": ((302, 302, 302, 302, 405, 405, 405), (302, 302, 302, 302, 403, 200, 200)),
    "desk:exports": (DESK, (302, 302, 302, 302, 405, 405, 405)),
    "desk:figures": (DESK, (302, 302, 302, 302, 405, 405, 405)),
    "desk:figures-csv": (DESK, (302, 302, 302, 302, 405, 405, 405)),
    "healthz": (ALL, NO_METHOD),
    "home": (ALL, NO_METHOD),
    "members:detail": (ALL, NO_METHOD),
    "members:list": (ALL, NO_METHOD),
    "mfa_activate_totp": (AWAY, AWAY),
    "mfa_add_webauthn": (AWAY, AWAY),
    "mfa_authenticate": (AWAY, AWAY),
    "mfa_deactivate_totp": (
        (302, 404, 404, 404, 302, 302, 302),
        (302, 404, 404, 404, 302, 302, 302),
    ),
    "mfa_download_recovery_codes": (NOTHING_THERE, NOTHING_THERE),
    "mfa_edit_webauthn": (AWAY, AWAY),
    "mfa_generate_recovery_codes": (AWAY, AWAY),
    "mfa_index": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "mfa_list_webauthn": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "mfa_login_webauthn": (AWAY, AWAY),
    "mfa_reauthenticate": (DESK, DESK),
    "mfa_reauthenticate_webauthn": (AWAY, AWAY),
    "mfa_remove_webauthn": (AWAY, AWAY),
    "mfa_view_recovery_codes": (NOTHING_THERE, SIGNED_IN_NO_METHOD),
    "my:find": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "my:home": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "my:invitation": (ALL, (302, 403, 302, 302, 403, 403, 403)),
    "my:invitation-revoke": (SIGNED_IN_NO_METHOD, LEADERS_DONE),
    "my:invite": (SIGNED_IN_NO_METHOD, LEADERS_EMPTY),
    "my:join": (SIGNED_IN, (302, 302, 409, 409, 302, 302, 302)),
    "my:leave": (TEAM, TEAM_SENT_ON),
    "my:notice-read": (SIGNED_IN_NO_METHOD, NOTHING_THERE),
    "my:notices": (SIGNED_IN, AWAY),
    "my:notices-read": (SIGNED_IN_NO_METHOD, AWAY),
    "my:proposal-take-back": (SIGNED_IN_NO_METHOD, NOTHING_THERE),
    "my:propose": (SIGNED_IN, (302, 422, 422, 422, 422, 422, 422)),
    "my:remove": (LEADERS, LEADERS_DONE),
    "my:request": (LEADERS, LEADERS_EMPTY),
    "my:requests": ((302, 404, 404, 404, 200, 200, 200), SIGNED_IN_NO_METHOD),
    "my:role": (SIGNED_IN_NO_METHOD, LEADERS_EMPTY),
    "my:team": ((302, 404, 200, 200, 200, 200, 200), SIGNED_IN_NO_METHOD),
    "policies:attachment": (DRAFT_FILE, NO_METHOD),
    "policies:case": (ALL, NO_METHOD),
    "policies:case-jsonl": (ALL, NO_METHOD),
    "policies:case-short": ((301, 301, 301, 301, 301, 301, 301), NO_METHOD),
    "policies:cite": (ALL, NO_METHOD),
    "policies:compare": (ALL, NO_METHOD),
    "policies:compare-csv": ((400, 400, 400, 400, 400, 400, 400), NO_METHOD),
    "policies:confirm": (TEAM_SENT_ON, TEAM_SENT_ON),
    "policies:correction": (TEAM_SENT_ON, TEAM_SENT_ON),
    "policies:edit": (TEAM, TEAM_SENT_ON),
    "policies:export": (ALL, NO_METHOD),
    "policies:feed": (ALL, NO_METHOD),
    "policies:file-add": (TEAM, TEAM_EMPTY),
    "policies:file-edit": (TEAM, TEAM_EMPTY),
    "policies:file-move": (TEAM_SENT_ON, TEAM_DONE),
    "policies:file-remove": (TEAM, TEAM_DONE),
    "policies:history": (ALL, NO_METHOD),
    "policies:list": (ALL, NO_METHOD),
    "policies:new": ((302, 200, 200, 200, 302, 302, 302), (401, 422, 422, 422, 302, 302, 302)),
    "policies:notes": (TEAM_SENT_ON, TEAM_EMPTY),
    "policies:photo": (DRAFT_FILE, NO_METHOD),
    "policies:preview": (TEAM, SIGNED_IN_NO_METHOD),
    "policies:revision": (ALL, NO_METHOD),
    "policies:section": (TEAM, TEAM_EMPTY),
    "policies:submit": (TEAM_SENT_ON, (302, 404, 422, 422, 404, 404, 404)),
    "policies:suggest": (ALL, NO_METHOD),
    "policies:targets": (SIGNED_IN, SIGNED_IN_NO_METHOD),
    "policies:withdraw": (TEAM, TEAM_SENT_ON),
    "readyz": (ALL, NO_METHOD),
    "review": (ALL, NO_METHOD),
    "robots": (ALL, NO_METHOD),
    "sdg:coverage": (ALL, NO_METHOD),
    "sdg:goal": (ALL, NO_METHOD),
    "sdg:goals": (ALL, NO_METHOD),
    "sdg:target": (ALL, NO_METHOD),
    "security-txt": ((404, 404, 404, 404, 404, 404, 404), NO_METHOD),
    "sitemap": (ALL, NO_METHOD),
    "sitemap-section": (ALL, NO_METHOD),
    "usersessions_list": (SIGNED_IN, AWAY),
}


@pytest.fixture(scope="module")
def made_once(shared):
    with shared.made():
        return make_world()


@pytest.fixture
def world(made_once, db):
    """role -> person (None for nobody), and name -> address."""
    return deepcopy(made_once)


def make_world():
    ours = MemberFactory(name="Surabaya", slug="surabaya")
    coordinator = MembershipFactory(member=ours, role="coordinator")
    people = {
        "anonymous": None,
        "stranger": MembershipFactory().user,
        "official": MembershipFactory(member=ours).user,
        "coordinator": coordinator.user,
        "moderator": StaffFactory(groups=["Moderators"]),
        "editor": StaffFactory(groups=["Editors in chief"]),
        "administrator": StaffFactory(is_superuser=True),
    }
    live = LiveRevisionFactory(case__member=ours, targets=["11.6"])
    draft = RevisionFactory(case__member=ours, title="Not yet public")
    colleague = MembershipFactory(member=ours)
    request = MembershipFactory(member=ours, status="requested", decided_at=None)
    invitation = invitations.invite(ours, "new@city.example", coordinator.user)
    index.sync()
    team, person = {"slug": "surabaya"}, {"slug": "surabaya", "pk": colleague.pk}
    given = {
        **pages.ACCOUNT_ARGUMENTS,
        "policies:photo": {"pk": PhotoFactory(revision=draft).pk, "size": "small"},
        "policies:attachment": {"pk": AttachmentFactory(revision=draft).pk},
        "my:notice-read": {"pk": 1},
        "my:proposal-take-back": {"pk": 1},
        "my:request": {"pk": request.pk},
        **dict.fromkeys(("my:join", "my:team", "my:leave", "my:invite"), team),
        **dict.fromkeys(("my:role", "my:remove"), person),
        "my:invitation-revoke": team | {"pk": invitation.pk},
        "my:invitation": {"token": token_of(invitation)},
        "desk:export": {"name": "people"},
    }
    addresses = {}
    for name in sorted(set(pages.names())):
        if name in pages.WRITING:
            addresses[name] = pages.of_draft(name, draft)
            continue
        row = pages.PUBLIC.get(name, {})
        kwargs = row if isinstance(row, dict) else pages.filled(row, live)
        addresses[name] = reverse(name, kwargs=given.get(name, kwargs))
    return people, addresses


def answers(key, addresses):
    """name -> (status of GET, status of an empty POST), with this key of a session or none.

    What a request changes is undone.
    """
    found = {}
    # Limits are another matter.
    cache.clear()
    for name, address in addresses.items():
        codes = []
        for method in ("get", "post"):
            client = Client()
            if key:
                client.cookies["sessionid"] = key
            with transaction.atomic():
                answer = getattr(client, method)(address)
                answer.getvalue()
                transaction.set_rollback(True)
            codes.append(answer.status_code)
            if key is None and name not in pages.PUBLIC:
                assert "Not yet public" not in answer.text, name
        found[name] = tuple(codes)
    return found


def test_every_address_is_in_the_table():
    assert sorted(set(pages.names())) == sorted(ANSWERS)


@pytest.mark.parametrize("role", ROLES)
def test_role_is_answered_as_the_table_says(world, role):
    people, addresses = world
    place = ROLES.index(role)
    expected = {name: (get[place], post[place]) for name, (get, post) in ANSWERS.items()}
    person = people[role]
    key = signed_in(person).cookies["sessionid"].value if person else None
    found = answers(key, addresses)
    assert {name: codes for name, codes in found.items() if codes != expected.get(name)} == {}


def test_blocked_person_is_nobody(world):
    people, addresses = world
    person = people["coordinator"]
    client = signed_in(person)
    key = client.cookies["sessionid"].value
    person.is_active = False
    person.save()
    expected = {name: (get[0], post[0]) for name, (get, post) in ANSWERS.items()}
    assert answers(key, addresses) == expected


def test_empty_form_of_a_stranger_changes_nothing(world):
    people, addresses = world
    client = signed_in(people["stranger"])
    before = Event.objects.count(), versions()
    for name, address in addresses.items():
        # One's own account and requests may change.
        if not name.startswith(("account_", "mfa_")) and name != "my:join":
            client.post(address).getvalue()
    # Still signed in.
    assert client.get(addresses["my:home"]).status_code == 200
    assert (Event.objects.count(), versions()) == before


def versions():
    return [*Revision.objects.order_by("pk").values_list("pk", "state", "version")]
