"""The public page on how the moderators decide."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from policies.models import Assessment, Revision
from policies.statistics.turnaround import MIN_DECISIONS
from tests.factories import RevisionFactory

pytestmark = pytest.mark.django_db

State = Revision.State
UNKNOWN = "Not yet known: too few decisions were taken in the last year to say."


def words(client):
    text = client.get("/review/").text
    main = text[text.index("<main") : text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def decide(number, days, name="Ana Moderator"):
    """Decisions of the last days, each after so many days."""
    for _ in range(number):
        revision = RevisionFactory()
        at = timezone.now() - timedelta(days=1)
        for before, after, when in [
            (State.DRAFT, State.SUBMITTED, at - timedelta(days=days)),
            (State.SUBMITTED, State.PUBLISHED, at),
        ]:
            revision.events.create(
                actor_name=name, from_state=before, to_state=after, created_at=when
            )


def test_few_decisions_say_nothing(client):
    decide(MIN_DECISIONS - 1, days=2)

    assert UNKNOWN in words(client)


def test_middle_of_the_last_year_is_told(client):
    decide(MIN_DECISIONS, days=2)
    decide(MIN_DECISIONS + 4, days=6.4)

    said = words(client)

    assert (
        "there were 14 decisions. Half of them were taken within 6 days. Nine of ten were taken within 6 days."
        in said
    )
    assert UNKNOWN not in said


def test_fast_decisions_are_told_as_a_day(client):
    decide(MIN_DECISIONS, days=0.1)

    assert "Half of them were taken within a day. Nine of ten were taken within a day." in words(
        client
    )


def test_page_names_the_criteria_and_what_waits(client):
    RevisionFactory(state=State.SUBMITTED, submitted_at=timezone.now())

    said = words(client)

    for criterion in Assessment.Criterion:
        assert str(criterion.label) in said
    assert "1 submission is waiting for a decision today." in said


def test_page_names_nobody(client):
    decide(MIN_DECISIONS, days=2, name="Ana Moderator")

    assert "Ana" not in client.get("/review/").text


@pytest.mark.parametrize("contact", ["", "office@city.example"])
def test_complaint_has_an_address_where_there_is_one(client, settings, contact):
    settings.CONTACT_EMAIL = contact

    assert ("mailto:office@city.example" in client.get("/review/").text) is bool(contact)


def test_page_is_linked_where_people_look_for_it(client):
    assert 'href="/review/"' in client.get("/accessibility/").text
    assert client.get("/about/").text.count('href="/review/"') == 2


@pytest.mark.parametrize("number", [0, 20])
def test_page_asks_the_same_however_many_decisions(client, django_assert_num_queries, number):
    decide(number, days=3)

    with django_assert_num_queries(3):
        client.get("/review/")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_refuses_other_methods(client, method):
    assert getattr(client, method)("/review/").status_code == 405


def test_public_answer_can_be_shared(client):
    answer = client.get("/review/")

    assert (answer.cookies, answer.get("Vary", "")) == ({}, "Accept-Language, Accept-Encoding")
