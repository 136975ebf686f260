"""The codebook describes every field of the files and of the models, and nothing else."""

import re

import pytest

from exchange.content import adoption_lines, files
from exchange.content.adoption_file import COLUMNS
from local_reviews.files import COLUMNS as REVIEWS
from policies import interchange
from policies.interchange import spreadsheet
from policies.models import (
    Attachment,
    BudgetLine,
    Contribution,
    FundingSource,
    Indicator,
    JointMember,
    Phase,
    Photo,
    Revision,
    RevisionTheme,
    Source,
    StaffRole,
    Stakeholder,
)
from portal import codebook
from seminars.content.files import COLUMNS as SEMINARS
from tests.exchange.factories import AdoptionFactory
from tests.factories import LiveRevisionFactory, MemberFactory

ROWS = [
    BudgetLine(category="capital"),
    FundingSource(name="World Bank"),
    StaffRole(role="Engineer"),
    Stakeholder(name="Residents"),
    Phase(name="Trial"),
    Indicator(name="Riders"),
    Source(title="Report"),
]
# Fields that serve the workflow or the store and are no content of a case.
WORKFLOW = {
    "removed_on",
    "removed_because",
    "id",
    "case",
    "revision",
    "position",
    "state",
    "is_imported",
    "created_by",
    "reviewer",
    "created_at",
    "updated_at",
    "submitted_at",
    "decided_by",
    "decided_by_name",
    "original_name",
    "small",
    "version",
    "list_summary",
    "doi",
    "doi_is_hidden",
    "doi_is_outdated",
    "themes",
    "targets",
}


def all_fields():
    return [field for section in codebook.sections() for field in section.fields]


def paths(value, path=""):
    """The keys of a line as the codebook writes them: "budget.lines[].amount"."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{path}[]")
    else:
        yield path


@pytest.mark.django_db
def test_codebook_names_every_key_of_a_line(reference):
    revision = LiveRevisionFactory(targets=["11.6"], themes=["transport"])
    revision.case.synthetic = True
    JointMember.objects.create(revision=revision, member=MemberFactory())
    for row in ROWS:
        row.pk = None
        row.revision = revision
        row.save()

    keys = set(paths(interchange.row(revision)))

    assert {field.key for field in all_fields()} - {""} == keys


def test_codebook_names_every_column():
    columns = {field.column for field in all_fields()} - {""}
    computed = [name for name, meaning in codebook.computed()]

    assert computed == [
        *("id", "url", "member", "member_kind", "country_code", "country", "subregion"),
        *("population", "population_year", "goals", "duration_months", "first_published_on"),
        *("target_uris", "doi"),
    ]
    assert columns | set(computed) == set(spreadsheet.header())
    assert all(meaning for name, meaning in codebook.computed())


def test_codebook_says_what_every_field_means():
    assert [field.anchor for field in all_fields() if not field.meaning] == []


@pytest.mark.parametrize(
    "model",
    [
        Revision,
        JointMember,
        RevisionTheme,
        Contribution,
        BudgetLine,
        FundingSource,
        StaffRole,
        Stakeholder,
        Phase,
        Indicator,
        Source,
        Photo,
        Attachment,
    ],
)
def test_codebook_leaves_no_field_of_a_model_out(model):
    described = {field.anchor for field in all_fields()}
    fields = {field.name for field in model._meta.get_fields() if field.concrete} - WORKFLOW

    prefix = model._meta.model_name
    assert {name for name in fields if f"{prefix}.{name}" not in described} == set()


@pytest.mark.parametrize(
    ("anchor", "kind", "required"),
    [
        ("casestudy.member", "a member, by the last part of its address", True),
        ("casestudy.provenance", "one of the values below", False),
        ("casestudy.confirmed_at", "date, written 2013-04-30", False),
        ("casestudy.synthetic", "true or false", False),
        ("revision.language", "one of the values below", True),
        ("revision.title", "text, up to 200 characters", True),
        ("revision.challenge", "text, up to 50,000 characters", False),
        ("revision.start", "year or month, written 2013 or 2013-04", False),
        ("revision.decided_at", "date and time", False),
        ("revision.budget_amount", "number, up to 2 decimal places", False),
        ("revision.staff_fte", "number, up to 1 decimal place", False),
        ("revisiontheme.theme", "a theme, by its short name", True),
        ("contribution.target", "an SDG target, by its code", True),
        ("indicator.result_year", "whole number, 0 or more", False),
        ("source.url", "address (URL), up to 500 characters", False),
        ("photo.image", "file", True),
    ],
)
def test_codebook_says_type_and_whether_required(anchor, kind, required):
    field = {field.anchor: field for field in all_fields()}[anchor]

    assert (field.kind, field.required) == (kind, required)


def test_codebook_lists_allowed_values():
    stage = {field.anchor: field for field in all_fields()}["revision.stage"]

    assert stage.values == [
        ("planned", "Planned"),
        ("under-way", "Under way"),
        ("completed", "Completed"),
        ("stopped", "Stopped"),
    ]


@pytest.mark.django_db
def test_codebook_page_has_an_anchor_for_each_field(client):
    content = client.get("/codebook/").content.decode()

    of_exchange = [*codebook.adoptions(), *codebook.entries()]
    further = [field for section in of_exchange for field in section.fields]
    assert re.findall(r'<tr id="([^"]+)">', content) == [
        field.anchor for field in all_fields() + further
    ]


@pytest.mark.django_db
def test_adoptions_are_explained_as_their_lines_and_file_have_them():
    rows = {field.key: field for section in codebook.adoptions() for field in section.fields}
    line = adoption_lines.record(AdoptionFactory(case=None, original_title="Bus"))
    named = {key for key in line if key not in ("member", "case", "original_member")}
    lists = {"changes", "reports", "sources"}
    assert {key for key in rows if "." not in key} == named - lists
    assert rows["changes[].aspect"].values[0] == ("scale", "Scale")
    assert rows["reports[].date"].column == "report_date"
    assert rows["reports[].amount_basis"].column == "amount_basis"
    assert rows["changes[].what"].column == ""
    assert {field.column for field in rows.values()} - {""} < set(COLUMNS)


@pytest.mark.django_db
def test_questions_and_know_how_are_explained_as_their_files_have_them(client):
    rows = {field.anchor: field for section in codebook.entries() for field in section.fields}
    assert rows["question.member"].column == "member_slug"
    assert rows["question.title"].column == "title"
    assert rows["advice.people_fte"].column == "people_fte"
    assert rows["advice.visibility"].values == [
        ("public", "Everybody"),
        ("network", "Members of the network only"),
    ]
    assert rows["addressee.declined_reason"].values[0] == ("not-ours", "It is not ours any more")
    assert rows["cooperation.who_pays"].column == ""
    computed = {"member", "country", "address", "addressees", "answers"}
    for model, header in (("question", files.QUESTIONS), ("advice", files.KNOW_HOW)):
        of_fields = {row.column for row in rows.values() if row.anchor.startswith(f"{model}.")}
        assert set(header) - of_fields - computed == {model}
    assert rows["cooperation.targets"].kind == "any number, each an SDG target, by its code"
    assert (rows["seminar.country"].column, rows["seminar.country"].values) == ("country", [])
    assert rows["localreview.goals"].column == "goals"
    assert rows["collection.visibility"].values[0] == ("private", "Only its owner or team")
    assert rows["call.closes"].kind == "date, written 2013-04-30"
    further = {"hosts", "cases", "materials", "sources"}
    for model, header in (("seminar", SEMINARS), ("localreview", REVIEWS)):
        of_fields = {row.column for row in rows.values() if row.anchor.startswith(f"{model}.")}
        assert set(header) - of_fields - computed - further == {header[0]}
        described = {anchor for anchor, row in rows.items() if not row.meaning}
        assert [anchor for anchor in described if anchor.startswith(f"{model}.")] == []
    page = client.get("/codebook/").text
    assert 'id="advice.amount_basis"' in page
    assert 'href="#cooperation"' in page
