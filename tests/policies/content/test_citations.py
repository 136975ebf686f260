"""Citations, read back the way reference managers read them."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.test import override_settings

from policies.content.citations import bibtex, citation, csl, in_words, one_line, ris, tex
from policies.models import CaseStudy
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db

HOSTILE = 'A } { \\ "B" 100% & #1_x ~ ^ $5\n\nER  - \x01\x1b[0m\u2028@misc{x,'


def make(**fields):
    fields = {
        "case__member__name": "Busan Metropolitan City",
        "case__member__country": "KR",
        "title": "Night buses",
        "decided_at": datetime(2026, 11, 23, 12, tzinfo=UTC),
    } | fields
    return LiveRevisionFactory(**fields)


def read_bibtex(text):
    """Key and fields of the only entry; braces are counted as BibTeX counts them."""
    head = re.match(r"@(\w+)\{([^,\s]+),", text)
    fields, at = {}, head.end()
    for found in re.finditer(r"\s*(\w+) = (\{)?", text):
        if found.start() < at:
            continue
        if not found[2]:
            end = text.index(",", found.end())
            fields[found[1]] = text[found.end() : end]
        else:
            depth, end = 1, found.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            fields[found[1]] = text[found.end() : end - 1]
        at = end
    assert text[at:].strip(",\n ") == "}"
    return head[1], head[2], fields


def read_ris(text):
    lines = text.split("\r\n")
    assert lines.pop() == ""
    found = [re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line) for line in lines]
    return [(line[1], line[2]) for line in found]


def test_bibtex_is_read_back():
    revision = make()
    kind, key, fields = read_bibtex(bibtex(citation(revision)))
    pk = revision.case_id
    assert (kind, key) == ("misc", f"citynet-{pk}-1")
    assert fields == {
        "author": "{Busan Metropolitan City}",
        "title": "{Night buses}",
        "howpublished": "CityNet Urban SDG Knowledge Platform",
        "year": "2026",
        "month": "nov",
        "url": f"http://localhost:8000/policies/{pk}/night-buses/revisions/1/",
        "note": "Revision 1",
        "language": "en",
    }


def test_bibtex_of_hostile_text_is_still_one_entry():
    revision = make(title=HOSTILE, case__member__name=HOSTILE)
    _kind, _key, fields = read_bibtex(bibtex(citation(revision)))
    printed = (
        r'A \textbraceright{} \textbraceleft{} \textbackslash{} "B" 100\% \& \#1\_x '
        r"\textasciitilde{} \textasciicircum{} \$5 ER - [0m @misc\textbraceleft{}x,"
    )
    assert fields["title"] == f"{{{printed}}}"
    assert fields["author"] == f"{{{printed}}}"
    assert len(fields) == 8


def test_tex_leaves_other_scripts_alone():
    assert tex("서울 “버스” – é") == "서울 “버스” – é"


def test_ris_is_read_back():
    revision = make(summary="Buses\nthrough the night.")
    pk = revision.case_id
    assert read_ris(ris(citation(revision))) == [
        ("TY", "ELEC"),
        ("AU", "Busan Metropolitan City"),
        ("TI", "Night buses"),
        ("AB", "Buses through the night."),
        ("PB", "CityNet Urban SDG Knowledge Platform"),
        ("PY", "2026"),
        ("DA", "2026/11/23"),
        ("LA", "en"),
        ("N1", "Revision 1"),
        ("UR", f"http://localhost:8000/policies/{pk}/night-buses/revisions/1/"),
        ("ER", ""),
    ]


def test_ris_of_hostile_text_is_still_one_record():
    tags = [tag for tag, _value in read_ris(ris(citation(make(title=HOSTILE, summary=HOSTILE))))]
    assert tags == ["TY", "AU", "TI", "AB", "PB", "PY", "DA", "LA", "N1", "UR", "ER"]


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("Capital Development Authority, Islamabad", "Capital Development Authority – Islamabad"),
        ("住房局，深圳", "住房局 – 深圳"),
        ("Housing, Land ,and Water", "Housing – Land – and Water"),
    ],
)
def test_member_with_a_comma_is_one_author(name, author):
    cited = citation(make(case__member__name=name))
    # As reference managers take an author apart: at the first comma.
    assert [value for tag, value in read_ris(ris(cited)) if tag == "AU"] == [author]
    assert read_bibtex(bibtex(cited))[2]["author"] == f"{{{name}}}"
    (item,) = json.loads(csl(cited))
    assert item["author"] == [{"literal": name}]


def test_csl_is_read_back():
    revision = make(summary="Buses\nthrough the night.")
    pk = revision.case_id
    assert json.loads(csl(citation(revision))) == [
        {
            "id": f"citynet-{pk}-1",
            "type": "webpage",
            "author": [{"literal": "Busan Metropolitan City"}],
            "title": "Night buses",
            "abstract": "Buses through the night.",
            "container-title": "CityNet Urban SDG Knowledge Platform",
            "publisher": "CityNet Urban SDG Knowledge Platform",
            "issued": {"date-parts": [[2026, 11, 23]]},
            "language": "en",
            "note": "Revision 1",
            "URL": f"http://localhost:8000/policies/{pk}/night-buses/revisions/1/",
        }
    ]


def test_control_characters_are_taken_out():
    assert one_line(" a\x00b\r\n\tc\x85d\u2029e ") == "a b c d e"


def test_citation_in_words():
    revision = make()
    assert in_words(citation(revision)) == (
        "Busan Metropolitan City, Republic of Korea. Night buses. Urban SDG Knowledge Platform, CityNet, "
        f"revision 1, 23 November 2026. http://localhost:8000/policies/{revision.case_id}"
        "/night-buses/revisions/1/"
    )


def test_citation_in_words_without_a_country_label():
    revision = make(case__member__name="Taipei", case__member__country="TW", title="Bags.")
    assert in_words(citation(revision)).startswith("Taipei. Bags. Urban SDG")


def test_note_says_who_compiled_the_record():
    revision = make(case__provenance=CaseStudy.Provenance.SECRETARIAT)
    assert citation(revision).note == (
        "Revision 1, compiled by the secretariat from public sources, not yet confirmed by the city"
    )
    revision.case.confirmed_at = datetime(2026, 1, 1, tzinfo=UTC).date()
    assert citation(revision).note == (
        "Revision 1, compiled by the secretariat from public sources"
    )


@pytest.mark.parametrize(
    ("form", "content_type", "start"),
    [
        ("bib", "application/x-bibtex; charset=utf-8", "@misc{citynet-"),
        (
            "json",
            "application/vnd.citationstyles.csl+json; charset=utf-8",
            '[\n  {\n    "id": "citynet-',
        ),
        ("ris", "application/x-research-info-systems; charset=utf-8", "TY  - ELEC\r\n"),
    ],
)
def test_citation_as_a_file(client, form, content_type, start):
    revision = make()
    answer = client.get(f"{revision.case.get_absolute_url()}cite.{form}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == content_type
    name = f"citynet-{revision.case_id}-1.{form}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.text.startswith(start)


def test_citation_of_a_later_revision_names_it(client):
    first = make()
    type(first).objects.update(state="superseded")
    second = make(case=first.case, number=2, title="Night buses, extended")
    answer = client.get(f"{first.case.get_absolute_url()}cite.bib")
    _kind, key, fields = read_bibtex(answer.text)
    assert key == f"citynet-{first.case_id}-2"
    assert fields["title"] == "{Night buses, extended}"
    assert fields["url"].endswith("/revisions/2/")
    assert second.case_id == first.case_id


@override_settings(SITE_URL="https://urbansdg.example")
def test_address_is_that_of_the_site():
    revision = make()
    assert citation(revision).url == (
        f"https://urbansdg.example/policies/{revision.case_id}/night-buses/revisions/1/"
    )


@pytest.mark.parametrize("form", ["bib", "json", "ris"])
def test_citation_at_another_spelling_leads_to_the_right_one(client, form):
    revision = make()
    answer = client.get(f"/policies/{revision.case_id}/wrong/cite.{form}")
    assert answer.status_code == 301
    assert answer.url == f"{revision.case.get_absolute_url()}cite.{form}"


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "9" * 5000])
def test_citation_of_an_unknown_case(client, number):
    assert client.get(f"/policies/{number}/x/cite.bib").status_code == 404
