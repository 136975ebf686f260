"""CONTRIBUTING.md, "Add a field": what follows from the model by itself.

Three fields are added to the models and to their tables, as a change of the models and its migration
would; no other list is touched.
"""

import json

import pytest
from django.core.files.base import ContentFile
from django.db import connection, models
from django.utils.datastructures import MultiValueDict

from policies.content.diff import RowsChange, TextChange, changes
from policies.forms.base import SectionForm
from policies.interchange import columns, lines, row, spreadsheet, template
from policies.interchange.workbook import Workbook
from policies.models import Indicator, Revision
from policies.workflow import authoring, personal_data, reviewing
from portal import codebook
from tests.factories import LiveRevisionFactory, MembershipFactory
from tests.policies.lines import SHORT, bring_in
from tests.policies.workbooks import bring_in as bring_in_workbook
from tests.policies.workbooks import workbook

pytestmark = pytest.mark.sqlite

BASIS = [("planned", "Planned"), ("spent", "Spent")]


@pytest.fixture
def new_fields(db):
    """Two fields of a revision and one of its indicators, until the end of the test."""
    added = [
        (
            Revision,
            models.PositiveIntegerField(
                "people served", null=True, blank=True, help_text="How many people it reaches."
            ),
            "people_served",
        ),
        (
            Revision,
            models.CharField(
                "basis of the budget",
                max_length=10,
                blank=True,
                choices=BASIS,
                help_text="What kind of amount it is.",
            ),
            "budget_basis",
        ),
        (
            Indicator,
            models.CharField(
                "method", max_length=100, blank=True, help_text="How it was measured."
            ),
            "method",
        ),
    ]
    for model, field, name in added:
        field.contribute_to_class(model, name)
        column = f"{connection.ops.quote_name(name)} {field.db_type(connection)}"
        default = "NULL" if field.null else "NOT NULL DEFAULT ''"
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ADD COLUMN {column} {default}")
    _forget_what_was_derived()
    yield
    for model, field, name in added:
        model._meta.local_fields.remove(field)
        model._meta._expire_cache()
        delattr(model, name)
        if field.choices:
            delattr(model, f"get_{name}_display")
    _forget_what_was_derived()


def _forget_what_was_derived():
    """As in a new process: the format is read from the models once."""
    lines.parts.cache_clear()
    columns.columns.cache_clear()


@pytest.fixture
def live(reference, new_fields):
    revision = LiveRevisionFactory(
        case__source_id="night-buses", people_served=1200, budget_basis="spent"
    )
    Indicator.objects.create(revision=revision, name="Riders", method="Count")
    return reread(revision)


def reread(revision):
    return Revision.objects.with_first_published().with_content().get(pk=revision.pk)


def test_new_field_is_copied_and_compared(live):
    membership = MembershipFactory(member=live.case.member)

    draft = reread(authoring.open_draft(live.case, user=membership.user))

    assert (draft.people_served, draft.budget_basis) == (1200, "spent")
    assert [each.method for each in draft.indicators.all()] == ["Count"]
    assert changes(live, draft) == []
    shown = reviewing.fingerprint(draft)

    Revision.objects.filter(pk=draft.pk).update(people_served=1500, budget_basis="planned")
    draft.indicators.update(method="Survey")
    draft = reread(draft)

    assert changes(live, draft) == [
        TextChange("People served", "<del>1,200</del><ins>1,500</ins>"),
        TextChange("Basis of the budget", "<del>Spent</del><ins>Planned</ins>"),
        RowsChange("Indicators", [], [], ["Riders, <del>Count</del><ins>Survey</ins>"]),
    ]
    assert reviewing.fingerprint(draft) != shown
    [written] = personal_data.export(membership.user)["revisions_written"]
    assert (written["people_served"], written["budget_basis"]) == (1500, "planned")


def test_new_field_is_exported_and_imported(live):
    line = row(live)
    assert (line["people_served"], line["budget"]["basis"]) == (1200, "spent")
    assert line["indicators"][0]["method"] == "Count"
    header = spreadsheet.header()
    [values] = spreadsheet.rows([live])
    assert dict(zip(header, values, strict=True))["people_served"] == 1200

    again, errors = bring_in(line)
    assert (again.counts["unchanged"], errors) == (1, [])
    new, errors = bring_in(json.loads(json.dumps(line)) | {"source_id": "other"}, publish=True)
    assert (new.counts["created"], errors) == (1, [])
    [made] = Revision.objects.with_content().filter(case__source_id="other")
    assert row(made) == line | {"source_id": "other"}


def test_new_field_is_checked_by_its_type(live):
    wrong = row(live) | {"source_id": "wrong", "people_served": "many"}
    wrong["budget"]["basis"] = "guessed"
    wrong["indicators"][0]["method"] = "x" * 101

    _importer, errors = bring_in(wrong)

    assert errors == [
        (1, "people_served", "Write a whole number in digits."),
        (
            1,
            "budget.basis",
            "“guessed” is not among the values that may stand here: planned, spent.",
        ),
        (
            1,
            "indicators[0].method",
            "Ensure this value has at most 100 characters (it has 101).",
        ),
    ]


def test_new_field_is_a_column_of_the_workbook(live):
    book = Workbook(ContentFile(template.template()))
    assert {"people_served", "budget_basis"} < book.letters.keys()
    assert columns.columns()["indicators"].parts.endswith("| evidence | method")
    book.close()

    data = SHORT | {"member_slug": live.case.member.slug, "source_id": "sheet"}
    del data["member"]
    row_of_sheet = data | {"people_served": 1200, "budget_basis": "spent"}
    _importer, errors = bring_in_workbook(workbook(row_of_sheet))

    assert errors == []
    made = Revision.objects.get(case__source_id="sheet")
    assert (made.people_served, made.budget_basis) == (1200, "spent")


def test_new_field_is_in_the_codebook(new_fields):
    fields = {field.anchor: field for part in codebook.sections() for field in part.fields}

    served = fields["revision.people_served"]
    assert (served.label, served.meaning, served.kind, served.key, served.column) == (
        "People served",
        "How many people it reaches.",
        "whole number, 0 or more",
        "people_served",
        "people_served",
    )
    basis = fields["revision.budget_basis"]
    assert (basis.key, basis.values) == (
        "budget.basis",
        [("planned", "Planned"), ("spent", "Spent")],
    )
    assert fields["indicator.method"].key == "indicators[].method"


def test_form_takes_label_help_choices_and_rules_from_the_model(live):
    class Form(SectionForm):
        class Meta(SectionForm.Meta):
            model = Revision
            fields = ["people_served", "budget_basis"]

    form = Form(MultiValueDict({"people_served": ["1,300"], "budget_basis": ["planned"]}))

    assert form.is_valid()
    form.write(live)
    assert (live.people_served, live.budget_basis) == (1300, "planned")
    assert form["people_served"].label == "People served"
    assert form["people_served"].help_text == "How many people it reaches."
    assert form["budget_basis"].field.choices == [("", "Not reported"), *BASIS]
    assert Form(MultiValueDict({"people_served": ["many"]})).errors == {
        "people_served": ["Write a whole number in digits."]
    }


def test_models_are_as_they_were():
    """The tests above leave nothing behind in their process."""
    names = {field.name for field in Revision._meta.get_fields()}
    assert names & {"people_served", "budget_basis"} == set()
    assert not hasattr(Indicator, "method")
