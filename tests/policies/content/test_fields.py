"""What counts as content of a case: nothing is forgotten when a model changes."""

from policies.content.fields import content_fields, row_fields
from policies.models import Indicator, Photo, Revision


def test_content_is_every_field_but_identity_state_dates_and_people():
    assert [field.name for field in content_fields()] == [
        "language",
        "title",
        "summary",
        "challenge",
        "solution",
        "results",
        "lessons",
        "transferability",
        "stage",
        "start",
        "end",
        "scale",
        "people_served",
        "people_served_qualifier",
        "people_served_note",
        "contact_office",
        "contact_url",
        "budget_amount",
        "budget_qualifier",
        "budget_currency",
        "budget_year",
        "budget_fiscal_year",
        "budget_basis",
        "budget_scope",
        "budget_usd",
        "budget_usd_source",
        "budget_note",
        "budget_unavailable",
        "staff_fte",
        "staff_heads",
        "staff_volunteers",
        "staff_year",
        "staff_note",
        "staff_unavailable",
        "stakeholders_unavailable",
    ]


def test_lists_come_in_the_order_in_which_their_models_are_declared():
    assert list(Revision.row_models()) == [
        "joint_members",
        "theme_rows",
        "contributions",
        "budget_lines",
        "funding_sources",
        "staff_roles",
        "stakeholders",
        "phases",
        "indicators",
        "sources",
        "photos",
        "attachments",
    ]


def test_lists_are_all_that_hangs_on_a_revision_but_what_others_say_of_it():
    related = {relation.get_accessor_name() for relation in Revision._meta.related_objects}
    others = {
        "live_of",
        "events",
        "notes",
        "screening",
        "assessments",
        "corrections",
        "requested_text",
        "desk_notes",
    }
    assert related - others == set(Revision.row_models())


def test_rows_say_all_but_their_place():
    assert [field.name for field in row_fields(Indicator)] == [
        "name",
        "unit",
        "baseline",
        "baseline_year",
        "planned",
        "result",
        "result_year",
        "source",
        "evidence",
        "baseline_qualifier",
        "planned_qualifier",
        "result_qualifier",
        "reporter",
        "series",
        "source_number",
    ]
    assert {field.name for field in Photo._meta.concrete_fields} - {
        field.name for field in row_fields(Photo)
    } == {"id", "revision", "position", "removed_on", "removed_because"}
