"""What moderators may propose to correct in a city's text, and what they may not."""

import pytest
from django.core.exceptions import ValidationError

from members.models import Event, Notice, User
from members.record.people import data_of
from members.teams import memberships
from policies.models import Correction, Revision
from policies.workflow import corrections, moderation
from policies.workflow.errors import EditRefused
from tests.factories import MembershipFactory, RevisionFactory, StaffFactory
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def moderator():
    return StaffFactory(name="Mina", groups=["Moderators"])


@pytest.fixture
def submitted(reference):
    revision = RevisionFactory(title="Night buzes", summary="Nine lines.", state=State.SUBMITTED)
    return fill(revision, times=2)


def refused(revision, field, after, by):
    """The messages with which a correction is refused."""
    with pytest.raises(ValidationError) as refusal:
        corrections.propose(revision, field, after, by=by)
    return refusal.value.messages


def test_typo_is_kept_with_what_stood_there(submitted, moderator):
    made = corrections.propose(submitted, "title", "Night buses", "A typo.", by=moderator)
    assert Correction.objects.get() == made
    assert (made.revision, made.field, made.before, made.after, made.note) == (
        submitted,
        "title",
        "Night buzes",
        "Night buses",
        "A typo.",
    )
    assert (made.by, made.by_name, made.state) == (moderator, "Mina", "proposed")
    submitted.refresh_from_db()
    assert submitted.title == "Night buzes"


def test_proposal_is_on_record(submitted, moderator):
    corrections.propose(submitted, "title", "Night buses", "A typo.", by=moderator)
    event = Event.objects.get(action="correction-proposed")
    assert (event.actor, event.subject_id, event.reason) == (
        moderator,
        str(submitted.pk),
        "Title\nA typo.",
    )


def test_download_tells_what_became_of_a_proposal_while_one_decides(submitted, moderator):
    corrections.propose(submitted, "title", "Night bus lines", by=moderator)
    (told,) = data_of(moderator)["corrections"]
    assert told["state"] == "proposed"
    moderator.groups.clear()
    (kept,) = data_of(User.objects.get(pk=moderator.pk))["corrections"]
    assert told.keys() - kept.keys() == {"state", "decided_at"}


def test_proposal_is_told_to_the_team_as_it_is_now(submitted, moderator):
    left, stays = (MembershipFactory(member=submitted.case.member) for _two in range(2))
    Revision.objects.filter(pk=submitted.pk).update(created_by=left.user)
    submitted.refresh_from_db()
    memberships.leave(left, left.user)
    corrections.propose(submitted, "title", "Night buses", "Between us.", by=moderator)
    assert [notice.recipient for notice in Notice.objects.filter(kind="note")] == [stays.user]


def test_click_twice_proposes_once(submitted, moderator):
    first = corrections.propose(submitted, "title", "Night buses", by=moderator)
    assert corrections.propose(submitted, "title", "Night buses", by=moderator) == first
    assert Event.objects.filter(action="correction-proposed").count() == 1


TEXTS = [
    "title",
    "summary",
    "challenge",
    "solution",
    "results",
    "lessons",
    "transferability",
    "people_served_note",
    "contact_office",
    "budget_fiscal_year",
    "budget_usd_source",
    "budget_note",
    "budget_unavailable",
    "staff_note",
    "staff_unavailable",
    "stakeholders_unavailable",
]


def test_texts_themes_and_targets_can_be_corrected():
    assert [name for name, _label in corrections.choices()] == [*TEXTS, "themes", "targets"]


@pytest.mark.parametrize("field", TEXTS)
def test_every_text_can_be_corrected(submitted, moderator, field):
    made = corrections.propose(submitted, field, "Two words", by=moderator)
    assert (made.before, made.after) == (getattr(submitted, field), "Two words")


@pytest.mark.parametrize(
    ("field", "after", "message"),
    [
        ("title", "Night buzes", "That is what the text says already."),
        ("slug", "other", "Choose what is to be corrected."),
    ],
)
def test_what_corrects_nothing_is_refused(submitted, moderator, field, after, message):
    assert refused(submitted, field, after, moderator) == [message]
    assert Correction.objects.count() == 0


def test_correction_may_be_as_long_as_its_field(submitted, moderator):
    words = " ".join(f"word{number}" for number in range(3000))
    made = corrections.propose(submitted, "lessons", words, by=moderator)
    assert made.after == words


def test_long_text_may_have_a_typo(submitted, moderator):
    text = " ".join(f"word{number}" for number in range(3000))
    Revision.objects.filter(pk=submitted.pk).update(lessons=text)
    made = corrections.propose(submitted, "lessons", text.replace("word7 ", "wort7 "), by=moderator)
    assert made.before == text


def test_note_that_is_too_long_is_refused(submitted, moderator):
    with pytest.raises(ValidationError) as refusal:
        corrections.propose(submitted, "title", "Night buses", "a" * 1001, by=moderator)
    assert list(refusal.value.message_dict) == ["note"]


@pytest.mark.parametrize(
    "state", [state for state in State if state not in corrections.CORRECTABLE]
)
def test_only_what_is_discussed_can_be_corrected(submitted, moderator, state):
    decision = {"decided_at": submitted.created_at, "decided_by_name": "Secretariat"}
    Revision.objects.filter(pk=submitted.pk).update(state=state, **decision)
    with pytest.raises(EditRefused):
        corrections.propose(submitted, "title", "Night buses", by=moderator)


def test_text_is_corrected_as_it_is_now(submitted, moderator):
    shown = Revision.objects.get(pk=submitted.pk)
    Revision.objects.filter(pk=submitted.pk).update(title="Night busses")
    assert corrections.propose(shown, "title", "Night buses", by=moderator).before == "Night busses"


def test_correction_of_what_is_sent_back_can_be_proposed(submitted, moderator):
    moderation.request_changes(submitted, by=moderator, note="More.")
    assert corrections.propose(submitted, "title", "Night buses", by=moderator).pk
