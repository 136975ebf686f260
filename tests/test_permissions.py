"""Every address of the site and what each role is answered there.

The addresses come from the URL configuration: a new one without a row here fails the test. What
could leak is present: a draft of the member of the signed-in official, and one of another member.
"""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from members.teams import invitations
from members.teams.invitation_tokens import token_of
from policies.models import Photo, Revision
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

ROLES = ("anonymous", "official", "staff", "administrator")

# Addresses that everybody may read, with what to fill in.
PUBLIC = {
    "home": {},
    "about": {},
    "review": {},
    "accessibility": {},
    "codebook": {},
    "healthz": {},
    "readyz": {},
    "robots": {},
    "security-txt": {},
    "sitemap": {},
    "sitemap-section": {"section": "policies"},
    "sdg:goals": {},
    "sdg:coverage": {},
    "sdg:goal": {"number": 11},
    "sdg:target": {"code": "11.6"},
    "members:list": {},
    "members:detail": {"slug": "surabaya"},
    "policies:list": {},
    "policies:suggest": {},
    "policies:compare": {},
    "policies:compare-csv": {},
    "policies:feed": {},
    "policies:export": {"form": "csv"},
    "policies:case": "case",
    "policies:history": "case",
    "policies:case-jsonl": "case",
    "policies:revision": "revision",
    "policies:cite": "citation",
    "policies:case-short": "number",
}
# Pages of the account: what nobody in particular and what a signed-in person is answered. They show
# the signed-in person only; the parts of a second factor are 404 for who has none.
ACCOUNT = {
    "account_overview": (200, 200),
    "account_login": (200, 302),
    "account_signup": (200, 302),
    "account_inactive": (200, 200),
    "account_email_verification_sent": (200, 200),
    "account_confirm_email": (200, 200),
    "account_reset_password": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "account_name": (302, 200),
    "account_email": (302, 200),
    "account_change_password": (302, 200),
    "account_data": (302, 200),
    "account_data_json": (302, 200),
    "account_delete": (302, 302),
    "account_logout": (302, 200),
    "account_reauthenticate": (302, 200),
    "account_set_password": (302, 302),
    "account_confirm_login_code": (302, 302),
    "usersessions_list": (302, 200),
    "mfa_index": (302, 200),
    "mfa_list_webauthn": (302, 200),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (302, 302),
    "mfa_activate_totp": (302, 302),
    "mfa_deactivate_totp": (302, 404),
    "mfa_view_recovery_codes": (302, 404),
    "mfa_download_recovery_codes": (302, 404),
    "mfa_generate_recovery_codes": (302, 302),
    "mfa_add_webauthn": (302, 302),
    "mfa_reauthenticate_webauthn": (302, 302),
    "mfa_remove_webauthn": (302, 302),
    "mfa_edit_webauthn": (302, 302),
    "mfa_login_webauthn": (302, 302),
}
# Where it matters whether the signed-in person has a second factor, as the administrator has.
WITH_SECOND_FACTOR = {
    "mfa_reauthenticate": 200,
    "mfa_deactivate_totp": 302,
}
ACCOUNT_ARGUMENTS = {
    "account_confirm_email": {"key": "wrong"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "wrong"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
}
# Pages for writing: what a person of the team, and anybody else who is signed in, is answered. Nobody
# else is told that the case exists; signed out one is asked to sign in.
WRITING = {
    "policies:new": (200, 302),
    "policies:targets": (200, 200),
    "policies:edit": (200, 404),
    "policies:section": (200, 404),
    "policies:preview": (200, 404),
    "policies:submit": (302, 404),
    "policies:withdraw": (200, 404),
    "policies:confirm": (302, 404),
    "policies:notes": (302, 404),
    "policies:correction": (302, 404),
    "policies:file-add": (200, 404),
    "policies:file-edit": (200, 404),
    "policies:file-remove": (200, 404),
    "policies:file-move": (302, 404),
}
# Photos and files of a draft: what its team, staff without the right to read revisions, and
# administrators are answered. All states and roles are in tests/policies/views/test_files_served.py.
FILES = {
    "policies:photo": {"anonymous": 404, "official": 200, "staff": 404, "administrator": 200},
    "policies:attachment": {"anonymous": 404, "official": 200, "staff": 404, "administrator": 200},
}
# Pages of teams and notices, with the answers to anonymous, official, staff and administrator. Those
# of coordinators, the secretariat and strangers are in tests/members/teams/test_teams_pages.py.
OWN = {
    "my:home": (302, 200, 200, 200),
    "my:notices": (302, 200, 200, 200),
    "my:notices-read": (302, 405, 405, 405),
    "my:notice-read": (302, 405, 405, 405),
    "my:requests": (302, 404, 404, 200),
    "my:request": (302, 404, 404, 200),
    "my:find": (302, 200, 200, 200),
    "my:join": (302, 200, 200, 200),
    "my:propose": (302, 200, 200, 200),
    "my:proposal-take-back": (302, 405, 405, 405),
    "my:team": (302, 200, 404, 200),
    "my:leave": (302, 200, 404, 404),
    "my:role": (302, 405, 405, 405),
    "my:remove": (302, 404, 404, 200),
    "my:invite": (302, 405, 405, 405),
    "my:invitation-revoke": (302, 405, 405, 405),
    "my:invitation": (200, 200, 200, 200),
}
# Pages of the secretariat that belong to no one model. Moderators and editors in chief, who have a
# second factor, are in tests/policies/admin/.
DESK = {
    "desk:figures": (302, 302, 302, 200),
    "desk:figures-csv": (302, 302, 302, 200),
    "desk:exports": (302, 302, 302, 200),
    "desk:export": (302, 302, 302, 405),
}
# Answers that are not 200 although all is well.
STATUS = {"policies:case-short": 301, "policies:compare-csv": 400, "security-txt": 404}


def names(patterns=None, prefix=""):
    """Names of all addresses outside the admin."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield prefix + pattern.name
        elif pattern.namespace != "admin":
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, inner)


@pytest.fixture
def ours():
    return MemberFactory(name="Surabaya", slug="surabaya")


class Visitors(dict):
    """Role -> a client; each is signed in when it is first asked for."""

    def __init__(self, people):
        self.people = people

    def __missing__(self, role):
        client = self[role] = Client()
        if self.people[role]:
            client.force_login(self.people[role])
        return client


@pytest.fixture
def visitors(ours):
    return Visitors(
        {
            "anonymous": None,
            "official": MembershipFactory(member=ours).user,
            "staff": StaffFactory(second_factor=False),
            "administrator": StaffFactory(is_superuser=True),
        }
    )


def filled(row, revision):
    """The arguments of an address in ``PUBLIC`` for a revision."""
    case = {"pk": revision.case_id, "slug": revision.case.slug}
    return {
        "case": case,
        "number": {"pk": revision.case_id},
        "revision": case | {"number": revision.number},
        "citation": case | {"form": "bib"},
    }[row]


def test_every_address_is_in_the_table():
    assert sorted(set(names())) == sorted([*PUBLIC, *WRITING, *FILES, *ACCOUNT, *OWN, *DESK])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ACCOUNT)
def test_page_of_the_account_answers_its_person(visitors, name, role):
    answer = visitors[role].get(reverse(name, kwargs=ACCOUNT_ARGUMENTS.get(name)))
    expected = ACCOUNT[name][role != "anonymous"]
    if role == "administrator":
        expected = WITH_SECOND_FACTOR.get(name, expected)
    assert answer.status_code == expected


def of_draft(name, draft):
    """An address for writing a case."""
    if name in {"policies:new", "policies:targets"}:
        return reverse(name)
    more = {"slug": "basics"} if name == "policies:section" else {}
    if name == "policies:correction":
        more = {"row": draft.corrections.create(field="title", by_name="Mina").pk}
    if name.startswith("policies:file-"):
        more = {"kind": "photos"}
        if name != "policies:file-add":
            more["row"] = PhotoFactory(revision=draft).pk
    return reverse(name, kwargs={"pk": draft.case_id} | more)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", FILES)
def test_file_of_a_draft_is_for_its_team(ours, visitors, name, role):
    draft = RevisionFactory(case__member=ours)
    if name == "policies:photo":
        address = reverse(name, args=[PhotoFactory(revision=draft).pk, "small"])
    else:
        address = reverse(name, args=[AttachmentFactory(revision=draft).pk])
    answer = visitors[role].get(address)
    answer.getvalue()
    assert answer.status_code == FILES[name][role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", WRITING)
def test_case_is_written_by_its_team_only(reference, ours, visitors, name, role):
    draft = RevisionFactory(case__member=ours, title="Not yet public")
    answer = visitors[role].get(of_draft(name, draft))
    expected = {"anonymous": 302, "official": WRITING[name][0]}
    assert answer.status_code == expected.get(role, WRITING[name][1])
    if role != "official":
        assert "Not yet public" not in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [name for name, (_own, other) in WRITING.items() if other == 404])
def test_case_of_another_member_is_404_for_officials(visitors, name, method):
    draft = RevisionFactory(title="Not yet public")
    answer = getattr(visitors["official"], method)(of_draft(name, draft))
    assert answer.status_code == (405 if (name, method) == ("policies:preview", "post") else 404)
    assert "Not yet public" not in answer.text


# Sending something to these pages: signed out, what was typed is kept (401) or one is asked to sign in.
# The answers to the team are those to an empty form, in the order of the table.
SENDING = {
    "policies:new": (401, 422),
    "policies:targets": (302, 405),
    "policies:edit": (302, 302),
    "policies:section": (401, 422),
    "policies:preview": (302, 405),
    "policies:submit": (302, 422),
    "policies:withdraw": (302, 302),
    "policies:confirm": (302, 302),
    "policies:notes": (401, 422),
    "policies:correction": (302, 302),
    "policies:file-add": (401, 422),
    "policies:file-edit": (401, 422),
    "policies:file-remove": (401, 302),
    "policies:file-move": (401, 302),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", WRITING)
def test_case_is_changed_by_its_team_only(reference, ours, visitors, name, role):
    draft = RevisionFactory(case__member=ours, title="Not yet public")
    where = of_draft(name, draft)
    signed_out, own = SENDING[name]
    # Who is in no team is led to the teams.
    other = {"policies:new": 302, "policies:targets": 405, "policies:preview": 405}.get(name, 404)
    answer = visitors[role].post(where)
    assert answer.status_code == {"anonymous": signed_out, "official": own}.get(role, other)
    if role != "official":
        assert "Not yet public" not in answer.text
        draft.refresh_from_db()
        assert (draft.state, draft.version) == ("draft", 0)
        assert Photo.objects.count() == (
            name.startswith("policies:file-") and name != "policies:file-add"
        )


@pytest.mark.parametrize("name", [*WRITING, *OWN])
def test_page_for_signed_in_people_is_kept_by_nobody(
    reference, ours, visitors, own_arguments, name
):
    if name in WRITING:
        where = of_draft(name, RevisionFactory(case__member=ours))
    else:
        where = reverse(name, kwargs=own_arguments.get(name))
    answer = visitors["official"].get(where)
    if answer.status_code < 400:
        kept = {part.strip() for part in answer["Cache-Control"].split(",")}
        assert {"no-store", "private"} <= kept


@pytest.fixture
def own_arguments(ours):
    """What to fill into the addresses in ``OWN``: of the team of the signed-in official."""
    coordinator = MembershipFactory(member=ours, role="coordinator")
    request = MembershipFactory(member=ours, status="requested", decided_at=None)
    invitation = invitations.invite(ours, "new@city.example", coordinator.user)
    team, colleague = {"slug": "surabaya"}, {"slug": "surabaya", "pk": coordinator.pk}
    return {
        "my:notice-read": {"pk": 1},
        "my:proposal-take-back": {"pk": 1},
        "my:request": {"pk": request.pk},
        "my:join": team,
        "my:team": team,
        "my:leave": team,
        "my:invite": team,
        "my:role": colleague,
        "my:remove": colleague,
        "my:invitation-revoke": team | {"pk": invitation.pk},
        "my:invitation": {"token": token_of(invitation)},
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", OWN)
def test_page_of_teams_and_notices_answers_by_role(visitors, own_arguments, name, role):
    answer = visitors[role].get(reverse(name, kwargs=own_arguments.get(name)))
    assert answer.status_code == OWN[name][ROLES.index(role)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", DESK)
def test_page_of_the_desk_is_for_the_secretariat(reference, visitors, name, role):
    answer = visitors[role].get(reverse(name, args=["people"] if name == "desk:export" else []))
    assert answer.status_code == DESK[name][ROLES.index(role)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", PUBLIC)
def test_public_address_answers_everybody(reference, synced, ours, visitors, name, role):
    revision = LiveRevisionFactory(case__member=ours, targets=["11.6"])
    synced()
    row = PUBLIC[name]
    kwargs = row if isinstance(row, dict) else filled(row, revision)
    answer = visitors[role].get(reverse(name, kwargs=kwargs))
    assert answer.status_code == STATUS.get(name, 200)


HIDDEN_STATES = [state for state in Revision.State if state not in Revision.CITABLE_STATES]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", HIDDEN_STATES)
@pytest.mark.parametrize("name", [name for name, row in PUBLIC.items() if isinstance(row, str)])
def test_case_that_is_not_public_is_404_for_everybody(ours, visitors, name, state, role):
    decision = LiveRevisionFactory()
    for member in (ours, MemberFactory()):
        hidden = RevisionFactory(
            case__member=member,
            title="Not yet public",
            state=state,
            decided_at=decision.decided_at,
            decided_by_name="Secretariat",
        )
        answer = visitors[role].get(reverse(name, kwargs=filled(PUBLIC[name], hidden)))
        assert answer.status_code == 404
        assert "Not yet public" not in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_draft_beside_a_public_text_stays_hidden(ours, visitors, synced, role):
    live = LiveRevisionFactory(case__member=ours, title="Public text")
    draft = RevisionFactory(case=live.case, title="Secret draft", summary="Secret draft")
    synced()
    visitor = visitors[role]
    assert visitor.get(draft.get_absolute_url()).status_code == 404
    for path in (
        "/",
        "/policies/",
        "/policies/?q=secret",
        "/policies/feed/",
        "/policies/export.csv",
        "/policies/export.jsonl",
        f"/policies/compare/?case={live.case_id}",
        live.case.get_absolute_url(),
        f"{live.case.get_absolute_url()}history/",
        ours.get_absolute_url(),
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert b"Secret draft" not in answer.getvalue(), path


@pytest.mark.parametrize("role", ["anonymous", "official"])
def test_admin_sends_others_to_its_door(visitors, role):
    answer = visitors[role].get(reverse("admin:index"))
    assert answer.status_code == 302
    assert answer.url == f"{reverse('admin:login')}?next={reverse('admin:index')}"


def test_unknown_address_needs_no_login_to_be_unknown(client):
    assert client.get("/nowhere/").status_code == 404
