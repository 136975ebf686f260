"""What every page of the account keeps: the content security policy, one heading, no index."""

from html.parser import HTMLParser

import pytest
from django.urls import get_resolver, reverse

from members.models import Membership
from tests.factories import MembershipFactory
from tests.members.people import one_time_code, person, reauthenticate, sign_in

pytestmark = pytest.mark.django_db

ANONYMOUS = [
    "account_overview",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_inactive",
]
SIGNED_IN = [
    "account_overview",
    "account_name",
    "account_email",
    "account_change_password",
    "account_data",
    "account_delete",
    "account_logout",
    "account_reauthenticate",
    "account_reset_password",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
]
WITH_SECOND_FACTOR = [
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
]


class Checked(HTMLParser):
    """Collects what the policy would stop, and what a page needs."""

    def __init__(self, text):
        super().__init__()
        self.forbidden, self.headings, self.ids = [], 0, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        inline = tag == "script" and not (
            "src" in attributes or attributes.get("type") == "application/json"
        )
        if (
            tag == "style"
            or inline
            or any(name == "style" or name.startswith("on") for name in attributes)
        ):
            self.forbidden.append((tag, attributes))
        self.headings += tag == "h1"
        if "id" in attributes:
            self.ids.append(attributes["id"])


def check(answer):
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    page = Checked(answer.text)
    assert page.forbidden == []
    assert page.headings == 1
    assert len(page.ids) == len(set(page.ids))
    assert '<meta name="robots" content="noindex">' in answer.text


@pytest.mark.parametrize("name", ANONYMOUS)
def test_page_for_everybody_keeps_the_policy(client, name):
    check(client.get(reverse(name)))


def test_page_of_a_signed_in_person_keeps_the_policy(client, subtests):
    user = person()
    MembershipFactory(user=user, role=Membership.Role.COORDINATOR)
    sign_in(client, user.email)
    reauthenticate(client)
    for name in SIGNED_IN:
        with subtests.test(name=name):
            check(client.get(reverse(name)))


def test_pages_of_the_second_factor_keep_the_policy(client):
    user = person()
    sign_in(client, user.email)
    reauthenticate(client)
    page = reverse("mfa_activate_totp")
    secret = client.get(page).context["form"].secret
    client.post(page, {"code": one_time_code(secret)})
    for name in WITH_SECOND_FACTOR:
        check(client.get(reverse(name)))
    client.post(reverse("account_logout"))
    sign_in(client, user.email)
    check(client.get(reverse("mfa_authenticate")))


# Fields that must be filled in.
EMPTY = {
    "account_login": ["login", "password"],
    "account_signup": ["name", "email", "password1"],
    "account_reset_password": ["email"],
}


@pytest.mark.parametrize("name", EMPTY)
def test_refused_form_keeps_the_policy_and_names_its_fields(client, name):
    answer = client.post(reverse(name), {})
    check(answer)
    assert 'class="errors" role="alert"' in answer.text
    wrong = [field for field in answer.context["form"].visible_fields() if field.errors]
    assert [field.name for field in wrong] == EMPTY[name]
    for field in wrong:
        assert f'<a href="#{field.id_for_label}">{field.label}: ' in answer.text


def test_links_from_mails_keep_the_policy(client):
    check(client.get(reverse("account_confirm_email", args=["wrong"])))
    check(client.get(reverse("account_reset_password_from_key", args=["1", "wrong-key"])))


def test_every_page_of_the_account_is_looked_at():
    """A new address without a row above fails here. The rest answers only in the middle of a flow."""
    inside = {
        *("account_confirm_email", "account_reset_password_from_key", "mfa_authenticate"),
        *("account_set_password", "account_confirm_login_code", "account_data_json"),
        *("mfa_login_webauthn", "mfa_reauthenticate_webauthn", "mfa_download_recovery_codes"),
        *("mfa_edit_webauthn", "mfa_remove_webauthn"),
    }
    names = {
        name
        for name in get_resolver().reverse_dict
        if isinstance(name, str) and name.startswith(("account_", "mfa_", "usersessions_"))
    }
    assert names == {*ANONYMOUS, *SIGNED_IN, *WITH_SECOND_FACTOR, *inside}


def test_account_link_is_the_same_for_everybody(client, synced, db):
    synced()
    before = client.get("/about/").content
    client.force_login(person())
    assert client.get("/about/").content == before
    assert b'href="/accounts/"' in before


def test_overview_names_the_person_and_the_ways_out(client):
    user = person(name="Ani Rahma")
    client.force_login(user)
    page = client.get(reverse("account_overview")).text
    assert "<dd>Ani Rahma</dd>" in page
    assert f"<dd>{user.email}</dd>" in page
    assert reverse("admin:index") not in page
