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

METHODS = [("estimated", "Estimated"), ("counted", "Counted")]


@pytest.fixture
def new_fields(db):
    """Two fields of a revision and one of its indicators, until the end of the test."""
    added = [
        (
            Revision,
            models.PositiveIntegerField(
                "jobs made", null=True, blank=True, help_text="How many jobs it makes."
            ),
            "jobs_made",
        ),
        (
            Revision,
            models.CharField(
                "method of the budget",
                max_length=10,
                blank=True,
                choices=METHODS,
                help_text="How the amount was found.",
            ),
            "budget_method",
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
        case__source_id="night-buses", jobs_made=1200, budget_method="counted"
    )
    Indicator.objects.create(revision=revision, name="Riders", method="Count")
    return reread(revision)


def reread(revision):
    return Revision.objects.with_first_published().with_content().get(pk=revision.pk)


def test_new_field_is_copied_and_compared(live):
    membership = MembershipFactory(member=live.case.member)

    draft = reread(authoring.open_draft(live.case, user=membership.user))

    assert (draft.jobs_made, draft.budget_method) == (1200, "counted")
    assert [each.method for each in draft.indicators.all()] == ["Count"]
    assert changes(live, draft) == []
    shown = reviewing.fingerprint(draft)

    Revision.objects.filter(pk=draft.pk).update(jobs_made=1500, budget_method="estimated")
    draft.indicators.update(method="Survey")
    draft = reread(draft)

    assert changes(live, draft) == [
        TextChange("Jobs made", "<del>1,200</del><ins>1,500</ins>"),
        TextChange("Method of the budget", "<del>Counted</del><ins>Estimated</ins>"),
        RowsChange("Indicators", [], [], ["Riders, <del>Count</del><ins>Survey</ins>"]),
    ]
    assert reviewing.fingerprint(draft) != shown
    [written] = personal_data.export(membership.user)["revisions_written"]
    assert (written["jobs_made"], written["budget_method"]) == (1500, "estimated")


def test_new_field_is_exported_and_imported(live):
    line = row(live)
    assert (line["jobs_made"], line["budget"]["method"]) == (1200, "counted")
    assert line["indicators"][0]["method"] == "Count"
    header = spreadsheet.header()
    [values] = spreadsheet.rows([live])
    assert dict(zip(header, values, strict=True))["jobs_made"] == 1200

    again, errors = bring_in(line)
    assert (again.counts["unchanged"], errors) == (1, [])
    new, errors = bring_in(json.loads(json.dumps(line)) | {"source_id": "other"}, publish=True)
    assert (new.counts["created"], errors) == (1, [])
    [made] = Revision.objects.with_content().filter(case__source_id="other")
    assert row(made) == line | {"source_id": "other"}


def test_new_field_is_checked_by_its_type(live):
    wrong = row(live) | {"source_id": "wrong", "jobs_made": "many"}
    wrong["budget"]["method"] = "guessed"
    wrong["indicators"][0]["method"] = "x" * 101

    _importer, errors = bring_in(wrong)

    assert errors == [
        (1, "jobs_made", "Write a whole number in digits."),
        (
            1,
            "budget.method",
            "“guessed” is not among the values that may stand here: estimated, counted.",
        ),
        (
            1,
            "indicators[0].method",
            "Ensure this value has at most 100 characters (it has 101).",
        ),
    ]


def test_new_field_is_a_column_of_the_workbook(live):
    book = Workbook(ContentFile(template.template()))
    assert {"jobs_made", "budget_method"} < book.letters.keys()
    assert columns.columns()["indicators"].parts.endswith("| source_number | method")
    book.close()

    data = SHORT | {"member_slug": live.case.member.slug, "source_id": "sheet"}
    del data["member"]
    row_of_sheet = data | {"jobs_made": 1200, "budget_method": "counted"}
    _importer, errors = bring_in_workbook(workbook(row_of_sheet))

    assert errors == []
    made = Revision.objects.get(case__source_id="sheet")
    assert (made.jobs_made, made.budget_method) == (1200, "counted")


def test_new_field_is_in_the_codebook(new_fields):
    fields = {field.anchor: field for part in codebook.sections() for field in part.fields}

    served = fields["revision.jobs_made"]
    assert (served.label, served.meaning, served.kind, served.key, served.column) == (
        "Jobs made",
        "How many jobs it makes.",
        "whole number, 0 or more",
        "jobs_made",
        "jobs_made",
    )
    method = fields["revision.budget_method"]
    assert (method.key, method.values) == (
        "budget.method",
        [("estimated", "Estimated"), ("counted", "Counted")],
    )
    assert fields["indicator.method"].key == "indicators[].method"


def test_form_takes_label_help_choices_and_rules_from_the_model(live):
    class Form(SectionForm):
        class Meta(SectionForm.Meta):
            model = Revision
            fields = ["jobs_made", "budget_method"]

    form = Form(MultiValueDict({"jobs_made": ["1,300"], "budget_method": ["estimated"]}))

    assert form.is_valid()
    form.write(live)
    assert (live.jobs_made, live.budget_method) == (1300, "estimated")
    assert form["jobs_made"].label == "Jobs made"
    assert form["jobs_made"].help_text == "How many jobs it makes."
    assert form["budget_method"].field.choices == [("", "Not reported"), *METHODS]
    assert Form(MultiValueDict({"jobs_made": ["many"]})).errors == {
        "jobs_made": ["Write a whole number in digits."]
    }


def test_models_are_as_they_were():
    """The tests above leave nothing behind in their process."""
    names = {field.name for field in Revision._meta.get_fields()}
    assert names & {"jobs_made", "budget_method"} == set()
    assert not hasattr(Indicator, "method")
