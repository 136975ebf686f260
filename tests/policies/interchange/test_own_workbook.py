"""A case that an official writes in the blank workbook and uploads."""

import io

import openpyxl
import pytest

from policies.models import CaseStudy, Revision
from policies.workflow import authoring
from tests.factories import MemberFactory, MembershipFactory, UserFactory
from tests.uploads import sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

WHERE = "/policies/new/workbook/"
CASE = {
    "language": "English",
    "title": "Night buses",
    "summary": "Nine lines run through the night.",
    "stage": "Completed",
    "start": "April 2013",
    "themes": "Transport",
    "targets": "11.2 | Women get home",
    "primary_target": "11.2",
    "budget_amount": "13,000,000",
    "budget_currency": "₩",
    "budget_year": "2013",
}


@pytest.fixture
def membership():
    return MembershipFactory(member__name="Seoul")


@pytest.fixture
def official(client, membership):
    client.force_login(membership.user)
    return client


# To write the blank workbook takes longer than to fill it in.
_blank = []


def filled(client, *cases, change=None, **sheets):
    """The blank workbook with cases on its first sheet and rows on the others."""
    if not _blank:
        _blank.append(client.get("/publish/blank.xlsx").content)
    book = openpyxl.load_workbook(io.BytesIO(_blank[0]))
    for name, rows in {"Cases": cases, **sheets}.items():
        sheet = book[name]
        heads = [cell.value for cell in sheet[1]]
        for number, row in enumerate(rows, start=2):
            for key, value in row.items():
                if key not in heads:
                    heads.append(key)
                    sheet.cell(1, len(heads), key)
                sheet.cell(number, heads.index(key) + 1, value)
    if change:
        change(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def upload(client, member, content, name="case.xlsx"):
    return client.post(WHERE, {"member": member.pk, "upload": sent(name, content)}, follow=True)


def test_a_filled_workbook_becomes_the_draft_of_its_author(official, membership):
    rows = {
        "Stakeholders": [
            {"name": "Drivers’ union", "kind": "Community", "role": "Agreed"},
            {"name": "Operators", "kind": "private"},
        ],
        "Indicators": [
            {"name": "Passengers", "baseline": "0", "result": "7.000,5", "result_year": 2014}
        ],
    }
    answer = upload(
        official, membership.member, filled(official, CASE | {"Remarks": "mine"}, **rows)
    )
    assert "Your draft has what the workbook says." in answer.text
    assert "Unknown column “Remarks”. It is left out." in answer.text
    draft = Revision.objects.get()
    assert answer.redirect_chain == [(f"/policies/{draft.case_id}/edit/", 302)]
    assert (draft.state, draft.created_by, draft.case.member) == (
        "draft",
        membership.user,
        membership.member,
    )
    assert (draft.case.provenance, draft.case.source_id, draft.case.held_by) == ("city", None, None)
    assert (draft.title, draft.stage, draft.start) == ("Night buses", "completed", "2013-04")
    assert (draft.budget_amount, draft.budget_currency) == (13_000_000, "KRW")
    assert draft.budget_usd == pytest.approx(11_872, abs=5)
    assert [(s.name, s.kind) for s in draft.stakeholders.all()] == [
        ("Drivers’ union", "community"),
        ("Operators", "private"),
    ]
    assert draft.indicators.get().result == 7000.5
    assert [row.target_id for row in draft.contributions.all()] == ["11.2"]
    # The same checks as the form: what is missing is said.
    assert "Describe the challenge." in answer.text


def test_the_blank_workbook_asks_nothing_that_the_page_knows(official):
    book = openpyxl.load_workbook(io.BytesIO(official.get("/publish/blank.xlsx").content))
    heads = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book.worksheets}
    unasked = {
        "source_id",
        "member",
        "member_slug",
        "member_country",
        "provenance",
        "case",
        "synthetic",
    }
    assert [name for name, found in heads.items() if unasked & {*found}] == []
    assert "title" in heads["Cases"]


WRONG = {
    "no case": ([], {}, "The first sheet has no case"),
    "two cases": ([CASE, CASE], {}, "more than one case"),
    "an amount that is none": ([CASE | {"budget_amount": "much"}], {}, "budget.amount"),
    "a stage that is none": ([CASE | {"stage": "Nearly"}], {}, "Nearly"),
    "no title": ([CASE | {"title": None}], {}, "title"),
    "a wrong row": (
        [CASE],
        {"Phases": [{"name": "Trial", "start": "2014", "end": "2013"}]},
        "Phases, row 2",
    ),
    "a source that is not there": (
        [CASE],
        {"Phases": [{"name": "Trial", "source_number": 3}]},
        "There is no source 3.",
    ),
    "a formula": ([CASE | {"summary": "=1+1"}], {}, "formula"),
}


def test_what_is_wrong_is_listed_with_its_place_and_nothing_is_written(
    official, membership, subtests
):
    for case, (cases, sheets, said) in WRONG.items():
        with subtests.test(case=case):
            answer = upload(official, membership.member, filled(official, *cases, **sheets))
            assert answer.status_code == 422
            assert said in answer.text
            assert CaseStudy.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("case.xlsx", b"", "This file is empty."),
        ("case.xlsx", b"PK\x03\x04 no workbook", ""),
        ("case.csv", b"title\nNight buses\n", "Only workbooks (XLSX) can be sent here."),
        ("case.docx", b"PK", "Only workbooks (XLSX) can be sent here."),
    ],
)
def test_what_is_no_workbook_is_refused(official, membership, name, content, said):
    answer = upload(official, membership.member, content, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert CaseStudy.objects.count() == 0


def test_nobody_writes_for_another_member_and_who_waits_writes_alone(client, membership):
    content = filled(client, CASE)
    other = MemberFactory()
    client.force_login(membership.user)
    assert upload(client, other, content).status_code == 422
    client.force_login(UserFactory())
    assert (
        upload(client, membership.member, content).redirect_chain[-1][0]
        == "/my/teams/join/?for=publish"
    )
    asking = MembershipFactory(member=other, status="requested").user
    client.force_login(asking)
    upload(client, other, content)
    assert CaseStudy.objects.get().held_by == asking


def test_a_second_click_makes_no_second_case(official, membership):
    rows = {"Stakeholders": [{"name": "Union", "kind": "community"}]}
    content = filled(official, CASE, **rows)
    for _ in range(2):
        upload(official, membership.member, content)
    assert Revision.objects.get().stakeholders.count() == 1


def test_the_workbook_of_the_secretariat_serves_as_well(official, membership):
    def add_columns(book):
        for name, value in (("member", "Elsewhere"), ("source_id", "KR-1"), ("id", "7")):
            sheet = book["Cases"]
            place = sheet.max_column + 1
            sheet.cell(1, place, name)
            sheet.cell(2, place, value)

    upload(official, membership.member, filled(official, CASE, change=add_columns))
    case = CaseStudy.objects.get()
    assert (case.member, case.source_id, case.provenance) == (membership.member, None, "city")


@pytest.mark.parametrize("part", ["abc", 1e30, -1])
def test_a_part_of_a_text_that_is_no_number_is_a_damaged_workbook(official, membership, part):
    def change(book):
        sheet = book.create_sheet("Long texts")
        sheet.append(["case", "column", "part", "text"])
        sheet.append(["", "solution", part, "More"])

    answer = upload(official, membership.member, filled(official, CASE, change=change))
    assert answer.status_code == 422
    assert "The workbook is damaged." in answer.text
    assert not CaseStudy.objects.exists()


def test_rows_without_end_are_not_read_to_the_end(official, membership):
    rows = [{"name": f"Union {number}"} for number in range(501)]
    answer = upload(official, membership.member, filled(official, CASE, Stakeholders=rows))
    assert answer.status_code == 422
    assert "A case has at most 500 rows here." in answer.text


def test_only_the_same_workbook_goes_on_with_a_draft_just_begun(official, membership):
    by_form = authoring.start_case(
        user=membership.user, member=membership.member, title="Night buses", summary="By hand."
    )
    indicators = [{"name": "Passengers", "result": 7000}]
    content = filled(official, CASE, Indicators=indicators)
    for _click in range(2):
        upload(official, membership.member, content)
    upload(official, membership.member, filled(official, CASE | {"solution": "Nine lines."}))
    drafts = Revision.objects.order_by("pk")
    assert [(each.summary, each.indicators.count()) for each in drafts] == [
        ("By hand.", 0),
        (CASE["summary"], 1),
        (CASE["summary"], 0),
    ]
    assert drafts[0] == by_form
