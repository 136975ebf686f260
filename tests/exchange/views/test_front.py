"""The front page of the exchange: full of the library from the first day."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from exchange.content import measures, worth_asking
from exchange.models import Topic
from policies.models import CaseUse
from tests.exchange.factories import (
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def main_of(client):
    caches["pages"].clear()
    page = client.get("/exchange/").text
    return page[page.index("<main") : page.index("</main")]


def test_without_a_library_there_are_sentences_and_acts_and_no_zero(client, reference):
    """Sentence 30: one sentence and one act, and no zero."""
    shown = main_of(client)
    assert "Ask the first question" in shown
    assert "Worth asking" not in shown
    assert "What came of it so far" not in shown
    for sentence in ("No city has recorded yet", "No need or offer is open."):
        assert sentence in shown
    assert not re.search(r">\s*0\b", shown)


def test_the_most_read_gaps_of_the_library_come_first(reference):
    known = LiveRevisionFactory(
        budget_amount=5, budget_currency="NPR", staff_fte=2, start="2019-01", end="2020-12"
    )
    known.stakeholders.create(name="City", kind="city-department", role="Plans it")
    gaps = {"budget_amount": None, "staff_fte": None, "start": "2019-01", "end": ""}
    little, much = (LiveRevisionFactory(**gaps) for _each in range(2))
    LiveRevisionFactory(**gaps | {"budget_unavailable": "The books were lost."})
    much.stakeholders.create(name="City", kind="city-department", role="")
    month = f"{timezone.localdate():%Y-%m}"
    CaseUse.objects.create(case=much.case, month=month, views=9)
    CaseUse.objects.create(case=little.case, month=month, views=2)
    words = {word.topic: word for word in worth_asking.words()}
    assert {topic: (word.known, word.total) for topic, word in words.items()} == dict.fromkeys(
        words, (1, 4)
    )
    assert words[Topic.BUDGET].cases == [much, little]
    assert (words[Topic.BUDGET].known_part, words[Topic.BUDGET].open_part) == ("25.00%", "75.00%")
    said = {topic: word.cases[0].open_point for topic, word in words.items()}
    assert said == {
        Topic.BUDGET: "Nobody has stated what it cost.",
        Topic.MANPOWER: "Nobody has stated how many people worked on it.",
        Topic.STAKEHOLDERS: "The part of 1 of its 1 partners is open.",
        Topic.TIME_FRAME: "When it ended is not stated.",
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_as_often_for_three_as_for_one(
    client, reference, synced, django_assert_max_num_queries, rows
):
    for _each in range(rows):
        case = LiveRevisionFactory().case
        AdviceFactory(case=case)
        QuestionFactory(case=case)
        AdoptionFactory(case=case)
        CooperationFactory(forms=["study-visit"], targets=["11.6"])
    synced()
    with django_assert_max_num_queries(18):
        shown = main_of(client)
    assert shown.count("Ask for the cost of cleaning too") == rows
    assert shown.count("See our night buses at work") == rows


def test_public_figures_count_what_the_public_may_read(reference):
    now = timezone.now()
    live = LiveRevisionFactory(staff_fte=2)
    asked = {"case": live.case, "gap": "staff", "opened_at": now - DAY, "answered_at": now}
    live.case.revisions.update(decided_at=now)
    public = QuestionFactory(**asked)
    QuestionFactory(**asked, visibility="network")
    QuestionFactory(**asked, hidden_at=now)
    numbers = [number for _label, number in measures.public_measures()]
    assert numbers == ["1 of 1", "1 day", "1"]
    # The secretariat counts all that stand.
    assert [*measures.filled_gaps().values_list("visibility", flat=True)].count("network") == 1
    public.delete()
    assert measures.public_measures() == []
