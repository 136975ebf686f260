"""What was asked and advised with the words of a search, below its results."""

from collections import Counter

import pytest
from django.core.cache import caches

from exchange.content import asked
from exchange.models import Question
from tests.exchange.factories import AdviceFactory, QuestionFactory

pytestmark = pytest.mark.django_db
URL = "/policies/"


def titles(text):
    return [found.title for found in asked.with_words(text)]


def test_most_words_come_first_and_one_of_several_is_too_few():
    QuestionFactory(title="What did drainage of the old town cost?")
    QuestionFactory(title="कति खर्च लाग्यो, र कति जना थिए?", language="ne", english="Drainage cost")
    AdviceFactory(text="Ask for the cost of drainage before the rains begin.")
    QuestionFactory(title="Who cleans the markets of the town?")

    assert titles("DRAINAGE costs in an old town: cost?") == [
        "What did drainage of the old town cost?",
        "Ask for the cost of drainage before the rains begin.",
        "कति खर्च लाग्यो, र कति जना थिए?",
    ]
    assert titles("markets") == ["Who cleans the markets of the town?"]
    assert titles("खर्च जना") == ["कति खर्च लाग्यो, र कति जना थिए?"]
    assert titles("markets of Paris") == titles("how many") == titles("") == []


def test_only_what_everybody_reads_is_found():
    """Sentence 8: what is for the network, waits, is hidden or removed is not."""
    for fields in (
        {"visibility": "network"},
        {"state": "checking", "opened_at": None},
        {"hidden_at": "2026-01-01T00:00Z"},
        {"removed_at": "2026-01-01T00:00Z"},
    ):
        QuestionFactory(**fields)
        AdviceFactory(**{name: fields[name] for name in fields if name != "opened_at"})
    AdviceFactory(state="replaced")
    # An answer stands with its question.
    AdviceFactory(question=QuestionFactory(title="What does a driver earn?"))
    assert titles("night buses") == titles("cleaning third") == []
    assert titles("driver") == ["What does a driver earn?"]


def test_search_shows_them_on_its_first_page_and_asks_nothing_more(
    client, reference, synced, django_assert_max_num_queries
):
    question = QuestionFactory(title="Who runs <night> buses?", state="answered")
    QuestionFactory(
        title="بسیں رات کو کون چلاتا ہے؟", language="ur", english="Night buses at night"
    )
    synced()
    page = client.get(URL, {"q": "night buses"}).text
    assert (
        f'href="/exchange/questions/{question.pk}/" lang="en" dir="ltr">Who runs &lt;night&gt;'
        in page
    )
    assert 'lang="ur" dir="rtl">بسیں' in page
    assert '<span class="state">Answered</span>' in page
    assert 'href="/exchange/questions/?q=night%20buses"' in page
    assert "What people asked" not in client.get(URL).text
    assert "What people asked" not in client.get(URL, {"q": "trams"}).text

    before = [client.get(URL, {"q": "buses"}) for _time in range(2)]
    with django_assert_max_num_queries(4):
        again = client.get(URL, {"q": "buses", "sort": "newest"})
    assert "What people asked" in before[0].text
    assert "What people asked" in again.text


def test_home_and_about_say_how_to_take_part(client, reference, synced):
    synced()
    home, about = client.get("/").text, client.get("/about/").text
    for page in (home, about):
        assert 'href="/exchange/"' in page
        assert 'href="/my/teams/join/"' in page
    assert 'class="asked' not in home
    asked.forget()
    caches["pages"].clear()
    question = QuestionFactory(title="Who runs night buses?")
    AdviceFactory(visibility="network")
    home = client.get("/").text
    assert f'href="/exchange/questions/{question.pk}/"' in home
    assert home.count('class="state"') == 1


def test_what_changes_is_seen_after_a_while(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(asked.time, "monotonic", lambda: now[0])
    assert titles("buses") == []
    QuestionFactory()
    assert titles("buses") == []
    now[0] += asked.CACHE_SECONDS + 1
    assert titles("buses") == ["How many people run the night buses?"]


def test_a_question_that_is_read_while_others_are_read_anew_is_whole(monkeypatch):
    """Two people search in one process: the second reads what there is anew, which is less by then."""
    for number in range(5):
        QuestionFactory(title=f"What does night bus {number} cost?")
    expected = titles("night bus cost")
    assert len(expected) == 3

    def counted(words):
        counts = Counter(words)
        Question.objects.all().delete()
        asked._known.read_at = None
        asked._known.read()
        return counts

    monkeypatch.setattr(asked, "Counter", counted)
    assert titles("night bus cost") == expected
    assert titles("night bus cost") == []
