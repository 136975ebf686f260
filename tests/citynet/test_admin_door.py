"""Who is let into the pages of the secretariat."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.messages import get_messages
from django.urls import reverse

from tests.factories import StaffFactory, UserFactory, give_second_factor

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")
LOGIN = reverse("admin:login")


def enter(client, person, path=INDEX):
    """The addresses that somebody is led along, and the last answer."""
    client.force_login(person)
    answer = client.get(path, follow=True)
    return [address for address, _status in answer.redirect_chain], answer


@pytest.mark.parametrize("rights", [{}, {"is_superuser": True}, {"groups": ["Moderators"]}])
def test_staff_without_a_second_factor_is_led_to_where_it_is_set_up(client, rights):
    way, answer = enter(client, StaffFactory(second_factor=False, **rights))
    assert way == [f"{LOGIN}?next={INDEX}", reverse("mfa_index")]
    assert "The pages of the secretariat need a second factor" in answer.text
    assert [message.level_tag for message in get_messages(answer.wsgi_request)] == ["warning"]


def test_recovery_codes_alone_are_no_second_factor(client):
    person = StaffFactory(second_factor=False, is_superuser=True)
    RecoveryCodes.activate(person)
    assert enter(client, person)[0][-1] == reverse("mfa_index")


def test_passkey_is_a_second_factor(client):
    person = StaffFactory(second_factor=False, groups=["Moderators"])
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "Key"})
    way, answer = enter(client, person)
    assert (way, answer.status_code) == ([], 200)


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_is_given_without_a_second_factor(client, method):
    client.force_login(StaffFactory(second_factor=False, is_superuser=True))
    for name in ("members_user_changelist", "members_user_add", "autocomplete", "jsi18n"):
        path = reverse(f"admin:{name}")
        answer = getattr(client, method)(path)
        assert (answer.status_code, answer.url) == (302, f"{LOGIN}?next={path}")


def test_second_factor_that_is_given_up_closes_the_pages(client):
    person = StaffFactory(groups=["Moderators"])
    client.force_login(person)
    assert client.get(INDEX).status_code == 200
    person.authenticator_set.all().delete()
    assert client.get(INDEX).status_code == 302


def test_account_that_is_blocked_is_let_in_nowhere(client):
    person = StaffFactory(is_superuser=True)
    client.force_login(person)
    type(person).objects.update(is_active=False)
    assert client.get(INDEX).url == f"{LOGIN}?next={INDEX}"


def test_official_with_a_second_factor_is_told_that_the_pages_are_not_theirs(client):
    person = UserFactory()
    give_second_factor(person)
    way, answer = enter(client, person)
    assert (way, answer.status_code) == ([f"{LOGIN}?next={INDEX}"], 403)


@pytest.mark.parametrize(
    ("following", "address"),
    [
        ("/admin/members/", "/admin/members/"),
        ("", INDEX),
        ("https://evil.example/", INDEX),
        ("//evil.example/", INDEX),
        ("^2", INDEX),
        ("admin:logout", INDEX),
    ],
)
def test_who_is_in_already_is_led_on_to_pages_of_ours_only(
    administrator_client, following, address
):
    answer = administrator_client.get(LOGIN, {"next": following})
    assert (answer.status_code, answer.url) == (302, address)


def test_password_is_changed_on_the_page_of_the_account(administrator_client):
    answer = administrator_client.get(reverse("admin:password_change"))
    assert answer.url == reverse("account_change_password")


def test_pages_carry_the_name_of_the_platform(administrator_client):
    page = administrator_client.get(INDEX).text
    assert "<title>Secretariat | Urban SDG Knowledge Platform</title>" in page
    assert f'<a href="{INDEX}">Urban SDG Knowledge Platform</a>' in page
