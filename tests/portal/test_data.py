"""The library as data, read by Frictionless, pyld and rdflib."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import call_command
from frictionless import Package, validate
from pyld import jsonld
from rdflib import DCAT, DCTERMS, RDF, Graph, URIRef

from members.models import Event
from members.record import audit
from policies.models import Dump, ReviewEvent, Revision
from tests.factories import LiveRevisionFactory
from tests.policies.contents import fill
from tests.portal.test_sharing import blocks, unknown_terms

pytestmark = pytest.mark.django_db
SITE = "http://localhost:8000"


@pytest.fixture
def library(reference, synced, settings):
    settings.CONTENT_LICENCE = "CC BY 4.0 https://licences.example.org/by/"
    with time_machine.travel("2026-09-02 04:00:00Z", tick=False):
        full = fill(LiveRevisionFactory(decided_at=datetime(2026, 3, 1, 9, tzinfo=UTC)))
        other = LiveRevisionFactory(title="=Taps", targets=["16.10"], start="2013")
        synced()
    return full, other


def publish(moment):
    out = io.StringIO()
    with time_machine.travel(moment, tick=False):
        call_command("publish_dump", stdout=out)
    return out.getvalue()


def test_month_is_made_once_and_tells_what_changed(client, library):
    _full, other = library
    publish("2026-09-02 05:00:00Z")
    assert publish("2026-09-03 05:00:00Z") == "The file of 2026-09 is there.\n"
    first = Dump.objects.get()
    assert (first.cases, first.added, first.changed, first.removed) == (2, [], [], [])
    with time_machine.travel("2026-09-20 05:00:00Z", tick=False):
        third = LiveRevisionFactory()
        Revision.objects.filter(pk=other.pk).update(state=Revision.State.SUPERSEDED)
        LiveRevisionFactory(case=other.case)
    publish("2026-10-01 05:00:00Z")
    newest = Dump.objects.first()
    found = (newest.month, newest.cases, newest.added, newest.changed, newest.removed)
    assert found == ("2026-10", 3, [third.case_id], [other.case_id], [])

    answer = client.get("/data/2026-10.zip")
    body = answer.getvalue()
    assert hashlib.sha256(body).hexdigest() == newest.sha256
    assert (len(body), answer["ETag"]) == (newest.size, f'"{newest.sha256}"')
    assert answer["Access-Control-Allow-Origin"] == "*"
    part = client.get("/data/2026-10.zip", headers={"range": "bytes=2-5"})
    assert (part.status_code, part.getvalue()) == (206, body[2:6])
    page = client.get("/data/").text
    assert newest.sha256 in page
    assert "1 new, 1 changed, 0 gone" in page
    assert f"SHA-256 {newest.sha256}" in page
    for missing in ("/data/2026-08.zip", "/data/2026-13.zip", "/data/x.zip"):
        assert client.get(missing).status_code == 404


def test_file_of_the_month_is_a_data_package(client, library, tmp_path):
    full, other = library
    publish("2026-09-02 05:00:00Z")
    body = client.get("/data/2026-09.zip").getvalue()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        sums = archive.read("SHA256SUMS").decode().splitlines()
    assert sorted(line.split("  ")[1] for line in sums) == [
        *("policies.csv", "policies.jsonl", "targets.csv", "thesaurus.csv"),
    ]
    for digest, name in (line.split("  ") for line in sums):
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    described = tmp_path / "datapackage.json"
    # Names, types, patterns, lengths and checksums of every file, as Frictionless understands them.
    report = validate(str(described))
    assert report.flatten(["type", "rowNumber", "note"]) == []
    assert [task.name for task in report.tasks] == ["policies", "targets", "thesaurus"]

    package = Package(str(described))
    assert package.licenses == [{"title": "CC BY 4.0", "path": "https://licences.example.org/by/"}]
    codes = [row["code"] for row in package.get_resource("targets").read_rows()]
    assert {"16.1", "16.10"} <= set(codes)
    assert codes[-1] == "17.19"
    rows = {row["id"]: row for row in package.get_resource("policies").read_rows()}
    assert rows[other.case_id]["targets"] == "SDG 16.10"
    assert rows[other.case_id]["target_uris"] == "http://metadata.un.org/sdg/16.10"
    assert rows[other.case_id]["budget_amount"] is None
    assert rows[full.case_id]["start"] == "2013-M04"
    assert str(rows[full.case_id]["published_on"]) == "2026-03-01"
    lines = (tmp_path / "policies.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [full.case_id, other.case_id]


@pytest.mark.parametrize("kind", ["case", "passage"])
def test_file_with_what_was_removed_from_the_site_is_given_out_no_more(client, library, kind):
    _full, other = library
    publish("2026-09-02 05:00:00Z")
    with time_machine.travel("2026-10-09 10:00:00Z", tick=False):
        if kind == "case":
            event = {"from_state": "published", "to_state": "unpublished", "actor_name": "Mina"}
            ReviewEvent.objects.create(
                revision=other, created_at=datetime(2026, 10, 9, 10, tzinfo=UTC), **event
            )
        else:
            audit.record("passage-removed", other.case, name="Mina", reason="A name")
            assert Event.objects.get().created_at == datetime(2026, 10, 9, 10, tzinfo=UTC)
        answer = client.get("/data/2026-09.zip")
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (410, "*")
        assert "No longer given out" in client.get("/data/").text
    stored = Dump.objects.get().file
    said = publish("2026-10-10 05:00:00Z").splitlines()
    assert said[0] == "1 files deleted, as something in them was removed from the site"
    assert not stored.storage.exists(stored.name)
    assert client.get("/data/2026-09.zip").status_code == 410
    answer = client.get("/data/2026-10.zip")
    assert (answer.status_code, answer.getvalue()[:2]) == (200, b"PK")


# Inside of rdflib.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_descriptions_for_programs_say_the_same(client, library):
    publish("2026-09-02 05:00:00Z")
    dump = Dump.objects.get()
    package = client.get("/data/datapackage.json")
    assert Package.metadata_validate(package.json()) is not None
    assert list(Package.metadata_validate(package.json())) == []
    assert [each["path"] for each in package.json()["resources"]] == [
        f"{SITE}/policies/export.csv",
        f"{SITE}/data/targets.csv",
        f"{SITE}/sdgs/thesaurus.csv",
        f"{SITE}/exchange/questions.csv",
        f"{SITE}/exchange/know-how.csv",
        f"{SITE}/exchange/adoptions.csv",
    ]
    for each in package.json()["resources"]:
        answer = client.get(each["path"].removeprefix(SITE))
        header = answer.getvalue().decode("utf-8-sig").splitlines()[0]
        assert header.split(",") == [field["name"] for field in each["schema"]["fields"]]

    catalogue = client.get("/data/catalog.jsonld")
    assert catalogue["Content-Type"] == "application/ld+json; charset=utf-8"
    assert len(jsonld.expand(catalogue.json())) == 1
    graph = Graph().parse(data=catalogue.text, format="json-ld")
    (root,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert str(root) == f"{SITE}/data/"
    assert len(list(graph.objects(root, DCAT.dataset))) == 7
    files = set(graph.objects(None, DCAT.downloadURL))
    assert URIRef(f"{SITE}/data/2026-09.zip") in files
    for address in files:
        answer = client.get(str(address).removeprefix(SITE))
        assert (answer.status_code, len(answer.getvalue()) > 9) == (200, True)
    licences = set(graph.objects(None, DCTERMS.license))
    assert licences == {URIRef("https://licences.example.org/by/")}
    (service,) = graph.objects(root, DCAT.service)
    assert client.get(str(service).removeprefix(SITE)).status_code == 200

    page = client.get("/data/").text
    assert unknown_terms(page) == set()
    (data,) = blocks(page)
    assert data["@type"] == "Dataset"
    assert data["distribution"][-1]["sha256"] == dump.sha256
    assert data["license"] == "https://licences.example.org/by/"


def test_page_says_that_there_is_no_file_yet_and_no_licence(client, reference):
    page = client.get("/data/").text
    assert "The first file is not made yet." in page
    assert "No licence is stated for the texts" in page
    assert "licenses" not in client.get("/data/datapackage.json").json()


def test_page_asks_as_often_for_three_months_as_for_one(client, library, django_assert_num_queries):
    for count, month in enumerate(("2026-09", "2026-10", "2026-11"), 1):
        publish(f"{month}-02 05:00:00Z")
        if count in (1, 3):
            with django_assert_num_queries(5):
                client.get("/data/")
