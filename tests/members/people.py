"""People with accounts, and what tests of accounts do again and again."""

import base64
import hashlib
import hmac
import re
import struct
import time

from django.urls import reverse

from members.accounts import adapter
from tests.factories import UserFactory

PASSWORD = "rivers run under the old town"


def person(**fields):
    """Somebody with a password and a verified address."""
    user = UserFactory(**fields)
    user.set_password(PASSWORD)
    user.save()
    adapter.verify(user)
    return user


def sign_in(client, email, password=PASSWORD, **headers):
    return client.post(
        reverse("account_login"), {"login": email, "password": password}, headers=headers
    )


def reauthenticate(client):
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302


def is_signed_in(client):
    return "_auth_user_id" in client.session


def link_in(mail):
    """The path of the first address in a mail."""
    return re.search(r"http://testserver(/\S+)", mail.body)[1]


def one_time_code(secret, step=0):
    """The six digits an authenticator app shows (RFC 6238), ``step`` half minutes from now."""
    counter = int(time.time()) // 30 + step
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
