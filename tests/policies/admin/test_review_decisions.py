"""Decisions of the review screen: only what was shown is decided."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Event
from policies.forms.review import DecisionForm
from policies.models import CaseStudy, Revision, Screening
from policies.workflow import moderation, reviewing
from policies.workflow.errors import ChangedMeanwhile
from tests.factories import LiveRevisionFactory, PhotoFactory, RevisionFactory, StaffFactory
from tests.policies.admin.review_screen import address, decide, said, seen, state_of

pytestmark = pytest.mark.django_db

State = Revision.State


# Deciding


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ("published", "Published: “Night buses” can be found at once."),
        ("changes-requested", "“Night buses” is back with its author, with your note."),
        ("rejected", "“Night buses” is rejected, and the author is told why."),
    ],
)
def test_decision_is_carried_out_and_recorded(moderator_client, mina, submitted, decision, message):
    answer = decide(moderator_client, submitted, decision, "Say what it cost.")
    assert (answer.status_code, answer["Location"]) == (302, address(submitted))
    assert said(moderator_client.get(address(submitted))) == [message]
    event = submitted.events.last()
    assert (event.actor, event.actor_name, event.to_state, event.note) == (
        mina,
        "Mina",
        decision,
        "Say what it cost.",
    )
    assert state_of(submitted) == decision
    recorded = Event.objects.get(action=decision)
    assert (recorded.actor, recorded.reason) == (mina, "Say what it cost.")


def test_published_case_is_public(moderator_client, client, submitted):
    decide(moderator_client, submitted, "published")
    case = CaseStudy.objects.get()
    assert case.live == submitted
    assert client.get(case.get_absolute_url()).status_code == 200


def test_public_text_is_replaced_by_a_published_edit(moderator_client, author):
    live = LiveRevisionFactory()
    edit = RevisionFactory(case=live.case, state=State.SUBMITTED, summary="Ten lines.")
    decide(moderator_client, edit, "published")
    assert (state_of(live), state_of(edit)) == ("superseded", "published")
    assert CaseStudy.objects.get().live == edit


@pytest.mark.parametrize("decision", ["changes-requested", "rejected"])
def test_no_needs_a_reason(moderator_client, submitted, decision):
    answer = decide(moderator_client, submitted, decision, " \n ")
    assert answer.status_code == 422
    assert answer.context["decision"].errors == {
        "note": ["Give a reason, so that the author knows how to go on."]
    }
    assert state_of(submitted) == "submitted"


def test_decision_has_to_be_chosen_and_the_note_stays(moderator_client, submitted):
    answer = decide(moderator_client, submitted, "", "A long note.")
    assert answer.status_code == 422
    assert answer.context["decision"].errors == {"decision": ["Choose a decision."]}
    assert ">\nA long note.</textarea>" in answer.text
    assert state_of(submitted) == "submitted"


def test_no_other_state_can_be_chosen(moderator_client, submitted):
    for decision in ["draft", "superseded", "withdrawn", "x" * 5000, "\0"]:
        sent = {"decision-decision": decision, "decision-note": "Because.", "decision-seen": "0"}
        assert list(DecisionForm(sent).errors) == ["decision"]
    assert decide(moderator_client, submitted, decision, "Because.").status_code == 422
    assert state_of(submitted) == "submitted"


def test_next_submission_is_offered_after_a_decision(moderator_client, submitted):
    later = RevisionFactory(
        title="Later", state=State.SUBMITTED, submitted_at=timezone.now() + timedelta(days=1)
    )
    sooner = RevisionFactory(
        title="Sooner", state=State.SUBMITTED, submitted_at=timezone.now() - timedelta(days=9)
    )
    RevisionFactory(
        title="Taken",
        state=State.SUBMITTED,
        submitted_at=timezone.now() - timedelta(days=20),
        reviewer=StaffFactory(),
    )
    decide(moderator_client, submitted, "published")
    assert moderator_client.get(address(submitted)).context["next"] == sooner
    decide(moderator_client, sooner, "published")
    assert moderator_client.get(address(sooner)).context["next"] == later
    decide(moderator_client, later, "published")
    assert "Nothing else waits for you." in moderator_client.get(address(later)).text


# What was shown is what is decided


def test_text_that_changed_meanwhile_is_not_decided(moderator_client, submitted):
    shown = seen(moderator_client, submitted)
    Revision.objects.filter(pk=submitted.pk).update(summary="Something else.")
    answer = decide(
        moderator_client, submitted, "published", "Thank you.", **{"decision-seen": shown}
    )
    assert answer.status_code == 409
    assert answer.context["problem"] == (
        "The text, or the public text beside it, was changed after you opened this page. Read it "
        "again, then decide."
    )
    assert "Something else." in answer.text
    # The words stay, the choice does not.
    assert ">\nThank you.</textarea>" in answer.text
    assert 'value="published" checked' not in re.sub(r' id="[^"]*"', "", answer.text)
    assert state_of(submitted) == "submitted"
    # Read again, it can be decided.
    again = re.search(r'name="decision-seen" value="(\w+)"', answer.text)[1]
    decide(moderator_client, submitted, "published", **{"decision-seen": again})
    assert state_of(submitted) == "published"


def add_row(revision):
    revision.sources.create(title="Report", url="https://a.example/", position=0)


def change_row(revision):
    revision.contributions.update(how="Otherwise.")


def add_photo(revision):
    PhotoFactory(revision=revision)


def publish_another(revision):
    LiveRevisionFactory(case=revision.case)


def hand_in_again(revision):
    author = revision.created_by
    moderation.request_changes(revision, name="Lee", note="More.")
    moderation.submit(Revision.objects.get(pk=revision.pk), by=author)


@pytest.mark.parametrize("change", [add_row, change_row, add_photo, publish_another, hand_in_again])
def test_whatever_differs_from_what_was_shown_stops_the_decision(reference, author, change):
    draft = RevisionFactory(created_by=author, targets=["11.2"])
    revision = moderation.submit(draft, by=author)
    shown = reviewing.fingerprint(Revision.objects.with_content().get(pk=revision.pk))
    change(revision)
    with pytest.raises(ChangedMeanwhile, match="Read it again, then decide"):
        reviewing.decide(revision, "published", by=StaffFactory(), note="", seen=shown)
    assert state_of(revision) == "submitted"


def test_decision_without_having_read_is_refused(moderator_client, submitted):
    for forged, status in {"": 409, "0" * 32: 409, "x" * 100: 422}.items():
        answer = decide(moderator_client, submitted, "published", **{"decision-seen": forged})
        assert (forged, answer.status_code) == (forged, status)
        assert state_of(submitted) == "submitted"


def test_colleague_who_was_quicker_is_named(moderator_client, submitted):
    shown = seen(moderator_client, submitted)
    moderation.reject(submitted, by=StaffFactory(name="Lee"), note="No policy.")
    answer = decide(
        moderator_client, submitted, "published", "Thank you.", **{"decision-seen": shown}
    )
    assert answer.status_code == 409
    assert answer.context["problem"] == "Lee acted first: this revision is rejected now."
    assert "Thank you.</textarea>" in answer.text
    assert submitted.events.count() == 2


def test_superseded_revision_is_not_decided(moderator_client, submitted):
    shown = seen(moderator_client, submitted)
    moderation.publish(submitted, name="Lee")
    newer = RevisionFactory(case=submitted.case)
    moderation.publish(newer, name="Lee")
    answer = decide(moderator_client, submitted, "rejected", "No.", **{"decision-seen": shown})
    assert answer.status_code == 409
    assert answer.context["problem"] == "Lee acted first: this revision is superseded now."
    assert (state_of(submitted), state_of(newer)) == ("superseded", "published")


def test_revision_that_its_author_took_back_is_not_decided(moderator_client, submitted, author):
    shown = seen(moderator_client, submitted)
    moderation.withdraw(submitted, by=author)
    answer = decide(moderator_client, submitted, "published", **{"decision-seen": shown})
    assert answer.status_code == 409
    assert answer.context["problem"] == "Ani acted first: this revision is withdrawn now."


def test_second_click_decides_nothing_and_frightens_nobody(moderator_client, submitted):
    shown = seen(moderator_client, submitted)
    for _click in range(2):
        answer = decide(moderator_client, submitted, "published", **{"decision-seen": shown})
        assert (answer.status_code, answer["Location"]) == (302, address(submitted))
    assert submitted.events.filter(to_state="published").count() == 1


def test_merged_case_is_not_published(moderator_client, submitted):
    shown = seen(moderator_client, submitted)
    other = LiveRevisionFactory().case
    CaseStudy.objects.filter(pk=submitted.case_id).update(merged_into=other)
    answer = decide(moderator_client, submitted, "published", **{"decision-seen": shown})
    assert answer.status_code == 409
    assert answer.context["problem"] == f"This case was merged into case {other.pk}."


def test_screened_flags_are_kept_while_it_is_decided(moderator_client, submitted):
    decide(moderator_client, submitted, "published")
    assert Screening.objects.get(revision=submitted).first_time_author is True
