"""Second factors, addresses and sessions in the admin."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.urls import reverse

from members.accounts import adapter
from members.models import Event
from tests.factories import UserFactory, give_second_factor

pytestmark = pytest.mark.django_db

MODELS = [Authenticator, EmailAddress, UserSession]


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def ani():
    """Somebody with a second factor, whose telephone is gone."""
    user = UserFactory(name="Ani", email="ani@city.example")
    give_second_factor(user)
    RecoveryCodes.activate(user)
    adapter.verify(user)
    UserSession.objects.create(user=user, ip="203.0.113.9", session_key="x", user_agent="Browser")
    return user


def test_lost_factor_is_taken_away_with_its_codes_and_recorded(administrator_client, ani):
    factor = Authenticator.objects.get(user=ani, type="totp")
    administrator_client.post(address(Authenticator, "delete", factor.pk), {"post": "yes"})
    assert not Authenticator.objects.filter(user=ani).exists()
    person = administrator_client.person
    assert Event.objects.values_list("action", "actor", "subject", "reason").get() == (
        *("second-factor-removed", person.pk),
        *("Ani", "totp"),
    )


def test_many_factors_are_taken_away_one_by_one(administrator_client, ani):
    keys = list(Authenticator.objects.filter(user=ani, type="totp").values_list("pk", flat=True))
    chosen = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    administrator_client.post(address(Authenticator, "changelist"), chosen)
    assert not Authenticator.objects.filter(user=ani).exists()
    assert Event.objects.values_list("action").get() == ("second-factor-removed",)


def test_secret_is_not_shown(administrator_client, ani):
    factor = Authenticator.objects.get(user=ani, type="totp")
    page = administrator_client.get(address(Authenticator, "change", factor.pk)).text
    assert factor.data["secret"] not in page
    assert "TOTP" in page


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("words", "number"), [("ani@city", 1), ("zzzz", 0)])
def test_rows_are_found_by_the_person(administrator_client, ani, model, words, number):
    found = administrator_client.get(address(model, "changelist"), {"q": words}).context["cl"]
    expected = model.objects.filter(user=ani).count() if number else 0
    assert found.result_count == expected


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("number", [1, 3])
def test_lists_ask_the_same_number_of_questions(
    administrator_client, django_assert_num_queries, ani, model, number
):
    for count in range(number):
        user = UserFactory()
        give_second_factor(user)
        adapter.verify(user)
        UserSession.objects.create(user=user, ip="203.0.113.9", session_key=f"{count}")
    with django_assert_num_queries(5):
        administrator_client.get(address(model, "changelist"))
