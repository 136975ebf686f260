"""The review screen: the checklist and the corrections of a submission."""

import re

import pytest

from members.models import Event
from policies.forms.corrections import CorrectionForm
from policies.models import Assessment, Correction
from policies.workflow import moderation, reviewing
from tests.factories import StaffFactory
from tests.policies.admin.review_screen import address, decide, send, text

pytestmark = pytest.mark.django_db


# The checklist


def marks(client, revision, act="checklist", **fields):
    """Press a button with marks; the hidden fields say that nothing was marked before."""
    sent = {f"checklist-{name}": value for name, value in fields.items()}
    for criterion in Assessment.Criterion.values:
        for part in ("mark", "remark"):
            sent.setdefault(f"checklist-{criterion}-{part}", "")
            sent.setdefault(f"initial-checklist-{criterion}-{part}", "")
    return send(client, revision, act, **sent)


def kept(revision):
    rows = revision.assessments.order_by("criterion")
    return list(rows.values_list("criterion", "mark", "remark", "by_name"))


def test_marks_are_kept_without_deciding(moderator_client, mina, submitted):
    answer = marks(
        moderator_client,
        submitted,
        **{"innovation-mark": "met", "outcomes-mark": "unclear", "outcomes-remark": "No year."},
    )
    assert answer["Location"] == f"{address(submitted)}#review-checklist"
    assert kept(submitted) == [
        ("innovation", "met", "", "Mina"),
        ("outcomes", "unclear", "No year.", "Mina"),
    ]
    event = Event.objects.get(action="assessed")
    assert (event.actor, event.reason) == (
        mina,
        "Innovation: Met\nOutcomes: Cannot be judged from the text",
    )
    page = moderator_client.get(address(submitted)).text
    assert re.search(r'<option value="unclear" selected>', page)
    assert ">\nNo year.</textarea>" in page


def test_mark_can_be_taken_away(moderator_client, submitted):
    marks(moderator_client, submitted, **{"quality-mark": "met"})
    fields = {"initial-checklist-quality-mark": "met", "initial-checklist-quality-remark": ""}
    send(moderator_client, submitted, "checklist", **{"checklist-quality-mark": ""}, **fields)
    assert kept(submitted) == []


def test_marks_of_a_colleague_are_not_undone_by_an_old_page(moderator_client, submitted):
    lee = StaffFactory(name="Lee", groups=["Moderators"])
    reviewing.assess(submitted, {"quality": ("met", "Well done.")}, by=lee)
    # This page was opened before Lee's marks.
    marks(moderator_client, submitted, **{"innovation-mark": "partly"})
    assert [(row[0], row[1], row[3]) for row in kept(submitted)] == [
        ("innovation", "partly", moderator_client.person.name),
        ("quality", "met", "Lee"),
    ]


def test_marks_are_kept_with_a_decision(moderator_client, mina, submitted):
    answer = marks(
        moderator_client,
        submitted,
        "decide",
        **{"quality-mark": "met"},
    )
    assert (answer.status_code, kept(submitted)) == (422, [])
    # Refused, but still on the page.
    assert '<option value="met" selected>' in answer.text
    decide(
        moderator_client,
        submitted,
        "published",
        **{"checklist-quality-mark": "met", "initial-checklist-quality-mark": ""},
    )
    assert kept(submitted) == [("quality", "met", "", "Mina")]
    page = text(moderator_client.get(address(submitted)).text)
    assert "Quality Met Mina" in page


def test_refused_decision_keeps_no_marks(moderator_client, submitted):
    answer = decide(
        moderator_client,
        submitted,
        "published",
        **{"decision-seen": "0" * 32, "checklist-quality-mark": "met"},
    )
    assert (answer.status_code, kept(submitted)) == (409, [])
    assert '<option value="met" selected>' in answer.text


@pytest.mark.parametrize(
    ("field", "value"), [("quality-mark", "best"), ("quality-remark", "a" * 2001)]
)
def test_wrong_marks_are_refused(moderator_client, submitted, field, value):
    answer = marks(moderator_client, submitted, **{field: value})
    assert (answer.status_code, kept(submitted)) == (422, [])


def test_marks_after_the_decision_are_refused(moderator_client, submitted):
    moderation.publish(submitted, name="Lee")
    answer = marks(moderator_client, submitted, **{"quality-mark": "met"})
    assert (answer.status_code, kept(submitted)) == (409, [])


def test_what_else_was_written_stays_when_marks_are_saved(moderator_client, submitted):
    answer = marks(
        moderator_client,
        submitted,
        **{"quality-mark": "met"},
    )
    assert answer.status_code == 302
    answer = send(
        moderator_client,
        submitted,
        "checklist",
        **{"decision-note": "Half a note", "decision-decision": "rejected"},
    )
    assert answer.status_code == 200
    assert ">\nHalf a note</textarea>" in answer.text
    assert re.search(r'value="rejected"[^>]* checked', answer.text)


# Corrections


def test_field_is_opened_and_its_correction_proposed(moderator_client, mina, submitted):
    answer = send(
        moderator_client, submitted, "open-correction", correct="title", **{"decision-note": "Mine"}
    )
    assert answer.status_code == 200
    assert answer.context["correction"]["after"].value() == "Night buses"
    assert re.search(r'name="correction-after"[^>]* autofocus', answer.text)
    assert ">\nMine</textarea>" in answer.text
    answer = send(
        moderator_client,
        submitted,
        "correct",
        **{
            "correction-field": "title",
            "correction-after": "Night busses",
            "correction-note": "British.",
        },
    )
    assert answer["Location"] == f"{address(submitted)}#review-corrections"
    made = Correction.objects.get()
    assert (made.field, made.before, made.after, made.note, made.by) == (
        "title",
        "Night buses",
        "Night busses",
        "British.",
        mina,
    )
    page = moderator_client.get(address(submitted)).text
    assert "<del>buses</del><ins>busses</ins>" in page


def test_themes_are_corrected_by_boxes(reference, moderator_client, submitted):
    answer = send(moderator_client, submitted, "open-correction", correct="themes")
    assert answer.context["correction"].fields["after"].label == "Themes"
    fields = {"correction-field": "themes", "correction-after": ["transport", "energy"]}
    send(moderator_client, submitted, "correct", **fields)
    assert Correction.objects.get().after == "transport\nenergy"


def test_only_the_text_and_its_tags_can_be_opened(moderator_client, submitted, subtests):
    for field in ["", "slug", "state", "x" * 4000, "\0"]:
        with subtests.test(field=field):
            sent = {"correction-field": field}
            assert CorrectionForm.typed(sent, submitted) is None
            assert CorrectionForm(sent, revision=submitted).is_valid() is False
    answer = send(moderator_client, submitted, "open-correction", correct="slug")
    assert (answer.status_code, answer.context["correction"]) == (422, None)
    answer = send(moderator_client, submitted, "correct", **{"correction-field": "slug"})
    assert (answer.status_code, Correction.objects.count()) == (422, 0)


def test_refused_correction_stays_on_the_page(moderator_client, submitted):
    fields = {"correction-field": "title", "correction-after": "a" * 201, "decision-note": "Mine"}
    answer = send(moderator_client, submitted, "correct", **fields)
    assert answer.status_code == 422
    [message] = answer.context["correction"].errors["after"]
    assert message.startswith("At most 200 characters fit here")
    assert f">\n{'a' * 201}</textarea>" in answer.text
    assert ">\nMine</textarea>" in answer.text


def test_correction_of_what_is_decided_is_refused(moderator_client, submitted):
    moderation.reject(submitted, name="Lee", note="Spam.")
    fields = {"correction-field": "title", "correction-after": "Busses"}
    assert send(moderator_client, submitted, "correct", **fields).status_code == 409
    assert Correction.objects.count() == 0


def test_begun_correction_survives_another_button(moderator_client, submitted):
    fields = {"correction-field": "title", "correction-after": "Half"}
    answer = send(moderator_client, submitted, "take", **fields)
    assert answer.context["correction"]["after"].value() == "Half"
