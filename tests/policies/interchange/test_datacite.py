"""DOIs, against a double of DataCite's REST API that runs here."""

import base64
import io
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from policies.models import Revision
from policies.workflow import curation, removal
from tests.factories import LiveRevisionFactory, StaffFactory

pytestmark = pytest.mark.django_db

KEY = "Basic " + base64.b64encode(b"CITY.NET:secret").decode()
STATES = {"publish": "findable", "hide": "registered"}


class Registry(BaseHTTPRequestHandler):
    """Does with PUT /dois/<doi> what the API says of it: 201 for a new one, 200 for a known one, 401
    without the password, 422 without a title."""

    def do_PUT(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
        doi = self.path.removeprefix("/dois/")
        known, values = self.server.dois.get(doi, {}), sent["attributes"]
        status = 200 if known else 201
        if self.headers["Content-Type"] != "application/vnd.api+json":
            status = 415
        if self.headers["Authorization"] != KEY:
            status = 401
        if not known and not all(title["title"] for title in values.get("titles", [])):
            status = 422
        if self.server.status:
            status = self.server.status
        if status < 400:
            self.server.dois[doi] = known | values | {"state": STATES[values["event"]]}
        body = json.dumps({"errors": [{"status": str(status)}]}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def registry(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    server.dois, server.status = {}, None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.DATACITE_URL = f"http://127.0.0.1:{server.server_port}"
    settings.DATACITE_PREFIX = "10.5072"
    settings.DATACITE_REPOSITORY, settings.DATACITE_PASSWORD = "CITY.NET", "secret"
    yield server
    server.shutdown()
    server.server_close()


def run(**options):
    out = io.StringIO()
    call_command("register_dois", stdout=out, **options)
    return out.getvalue().strip()


def test_published_texts_are_registered_once_and_cited_by_their_doi(
    client, reference, registry, settings
):
    settings.CONTENT_LICENCE = "CC BY 4.0 https://licences.example.org/by/"
    revision = LiveRevisionFactory(
        title="Night buses",
        summary="Buses through the night.",
        case__member__name="Busan",
        decided_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        targets=["11.2"],
    )
    LiveRevisionFactory(case__synthetic=True)
    doi = f"10.5072/urbansdg.{revision.case_id}.1"
    assert run(dry_run=True) == f"{doi} Night buses\n1 to register, 0 to hide"
    assert registry.dois == {}

    assert run() == "1 DOIs registered or hidden"
    assert run() == "0 DOIs registered or hidden"

    url = f"http://localhost:8000/policies/{revision.case_id}/night-buses/revisions/1/"
    assert registry.dois[doi] == {
        "doi": doi,
        "event": "publish",
        "state": "findable",
        "url": url,
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Report", "resourceType": "Policy case study"},
        "titles": [{"title": "Night buses", "lang": "en"}],
        "creators": [{"name": "Busan", "nameType": "Organizational"}],
        "publisher": "CityNet Urban SDG Knowledge Platform",
        "publicationYear": 2026,
        "dates": [{"date": "2026-03-01", "dateType": "Issued"}],
        "language": "en",
        "version": "1",
        "descriptions": [
            {
                "description": "Buses through the night.",
                "descriptionType": "Abstract",
                "lang": "en",
            }
        ],
        "subjects": [
            {
                "subject": f"11.2 {revision.contributions.get().target.label}",
                "subjectScheme": "Sustainable Development Goals",
                "schemeUri": "http://metadata.un.org/sdg/",
                "valueUri": "http://metadata.un.org/sdg/11.2",
            }
        ],
        "rightsList": [{"rights": "CC BY 4.0", "rightsUri": "https://licences.example.org/by/"}],
        "relatedIdentifiers": [],
    }
    answer = client.get(revision.case.get_absolute_url())
    assert f'<https://doi.org/{doi}>; rel="cite-as"' in answer["Link"]
    assert f'<meta name="citation_doi" content="{doi}">' in answer.text
    assert f"https://doi.org/{doi}</p>" in answer.text
    address = revision.case.get_absolute_url()
    assert json.loads(client.get(f"{address}cite.json").text)[0]["DOI"] == doi
    assert f"DO  - {doi}\r\n" in client.get(f"{address}cite.ris").content.decode()
    assert f"doi = {{{doi}}}" in client.get(f"{address}cite.bib").text


def test_registry_is_told_of_what_was_taken_out(reference, registry):
    """Also of a text that is hidden there; of other cases nothing is told again."""
    first = LiveRevisionFactory(title="Buses of Kim Minji", summary="Kim Minji runs them.")
    LiveRevisionFactory()
    case, editor = first.case, StaffFactory(is_superuser=True)
    run()
    curation.unpublish(case, by=editor, reason="Asked for")
    run()
    assert run() == "0 DOIs registered or hidden"
    kept = LiveRevisionFactory(case=case, title="Kim Minji’s buses")
    assert run() == "1 DOIs registered or hidden"
    removal.take_down_passage(case, "Kim Minji", by=editor, reason="Private")
    assert run() == "2 DOIs registered or hidden"
    assert run() == "0 DOIs registered or hidden"
    told = [registry.dois[f"10.5072/urbansdg.{case.pk}.{each.number}"] for each in (first, kept)]
    assert [each["state"] for each in told] == ["registered", "findable"]
    assert "minji" not in json.dumps(told).lower()


def test_next_revision_follows_and_an_unpublished_text_is_hidden(reference, registry):
    first = LiveRevisionFactory()
    run()
    Revision.objects.filter(pk=first.pk).update(state=Revision.State.SUPERSEDED)
    second = LiveRevisionFactory(case=first.case)
    run()
    old, new = (f"10.5072/urbansdg.{first.case_id}.{number}" for number in (1, 2))
    assert [row["relatedIdentifier"] for row in registry.dois[new]["relatedIdentifiers"]] == [old]

    case = first.case
    case.live = None
    case.save()
    Revision.objects.filter(pk=second.pk).update(state=Revision.State.UNPUBLISHED)
    assert run() == "2 DOIs registered or hidden"
    assert {each["state"] for each in registry.dois.values()} == {"registered"}
    assert run() == "0 DOIs registered or hidden"

    case.live = second
    case.save()
    Revision.objects.filter(pk=second.pk).update(state=Revision.State.PUBLISHED)
    assert run() == "2 DOIs registered or hidden"
    assert {each["state"] for each in registry.dois.values()} == {"findable"}


@pytest.mark.parametrize(("status", "code"), [(503, 75), (429, 75), (422, 1), (401, 1)])
def test_registry_that_is_away_is_asked_again_and_a_refusal_is_named(
    reference, registry, status, code
):
    revision = LiveRevisionFactory()
    registry.status = status
    with pytest.raises(CommandError) as refused:
        run()
    assert (refused.value.returncode, str(status) in str(refused.value)) == (code, True)
    revision.refresh_from_db()
    assert revision.doi == ""


def test_nothing_is_registered_without_a_prefix(reference):
    LiveRevisionFactory()
    assert run() == "DATACITE_PREFIX is not set: nothing is registered."


def test_registry_that_cannot_be_reached_is_asked_again(reference, registry, settings):
    LiveRevisionFactory()
    settings.DATACITE_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError) as away:
        run()
    assert away.value.returncode == 75
