"""The feed of the exchange: what everybody may read, the newest first, and nothing else."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from tests.exchange.factories import AdviceFactory, QuestionFactory

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = "https://policies.example"


def entries(client):
    response = client.get("/exchange/feed/")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(response.content)  # noqa: S314 - our own answer
    return feed.findall(f"{ATOM}entry")


def said(entry, *names):
    return [entry.find(f"{ATOM}{name}").text for name in names]


def test_public_questions_and_advice_are_in_it_newest_first(client):
    """Sentence 8: what is for the network, waits, is hidden or removed is not."""
    question = QuestionFactory(
        member__name="Naga",
        title="How many people run the night buses?",
        background="We plan <two> lines.\x0b",
        opened_at=timezone.now() - timedelta(days=1),
    )
    advice = AdviceFactory(
        member__name="Lalitpur", language="ne", text="सरसफाइको लागत पनि सोध्नुहोस्, त्यो एक तिहाइ थियो।"
    )
    for facts in (
        {"visibility": "network"},
        {"state": "checking"},
        {"hidden_at": timezone.now()},
        {"removed_at": timezone.now()},
    ):
        QuestionFactory(title="Not for everybody?", **facts)
        AdviceFactory(text="Not for everybody, this piece of advice.", **facts)
    first, second = entries(client)
    assert said(first, "title", "id", "summary") == [
        "Lalitpur on Budget",
        f"https://policies.example/exchange/know-how/{advice.pk}/",
        advice.text,
    ]
    assert first.get(XML_LANG) == "ne"
    assert said(second, "title", "id", "summary") == [
        question.title,
        f"https://policies.example/exchange/questions/{question.pk}/",
        "We plan &lt;two&gt; lines.",
    ]
    assert second.find(f"{ATOM}author/{ATOM}name").text == "Naga"
    assert second.find(f"{ATOM}link").get("href").endswith("/how-many-people-run-the-night-buses/")


def test_empty_feed_is_one(client):
    assert entries(client) == []
    assert client.post("/exchange/feed/").status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(client, django_assert_num_queries, number):
    for _index in range(number):
        QuestionFactory()
        AdviceFactory()
    with django_assert_num_queries(2):
        assert len(entries(client)) == 2 * number
