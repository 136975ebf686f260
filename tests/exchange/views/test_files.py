"""Questions and know-how as files."""

import csv
import io
import json

import pytest
from django.utils import timezone
from frictionless import Resource

from exchange.content import files
from policies.interchange import Importer
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdoptionReportFactory,
    AdviceFactory,
    QuestionFactory,
)
from tests.factories import LiveRevisionFactory, MemberFactory

pytestmark = pytest.mark.django_db


def rows_of(client, address):
    answer = client.get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def stated(row):
    return {name: value for name, value in row.items() if value not in ("", "no")}


def test_files_hold_what_everybody_reads_and_no_names(client, reference, settings):
    """Sentence 8: what is for the network is in no export."""
    case = LiveRevisionFactory(targets=["9.1"]).case
    iloilo = MemberFactory(name="Iloilo City", slug="iloilo", country="PH")
    hue = MemberFactory(name="Hue", slug="hue", country="VN")
    question = QuestionFactory(
        member=iloilo, title="=How many people?", case=case, gap="staff", targets=["11.2"]
    )
    AddresseeFactory(question=question, member=hue, state="answered")
    answer = AdviceFactory(
        question=question,
        member=hue,
        case=case,
        topic="manpower",
        language="ne",
        text="बाह्र जना चालक, दुई पालीमा; तीन जना कार्यालयमा बस्छन्।",
        english="Twelve drivers.",
        english_at="2026-05-01T00:00Z",
        amount="1500.50",
        currency="NPR",
        amount_year=2024,
        people_fte=15,
    )
    hidden = {"visibility": "network"}
    AdviceFactory(question=question, **hidden)
    asked = QuestionFactory(**hidden)
    told = AdviceFactory(question=asked, passed_on=True, source="E-mail of 3 May 2026")
    withdrawn = AdviceFactory(case=LiveRevisionFactory().case)
    withdrawn.case.live = None
    withdrawn.case.save()

    site = settings.SITE_URL
    (row,) = rows_of(client, "/exchange/questions.csv")
    opened = row.pop("opened_at")
    assert len(opened) == len("2026-11-30")
    assert stated(row) == {
        "question": str(question.pk),
        "address": f"{site}/exchange/questions/{question.pk}/how-many-people/",
        "member": "Iloilo City",
        "member_slug": "iloilo",
        "country": "PH",
        "title": "'=How many people?",
        "language": "en",
        "topic": "manpower",
        "gap": "staff",
        "case": str(case.pk),
        "targets": "SDG 11.2",
        "state": "open",
        "addressees": "Hue: answered",
        "answers": f"{site}/exchange/know-how/{answer.pk}/",
    }
    first, second = sorted(
        rows_of(client, "/exchange/know-how.csv"), key=lambda r: int(r["advice"])
    )
    first.pop("created_at")
    assert stated(first) == {
        "advice": str(answer.pk),
        "address": f"{site}/exchange/know-how/{answer.pk}/",
        "question": str(question.pk),
        "member": "Hue",
        "member_slug": "hue",
        "country": "VN",
        "topic": "manpower",
        "text": answer.text,
        "language": "ne",
        "english": "Twelve drivers.",
        "english_at": "2026-05-01",
        "case": str(case.pk),
        "amount": "1500.5",
        "currency": "NPR",
        "amount_year": "2024",
        "people_fte": "15",
    }
    # An answer for everybody to a question of the network does not name the question.
    assert (second["advice"], second["question"], second["passed_on"], second["source"]) == (
        str(told.pk),
        "",
        "yes",
        "E-mail of 3 May 2026",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_filters_and_few_queries(client, reference, django_assert_num_queries, count):
    for _number in range(count):
        question = QuestionFactory(topic="budget", targets=["11.2"])
        AddresseeFactory(question=question)
        AdviceFactory(question=question, topic="budget", targets=["11.2"])
    QuestionFactory(topic="manpower")
    with django_assert_num_queries(5):
        assert len(rows_of(client, "/exchange/questions.csv?topic=budget")) == count
    with django_assert_num_queries(3):
        assert len(rows_of(client, "/exchange/know-how.csv?topic=budget")) == count
    for name, header in (("questions", files.QUESTIONS), ("know-how", files.KNOW_HOW)):
        page = client.get(f"/exchange/{name}/?topic=budget").text
        assert f'href="/exchange/{name}.csv?topic=budget"' in page
        assert client.get(f"/exchange/{name}.csv?topic=soup").status_code == 400
        assert len(set(header)) == len(header)


def test_lines_of_cases_name_what_is_public_of_the_exchange(client, reference, synced, settings):
    """Also of a case that was merged into it; a line that comes back changes nothing."""
    text = LiveRevisionFactory(targets=["11.2"])
    merged = LiveRevisionFactory().case
    merged.live, merged.merged_into = None, text.case
    merged.save()
    other = LiveRevisionFactory(targets=["11.2"]).case
    question = QuestionFactory(case=text.case)
    advice = [AdviceFactory(case=text.case), AdviceFactory(case=merged, question=question)]
    adoption = AdoptionFactory(case=text.case)
    elsewhere = AdviceFactory(case=other)
    # What is for the network, replaced, removed or only considered is in no file.
    QuestionFactory(case=text.case, visibility="network")
    AdviceFactory(case=text.case, visibility="network")
    AdviceFactory(case=text.case, state="replaced")
    AdviceFactory(case=text.case, removed_at=timezone.now())
    AdoptionFactory(case=text.case, stage="considering")
    synced()

    def entries(kind, *rows):
        site = f"{settings.SITE_URL}/exchange/{kind}"
        return [{"id": row.pk, "url": f"{site}/{row.pk}/"} for row in rows]

    expected = {
        "questions": entries("questions", question),
        "advice": entries("know-how", *advice),
        "adoptions": entries("adoptions", adoption),
    }
    file = client.get("/policies/export.jsonl?sort=newest").getvalue()
    lines = {line["id"]: line for line in map(json.loads, file.splitlines())}
    assert {name: lines[text.case_id][name] for name in expected} == expected
    assert lines[other.pk]["advice"] == entries("know-how", elsewhere)
    assert (
        json.loads(client.get(f"{text.case.get_absolute_url()}export.jsonl").content)
        == (lines[text.case_id])
    )
    answer = client.get(f"/api/policies/{text.case_id}/").json()
    assert {name: answer[name] for name in expected} == expected
    short = client.get("/api/policies/?fields=advice").json()["results"]
    assert {row["id"]: row["advice"] for row in short}[text.case_id] == expected["advice"]
    importer = Importer()
    (batch,) = importer.run(io.BytesIO(file))
    assert (batch.errors, importer.counts["unchanged"]) == ([], 2)


def test_files_are_described_for_programs_as_they_are(client, reference, settings, tmp_path):
    """Frictionless reads each file of the exchange by its description in the data package."""
    case = LiveRevisionFactory(targets=["11.2"]).case
    question = QuestionFactory(case=case, background="One\ntwo.")
    AdviceFactory(question=question, case=case, amount="1500.50", currency="NPR", amount_year=2024)
    adoption = AdoptionFactory(case=case, started="2021-03", confirmed_by_origin_at=timezone.now())
    AdoptionReportFactory(adoption=adoption, amount=5, currency="USD", staff_fte=2, months=7)
    package = client.get("/data/datapackage.json").json()
    resources = {each["name"]: each for each in package["resources"]}
    for name, key in (("questions", "question"), ("know-how", "advice"), ("adoptions", "adoption")):
        resource = resources[name]
        assert resource["path"] == f"{settings.SITE_URL}/exchange/{name}.csv"
        (tmp_path / "file.csv").write_bytes(client.get(f"/exchange/{name}.csv").getvalue())
        described = Resource.from_descriptor(
            resource | {"path": "file.csv"}, basepath=str(tmp_path)
        )
        assert described.validate().flatten(["type", "note"]) == []
        (row,) = described.read_rows()
        assert isinstance(row[key], int)
    assert all(
        field["description"] for each in resources.values() for field in each["schema"]["fields"]
    )
    page = client.get("/data/").text
    assert '<a href="/exchange/know-how.csv"><code>know-how.csv</code></a>' in page
