"""Switching mails off by the links of mails, at the same moment as something else is switched off."""

import pytest
from django.core import signing
from django.db import transaction
from django.test import Client

from alerts import steps as alerts
from members.models import User
from tests.factories import UserFactory
from tests.races import Started, needs_two_connections, wait_until_somebody_waits

pytestmark = [needs_two_connections, pytest.mark.django_db(transaction=True)]


def _links(person):
    """(what it switches off, the link), one of each kind of mail."""
    network = signing.dumps(person.pk, salt="unsubscribe")
    return {
        "network-mail": f"/my/notices/unsubscribe/{network}/",
        "alert": f"/my/alerts/stop/{alerts.token_of(person)}/",
    }


@pytest.mark.parametrize("kind", ["network-mail", "alert"])
def test_what_else_is_switched_off_meanwhile_stays_off(kind):
    person = UserFactory()
    link = _links(person)[kind]
    with transaction.atomic():
        held = User.objects.select_for_update().get(pk=person.pk)
        sent = Started(lambda: Client().post(link).status_code)
        wait_until_somebody_waits()
        held.muted = ["digest"]
        held.save(update_fields=["muted"])
    assert sent.outcome() == 200
    person.refresh_from_db()
    assert person.muted == ["digest", kind]


def test_two_clicks_at_once_switch_it_off_once():
    person = UserFactory()
    links = [*_links(person).values()] * 2
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        sent = [Started(lambda link=link: Client().post(link).status_code) for link in links]
        wait_until_somebody_waits()
    assert [each.outcome() for each in sent] == [200] * 4
    person.refresh_from_db()
    assert sorted(person.muted) == ["alert", "network-mail"]
