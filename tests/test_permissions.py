"""Every address of the site and what each role is answered there.

The addresses come from the URL configuration: a new one without a row here fails the test. What
could leak is present: a draft of the member of the signed-in official, and one of another member.
"""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from policies.models import Revision
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "official", "staff", "administrator")

# Addresses that everybody may read, with what to fill in.
PUBLIC = {
    "home": {},
    "about": {},
    "accessibility": {},
    "codebook": {},
    "healthz": {},
    "robots": {},
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
ACCOUNT_ARGUMENTS = {
    "account_confirm_email": {"key": "wrong"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "wrong"},
    "mfa_remove_webauthn": {"pk": 1},
    "mfa_edit_webauthn": {"pk": 1},
}
# Answers that are not 200 although all is well.
STATUS = {"policies:case-short": 301, "policies:compare-csv": 400}


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


@pytest.fixture
def visitors(ours, client_for):
    official = MembershipFactory(member=ours).user
    return {
        "anonymous": client_for(None),
        "official": client_for(official),
        "staff": client_for(UserFactory(is_staff=True)),
        "administrator": client_for(UserFactory(is_staff=True, is_superuser=True)),
    }


@pytest.fixture
def client_for():
    from django.test import Client  # noqa: PLC0415 - a client of its own for each role

    def make(user):
        client = Client()
        if user:
            client.force_login(user)
        return client

    return make


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
    assert sorted(set(names())) == sorted([*PUBLIC, *ACCOUNT])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ACCOUNT)
def test_page_of_the_account_answers_its_person(visitors, name, role):
    answer = visitors[role].get(reverse(name, kwargs=ACCOUNT_ARGUMENTS.get(name)))
    assert answer.status_code == ACCOUNT[name][role != "anonymous"]


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


def admin_names():
    patterns = get_resolver().namespace_dict["admin"][1].url_patterns
    for pattern in patterns:
        inner = [pattern] if isinstance(pattern, URLPattern) else pattern.url_patterns
        yield from (part.name for part in inner if part.name)


@pytest.mark.parametrize(
    "name", sorted(name for name in set(admin_names()) if name.endswith("_changelist"))
)
def test_admin_is_for_staff_with_the_right(visitors, name):
    address = reverse(f"admin:{name}")
    answers = {role: visitors[role].get(address).status_code for role in ROLES}
    assert answers == {"anonymous": 302, "official": 302, "staff": 403, "administrator": 200}


@pytest.mark.parametrize("role", ["anonymous", "official"])
def test_admin_sends_others_to_its_door(visitors, role):
    answer = visitors[role].get(reverse("admin:index"))
    assert answer.status_code == 302
    assert answer.url == f"{reverse('admin:login')}?next={reverse('admin:index')}"


def test_unknown_address_needs_no_login_to_be_unknown(client):
    assert client.get("/nowhere/").status_code == 404
