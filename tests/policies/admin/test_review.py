"""The review screen: what it shows of a submission, and to whom."""

import re

import pytest
from django.utils import timezone

from members.models import Event
from members.record import people
from policies.models import Assessment, Correction, DeskNote, Phrase, Revision
from policies.workflow import corrections, moderation, reviewing
from tests.factories import (
    AttachmentFactory,
    CaseStudyFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    PhotoFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)
from tests.policies.admin.review_screen import address, send, text
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

State = Revision.State


# Who has it


def test_submission_is_taken_and_given_back(moderator_client, mina, submitted):
    page = moderator_client.get(address(submitted))
    assert "Assigned to nobody" in page.text
    send(moderator_client, submitted, "take")
    assert Revision.objects.get().reviewer == mina
    assert "Assigned to you" in moderator_client.get(address(submitted)).text
    send(moderator_client, submitted, "give-back")
    assert Revision.objects.get().reviewer is None
    reasons = Event.objects.filter(action="assigned").order_by("pk").values_list("reason")
    assert list(reasons) == [("To Mina",), ("Back to the queue",)]


def test_name_of_a_former_colleague_is_taken_out_of_the_record(moderator_client, submitted):
    lee = StaffFactory(name="Lee", groups=["Moderators"])
    mina = moderator_client.person
    reviewing.assign([submitted.pk], lee, by=mina)
    reviewing.assign([submitted.pk], mina, by=lee, message="From Lee, with thanks")
    people.delete_account(lee)
    # Of somebody who is called as a moderator, and is none.
    people.delete_account(UserFactory(name=mina.name))
    reasons = (
        Event.objects.filter(action="assigned").order_by("pk").values_list("reason", flat=True)
    )
    assert list(reasons) == ["To Former colleague", f"To {mina.name}"]
    told = mina.notices.get(kind="assigned").context
    assert (told["by"], told["note"]) == (
        "Former colleague",
        "From Former colleague, with thanks",
    )
    assert DeskNote.objects.get().text == "From Former colleague, with thanks"
    assert Revision.objects.get().reviewer == mina


def test_submission_of_a_colleague_comes_with_a_warning(moderator_client, submitted):
    Revision.objects.update(reviewer=StaffFactory(name="Lee"))
    page = text(moderator_client.get(address(submitted)).text)
    assert "Lee has taken this on. Ask before you decide." in page
    assert "Assign to me instead" in page


def test_own_submission_comes_with_a_warning(moderator_client, mina, member, submitted):
    warning = "A colleague should decide it."
    assert warning not in moderator_client.get(address(submitted)).text
    MembershipFactory(member=member, user=mina)
    assert warning in moderator_client.get(address(submitted)).text


# What is shown


def labels(answer):
    return [str(change.label) for change in answer.context["changes"]]


def test_every_field_row_and_file_that_changes_is_shown(reference, moderator_client):
    live = LiveRevisionFactory(title="Old", summary="Old.")
    edit = RevisionFactory(case=live.case, state=State.SUBMITTED, language="hi")
    fill(edit)
    Revision.objects.filter(pk=edit.pk).update(
        budget_unavailable="No.",
        budget_usd_source="Report",
        staff_unavailable="No.",
        stakeholders_unavailable="No.",
    )
    PhotoFactory(revision=edit)
    AttachmentFactory(revision=edit)
    answer = moderator_client.get(address(edit))
    assert labels(answer) == [
        "Language",
        "Title",
        "Summary",
        "Challenge",
        "What was done",
        "Results",
        "Lessons",
        "Conditions for transfer",
        "Stage",
        "Start",
        "End",
        "Scale",
        "Budget",
        "Budget year",
        "Basis of the budget",
        "Budget scope",
        "Budget in USD",
        "Source of the USD amount",
        "Note on the budget",
        "Why there is no budget",
        "Staff",
        "Note on the staff",
        "Why there is no staff number",
        "Why there are no stakeholders",
        "Themes",
        "Targets",
        "Budget lines",
        "Funding sources",
        "Staff roles",
        "Stakeholders",
        "Phases",
        "Indicators",
        "Sources",
        "Photos",
        "Files",
    ]


def test_words_are_compared_with_the_public_text(moderator_client, submitted):
    live = LiveRevisionFactory(summary="Buses on <nine> lines.")
    edit = RevisionFactory(case=live.case, state=State.SUBMITTED, summary="Buses on <ten> lines.")
    answer = moderator_client.get(address(edit))
    assert labels(answer) == ["Summary"]
    assert "Buses on &lt;<del>nine</del><ins>ten</ins>&gt; lines." in answer.text
    assert "Revision 2 against public revision 1" in answer.text


def test_edit_that_changes_nothing_says_so(moderator_client):
    live = LiveRevisionFactory()
    edit = RevisionFactory(case=live.case, state=State.SUBMITTED)
    assert "Nothing differs from the public text" in moderator_client.get(address(edit)).text


def test_new_case_is_shown_whole(reference, moderator_client):
    revision = RevisionFactory(
        state=State.SUBMITTED, summary="In short.", lessons="Ask first.", themes=["transport"]
    )
    answer = moderator_client.get(address(revision))
    assert answer.context["changes"] is None
    page = text(answer.text)
    for words in ("New: nothing is public beside it", "In short.", "Ask first.", "Transport"):
        assert words in page


def test_completeness_and_warnings_are_shown(reference, moderator_client):
    revision = RevisionFactory(
        state=State.SUBMITTED, challenge="Short.", targets=["11.2", "9.1", "13.1"]
    )
    answer = moderator_client.get(address(revision))
    page = text(answer.text)
    assert "Completeness: 4 of 12" in page
    assert [check.name for check in answer.context["missing"]] == [
        "period",
        "stakeholders",
        "sources",
        "results",
        "baseline",
        "budget",
        "manpower",
        "lessons",
    ]
    assert "3 targets are a lot for a text of" in page
    assert "No source: readers cannot check the figures." in page


def test_history_of_the_author_is_shown(moderator_client, submitted, author, member):
    decided = {"decided_at": timezone.now(), "decided_by_name": "Secretariat"}
    assert "First-time author" in moderator_client.get(address(submitted)).text
    LiveRevisionFactory(created_by=author, case__member=member)
    for state in (State.REJECTED, State.REJECTED):
        RevisionFactory(created_by=author, state=state, **decided)
    sent_back = RevisionFactory(created_by=author, case__member=member)
    moderation.submit(sent_back, by=author)
    moderation.request_changes(sent_back, name="Lee", note="More.")
    answer = moderator_client.get(address(submitted))
    assert "First-time author" not in answer.text
    page = text(answer.text)
    assert "Before: 1 public, 2 rejected, 1 sent back" in page
    assert "Surabaya has 1 public case" in page


def test_submission_by_nobody_in_particular_is_shown(moderator_client):
    revision = moderation.submit(RevisionFactory(), name="Import")
    assert "Submitted by Import" in moderator_client.get(address(revision)).text


def test_likely_duplicate_is_shown(moderator_client, submitted, member):
    other = LiveRevisionFactory(title="Night buses", summary="Else.", case__member=member)
    open_one = RevisionFactory(
        title="The night buses", summary="Third.", case__member=member, state=State.SUBMITTED
    )
    page = moderator_client.get(address(submitted)).text
    assert page.count("Same title") == 2
    assert f'href="{other.case.get_absolute_url()}"' in page
    assert f'href="{address(open_one)}"' in page


def test_preview_is_what_readers_will_see(moderator_client, submitted):
    answer = moderator_client.get(address(submitted, "preview"))
    assert "This is how readers will see it." in answer.text
    assert "<h1>Night buses</h1>" in answer.text
    assert moderator_client.post(address(submitted, "preview")).status_code == 405


def test_text_of_an_author_is_never_html(moderator_client, author):
    evil = "<script>alert(1)</script>"
    revision = RevisionFactory(created_by=author, title=evil, summary=evil, challenge=evil)
    moderation.submit(revision, by=author)
    revision.notes.create(author=author, author_name=evil, text=f"{evil} javascript:alert(1)")
    Correction.objects.create(
        revision=revision, field="title", before=evil, after=evil, note=evil, by_name=evil
    )
    page = moderator_client.get(address(revision)).text
    assert "<script>alert" not in page
    assert "javascript:alert(1)</a>" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_page_takes_the_same_queries_for_many(
    reference, moderator_client, django_assert_num_queries, member, author, number
):
    live = fill(LiveRevisionFactory(case__member=member), times=number)
    edit = fill(RevisionFactory(case=live.case, created_by=author), times=number)
    for place in range(number):
        PhotoFactory(revision=edit)
        AttachmentFactory(revision=edit)
        LiveRevisionFactory(case__member=member, title=edit.title, created_by=author)
        edit.notes.create(author=author, author_name="Ani", text="A note.")
        Phrase.objects.create(use="rejected", title=f"Phrase {place}", text="No.")
    moderation.submit(edit, by=author)
    for criterion in Assessment.Criterion.values[:number]:
        reviewing.assess(edit, {criterion: ("met", "")}, by=moderator_client.person)
    for place in range(number):
        corrections.propose(edit, "title", f"Buses {place}", by=moderator_client.person)
    moderator_client.get(address(edit))
    with django_assert_num_queries(50):
        moderator_client.get(address(edit))


def test_page_of_what_is_decided_can_be_read(moderator_client, submitted):
    moderation.publish(submitted, name="Lee")
    answer = moderator_client.get(address(submitted))
    assert "State: <b>Published</b>" in answer.text
    # Colleagues write to each other about it, and it can be corrected; nothing can be decided.
    assert re.findall(r'name="act" value="([\w-]+)"', answer.text) == [
        "open-correction",
        "desk-note",
    ]


def test_submission_is_given_only_to_who_may_decide(submitted):
    with pytest.raises(ValueError, match="Only who may decide"):
        reviewing.assign([submitted.pk], UserFactory(), by=StaffFactory())


def test_case_without_place_or_member_evidence_is_shown(moderator_client):
    revision = RevisionFactory(
        case=CaseStudyFactory(
            member=MemberFactory(country="", latitude=None, longitude=None, population=None)
        ),
        state=State.SUBMITTED,
    )
    page = moderator_client.get(address(revision)).text
    assert revision.title in page
    assert 'name="act"' in page
