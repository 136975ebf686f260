"""The library as a workbook: everything in it, for people and for other programs, and back again."""

import io
import json
import tempfile
from datetime import datetime

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from hypothesis import given
from python_calamine import CalamineWorkbook

from policies.interchange import books, library_book, row
from policies.interchange.workbook import Workbook
from policies.models import CaseStudy, Revision, Stakeholder
from tests.factories import LiveRevisionFactory, MemberFactory, RevisionFactory
from tests.policies.lines import bring_in, full, rows
from tests.policies.workbooks import bring_in as bring_in_workbook
from tests.policies.workbooks import workbook

from .test_interchange_round_trip import empty, few, library, members

__all__ = ["members"]
CUT = (
    "The text fills its cell to the limit of spreadsheets, so its end is missing. Bring it in as JSON "
    "Lines, or put its end on a sheet “Long texts”."
)
LISTS = [
    *("Targets", "Budget lines", "Funding sources", "Staff roles", "Stakeholders"),
    *("Phases", "Indicators", "Sources"),
]


def exported():
    """The bytes of the workbook of the public library."""
    live = Revision.objects.live().order_by("case_id").with_content().with_first_published()
    with library_book.workbook(live.iterator(100), [("File", "Policies")]) as file:
        return file.read()


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def table(sheet):
    """The rows of a sheet below its head, as dicts of what is not empty."""
    head, *lines = sheet.iter_rows(values_only=True)
    return [
        {name: value for name, value in zip(head, line, strict=True) if value is not None}
        for line in lines
    ]


@pytest.fixture
def surabaya(reference):
    MemberFactory(slug="suwon", name="Suwon", country="KR")
    return MemberFactory(slug="surabaya", name="Surabaya", country="ID")


@pytest.fixture
def night_buses(surabaya):
    bring_in(full(), publish=True)
    return Revision.objects.live().get()


def test_workbook_has_a_sheet_a_kind_of_row(night_buses):
    book = opened(exported())

    assert book.sheetnames == ["Cases", *LISTS, "Long texts", "About"]
    (case,) = table(book["Cases"])
    number = night_buses.case_id
    assert {name: case[name] for name in ("id", "source_id", "themes", "start", "end")} == {
        "id": number,
        "source_id": "night-buses",
        "themes": "transport; urban-planning",
        "start": "2013-04",
        "end": "2014",
    }
    assert (case["budget_amount"], case["budget_year"], case["staff_fte"]) == (
        *(1300000000.5, 2013, 12.5),
    )
    assert case["confirmed_on"] == datetime(2025, 11, 30)  # noqa: DTZ001 - cells know no time zones
    assert table(book["Targets"]) == [
        {
            "case": number,
            "case_title": "Night buses",
            "code": "11.2",
            "primary": True,
            "how": "Cheap fares.",
        },
        {"case": number, "case_title": "Night buses", "code": "9.1", "primary": False},
    ]
    assert table(book["Funding sources"])[0] == {
        "case": number,
        "case_title": "Night buses",
        "kind": "own-budget",
        "name": "City",
        "amount": 900000000,
        "state": "received",
        "qualifier": "at-least",
        "currency": "USD",
        "year": 2014,
        "fiscal_year": "2014/15",
        "source_number": 1,
    }
    assert [len(table(book[name])) for name in LISTS] == [2, 1, 2, 2, 2, 2, 1, 2]
    sheet = book["Indicators"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:Q2")
    assert sheet.column_dimensions["C"].width > 50
    assert book["Long texts"].sheet_state == "hidden"
    formats = {cell.value: book["Cases"][f"{cell.column_letter}2"] for cell in book["Cases"][1]}
    assert formats["start"].number_format == "@"
    assert formats["budget_amount"].number_format == "#,##0.00##"


def test_other_programs_read_the_same(surabaya):
    """16.10 stays a text for a reader that shares no code with the first."""
    line = full(targets=[{"code": "16.10", "primary": True, "how": ""}], title="=1+1")
    bring_in(line, publish=True)

    book = CalamineWorkbook.from_filelike(io.BytesIO(exported()))

    assert book.get_sheet_by_name("Targets").to_python()[1][1:3] == ["=1+1", "16.10"]
    head, case = book.get_sheet_by_name("Cases").to_python()
    assert case[head.index("start")] == "2013-04"
    assert case[head.index("targets")] == "16.10"


def test_own_workbook_brought_in_again_changes_nothing(night_buses):
    case = CaseStudy.objects.get()
    other = LiveRevisionFactory(title="No source id", case__provenance="city", budget_usd=5)
    before = [row(each) for each in Revision.objects.live().with_content()]

    importer, errors = bring_in_workbook(exported())

    assert errors == []
    assert dict(importer.counts) == {
        "created": 0,
        "updated": 0,
        "unchanged": 2,
        "published": 0,
        "bad": 0,
    }
    assert [row(each) for each in Revision.objects.live().with_content()] == before
    assert (CaseStudy.objects.count(), other.case_id > case.pk) == (2, True)


def test_changed_cell_of_the_own_workbook_becomes_a_draft(night_buses):
    book = opened(exported())
    book["Stakeholders"]["D3"] = "Community"
    heads = [cell.value for cell in book["Cases"][1]]
    book["Cases"].cell(2, heads.index("title") + 1).value = "Night trams"
    # Sorted by people, cases and their rows stay together.
    book["Sources"].move_range("A2:F2", rows=8)
    data = io.BytesIO()
    book.save(data)

    importer, errors = bring_in_workbook(data.getvalue())

    assert (errors, importer.counts["updated"]) == ([], 1)
    draft = Revision.objects.with_content().get(state="draft")
    assert draft.case_id == night_buses.case_id
    changed = full(title="Night trams")
    changed["stakeholders"][1]["kind"] = "community"
    changed["sources"].reverse()
    assert row(draft) == changed


@pytest.mark.usefixtures("anything_is_plausible")
@few
@given(lines=library())
def test_any_library_survives_the_workbook(members, lines):
    empty()
    assert bring_in(*lines, publish=True)[1] == []
    usd = list(Revision.objects.values_list("budget_usd", flat=True))
    data = exported()

    again, errors = bring_in_workbook(data, publish=True)
    assert (errors, again.counts["unchanged"]) == ([], len(lines))

    empty()
    importer, errors = bring_in_workbook(data, publish=True)
    assert errors == []
    assert importer.counts["created"] == len(lines)
    assert rows() == lines
    assert list(Revision.objects.values_list("budget_usd", flat=True)) == usd


@pytest.mark.thorough
def test_real_library_survives_the_workbook(reference):
    call_command("load_samples", stdout=io.StringIO())
    before = rows()
    data = exported()
    empty()

    importer, errors = bring_in_workbook(data, publish=True)

    assert (errors, importer.counts["created"]) == ([], len(before))
    assert [row(each) for each in Revision.objects.live().with_content()] == before


# Texts that a cell cannot hold, or only with care: too long, in two units a character, like escapes.
HARD_TEXTS = [
    "é" * 49_000,
    "😀" * 20_000,
    "x" * 32_767,
    "x" * 32_764 + "😀" + "\n" + "y" * 9_000,
    "a _x000D_ b _x005F_ c\n_x0041_",
    "\ufffe\uffff =1+1",
]


def test_no_text_is_cut_or_changed(surabaya):
    lines = [
        full(source_id=f"text {number}", results=text, lessons="=" + text[:200])
        for number, text in enumerate(HARD_TEXTS)
    ]
    bring_in(*lines, publish=True)
    data = exported()
    empty()

    assert bring_in_workbook(data, publish=True)[1] == []

    assert [(each["results"], each["lessons"]) for each in rows()] == [
        (text, "=" + text[:200]) for text in HARD_TEXTS
    ]
    assert rows() == lines


def test_long_text_is_told_on_the_last_sheet(surabaya):
    bring_in(full(results="é" * 49_000), publish=True)

    book = opened(exported())

    assert [len(each["text"]) for each in table(book["Long texts"])] == [49_000 - 32_765]
    assert table(book["About"])[-1]["Policies"] == (
        "One text is longer than a cell can hold (32,767 characters). Its end is on the sheet "
        "“Long texts”."
    )


def test_text_that_a_spreadsheet_cut_is_told(surabaya):
    bring_in(full(results="é" * 49_000), publish=True)
    book = opened(exported())
    del book["Long texts"]
    heads = [cell.value for cell in book["Cases"][1]]
    cut = book["Cases"].cell(2, heads.index("results") + 1)
    for size, told in ((32_767, True), (32_766, True), (32_000, False)):
        cut.value = "é" * size
        data = io.BytesIO()
        book.save(data)
        errors = bring_in_workbook(data.getvalue(), dry_run=True)[1]
        assert errors == ([(2, "AM results", CUT)] if told else [])


def test_rows_that_no_sheet_can_hold_are_told(night_buses, monkeypatch):
    monkeypatch.setattr(books, "MAX_SHEET_ROWS", 2)

    book = opened(exported())

    assert len(table(book["Sources"])) == 1
    notes = dict(book["About"].iter_rows(max_col=2, values_only=True))
    assert notes["Sources"] == ("1 rows are left out, because a sheet holds 2. JSON Lines has all.")


def test_rows_of_no_case_and_of_two_are_told(surabaya):
    def add(book, _sheet):
        sheet = book.add_worksheet("stakeholders ")
        sheet.write_row(0, 0, ["Source ID", "Name", "Kind", "Colour"])
        for number, cells in enumerate(
            [["a", "Bank", "Donor"], ["b", "City", "odd"], ["c", "Lost", ""], ["7", "Two", ""]], 1
        ):
            sheet.write_row(number, 0, cells)

    short = {"member_slug": "surabaya", "language": "en", "title": "Buses", "summary": "Buses."}
    data = workbook(
        short | {"source_id": "a", "id": ""},
        short | {"source_id": "b", "id": 7},
        short | {"source_id": "7"},
        change=add,
    )

    importer, errors = bring_in_workbook(data)

    stray = "No case on the first sheet has this number or source id."
    assert [error for error in errors if error[0] == 0] == [(0, "Stakeholders, row 4", stray)]
    assert [error[:2] for error in errors if error[0] == 3] == [(3, "Stakeholders, row 3, kind")]
    assert errors[-1] == (
        4,
        "Stakeholders, row 5",
        "Two cases have the number or source id that this row names.",
    )
    assert importer.counts["created"] == 1
    assert list(Stakeholder.objects.values_list("name", "kind")) == [("Bank", "donor")]
    book = Workbook(ContentFile(data))
    assert [(note.field, note.message) for note in book.notes] == [
        ("Stakeholders, D", "Unknown column “Colour”. It is left out.")
    ]


def test_workbook_that_fails_leaves_no_open_file(monkeypatch):
    files = []

    def temporary():
        files.append(io.BytesIO())
        return files[0]

    def revisions():
        raise LookupError
        yield

    monkeypatch.setattr("tempfile.TemporaryFile", temporary)
    with pytest.raises(LookupError):
        library_book.workbook(revisions(), [])
    assert files[0].closed


# What a line says of the case it is, and what comes of it.
def test_case_is_known_by_its_address_or_number(night_buses):
    case = night_buses.case
    url = f"http://localhost:8000/policies/{case.pk}/night-buses/"
    text = full(source_id=None, title="New")
    known = {"updated": 1, "created": 0}
    for line in ({"url": url}, {"id": case.pk, "url": url}, {"id": str(case.pk)}):
        importer, errors = bring_in(text | line, dry_run=True)
        assert (errors, {name: importer.counts[name] for name in known}) == ([], known)
    elsewhere = {"id": case.pk, "url": f"https://elsewhere.example/policies/{case.pk}/"}
    importer, errors = bring_in(text | elsewhere, dry_run=True)
    assert (errors, importer.counts["created"]) == ([], 1)
    gone = {"id": 10**17, "url": f"http://localhost:8000/policies/{10**17}/"}
    importer, errors = bring_in(text | gone, dry_run=True)
    assert (errors, importer.counts["created"]) == ([], 1)


def test_address_and_source_id_must_be_of_one_case(night_buses):
    case = night_buses.case
    other = LiveRevisionFactory(case__source_id="other").case
    number, theirs = case.pk, other.pk
    url = "http://localhost:8000/policies/{}/".format
    text = full(title="New")
    mistakes = [
        ({"id": theirs, "url": url(number)}, "id", f"The address is that of case {number}."),
        (
            {"url": url(theirs)},
            "source_id",
            f"Case {number} has this source id, but the line has the number of case {theirs}.",
        ),
        (
            {"url": url(number), "source_id": "new"},
            "source_id",
            f"Case {number} has the source id “night-buses”.",
        ),
        (
            {"id": theirs, "source_id": None},
            "id",
            f"Case {theirs} is one of another member. Leave “id” empty for a new case.",
        ),
        ({"id": "A-1"}, "id", "This is no number of a case. Leave it empty for a new case."),
        ({"id": -1}, "id", "This is no number of a case. Leave it empty for a new case."),
        ({"url": 7}, "url", "This must be a text."),
    ]
    for line, field, message in mistakes:
        _importer, errors = bring_in(text | line)
        assert errors == [(1, field, message)]
    twice = {"url": url(number), "source_id": None}
    assert bring_in(text | twice, text | twice)[1] == [(2, "id", "Line 1 has the same one.")]


def test_number_does_not_lead_to_what_a_city_has_never_shown(surabaya):
    draft = RevisionFactory(case__member=surabaya, title="Ours alone")

    importer, errors = bring_in(full(source_id=None, id=draft.case_id))

    assert (errors, importer.counts["created"]) == ([], 1)
    draft.refresh_from_db()
    assert (draft.title, draft.case.revisions.count()) == ("Ours alone", 1)


def test_case_without_a_source_id_gets_that_of_the_line(surabaya):
    live = LiveRevisionFactory(case__member=surabaya)
    url = f"http://localhost:8000/policies/{live.case_id}/"

    bring_in(full(url=url, source_id="night-buses"), publish=True)

    assert CaseStudy.objects.get().source_id == "night-buses"


def test_json_lines_with_what_the_export_says_are_read(night_buses, tmp_path):
    call_command("export_cases", str(tmp_path / "out.jsonl"), verbosity=0)
    line = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))

    importer, errors = bring_in(line)

    assert (errors, importer.counts["unchanged"]) == ([], 1)


def test_book_that_cannot_be_finished_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def write():
        with books.book() as book:
            book.sheet("Cases", [("title", books.TEXT)]).add(None)

    with pytest.raises(TypeError):
        write()

    assert [*tmp_path.iterdir()] == []
