"""Workbooks as offices write them, and what an import asks to look at again."""

import io
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from members.models import Member
from policies import interchange
from policies.interchange.workbook import Workbook
from policies.models import CaseStudy, Revision
from tests.factories import LiveRevisionFactory, MemberFactory
from tests.policies.lines import bring_in as bring_in_lines
from tests.policies.lines import encoded, full, short
from tests.policies.workbooks import bring_in, row, workbook

pytestmark = pytest.mark.django_db

# As an office wrote it: labels instead of values, headings of its own, a column that nobody asked for.
OFFICE = {
    "Title": "Flood walls ",
    "SUMMARY": "Walls along the river.",
    "Language": "English",
    "City": "Hanoi ",
    "Country": "Vietnam",
    "Kind": "Local government",
    "Theme": "Transport, Water and Sanitation",
    "SDG targets": "SDG 11.2; target 6.B",
    "Stage": "completed",
    "Start": "April 2013",
    "End": "12/2015",
    "Budget": "1,200,000",
    "Currency": "US$",
    "Budget year": "2013",
    "Budget scope": "TOTAL",
    "Remarks": "Ask Ms Nguyen",
    "confirmed on": "5 May 2024",
}


@pytest.fixture(autouse=True)
def surabaya(reference):
    MemberFactory(slug="suwon", name="Suwon", country="KR")
    return MemberFactory(slug="surabaya", name="Surabaya", country="ID")


def warned(*lines, **options):
    """What an import of lines asks to look at again: (line, field, message) each."""
    importer = interchange.Importer(**options)
    batches = importer.run(io.BytesIO(encoded(*lines)))
    return [(each.line, each.field, each.message) for batch in batches for each in batch.warnings]


def test_workbook_of_an_office_is_understood():
    def hide(_book, sheet):
        sheet.set_column(11, 11, None, None, {"hidden": True})

    hanoi = MemberFactory(name="Hanoi", slug="hanoi", country="VN")
    data = workbook(OFFICE, change=hide)

    importer, errors = bring_in(data)

    assert (errors, importer.counts["created"]) == ([], 1)
    revision = Revision.objects.with_content().get()
    assert revision.case.member == hanoi
    line = interchange.row(revision)
    assert {name: line[name] for name in ("language", "stage", "start", "end", "themes")} == {
        "language": "en",
        "stage": "completed",
        "start": "2013-04",
        "end": "2015-12",
        "themes": ["transport", "water-and-sanitation"],
    }
    assert [each["code"] for each in line["targets"]] == ["11.2", "6.b"]
    budget = {name: line["budget"][name] for name in ("amount", "currency", "year", "scope")}
    assert budget == {"amount": "1200000", "currency": "USD", "year": 2013, "scope": "total"}
    assert line["confirmed_at"] == "2024-05-05"
    assert [(note.field, note.message) for note in Workbook(ContentFile(data)).notes] == [
        ("P", "Unknown column “Remarks”. It is left out."),
        ("L", "The column is hidden. It is read."),
    ]


# Further ways of writing the same, each a cell and what it is taken for.
UNDERSTOOD = [
    ("start", "2013-M04", "start", "2013-04"),
    ("start", "tháng 4 năm 2013", "start", "2013-04"),
    ("end", "2013年4月", "end", "2013-04"),
    ("language", " KOREAN", "language", "ko"),
    ("stage", "Under  way", "stage", "under-way"),
    ("stage", "under_way", "stage", "under-way"),
    ("staff_fte", "1.250,5", "staff_fte", Decimal("1250.5")),
    ("budget_amount", "Rp 1.500.000", "budget_amount", Decimal(1_500_000)),
    ("budget_amount", "13 billion", "budget_amount", Decimal(13_000_000_000)),
    ("title", "A_x000D_\nB", "title", "A\nB"),
    ("title", 2030, "title", "2030"),
]


@pytest.mark.parametrize(("name", "cell", "field", "value"), UNDERSTOOD)
def test_cell_is_understood(name, cell, field, value):
    _importer, errors = bring_in(workbook(row(budget_currency="IDR", **{name: cell})))

    assert errors == []
    assert getattr(Revision.objects.get(), field) == value


# A number, the format that shows it in another way, and what is said.
SHOWN = [
    ("title", 123, "00000", "A number that its format “00000” shows in another way."),
    ("source_id", 7, "0000", "A number that its format “0000” shows in another way."),
    ("title", 1234, "#,##0", "A number that its format “#,##0” shows in another way."),
    ("staff_fte", 0.45, "0%", "Shown as a percentage, it is 0.45 here."),
    ("budget_amount", 1_200_000, "#,##0,", "Shown in thousands or millions, it is 1200000 here."),
    ("budget_amount", 1_200_000, '0.0,,"M"', "Shown in thousands or millions, it is 1200000 here."),
]


@pytest.mark.parametrize(("name", "number", "format_", "message"), SHOWN)
def test_number_that_is_shown_in_another_way_is_asked_about(name, number, format_, message):
    def show(book, sheet):
        sheet.write_number(1, 0, number, book.add_format({"num_format": format_}))

    cells = {name: number} | row(budget_currency="IDR")
    cells[name] = number
    _importer, errors = bring_in(workbook(cells, change=show))

    ((line, where, said),) = errors
    assert (line, where) == (2, f"A {name}")
    assert said.startswith(message)


@pytest.mark.parametrize("format_", ["#,##0.00", '"Rp" #,##0', "[$₫-42A] #,##0", "0"])
def test_number_with_a_harmless_format_is_read(format_):
    def show(book, sheet):
        sheet.write_number(1, 0, 1_200_000, book.add_format({"num_format": format_}))

    cells = {"budget_amount": 1} | row(budget_currency="IDR")
    assert bring_in(workbook(cells, change=show))[1] == []
    assert Revision.objects.get().budget_amount == 1_200_000


def test_currency_beside_the_amount_is_the_one_of_its_column():
    cells = row(budget_amount="₩ 13,000", budget_currency="USD")

    _importer, errors = bring_in(workbook(cells))

    message = "The amount is written in KRW, and the currency is USD."
    assert errors == [(2, "E budget_amount", message)]
    assert bring_in(workbook(row(budget_amount="13,000 won")))[1] == []
    assert Revision.objects.get().budget_currency == "KRW"


def test_csv_file_saved_as_a_workbook_says_what_is_not_read():
    line = {
        "id": 10**9,
        "url": "http://localhost:8000/policies/1000000000/",
        **row(targets="SDG 16.10", start="2013-M04", stakeholders="Bank; City"),
    }
    data = workbook(line)

    assert bring_in(data)[1] == []

    revision = Revision.objects.with_content().get()
    assert ([each.target_id for each in revision.contributions.all()], revision.start) == (
        *(["16.10"], "2013-04"),
    )
    notes = [(note.field, note.message) for note in Workbook(ContentFile(data)).notes]
    assert notes == [("I", "“stakeholders” is not read: it has only names of the rows.")]


def test_what_is_unlikely_is_asked_and_imported_all_the_same():
    budget = {"amount": "100", "currency": "VDN", "lines": [{"category": "other", "amount": "101"}]}
    lines = [
        short(source_id="a", budget=budget),
        short(source_id="b", member={"name": "Suva", "country": "FJ", "kind": "local-government"}),
    ]

    found = warned(*lines)

    fields = {(line, field) for line, field, _message in found}
    assert fields == {
        *((1, name) for name in ("targets", "themes", "sources", "title")),
        *((1, name) for name in ("budget.currency", "budget.year", "budget.scope", "budget.lines")),
        *((2, name) for name in ("targets", "themes", "sources", "title", "member")),
    } - {(1, "title")}
    said = {(line, field): message for line, field, message in found}
    assert said[1, "targets"] == "No target: the case is found under no goal."
    assert said[1, "budget.currency"].startswith("There is no currency VDN. Did you mean VND")
    assert said[2, "title"] == "Another case has this title. Is it the same one?"
    assert said[2, "member"] == "“Suva” is no member yet. It is made, as not a member."
    assert CaseStudy.objects.count() == 2


def test_sound_line_needs_no_second_look():
    LiveRevisionFactory(title="Day buses")
    line = full(budget=full()["budget"] | {"year": 2013}, confirmed_at="2025-01-01")

    found = warned(line)

    assert [field for _line, field, _message in found if field in ("title", "member", "id")] == []


def test_what_would_be_lost_is_said_before():
    bring_in_lines(full(), publish=True)
    less = full(phases=[], lessons="")
    less["budget"] = full()["budget"] | {"funding": [], "note": ""}

    found = warned(less, dry_run=True)

    lost = "The case says something today that the line leaves out: {}."
    assert (1, "", lost.format("lessons, budget.note, budget.funding, phases")) in found
    assert warned(full(), dry_run=True) == []


def test_member_that_is_made_is_placed_where_its_name_is_certain():
    def member(name, country, kind="local-government"):
        return short(member={"name": name, "country": country, "kind": kind})

    _importer, errors = bring_in_lines(
        member("Suva", "FJ"),
        member("đà nẵng", "VN"),
        member("San Fernando", "PH"),
        member("Nowhere at all", "FJ"),
        member("Hanoi", "FJ"),
        member("Suva", "FJ", "ngo"),
    )

    assert errors == []
    made = Member.objects.exclude(slug__in=["surabaya", "suwon"]).order_by("pk")
    placed = [(each.name, each.population, each.population_source, each.latitude) for each in made]
    assert placed == [
        ("Suva", 77366, "GeoNames", Decimal("-18.13683")),
        ("đà nẵng", 1276000, "GeoNames", Decimal("16.06778")),
        # Two cities of the country have the name.
        ("San Fernando", None, "", None),
        ("Nowhere at all", None, "", None),
        ("Hanoi", None, "", None),
        # A company or an NGO is not its city.
        ("Suva", None, "", None),
    ]
