"""The accounts to try things with that ``load_samples`` makes with DEBUG."""

import io
import itertools
import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from members.models import Membership, User


def load_samples():
    """Load the samples and return what the command prints."""
    out = io.StringIO()
    call_command("load_samples", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def printed(shared):
    with shared.made(), override_settings(DEBUG=True):
        return load_samples()


def test_demo_accounts_are_made_once_with_passwords_of_their_own(printed, db, settings):
    settings.DEBUG = True

    second = load_samples()

    accounts = [line.split() for line in printed.splitlines() if line.startswith("account")]
    passwords = {email.rstrip(":"): password for _a, email, _p, password, *_name in accounts}
    assert len(set(passwords.values())) == len(passwords) == User.objects.count() == 4
    for user in User.objects.all():
        assert user.check_password(passwords[user.email])
        assert len(passwords[user.email]) >= 16
    assert [line for line in second.splitlines() if line.startswith("account")] == [
        f"account {email}: there already" for email in passwords
    ]


def test_demo_accounts_have_the_rights_of_their_parts(printed, db):
    rights = User.objects.order_by("email").values_list("email", "is_staff", "is_superuser")
    assert list(rights) == [
        ("admin@example.org", True, True),
        ("editor@example.org", True, False),
        ("moderator@example.org", True, False),
        ("official@example.org", False, False),
    ]
    membership = Membership.objects.get()
    assert (membership.user.email, membership.member.slug, membership.status) == (
        "official@example.org",
        "seoul",
        "active",
    )
    moderator = User.objects.get(email="moderator@example.org")
    assert moderator.has_perms(["policies.change_revision", "members.change_member"])
    assert not moderator.has_perm("policies.change_casestudy")
    editor = User.objects.get(email="editor@example.org")
    assert editor.has_perms(["policies.change_casestudy", "members.change_user"])
    assert not editor.has_perm("auth.change_group")


def test_demo_secretariat_enters_with_a_printed_code(printed, db):
    cache.clear()

    lines = printed.splitlines()
    staff = {}
    for account, codes in itertools.pairwise(lines):
        if codes.startswith("  codes"):
            _account, email, _password, password, *_name = account.split()
            staff[email.rstrip(":")] = (password, codes.rpartition(": ")[2].split())
    assert sorted(staff) == sorted(
        User.objects.filter(is_staff=True).values_list("email", flat=True)
    )
    for email, (password, codes) in staff.items():
        assert len(set(codes)) == 10
        # A code that was used is no code any more.
        for expected in (200, 302):
            client = Client()
            client.post(reverse("account_login"), {"login": email, "password": password})
            assert client.get("/admin/").status_code == 302
            client.post(reverse("mfa_authenticate"), {"code": codes[0]})
            assert client.get("/admin/").status_code == expected


def test_secrets_of_the_demo_secretariat_are_kept_encrypted(printed, db):
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    keys = re.findall(r"authenticator app: (\w+)", printed)
    assert len(keys) == 3
    assert [key for key in keys if key in kept] == []
