"""The filtered list of one small library as CSV, JSON Lines, workbook and Atom."""

import json
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.utils import timezone

from policies.content import summary
from policies.interchange import row, spreadsheet
from policies.models import FundingSource, Revision, Source, Stakeholder
from policies.search import index
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory
from tests.policies.lines import ABOUT, content_of

from .exported import ATOM, FILES, csv_rows, entries, workbook_rows

pytestmark = pytest.mark.django_db

ABOUT_SHEET = 11


@pytest.fixture(scope="module")
def library(shared):
    """Three cases: two of goal 11, one of goal 6; the last is the one published last."""
    with shared.made():
        start = datetime(2026, 1, 1, tzinfo=UTC)
        suva = MemberFactory(name="Suva", slug="suva", country="FJ", population=None)
        full = LiveRevisionFactory(
            case=CaseStudyFactory(member=suva, slug="wetlands"),
            title='=Wetlands, "kept"',
            summary="Two\nlines; 서울",
            targets=["11.5", "6.6"],
            themes=["environment", "water"],
            stage="completed",
            start="2010-04",
            end="2012",
            budget_amount="1250000.50",
            budget_currency="FJD",
            budget_year=2011,
            budget_scope="total",
            budget_usd="700000",
            staff_fte="2.5",
            decided_at=start,
        )
        Stakeholder.objects.create(revision=full, name="+City", kind="city-department", position=0)
        Stakeholder.objects.create(revision=full, name="Bank", kind="donor", position=1)
        FundingSource.objects.create(
            revision=full, name="Bank", amount=5, currency="USD", state="received", position=0
        )
        Source.objects.create(
            revision=full, title="Report", url="https://example.org/r", position=0
        )
        empty = LiveRevisionFactory(
            title="Night buses", targets=["11.2"], decided_at=start + timedelta(days=1)
        )
        other = LiveRevisionFactory(
            title="Taps", targets=["6.1"], decided_at=start + timedelta(days=2)
        )
        summary.rebuild(Revision.objects.live())
        index.sync()
    return [full, empty, other]


def whole(client, form):
    """The answer, read to its end."""
    answer = client.get(f"/policies/export.{form}")
    assert answer.getvalue()
    return answer


def test_csv_has_a_row_for_each_case_in_the_order_of_the_list(client, library):
    answer = client.get("/policies/export.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = f"urban-sdg-policies-{timezone.localdate():%Y-%m-%d}.csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.getvalue().startswith(b"\xef\xbb\xbfid,url,")
    rows = csv_rows(client.get("/policies/export.csv"))
    assert [one["title"] for one in rows] == ["Taps", "Night buses", '\'=Wetlands, "kept"']


def test_csv_says_all_that_is_known_and_leaves_the_rest_empty(client, library):
    full, empty, _other = library
    rows = {one["id"]: one for one in csv_rows(client.get("/policies/export.csv"))}
    known = {name: value for name, value in rows[str(full.case_id)].items() if value}
    assert known == {
        "id": str(full.case_id),
        "url": f"{settings.SITE_URL}/policies/{full.case_id}/",
        "revision": "1",
        "published_on": "2026-01-01",
        "language": "en",
        "title": '\'=Wetlands, "kept"',
        "member": "Suva",
        "member_slug": "suva",
        "member_kind": "local-government",
        "country_code": "FJ",
        "country": "Fiji",
        "subregion": "Melanesia",
        "provenance": "city",
        "themes": "environment; water",
        "goals": "6; 11",
        "targets": "SDG 11.5; SDG 6.6",
        "primary_target": "SDG 11.5",
        "stage": "completed",
        "start": "2010-M04",
        "end": "2012",
        "duration_months": "33",
        "budget_amount": "1250000.50",
        "budget_currency": "FJD",
        "budget_year": "2011",
        "budget_scope": "total",
        "budget_usd": "700000.00",
        "funding_sources": "Bank: USD 5.00 (received)",
        "staff_fte": "2.5",
        "stakeholders": "'+City; Bank",
        "summary": "Two\nlines; 서울",
        "sources": "https://example.org/r",
        "first_published_on": "2026-01-01",
        "synthetic": "false",
        "target_uris": "http://metadata.un.org/sdg/11.5; http://metadata.un.org/sdg/6.6",
    }
    unknown = rows[str(empty.case_id)]
    assert {unknown[name] for name in ("budget_amount", "staff_fte", "end", "sources")} == {""}


def test_json_lines_are_the_interchange_format(client, library):
    answer = client.get("/policies/export.jsonl?goal=11")
    assert answer.headers["Content-Type"] == "application/jsonl; charset=utf-8"
    lines = answer.getvalue().decode().splitlines()
    full, empty, _other = library
    revisions = Revision.objects.with_content().in_bulk([full.pk, empty.pk])
    expected = [json.loads(json.dumps(row(revisions[each.pk]))) for each in (empty, full)]
    assert [content_of(json.loads(line)) for line in lines] == expected
    line = json.loads(lines[1])
    assert {name: line[name] for name in ABOUT} == {
        "id": full.case_id,
        "url": f"{settings.SITE_URL}/policies/{full.case_id}/",
        "revision": 1,
        "published_at": "2026-01-01T00:00:00+00:00",
        "first_published_at": "2026-01-01T00:00:00+00:00",
        "licence": None,
    }


def test_workbook_is_not_packed_twice(client, library):
    answer = client.get("/policies/export.xlsx", headers={"accept-encoding": "gzip"})
    assert not answer.has_header("Content-Encoding")
    assert int(answer["Content-Length"]) == len(answer.getvalue())


def test_schema_says_what_the_columns_of_the_csv_file_are(client, library):
    link = client.get("/policies/export.csv")["Link"]
    address = re.fullmatch(r'<(.+)>; rel="describedby"; type="application/csvm\+json"', link)[1]
    answer = client.get(address)
    assert answer["Content-Type"] == "application/csvm+json; charset=utf-8"
    table = answer.json()["tableSchema"]
    assert [column["name"] for column in table["columns"]] == spreadsheet.header()
    types = {column["name"]: column["datatype"] for column in table["columns"]}
    assert (types["id"], types["budget_amount"], types["published_on"], types["budget_year"]) == (
        *("integer", "decimal", "date", "gYear"),
    )
    assert all(column["dc:description"] for column in table["columns"])
    formats = {
        name: re.compile(kind["format"]) for name, kind in types.items() if isinstance(kind, dict)
    }
    assert set(formats) == {"targets", "primary_target", "start", "end"}
    for one in csv_rows(client.get("/policies/export.csv")):
        for name, pattern in formats.items():
            assert all(pattern.fullmatch(each) for each in one[name].split("; ") if each)


def test_workbook_says_what_it_is(client, library):
    about = workbook_rows(client.get("/policies/export.xlsx?goal=11"), ABOUT_SHEET)
    notes = {cells["A"]: cells["B"] for cells in about}
    assert notes["Filter"] == "Goal 11"
    assert notes["Number of policies"] == 2
    assert notes["Address of this list"] == f"{settings.SITE_URL}/policies/?goal=11"
    assert notes["Meaning of the columns"] == f"{settings.SITE_URL}/codebook/"


def test_files_name_the_licence_where_there_is_one(client, library, settings):
    settings.CONTENT_LICENCE = "CC BY 4.0 https://licences.example.org/by/"
    for answer in (whole(client, form) for form in FILES):
        assert answer["Link"].startswith('<https://licences.example.org/by/>; rel="license"')
    notes = {
        row["A"]: row["B"]
        for row in workbook_rows(client.get("/policies/export.xlsx"), ABOUT_SHEET)
    }
    assert notes["Licence"] == "CC BY 4.0, https://licences.example.org/by/"
    feed = ET.fromstring(client.get("/policies/feed/").content)  # noqa: S314 - made by us
    assert feed.findtext(f"{ATOM}rights") == "CC BY 4.0, https://licences.example.org/by/"


def test_files_claim_no_licence_where_none_is_set(client, library):
    none = "No licence is stated: ask the contributing member before you use a text."
    for answer in (whole(client, form) for form in FILES):
        assert "license" not in answer.get("Link", "")
    notes = {
        row["A"]: row["B"]
        for row in workbook_rows(client.get("/policies/export.xlsx"), ABOUT_SHEET)
    }
    assert notes["Licence"] == none
    feed = ET.fromstring(client.get("/policies/feed/").content)  # noqa: S314 - made by us
    assert feed.findtext(f"{ATOM}rights") == none


def test_what_is_not_understood_gives_the_page_and_no_file(client, library, subtests):
    for path in [*(f"/policies/export.{kind}" for kind in FILES), "/policies/feed/"]:
        for query in ["goal=99", "q=" + "x" * 501, "colour=red", "budget_min=x", "page=0"]:
            with subtests.test(path=path, query=query):
                answer = client.get(f"{path}?{query}")
                assert answer.status_code == 400
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
                assert 'role="alert"' in answer.text
                assert "Night buses" not in answer.text


def test_filter_without_an_index_gives_503(client, library, settings, tmp_path, subtests):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    settings.SEARCH_INDEX_DIR = blocked / "index"
    for path in [*(f"/policies/export.{kind}" for kind in FILES), "/policies/feed/"]:
        with subtests.test(path=path):
            answer = client.get(f"{path}?goal=11")
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "30"
            assert "Night buses" not in answer.text
            whole = client.get(path)
            assert whole.status_code == 200
            assert len(whole.getvalue()) > 500


def test_head_request_gives_the_name_and_no_rows(client, library, subtests):
    for kind in FILES:
        with subtests.test(kind=kind):
            answer = client.head(f"/policies/export.{kind}")
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
            assert answer.getvalue() == b""
            # A length of nothing would be wrong, and the right one costs reading all rows.
            assert not answer.has_header("Content-Length")


@pytest.mark.parametrize("path", ["/policies/compare/export.csv?case={}&case={}"])
def test_head_request_for_other_files_tells_no_length(client, library, path):
    answer = client.head(
        path.format(*(each.case_id for each in library)), headers={"accept-encoding": "gzip"}
    )
    assert (answer.status_code, answer.getvalue()) == (200, b"")
    assert not answer.has_header("Content-Length")
    assert not answer.has_header("Content-Encoding")


def test_feed_has_the_newest_cases_of_the_filter(client, library):
    full, empty, _other = library
    answer = client.get("/policies/feed/?goal=11&sort=budget&view=table&page=3")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)  # noqa: S314 - made by us
    assert feed.findtext(f"{ATOM}title") == "Urban SDG Knowledge Platform: Goal 11"
    assert feed.findtext(f"{ATOM}id") == f"{settings.SITE_URL}/policies/feed/?goal=11"
    assert feed.findtext(f"{ATOM}updated") == "2026-01-02T00:00:00+00:00"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "alternate": f"{settings.SITE_URL}/policies/?goal=11",
        "self": f"{settings.SITE_URL}/policies/feed/?goal=11",
    }
    newest, oldest = entries(answer)
    assert newest.findtext(f"{ATOM}title") == "Night buses"
    assert oldest.findtext(f"{ATOM}title") == '=Wetlands, "kept"'
    assert oldest.findtext(f"{ATOM}id") == f"{settings.SITE_URL}/policies/{full.case_id}/"
    assert oldest.findtext(f"{ATOM}summary") == "Two\nlines; 서울"
    assert oldest.findtext(f"{ATOM}updated") == "2026-01-01T00:00:00+00:00"
    assert oldest.findtext(f"{ATOM}author/{ATOM}name") == "Suva"
    link = settings.SITE_URL + full.case.get_absolute_url()
    assert oldest.find(f"{ATOM}link").get("href") == link
    terms = [each.get("term") for each in oldest.findall(f"{ATOM}category")]
    assert terms == [
        *("Goal 6", "Goal 11"),
        *("http://metadata.un.org/sdg/11.5", "http://metadata.un.org/sdg/6.6"),
    ]
    assert empty.title == "Night buses"
