"""The ledger of adoptions, its file, and the page of each."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from citynet.web import recent
from exchange.models import Adoption
from policies.content import lists
from tests.conftest import signed_in
from tests.exchange.factories import AdoptionFactory, AdoptionReportFactory
from tests.factories import LiveRevisionFactory, MemberFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def visit(path, person=None):
    client = signed_in(person) if person else Client()
    return client.get(path)


def titles(answer):
    return [row["heading"] for row in answer.context["rows"]]


@pytest.fixture
def ledger(reference):
    """Three adoptions: one with changes and two reports, one decided against, one considered."""
    bus = LiveRevisionFactory(title="Owl Bus", targets=["11.2"]).case
    hue = AdoptionFactory(case=bus, member=MemberFactory(name="Hue", country="VN"))
    for aspect, reason in [("scale", "cost"), ("place", ""), ("scale", "law-and-mandate")]:
        hue.changes.create(aspect=aspect, kind="smaller", what="Two lines only.", reason=reason)
    AdoptionReportFactory(adoption=hue, date="2025", compared="too-early")
    AdoptionReportFactory(
        adoption=hue,
        date="2026-03",
        stage="in-operation",
        compared="about-the-same",
        amount=18_500_000,
        currency="PHP",
        amount_year=2025,
        amount_basis="spent",
    )
    waste = LiveRevisionFactory(title="Waste fee", targets=["12.5", "11.6"]).case
    against = AdoptionFactory(
        case=waste,
        member=MemberFactory(name="Naga", country="PH"),
        stage="decided-against",
        reason="Forty owners.",
    )
    considered = AdoptionFactory(case=bus, member=MemberFactory(name="Suva"), stage="considering")
    return {"hue": hue, "against": against, "considered": considered}


def test_the_ledger_is_narrowed_by_what_is_in_its_address(ledger, subtests):
    for query, expected in [
        ("", ["Owl Bus, adopted by Hue", "Waste fee, decided against by Naga"]),
        ("stage=decided-against", ["Waste fee, decided against by Naga"]),
        ("compared=about-the-same", ["Owl Bus, adopted by Hue"]),
        ("compared=too-early", []),
        ("compared=none", ["Waste fee, decided against by Naga"]),
        ("aspect=place&aspect=budget", ["Owl Bus, adopted by Hue"]),
        ("reason=cost&aspect=budget", []),
        ("goal=12", ["Waste fee, decided against by Naga"]),
        ("goal=11&sort=city", ["Owl Bus, adopted by Hue", "Waste fee, decided against by Naga"]),
        ("target=11.2", ["Owl Bus, adopted by Hue"]),
        ("country=PH", ["Waste fee, decided against by Naga"]),
        ("q=owl hue", ["Owl Bus, adopted by Hue"]),
        ("q=suva", []),
        ("case=x", []),
    ]:
        with subtests.test(query=query):
            assert titles(visit(f"/exchange/adoptions/?{query}")) == expected


def test_filters_say_how_many_adoptions_each_choice_would_give(ledger):
    answer = visit("/exchange/adoptions/?goal=11&stage=decided-against")
    counts = {
        group.name: {choice.value: choice.count for choice in group.choices}
        for group in answer.context["groups"]
    }
    assert counts == {
        # Its own choice does not narrow its own counts.
        "stage": {"under-way": 1, "decided-against": 1},
        "compared": {"none": 1},
        "aspect": {},
        "reason": {},
        "goal": {"11": 1, "12": 1},
        "target": {"11.6": 1, "12.5": 1},
        "country": {"PH": 1},
    }


@pytest.mark.parametrize("query", ["stage=soon", "colour=red", "goal=18", "target=99.9"])
def test_what_is_not_understood_finds_nothing(ledger, query):
    answer = visit(f"/exchange/adoptions/?{query}")
    assert (answer.status_code, "rows" in answer.context) == (400, False)


# Sentence 17.
def test_a_decision_against_is_shown_as_plainly_as_a_success(ledger):
    card = visit("/exchange/adoptions/?stage=decided-against").context["rows"][0]
    assert [(fact.label, fact.value, fact.unknown) for fact in card["facts"]] == [
        ("Stage", "Decided against", False),
        ("Compared", "Not started", False),
        ("Cost", "Not started", False),
        ("Original", "Not reported", True),
    ]
    page = visit(ledger["against"].get_absolute_url()).content.decode()
    assert "Why it was decided against" in page
    assert "Forty owners." in page


def test_members_of_the_network_see_what_is_considered(ledger):
    network = visit("/exchange/adoptions/network/?stage=considering", MembershipFactory().user)
    assert titles(network) == ["Owl Bus, considered by Suva"]
    assert "Suva" not in visit("/exchange/adoptions/").content.decode()
    address = ledger["considered"].get_absolute_url()
    assert visit(address).status_code == 404
    assert visit(address, MembershipFactory().user).status_code == 200


# Sentence 16.
def test_the_file_has_one_row_a_report(ledger):
    answer = visit("/exchange/adoptions.csv?sort=city")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    names = ("original", "member", "stage", "report_date", "amount", "currency", "amount_basis")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("Owl Bus", "Hue", "under-way", "2025", "", "", ""),
        ("Owl Bus", "Hue", "under-way", "2026-03", "18500000", "PHP", "spent"),
        ("Waste fee", "Naga", "decided-against", "", "", "", ""),
    ]
    assert rows[0]["changes"] == (
        "scale smaller: Two lines only. (cost); place smaller: Two lines only.; "
        "scale smaller: Two lines only. (law-and-mandate)"
    )


# Sentence 16.
def test_the_page_of_an_adoption_tells_what_was_kept_changed_paid_and_achieved(ledger):
    answer = visit(ledger["hue"].get_absolute_url())
    assert [(fact.label, fact.value, fact.detail) for fact in answer.context["facts"]] == [
        ("Stage", "Under way", "report of March 2026"),
        ("Compared", "About the same", ""),
        ("Cost", "PHP 18.5 million", "2025, spent; the original: Not reported"),
        ("Staff", "Not reported", ""),
    ]
    assert [report.label for report, _figures in answer.context["reports"]] == [
        "March 2026: in operation",
        "2025: under way",
    ]
    page = answer.content.decode()
    assert page.count("Two lines only.") == 3 + 1  # the changes, and the scale beside the original
    assert "Law and mandate" in page


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_files_ask_few_queries(reference, synced, count, django_assert_num_queries):
    for _number in range(count):
        adoption = AdoptionFactory(case=LiveRevisionFactory(targets=["11.2"]).case)
        adoption.changes.create(aspect="scale", kind="smaller", what="x")
        AdoptionReportFactory(adoption=adoption, amount=1, currency="USD")
    synced()
    with django_assert_num_queries(5):
        visit("/exchange/adoptions/")
    with django_assert_num_queries(8):
        b"".join(visit("/exchange/adoptions.csv").streaming_content)
    with django_assert_num_queries(8):
        visit(Adoption.objects.first().get_absolute_url())


def test_an_empty_ledger_says_one_sentence_and_offers_one_act(db):
    page = visit("/exchange/adoptions/").content.decode()
    assert "No city has said yet that it adopted a policy of another one." in page
    assert "Find the policy" in page
    assert "0 adoption" not in page


# Sentence 16.
def test_the_page_of_the_original_tells_who_took_it_up_and_what_it_cost(ledger, client):
    hue = ledger["hue"]
    page = client.get(hue.case.get_absolute_url()).text
    section = page[page.index('id="adopted-by"') : page.index('id="similar"')]
    assert "Suva" not in section  # it only considers it
    rows = [
        " ".join(strip_tags(row.replace("<", " <")).split())
        for row in section.split('<tr role="row">')[2:]
    ]
    hue_row, original_row = (row.partition(" Different")[0] for row in rows)
    assert hue_row == (
        "Hue Viet Nam Under way report of March 2026 About the same Scale smaller: cost Place smaller "
        "Scale smaller: law and mandate PHP 18.5 million 2025, spent"
    )
    assert original_row == f"{hue.case.member.name} the original Not reported"


def test_what_was_decided_against_stands_with_the_original_too(ledger, client):
    page = client.get(ledger["against"].case.get_absolute_url()).text
    assert "Naga" in page[page.index('id="adopted-by"') : page.index('id="similar"')]


def test_cards_count_who_adopted_a_case(ledger, synced, client):
    synced()
    kept = LiveRevisionFactory(title="Kept").case
    merged = ledger["hue"].case
    page = client.get("/policies/").text
    # Neither what is considered nor what was decided against.
    assert page.count("Adopted by 1 city") == 1
    AdoptionFactory(case=merged)
    AdoptionFactory(case=kept)
    # Each process reads the numbers anew after some seconds.
    recent.forget()
    assert [each.adopted_count for each in lists.read([merged.live_id, kept.live_id])] == [2, 1]
    merged.merged_into, merged.live = kept, None
    merged.save()
    recent.forget()
    assert [each.adopted_count for each in lists.read([kept.live_id])] == [3]


def test_members_show_what_they_adopted_and_what_others_adopted(ledger, client):
    hue = ledger["hue"]
    page = client.get(hue.member.get_absolute_url()).text
    assert "What it adopted" in page
    assert "What others adopted from it" not in page
    page = client.get(hue.case.member.get_absolute_url()).text
    assert "What others adopted from it" in page
    assert ">Hue<" in page
    assert "Suva" not in page


def test_pages_of_cases_ask_only_for_what_is_there(reference, synced, client):
    cases = {count: LiveRevisionFactory(targets=["11.2"]).case for count in (0, 1, 3)}
    for count, case in cases.items():
        for _number in range(count):
            adoption = AdoptionFactory(case=case)
            adoption.changes.create(aspect="scale", kind="smaller", what="x")
            AdoptionReportFactory(adoption=adoption, amount=1, currency="USD")
    synced()
    asked = []
    for case in cases.values():
        with CaptureQueriesContext(connection) as queries:
            client.get(case.get_absolute_url())
        asked.append(len(queries))
    nothing = asked[0]
    assert asked == [nothing, nothing + 1, nothing + 1]
