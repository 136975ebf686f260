"""Keys of sessions: new at sign-in, worthless afterwards."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.members.people import is_signed_in, person, reauthenticate, sign_in

pytestmark = pytest.mark.django_db


def with_key(key):
    """A visitor who sends this key."""
    client = Client()
    client.cookies["sessionid"] = key
    return client


def test_key_of_the_session_changes_at_sign_in():
    client = Client()
    # Asking for a page that needs an account leaves a session behind.
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    sign_in(client, person().email)
    assert is_signed_in(client)
    assert client.cookies["sessionid"].value != planted
    assert with_key(planted).get(reverse("account_name")).status_code == 302


def test_former_key_is_of_no_use_after_signing_out():
    client = Client()
    sign_in(client, person().email)
    key = client.cookies["sessionid"].value
    assert with_key(key).get(reverse("account_name")).status_code == 200
    client.post(reverse("account_logout"))
    assert with_key(key).get(reverse("account_name")).status_code == 302


def test_browser_forgets_with_the_account():
    """Drafts that could not be sent are nothing for who signs in there next."""
    client, user = Client(), person()
    sign_in(client, user.email)
    assert "Clear-Site-Data" not in client.get(reverse("account_logout"))
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == '"storage"'
    sign_in(client, user.email)
    reauthenticate(client)
    assert client.post(reverse("account_delete"))["Clear-Site-Data"] == '"storage"'
