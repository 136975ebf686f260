"""Workbooks are read row by row; whatever is unclear is told with its row and column."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
from django.core.files.base import ContentFile

from policies import interchange
from policies.interchange import spreadsheet
from policies.interchange.columns import LEFT_OUT, columns, place
from policies.interchange.template import template
from policies.interchange.workbook import MAX_ROWS, Workbook, WorkbookError
from policies.models import CaseStudy, Revision
from tests.factories import LiveRevisionFactory, MemberFactory
from tests.policies.lines import FULL
from tests.policies.workbooks import bring_in, rewritten, row, workbook

DAMAGED = "The workbook is damaged. Save it anew from your spreadsheet."
NO_WORKBOOK = "By its name this is XLSX, but it is something else inside, or damaged."
FORMULA = "A formula: nothing is calculated here. Copy the column and paste it as values."
FLAG = "This is true or false; nothing of the kind is asked here."
NO_TEXT = "This is a date or a number with decimals. Write it as text."
CODES = (
    "A number: 16.1 and 16.10 would be the same one. Format the column as text and write the codes "
    "again."
)
NAME = "The column has no name in its first row. It is left out."
NO_STAGE = (
    "“%s” is not among the values that may stand here: planned, under-way, completed, stopped."
)
SHEET = r"xl/worksheets/sheet1\.xml"


@pytest.fixture(autouse=True)
def surabaya(reference):
    MemberFactory(slug="suwon", name="Suwon", country="KR")
    return MemberFactory(slug="surabaya", name="Surabaya", country="ID")


def moment(*parts):
    return datetime(*parts)  # noqa: DTZ001 - cells know no time zones


def in_cells():
    """``FULL`` as a row of a workbook."""
    budget, manpower = FULL["budget"], FULL["manpower"]

    def listed(name, entries):
        keys = columns()[name].keys
        return "\n".join(
            " | ".join(str(entry[key.name] or "") for key in keys) for entry in entries
        )

    return {
        "source_id": "night-buses",
        "member_slug": "surabaya",
        "provenance": "secretariat",
        "confirmed_on": moment(2025, 11, 30),
        **{
            name: FULL[name]
            for name in ("language", "title", "summary", "challenge", "solution", "results")
        },
        "lessons": "Start small.",
        "transferability": "An operator that shares data.",
        "stage": "under-way",
        "start": moment(2013, 4, 1),
        "end": 2014,
        "scale": "city",
        "people_served": 120000,
        "people_served_qualifier": "about",
        "people_served_note": FULL["people_served_note"],
        "contact_office": FULL["contact_office"],
        "contact_url": FULL["contact_url"],
        "joint_members": "suwon",
        "themes": "transport; urban-planning",
        "targets": "11.2 | Cheap fares.\n9.1",
        "primary_target": "11.2",
        "budget_amount": 1300000000.5,
        "budget_currency": "KRW",
        "budget_qualifier": "about",
        "budget_year": 2013,
        "budget_fiscal_year": "2013/14",
        "budget_basis": "spent",
        "budget_scope": "annual",
        "budget_usd": 1187000,
        "budget_usd_source": "The city",
        "budget_note": "Without the drivers.",
        "budget_lines": listed("budget_lines", budget["lines"]),
        "funding": listed("funding", budget["funding"]),
        "staff_fte": 12.5,
        "staff_heads": 20,
        "staff_volunteers": 6,
        "staff_year": 2014,
        "staff_note": manpower["note"],
        "roles": listed("roles", manpower["roles"]),
        "stakeholders": listed("stakeholders", FULL["stakeholders"]),
        "phases": listed("phases", FULL["phases"]),
        "indicators": listed("indicators", FULL["indicators"]),
        "sources": listed("sources", FULL["sources"]),
    }


def test_row_with_everything_becomes_the_same_as_its_line():
    importer, errors = bring_in(workbook(in_cells()))

    assert errors == []
    assert importer.counts["created"] == 1
    revision = Revision.objects.with_content().get()
    assert interchange.row(revision) == FULL


def test_same_workbook_changes_nothing_the_second_time():
    bring_in(workbook(in_cells()))

    importer, errors = bring_in(workbook(in_cells()))

    assert (importer.counts["unchanged"], errors, Revision.objects.count()) == (1, [], 1)


def test_new_text_of_a_public_case_becomes_a_draft():
    live = LiveRevisionFactory(case__source_id="a", case__member__slug="suva", title="Old")

    importer, errors = bring_in(workbook(row(source_id="a", member_slug="suva", title="New")))

    assert (importer.counts["updated"], errors) == (1, [])
    states = list(Revision.objects.order_by("number").values_list("title", "state"))
    assert states == [("Old", "published"), ("New", "draft")]
    assert CaseStudy.objects.get().live_id == live.pk


def test_member_that_is_not_there_is_made():
    cells = row(member="Suva", country_code="FJ", member_kind="local-government")
    del cells["member_slug"]

    _importer, errors = bring_in(workbook(cells))

    assert errors == []
    member = CaseStudy.objects.get().member
    assert (member.name, member.country.code) == ("Suva", "FJ")


def test_columns_of_the_files_for_readers_are_known_or_left_out():
    assert set(spreadsheet.header()) - columns().keys() - LEFT_OUT == {"id", "url"}


def notes(data):
    """What is said of a workbook that can be used: (place, message) each."""
    book = Workbook(ContentFile(data))
    found = [(note.field, note.message) for note in book.notes]
    book.close()
    return found


def test_columns_that_follow_from_others_are_told_and_passed_over():
    data = workbook(row(country_code="ID", country="Indonesia", goals="11", duration_months=12))

    follows = "“{}” is not read: this site works it out or sets it itself."
    assert notes(data) == [
        ("F", follows.format("country")),
        ("G", follows.format("goals")),
        ("H", follows.format("duration_months")),
    ]
    assert bring_in(data)[1] == []


def test_rows_keep_their_numbers_where_some_are_empty():
    _importer, errors = bring_in(workbook(row(), {}, {}, row(language="xx"), row(language="yy")))

    assert [(line, where) for line, where, _message in errors] == [
        (5, "B language"),
        (6, "B language"),
    ]


# Column, what stands in its cell, and what is said of it.
MISTAKES = [
    ("title", "=1+1", "title", FORMULA),
    ("title", True, "title", FLAG),
    ("title", 1.5, "title", NO_TEXT),
    ("title", date(2024, 5, 1), "title", NO_TEXT),
    (
        "start",
        moment(2013, 4, 17),
        "start",
        "This is the day 2013-04-17. Write a month or a year as text: 2013-04",
    ),
    (
        "start",
        moment(2013, 4, 1, 12),
        "start",
        "Write a year (2013) or a year and month (2013-04).",
    ),
    ("start", 20134, "start", "Write a year (2013) or a year and month (2013-04)."),
    (
        "budget_amount",
        "1.300",
        "budget_amount",
        "“1.300” can be read in two ways. Write 1300 or 1.3.",
    ),
    (
        "budget_amount",
        moment(2013, 4, 1),
        "budget_amount",
        "This is a date or a time, not a number.",
    ),
    ("budget_amount", -5, "budget_amount", "Ensure this value is greater than or equal to 0."),
    (
        "budget_year",
        2013.5,
        "budget_year",
        "This is a date or a number with decimals. Write the year: 2024",
    ),
    ("confirmed_on", 45000, "confirmed_on", "Write a date: 2024-05-31"),
    ("targets", 11.2, "targets", CODES),
    (
        "targets",
        "11.2; 5.9",
        "targets, entry 2, code",
        "There is no “5.9”. Of this goal there are: 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.a, 5.b, 5.c.",
    ),
    (
        "themes",
        5,
        "themes",
        "This is a number or a date. Format the cell as text and write it again.",
    ),
    ("stage", "Halted", "stage", NO_STAGE % "Halted"),
    (
        "sources",
        "a | b | c | d",
        "sources",
        "Entry 1 has 4 parts; there are at most 3: title | url | accessed",
    ),
    (
        "funding",
        "| City | lots",
        "funding, entry 1, amount",
        "“lots” is not understood as a number. Write it in digits, with a point before decimals: 1250.5",
    ),
]


@pytest.mark.parametrize(("name", "value", "where", "message"), MISTAKES)
def test_mistake_is_told_with_row_and_column(name, value, where, message):
    cells = {name: value} | row(budget_currency="KRW", **{name: value})

    importer, errors = bring_in(workbook(cells))

    assert errors == [(2, f"A {where}", message)]
    assert (importer.counts["bad"], CaseStudy.objects.count()) == (1, 0)


def test_all_mistakes_of_a_row_are_told():
    _importer, errors = bring_in(
        workbook(row(title="=A1", stage="no", targets=11.2, primary_target="11.2"))
    )

    assert errors == [
        (2, "C title", FORMULA),
        (2, "F targets", CODES),
        (2, "G primary_target", "It is not among the targets of this row."),
        (2, "E stage", NO_STAGE % "no"),
    ]


def test_good_rows_go_in_and_bad_ones_are_left_out():
    importer, errors = bring_in(workbook(row(title="One"), row(title="=1"), row(title="Three")))

    assert [error[0] for error in errors] == [3]
    assert importer.counts["created"] == 2
    assert sorted(Revision.objects.values_list("title", flat=True)) == ["One", "Three"]


def test_number_of_a_spreadsheet_is_what_it_shows():
    bring_in(workbook(row(budget_amount=0.1 + 0.2, budget_currency="KRW", staff_fte=12.0)))

    revision = Revision.objects.get()
    assert (str(revision.budget_amount), str(revision.staff_fte)) == ("0.30", "12.0")


def test_text_that_begins_like_a_formula_is_a_text():
    data = workbook(row(), change=lambda _book, sheet: sheet.write_string(1, 2, "=not a formula"))

    bring_in(data)

    assert Revision.objects.get().title == "=not a formula"


def refusal(data):
    """What is said of a workbook that cannot be used: (row, letter, message) each."""
    with pytest.raises(WorkbookError) as refused:
        list(Workbook(ContentFile(data)).lines())
    return [(error.line, error.field, error.message) for error in refused.value.errors]


def test_merged_cells_are_refused():
    data = workbook(row(), row(), change=lambda _book, sheet: sheet.merge_range("C2:C3", "Both"))

    assert refusal(data) == [(2, "C", "The cells C2:C3 are merged. Unmerge them and fill in each.")]


def test_hidden_rows_are_refused():
    def hide(_book, sheet):
        sheet.set_row(2, options={"hidden": True})

    assert refusal(workbook(row(), row(), change=hide)) == [
        (3, "", "1 rows are hidden, this one first. Show them or delete them."),
    ]


def test_hidden_sheet_is_refused():
    def hide(book, sheet):
        book.add_worksheet("Shown").activate()
        sheet.hide()
        book.worksheets_objs[1].set_first_sheet()

    assert refusal(workbook(row(), change=hide)) == [
        (0, "", "The first sheet is hidden. Show it, so that you see what you import.")
    ]


def test_sheets_behind_the_first_are_not_read():
    data = workbook(
        row(), change=lambda book, _sheet: book.add_worksheet("Notes").write(0, 0, "Hello")
    )

    assert bring_in(data)[0].counts["created"] == 1


def test_header_is_checked_as_a_whole():
    data = workbook(
        header=["Title", "title", "colour", "language"],
        change=lambda _book, sheet: sheet.write(1, 6, "stray"),
    )

    assert refusal(data) == [
        (1, "B", "The column “title” is there twice."),
        (1, "", "The column “summary” is missing."),
        (1, "", "A column “member_slug” or “member” is missing."),
    ]


def test_chart_in_front_is_refused():
    def chart(book):
        sheet = book.add_chartsheet("Chart")
        drawn = book.add_chart({"type": "bar"})
        drawn.add_series({"values": "=Cases!$A$1:$A$2"})
        sheet.set_chart(drawn)

    assert refusal(workbook(row(), before=chart)) == [
        (0, "", "The first sheet must be the table of cases.")
    ]


def test_row_beyond_the_last_is_refused():
    data = workbook(row(), change=lambda _book, sheet: sheet.write(MAX_ROWS + 1, 2, "Far away"))

    assert refusal(data) == [
        (MAX_ROWS + 2, "", f"At most {MAX_ROWS} rows can be imported at once.")
    ]


def test_cell_in_the_last_corner_costs_nothing():
    data = workbook(row(), change=lambda _book, sheet: sheet.write(1_048_575, 16_383, "Far away"))

    assert [error[:2] for error in refusal(data)] == [(1_048_576, "")]


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
HOSTILE = {
    "entities in the sheet": (
        SHEET,
        lambda text: text.replace("<worksheet", BOMB + "<worksheet", 1),
    ),
    "entities in the texts": (
        r"xl/sharedStrings\.xml",
        lambda text: text.replace("<sst", BOMB + "<sst", 1).replace("Buses.", "&b;"),
    ),
    "entities in the workbook": (
        r"xl/workbook\.xml",
        lambda text: text.replace("<workbook", BOMB + "<workbook", 1).replace("Cases", "&b;"),
    ),
    "cut off": (SHEET, lambda text: text[: len(text) // 2]),
    "no such text": (SHEET, lambda text: text.replace("<v>4</v>", "<v>999999</v>")),
    "text for a number": (SHEET, lambda text: text.replace("<v>4</v>", "<v>x</v>")),
    "negative row": (SHEET, lambda text: text.replace('<row r="2"', '<row r="-2"')),
    "rows out of order": (SHEET, lambda text: text.replace('<row r="1"', '<row r="5"')),
    "row of letters": (SHEET, lambda text: text.replace('<row r="2"', '<row r="zwei"')),
    "no sheet": (
        r"xl/workbook\.xml",
        lambda text: text.replace("<sheets>", "<!--").replace("</sheets>", "-->"),
    ),
    "styles without end": (
        r"xl/styles\.xml",
        lambda text: text.replace("</cellXfs>", '<xf numFmtId="0"/>' * 200_000 + "</cellXfs>"),
    ),
    "not XML": (SHEET, lambda text: text[:0] + "\x00\x01"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbook_is_refused(name):
    part, change = HOSTILE[name]

    errors = refusal(rewritten(workbook(row()), part, change))

    assert [message for _line, _field, message in errors] in (
        [DAMAGED],
        [NO_WORKBOOK],
        ["The first sheet must be the table of cases."],
    )


def test_bomb_is_refused_unread():
    data = workbook(row())
    packed = io.BytesIO(data)
    with (
        zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/big.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(21):
            part.write(bytes(10 * 1024**2))

    tracemalloc.start()
    errors = refusal(packed.getvalue())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert errors == [
        (0, "", "This file unpacks to far more than its size. Save it anew, or as a PDF.")
    ]
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "data", [b"", b"id,title\n1,Buses\n", b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0" * 200]
)
def test_file_of_another_kind_is_refused(data):
    assert [error[:2] for error in refusal(data)] == [(0, "")]


def test_template_can_be_filled_in():
    book = Workbook(ContentFile(template()))

    assert book.lists.found == [
        *("Budget lines", "Funding sources", "Staff roles", "Stakeholders", "Phases"),
        *("Indicators", "Sources"),
    ]
    assert list(book.letters) == [
        *("source_id", "member_slug", "member", "country_code", "member_kind", "member_is_new"),
        *(
            "provenance",
            "confirmed_on",
            "language",
            "title",
            "summary",
            "challenge",
            "solution",
            "results",
        ),
        *("lessons", "transferability", "stage", "start", "end", "scale", "people_served"),
        *("people_served_qualifier", "people_served_note", "contact_office", "contact_url"),
        *("joint_members", "themes", "targets", "primary_target"),
        *("budget_amount", "budget_qualifier", "budget_currency", "budget_year"),
        *("budget_fiscal_year", "budget_basis", "budget_scope"),
        *("budget_usd", "budget_usd_source", "budget_note", "budget_unavailable"),
        *("staff_fte", "staff_heads", "staff_volunteers", "staff_year", "staff_note"),
        *("staff_unavailable", "stakeholders_unavailable"),
    ]
    assert list(book.lines()) == []


def test_place_that_is_no_column_is_told_as_it_is():
    assert place("", {}) == ""
    assert place("member.country", {"member": "A", "country_code": "B"}) == "B country_code"
    assert place("targets[1].primary", {"primary_target": "Q"}) == "Q primary_target"
