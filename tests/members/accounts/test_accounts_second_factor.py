"""Authenticator app and recovery codes, through the pages; passkeys need a browser (tests/e2e)."""

import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import InvalidToken
from django.urls import reverse

from members.accounts.second_factor import SecondFactorAdapter
from members.models import Event
from tests.factories import give_second_factor
from tests.members.people import (
    PASSWORD,
    is_signed_in,
    one_time_code,
    person,
    reauthenticate,
    sign_in,
)

FACTOR = reverse("mfa_reauthenticate")

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return person()


@pytest.fixture
def secret(client, user, commits_at_once):
    """The secret of an authenticator app that ``user`` has set up, signed out again."""
    sign_in(client, user.email)
    page = reverse("mfa_activate_totp")
    assert (
        client.get(page).url
        == f"{reverse('account_reauthenticate')}?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    )
    reauthenticate(client)
    secret = client.get(page).context["form"].secret
    # A code of the half minute before, which must not become older on its way.
    with time_machine.travel(time.time(), tick=False):
        answer = client.post(page, {"code": one_time_code(secret, -1)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
    return secret


def confirm(client, user):
    """Confirm by a code of recovery who one is."""
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))
    assert client.post(FACTOR, {"code": codes.get_unused_codes()[0]}).status_code == 302


def second_step(client, code):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def test_password_alone_signs_nobody_in_once_there_is_a_second_factor(client, user, secret):
    assert sign_in(client, user.email).url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get(reverse("account_name")).status_code == 302


def test_code_of_the_app_signs_in(client, user, secret):
    sign_in(client, user.email)
    assert second_step(client, one_time_code(secret)).url == reverse("my:home")
    assert is_signed_in(client)


def test_wrong_code_is_refused(client, user, secret):
    sign_in(client, user.email)
    wrong = f"{(int(one_time_code(secret)) + 1) % 10**6:06}"
    answer = second_step(client, wrong)
    assert answer.context["form"].errors == {"code": ["Incorrect code."]}
    assert not is_signed_in(client)


def test_code_counts_once(client, user, secret):
    code = one_time_code(secret)
    sign_in(client, user.email)
    second_step(client, code)
    other = type(client)()
    sign_in(other, user.email)
    assert second_step(other, code).context["form"].errors == {"code": ["Incorrect code."]}
    assert not is_signed_in(other)


def test_guesses_of_the_code_are_limited(client, user, secret):
    sign_in(client, user.email)
    wrong = f"{(int(one_time_code(secret)) + 1) % 10**6:06}"
    for _attempt in range(5):
        second_step(client, wrong)
    second_step(client, one_time_code(secret))
    assert not is_signed_in(client)


def test_recovery_code_counts_once(client, user, secret):
    codes = Authenticator.objects.get(user=user, type="recovery_codes")
    code = RecoveryCodes(codes).get_unused_codes()[0]
    sign_in(client, user.email)
    assert second_step(client, code).url == reverse("my:home")
    assert is_signed_in(client)
    other = type(client)()
    sign_in(other, user.email)
    second_step(other, code)
    assert not is_signed_in(other)


def test_removing_the_second_factor_asks_for_it_again(client, user, secret):
    sign_in(client, user.email)
    second_step(client, one_time_code(secret))
    page = reverse("mfa_deactivate_totp")
    by_password = reverse("account_reauthenticate")
    assert client.post(page).url.startswith(FACTOR)
    assert client.post(by_password, {"password": PASSWORD}).url == FACTOR
    client.post(page)
    assert Authenticator.objects.filter(user=user, type="totp").count() == 1
    confirm(client, user)
    client.post(page)
    assert Authenticator.objects.filter(user=user).count() == 0
    recorded = Event.objects.filter(subject_id=user.pk).order_by("pk")
    assert [*recorded.values_list("action", "reason", "actor")] == [
        ("second-factor-added", "totp", user.pk),
        ("second-factor-removed", "totp", user.pk),
    ]


def test_new_factor_counts_for_the_session_that_showed_it_and_ends_the_others(
    client, user, commits_at_once
):
    user.is_staff = user.is_superuser = True
    user.save()
    other = type(client)()
    for each in (client, other):
        sign_in(each, user.email)
    reauthenticate(client)
    page = reverse("mfa_activate_totp")
    secret = client.get(page).context["form"].secret
    client.post(page, {"code": one_time_code(secret)})
    assert client.get(reverse("admin:index")).status_code == 200
    assert other.get(reverse("admin:index")).status_code == 302
    assert not is_signed_in(other)


def test_factor_of_another_session_does_not_count(client, user):
    user.is_staff = user.is_superuser = True
    user.save()
    sign_in(client, user.email)
    give_second_factor(user)
    pages = ("admin:index", "secretariat:exports", "my:requests")
    assert [client.get(reverse(name)).status_code for name in pages] == [302, 302, 404]
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(FACTOR)


def test_person_with_a_second_factor_can_change_the_address(client, user, secret):
    sign_in(client, user.email)
    second_step(client, one_time_code(secret))
    confirm(client, user)
    client.post(reverse("account_email"), {"email": "new@city.example", "action_add": ""})
    assert list(user.emailaddress_set.order_by("pk").values_list("email", "verified")) == [
        (user.email, True),
        ("new@city.example", False),
    ]


def test_secret_is_of_no_use_without_the_secret_key(client, user, secret, settings):
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored
    assert SecondFactorAdapter().decrypt(stored) == secret
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(InvalidToken):
        SecondFactorAdapter().decrypt(stored)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert SecondFactorAdapter().decrypt(stored) == secret


@pytest.mark.django_db(transaction=True)
def test_second_factor_is_announced_by_mail(client, user, mailoutbox):
    sign_in(client, user.email)
    reauthenticate(client)
    page = reverse("mfa_activate_totp")
    secret = client.get(page).context["form"].secret
    client.post(page, {"code": one_time_code(secret)})
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        ([user.email], "Authenticator App Activated")
    ]


ANSWERS_OF_NO_KEY = [
    *("", "{}", "[]", "null", "7", '"text"', '{"id": 1}', "\x00", "x" * 10_000, "[" * 5000),
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": "AA"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}}',
]


@pytest.mark.parametrize("answer", ANSWERS_OF_NO_KEY)
def test_answer_that_no_key_gives_signs_nobody_in(client, answer):
    page = reverse("mfa_login_webauthn")
    client.get(page, headers={"Accept": "application/json"})
    assert client.post(page, {"credential": answer}).url == reverse("account_login")
    assert not is_signed_in(client)


def test_answer_that_no_key_gives_adds_no_key(client, user, subtests):
    sign_in(client, user.email)
    reauthenticate(client)
    page = reverse("mfa_add_webauthn")
    for answer in ANSWERS_OF_NO_KEY:
        with subtests.test(answer=answer):
            client.get(page)
            assert client.post(page, {"name": "mine", "credential": answer}).status_code == 200
            assert Authenticator.objects.count() == 0


def test_answer_that_no_key_gives_is_no_second_step(client, user, secret, subtests):
    sign_in(client, user.email)
    for answer in ANSWERS_OF_NO_KEY:
        with subtests.test(answer=answer):
            client.get(reverse("mfa_authenticate"))
            assert (
                client.post(reverse("mfa_authenticate"), {"credential": answer}).status_code == 200
            )
            assert not is_signed_in(client)
