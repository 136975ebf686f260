"""Adoptions with a cost in the estimate: cases of the adopting cities, and marked."""

import csv
import io

import pytest

from exchange.templatetags.exchange_estimate import beside_estimate
from tests.exchange.factories import AdoptionFactory, AdoptionReportFactory, AdviceFactory
from tests.factories import LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db
URL = "/policies/estimate/"


@pytest.fixture
def adoptions(reference, synced):
    """Two buses, of which three cities adopted the first; two say what it cost."""
    first = LiveRevisionFactory(
        title="Owl Bus",
        targets=["11.2"],
        budget_amount=5_000_000,
        budget_currency="USD",
        budget_usd=5_000_000,
        budget_year=2020,
    )
    second = LiveRevisionFactory(title="Trams", targets=["11.2"])
    hue = AdoptionFactory(case=first.case, member=MemberFactory(name="Hue"), started="2021")
    AdoptionReportFactory(adoption=hue, date="2022", amount=9, currency="USD", amount_year=2022)
    AdoptionReportFactory(
        adoption=hue,
        date="2023",
        amount="55.5",
        currency="PHP",
        amount_year=2013,
        amount_basis="spent",
        staff_fte=4,
    )
    suva = AdoptionFactory(case=first.case, member=MemberFactory(name="Suva"))
    AdoptionReportFactory(adoption=suva, amount=7, currency="FJD")
    AdoptionReportFactory(adoption=AdoptionFactory(case=first.case))
    # Neither what is considered nor what was never public.
    AdoptionReportFactory(
        adoption=AdoptionFactory(case=second.case, stage="considering"), amount=1, currency="USD"
    )
    AdoptionReportFactory(
        adoption=AdoptionFactory(case=second.case, state="draft"), amount=1, currency="USD"
    )
    synced()
    return hue, suva


def test_the_newest_report_with_a_cost_counts_as_a_case_of_the_adopter(client, adoptions):
    hue, suva = adoptions
    answer = client.get(URL, {"target": "11.2"})
    figures = answer.context["estimate"].figures
    assert [
        (figure.revision.title, figure.stated, str(figure.reason), figure.is_adopted)
        for figure in sorted(figures, key=lambda figure: figure.revision.title)
    ] == [
        ("Owl Bus", "USD 5 million", "", False),
        ("Owl Bus, adopted by Hue", "PHP 55.50", "", True),
        ("Owl Bus, adopted by Suva", "FJD 7", "no-year", True),
        ("Trams", "", "no-amount", False),
    ]
    page = answer.text
    assert "adopted from another city" in page
    assert f'href="{hue.get_absolute_url()}"' in page
    assert f'href="{suva.get_absolute_url()}"' in page
    # Who took part, and what was learnt, is told of the policies themselves.
    assert answer.context["estimate"].experience.total == 2


def test_chosen_cases_are_counted_alone(client, adoptions):
    hue, _suva = adoptions
    answer = client.get(URL, {"case": hue.case_id})
    assert [figure.revision.title for figure in answer.context["estimate"].figures] == ["Owl Bus"]


def test_one_is_ticked_like_a_case_and_never_asked_as_one(client, adoptions):
    hue, _suva = adoptions
    answer = client.get(URL, {"target": "11.2", "adoption": hue.pk})
    estimate = answer.context["estimate"]
    assert [figure.revision.title for figure in estimate.chosen] == ["Owl Bus, adopted by Hue"]
    assert f'name="adoption" value="{hue.pk}" form="chosen" checked' in answer.text
    assert f'name="case" value="{hue.case_id}" form="chosen">' in answer.text
    assert answer.context["without_choice"] == f"{URL}?target=11.2"
    assert "case=-" not in answer.text
    wrong = client.get(URL, {"target": "11.2", "adoption": "-1"})
    assert wrong.context["mistakes"] == [
        ("adoption", "An adoption is named by its number, for example adoption=12.")
    ]


def test_what_cities_advise_and_changed_stands_beside_the_numbers(client, adoptions):
    hue, suva = adoptions
    hue.changes.create(aspect="scale", kind="smaller", what="Two lines of five.", reason="cost")
    hue.changes.create(aspect="place", kind="replaced", what="At the port.", position=1)
    suva.stage, suva.reason = "stopped", "The drivers could not be paid at night."
    suva.save()
    against = AdoptionFactory(case=hue.case, stage="decided-against", reason="No law allows it.")
    considered = AdoptionFactory(case=hue.case, stage="considering")
    considered.changes.create(aspect="scale", kind="smaller", what="One line.", reason="cost")
    told = {
        topic: [
            AdviceFactory(
                case=hue.case, topic=topic, text=f"{topic} advice, number {number} of four."
            )
            for number in range(4)
        ]
        for topic in ("budget", "time-frame", "what-went-wrong", "technology-and-design")
    }
    on_target = AdviceFactory(
        topic="manpower", targets=["11.2"], language="ne", english="Two each."
    )
    AdviceFactory(topic="manpower", targets=["9.1"])
    AdviceFactory(case=hue.case, topic="stakeholders", visibility="network")
    AdviceFactory(case=hue.case, topic="stakeholders", state="checking")

    answer = client.get(URL, {"target": "11.2"})
    beside = beside_estimate(answer.context["estimate"], answer.context["question"])
    assert [(topic, rows) for topic, _label, rows in beside["advised"]] == [
        ("budget", told["budget"][:0:-1]),
        ("manpower", [on_target]),
        ("time-frame", told["time-frame"][:0:-1]),
    ]
    assert beside["went_wrong"] == told["what-went-wrong"][:0:-1]
    assert [
        (adoption, name, [change.what for change in changes], says_why)
        for adoption, name, changes, says_why in beside["changed"]
    ] == [
        (against, f"Owl Bus, decided against by {against.member.name}", [], True),
        (suva, "Owl Bus, adopted by Suva", [], True),
        (hue, "Owl Bus, adopted by Hue", ["Two lines of five."], False),
    ]
    for words in ("Two each.", "No law allows it.", "Two lines of five.", 'href="#advised"'):
        assert words in answer.text
    narrowed = client.get(URL, {"target": "11.2", "scale": "city"})
    context = narrowed.context
    assert beside_estimate(context["estimate"], context["question"])["advised"] == []


def test_the_file_has_them_without_the_number_of_a_case(client, adoptions):
    hue, _suva = adoptions
    answer = client.get("/policies/estimate.csv", {"target": "11.2"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    row = next(r for r in csv.DictReader(io.StringIO(text)) if r["member"] == "Hue")
    assert (row["case"], row["title"], row["amount"], row["staff_fte"], row["address"]) == (
        "",
        "Owl Bus, adopted by Hue",
        "55.5",
        "4",
        f"http://localhost:8000{hue.get_absolute_url()}",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(reference, synced, client, django_assert_max_num_queries, count):
    MemberFactory(slug="hue", population=500_000, country="VN")
    for _number in range(count):
        live = LiveRevisionFactory(targets=["11.2"], themes=["transport"])
        live.joint_members.create(member=MemberFactory())
        adoption = AdoptionFactory(case=live.case)
        adoption.changes.create(aspect="scale", kind="smaller", what="Less.", reason="cost")
        AdviceFactory(case=live.case)
        AdoptionReportFactory(adoption=adoption, amount=5, currency="USD", amount_year=2020)
    synced()
    client.get(URL, {"target": "11.2"})  # which reads the names of targets, once for a process
    with django_assert_max_num_queries(8):
        answer = client.get(URL, {"target": "11.2", "for": "hue"})
    assert answer.context["estimate"].total == 2 * count
