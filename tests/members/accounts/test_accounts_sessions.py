"""Keys of sessions: new at sign-in, worthless afterwards."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.members.people import is_signed_in, person, sign_in

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
