"""import(export(library)) is the library: for any library, and for the real one."""

import io
import json
import string
import unicodedata

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from citynet.web.text import clean_text
from policies.interchange import row
from policies.models import CaseStudy, Revision
from tests.factories import MemberFactory
from tests.policies.lines import bring_in, content_of, rows
from tests.sweeps import sweep

pytestmark = pytest.mark.sqlite

THEMES = ["energy", "housing", "transport", "solid-waste"]
CODES = ["1.1", "1.a", "6.3", "9.1", "11.2", "11.b", "13.1", "17.17", "17.19"]
FORBIDDEN = "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029"


def text(size, *, lines=False):
    """Any text, line feeds and tabs included where ``lines``; never only spaces."""
    alphabet = st.characters(exclude_categories=["Cs"], exclude_characters=FORBIDDEN)
    if lines:
        alphabet |= st.sampled_from("\n\t")
    return st.text(alphabet, min_size=1, max_size=size).map(clean_text).filter(str.strip)


def in_one_line(said):
    """An id in the form in which ids are kept: composed letters, single blanks."""
    return " ".join(unicodedata.normalize("NFC", said).split())


def maybe(strategy, unknown=None):
    return st.just(unknown) | strategy


def number(largest, places, smallest=0):
    """A decimal as it is written in a line: no exponent, no zero that says nothing."""
    found = st.decimals(smallest, largest, places=places)
    return found.map(lambda value: format(value, "f").rstrip("0").rstrip(".")).map(
        lambda value: "0" if value == "-0" else value
    )


QUALIFIERS = st.sampled_from([None, "about", "at-least", "at-most"])


def fiscal_years(year):
    """How a fiscal year that begins in ``year`` may be written."""
    if year is None:
        return st.just("")
    return st.sampled_from(["", f"{year}/{(year + 1) % 100:02d}", f"BS {year + 57}"])


def rows_of(most=3, **keys):
    return st.lists(st.fixed_dictionaries(keys), max_size=most)


AMOUNT = number(10**12, 2)
VALUE = number(10**10, 4, -(10**10))
YEAR = st.integers(1900, 2099)
DATE = st.dates().map(str)
ADDRESS = st.text(string.ascii_letters + string.digits + "-_~/", max_size=400).map(
    "https://example.org/".__add__
)


@st.composite
def period(draw):
    """Start and end, either unknown, with or without months, in order."""
    first, last = sorted([draw(YEAR), draw(YEAR)])
    start = draw(maybe(st.sampled_from([f"{first}", f"{first}-07"])))
    return start, draw(maybe(st.sampled_from([f"{last}", f"{last}-07", f"{last}-12"])))


@st.composite
def phase(draw):
    start, end = draw(period())
    return {
        "name": draw(text(200)),
        "start": start,
        "end": end,
        "note": draw(maybe(text(100), "")),
        "source_number": None,
    }


@st.composite
def series(draw):
    """Values of one to four years, in their order; or nothing."""
    years = sorted(draw(st.sets(YEAR, max_size=4)))
    return "; ".join(f"{year}: {draw(VALUE)}" for year in years)


@st.composite
def targets(draw):
    codes = draw(st.lists(st.sampled_from(CODES), max_size=7, unique=True))
    primary = draw(maybe(st.sampled_from(codes))) if codes else None
    return [
        {"code": code, "primary": code == primary, "how": draw(maybe(text(100, lines=True), ""))}
        for code in codes
    ]


@st.composite
def budget(draw):
    amount = draw(maybe(AMOUNT))
    currency = st.sampled_from(["USD", "EUR", "KRW", "VND", "XXX"])
    usd = draw(maybe(AMOUNT))
    year = draw(maybe(YEAR))
    return {
        "amount": amount,
        "qualifier": draw(QUALIFIERS),
        "currency": draw(maybe(currency, "") if amount is None else currency),
        "year": year,
        "fiscal_year": draw(fiscal_years(year)),
        "basis": draw(st.sampled_from([None, "planned", "approved", "spent"])),
        "scope": draw(st.sampled_from([None, "total", "annual", "part"])),
        "usd": usd,
        "usd_source": "" if usd is None else draw(text(300)),
        "note": draw(maybe(text(100, lines=True), "")),
        "unavailable": draw(maybe(text(300), "")),
        "lines": draw(
            rows_of(
                category=st.sampled_from(["capital", "operating", "other"]),
                amount=maybe(AMOUNT),
                note=maybe(text(100), ""),
                qualifier=QUALIFIERS,
                source_number=st.none(),
            )
        ),
        "funding": draw(
            rows_of(
                kind=st.sampled_from([None, "own-budget", "bilateral-un"]),
                name=text(300),
                amount=maybe(AMOUNT),
                state=st.sampled_from([None, "pledged", "withdrawn"]),
                note=maybe(text(100), ""),
                qualifier=QUALIFIERS,
                currency=maybe(st.sampled_from(["USD", "VND"]), ""),
                year=maybe(YEAR),
                fiscal_year=st.just(""),
                source_number=st.none(),
            )
        ),
    }


@st.composite
def line(draw):
    """A line of the format in the form in which it is exported."""
    start, end = draw(period())
    sections = ["challenge", "solution", "results", "lessons", "transferability"]
    synthetic = {"synthetic": True} if draw(st.booleans()) else {}
    found = {
        "source_id": None,
        "member": draw(st.sampled_from(["surabaya", "suwon"])),
        "provenance": draw(st.sampled_from(["city", "secretariat"])),
        "confirmed_at": draw(maybe(DATE)),
        "language": draw(st.sampled_from(["en", "fil", "ko", "ar"])),
        "title": draw(text(200)),
        "summary": draw(text(300, lines=True)),
        **{name: draw(maybe(text(300, lines=True), "")) for name in sections},
        "stage": draw(st.sampled_from([None, "planned", "under-way", "completed", "stopped"])),
        "start": start,
        "end": end,
        "scale": draw(
            st.sampled_from([None, "site", "neighbourhood", "district", "city", "beyond"])
        ),
        "people_served": draw(maybe(st.integers(0, 2**31 - 1))),
        "people_served_qualifier": draw(QUALIFIERS),
        "people_served_note": draw(maybe(text(200), "")),
        "contact_office": draw(st.sampled_from(["", "Planning office", "도시계획과"])),
        "contact_url": draw(maybe(ADDRESS, "")),
        "joint_members": draw(st.lists(st.sampled_from(["suva", "nadi"]), unique=True)),
        "themes": draw(st.lists(st.sampled_from(THEMES), max_size=3, unique=True)),
        "targets": draw(targets()),
        "budget": draw(budget()),
        "manpower": {
            "fte": draw(maybe(number(10**7, 1))),
            "heads": draw(maybe(st.integers(0, 10**6))),
            "volunteers": draw(maybe(st.integers(0, 10**6))),
            "year": draw(maybe(YEAR)),
            "note": draw(maybe(text(100, lines=True), "")),
            "unavailable": draw(maybe(text(300), "")),
            "roles": draw(
                rows_of(
                    role=text(200),
                    organisation=maybe(text(200), ""),
                    people=maybe(number(10**7, 1)),
                    months=maybe(number(10**4, 1)),
                    counted=st.sampled_from([None, "fte", "heads", "volunteers"]),
                    source_number=st.none(),
                )
            ),
        },
        "stakeholders": draw(
            rows_of(
                name=text(300),
                kind=st.sampled_from([None, "ngo", "city-department"]),
                role=maybe(text(100), ""),
                engagement=st.sampled_from([None, "informed", "leads"]),
                source_number=st.none(),
            )
        ),
        "stakeholders_unavailable": draw(maybe(text(300), "")),
        "phases": draw(st.lists(phase(), max_size=3)),
        "indicators": draw(
            rows_of(
                name=text(300),
                unit=maybe(text(80), ""),
                baseline=maybe(VALUE),
                baseline_year=maybe(YEAR),
                planned=maybe(VALUE),
                result=maybe(VALUE),
                result_year=maybe(YEAR),
                source=maybe(text(100), ""),
                evidence=st.sampled_from([None, "reported", "measured", "evaluated"]),
                baseline_qualifier=QUALIFIERS,
                planned_qualifier=QUALIFIERS,
                result_qualifier=QUALIFIERS,
                reporter=st.sampled_from([None, "city", "press", "evaluator"]),
                series=series(),
                source_number=st.none(),
            )
        ),
        "sources": draw(rows_of(title=text(300), url=maybe(ADDRESS, ""), accessed=maybe(DATE))),
        **synthetic,
    }
    return _resting_on_sources(found, draw)


def _resting_on_sources(found, draw):
    """Let some rows of a line rest on one of its sources."""
    lists = [found["stakeholders"], found["phases"], found["indicators"]]
    lists += [found["budget"]["lines"], found["budget"]["funding"], found["manpower"]["roles"]]
    if found["sources"]:
        for each in (row for rows in lists for row in rows):
            each["source_number"] = draw(maybe(st.integers(1, len(found["sources"]))))
    return found


@st.composite
def library(draw):
    """Some lines; those that have a source id have one of their own."""
    lines = draw(st.lists(line(), min_size=1, max_size=3))
    for position, each in enumerate(lines):
        each["source_id"] = draw(maybe(text(100).map(f"{position} ".__add__).map(in_one_line)))
    return lines


def exported(path):
    """The public library as the command writes it, as lines of text."""
    call_command("export_cases", str(path), verbosity=0)
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def empty():
    """Remove every case."""
    CaseStudy.objects.update(live=None)
    CaseStudy.objects.all().delete()


@pytest.fixture
def members(reference):
    return [MemberFactory(slug=slug) for slug in ("surabaya", "suwon", "suva", "nadi")]


# The database is emptied in each example, so that a fixture for all of them does no harm.
few = sweep(2)


@pytest.mark.usefixtures("anything_is_plausible")
@few
@given(lines=library())
def test_any_library_survives_export_and_import(members, tmp_path, lines):
    empty()
    assert bring_in(*lines, publish=True)[1] == []
    assert rows() == lines

    text_lines = exported(tmp_path / "cases.jsonl")
    assert [content_of(json.loads(each)) for each in text_lines] == lines
    usd = list(Revision.objects.values_list("budget_usd", flat=True))
    empty()
    importer, errors = bring_in(*text_lines, publish=True)

    assert errors == []
    assert importer.counts["created"] == len(lines)
    assert rows() == lines
    assert list(Revision.objects.values_list("budget_usd", flat=True)) == usd


@pytest.mark.usefixtures("anything_is_plausible")
@few
@given(lines=library())
def test_importing_any_library_again_changes_nothing(members, lines):
    empty()
    named = [each | {"source_id": f"case {number}"} for number, each in enumerate(lines)]
    bring_in(*named, publish=True)

    importer, errors = bring_in(*named, publish=True)

    assert errors == []
    assert importer.counts["unchanged"] == len(named)
    assert Revision.objects.count() == len(named)


def plain(value):
    """Numbers without the zeros at their end that the file has and the format leaves out, and
    objects without what is not reported."""
    if isinstance(value, dict):
        told = {key: plain(each) for key, each in value.items() if key != "confirmed_at"}
        return {key: each for key, each in told.items() if each not in (None, "", [], {})}
    if isinstance(value, list):
        return [plain(each) for each in value]
    is_number = isinstance(value, str) and value.replace(".", "", 1).isdigit()
    return value.rstrip("0").rstrip(".") if is_number and "." in value else value


def test_real_library_is_what_its_file_says_and_survives_export_and_import(reference, tmp_path):
    call_command("load_samples", stdout=io.StringIO())
    before = rows()
    assert len(before) == 133
    file = django_settings.BASE_DIR / "policies" / "samples" / "cases.jsonl"
    told = [json.loads(each) for each in file.read_text(encoding="utf-8").split("\n")[:-1]]
    assert [plain(each) for each in before] == [plain(each) for each in told]

    lines = exported(tmp_path / "cases.jsonl")
    assert [content_of(json.loads(each)) for each in lines] == before
    empty()
    importer, errors = bring_in(*lines, publish=True)

    assert errors == []
    assert importer.counts["published"] == 133
    assert [row(each) for each in Revision.objects.live().with_content()] == before
