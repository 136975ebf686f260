"""Two pages for a meeting: what stands on them and how much of it."""

import re

import pytest

from policies.views.brief import fitted
from tests.factories import LiveRevisionFactory
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db


def test_brief_of_a_case_says_what_it_took_whom_to_ask_and_when(client, reference, settings):
    settings.CONTACT_EMAIL = "desk@city.example"
    revision = fill(LiveRevisionFactory(case__member__name="Busan", contact_office="Bus Office"))
    case = revision.case.get_absolute_url()
    page = client.get(f"{case}brief/").text
    assert page.count('<div class="sheet">') == 2
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for said in (
        "Night buses",
        "Busan",
        "Bus Office",
        "desk@city.example",
        "Printed from the platform",
    ):
        assert said in words
    assert re.findall(r'<li data-g="(\d+)">', page) == ["11"]
    assert f"http://localhost:8000{case}revisions/1/" in words
    assert f'href="{case}brief/"' in client.get(case).text
    assert client.get(f"/policies/{revision.case_id}/old-title/brief/").url == f"{case}brief/"
    empty = LiveRevisionFactory().case.get_absolute_url()
    assert client.get(f"{empty}brief/").text.count("Not reported") >= 8


@pytest.mark.parametrize(
    ("text", "room", "left"),
    [
        ("Short enough.", 13, "Short enough."),
        ("Cut at the end of a word", 12, "Cut at the…"),
        ("Wholeword" * 3, 10, "WholewordW…"),
        ("밤에 다니는 버스", 8, "밤에…"),
        ("", 5, ""),
    ],
)
def test_long_text_is_cut_at_the_end_of_a_word_and_wide_letters_count_twice(text, room, left):
    assert fitted(text, room) == left


def test_brief_of_an_estimate_shows_the_policies_behind_it(client, reference, synced):
    for number in range(10):
        LiveRevisionFactory(
            title=f"Buses {number}",
            targets=["11.2"],
            budget_amount=1000 + number,
            budget_currency="USD",
            budget_usd=1000 + number,
            budget_year=2020,
            budget_scope="total",
            budget_basis="spent",
        )
    synced()
    page = client.get("/policies/estimate/brief/?target=11.2").text
    assert page.count('<div class="sheet">') == 2
    assert re.findall(r"<span[^>]*>(Buses \d)</span>", page) == [f"Buses {n}" for n in range(8)]
    assert "2 more are on the page of the estimate." in page
    assert "10 policies are on target 11.2" in page
    # What is not understood, or too much, leads to the page that says so.
    for query in ("", "target=99.9", "for=nowhere"):
        answer = client.get(f"/policies/estimate/brief/?{query}")
        assert answer.url == f"/policies/estimate/?{query}"
    assert (
        "/policies/estimate/brief/?target=11.2"
        in client.get("/policies/estimate/?target=11.2").text
    )
