"""Corrections of public texts, requests to update a case, and taking a publication back."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from members.models import Event, Notice
from members.record.people import data_of, delete_account
from policies.models import CaseStudy, Correction, Dump, ReviewEvent, Revision, UpdateRequest
from policies.search import index
from policies.workflow import authoring, corrections, curation, moderation, thread
from policies.workflow.errors import (
    ActionRefused,
    AlreadyDecided,
    EditRefused,
    ReasonRequired,
    TransitionRefused,
)
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def mina():
    return StaffFactory(name="Mina", groups=["Moderators"])


@pytest.fixture
def live(reference):
    return fill(LiveRevisionFactory(title="Night buzes", summary="Nine lines."), times=2)


@pytest.fixture
def ani(live):
    return MembershipFactory(member=live.case.member, user__name="Ani").user


def case_of(revision):
    return CaseStudy.objects.get(pk=revision.case_id)


def told(person):
    """What a person was told, the oldest first, besides the receipt of a submission."""
    notices = Notice.objects.filter(recipient=person).exclude(kind="receipt").order_by("pk")
    return [(each.kind, each.context["note"].replace("\n\n", " ")) for each in notices]


def test_text_with_corrections_of_several_moderators_names_them_all(live, mina, ani):
    bo = StaffFactory(name="Bo", groups=["Moderators"])
    made = [
        corrections.propose(live, "title", "Night buses", "A typo.", by=mina),
        corrections.propose(live, "summary", "Ten lines.", "Counted.", by=bo),
        corrections.propose(live, "challenge", "No buses at night.", "Short.", by=mina),
    ]
    corrections.accept_together(made, user=ani)
    assert case_of(live).live.decided_by_name == "Mina, Bo"
    delete_account(mina)
    assert case_of(live).live.decided_by_name == "Former moderator, Bo"


def test_city_takes_over_a_correction_of_its_public_text(
    live, mina, ani, django_capture_on_commit_callbacks
):
    rows = {name: getattr(live, name).count() for name in Revision.row_models()}
    made = corrections.propose(live, "title", "Night buses", "A typo.", by=mina)
    assert told(ani) == [
        (
            "note",
            "A correction is proposed; you can accept it with one click: Title A typo.",
        )
    ]
    [proposal] = corrections.waiting([live])[live.pk]
    assert (proposal.label, proposal.is_public) == ("Title", True)
    assert proposal.lapses_at == made.created_at + timedelta(days=60)
    with django_capture_on_commit_callbacks(execute=True):
        accepted = corrections.accept(made, user=ani)
    assert accepted.state == "accepted"
    case = case_of(live)
    assert (case.live.number, case.live.title, case.live.state) == (2, "Night buses", "published")
    assert (case.live.decided_by_name, case.live.created_by) == ("Mina", ani)
    assert case.live.list_summary
    assert {name: getattr(case.live, name).count() for name in rows} == rows
    live.refresh_from_db()
    # What was public stays citable, as it was.
    assert (live.state, live.title) == ("superseded", "Night buzes")
    assert case.live.events.get().note == (
        "A correction of the moderators that the city accepted: Title"
    )
    assert told(mina) == [("note", "The correction is accepted: Title")]
    assert [event.action for event in Event.objects.order_by("pk")] == [
        *("correction-proposed", "superseded", "published", "correction-accepted"),
    ]
    assert index.count() == 1


@pytest.mark.parametrize(
    ("field", "after", "expected"),
    [
        ("themes", "energy\nhousing", ["energy", "housing"]),
        ("targets", "11.6\n13.1", ["11.6", "13.1"]),
    ],
)
def test_tags_of_a_public_text_are_corrected(live, mina, ani, field, after, expected):
    corrections.accept(corrections.propose(live, field, after, by=mina), user=ani)
    assert corrections.current(case_of(live).live, field).splitlines() == expected
    assert corrections.current(live, field).splitlines() != expected


def test_open_draft_stays_open_and_gets_the_correction_too(live, mina, ani):
    draft = authoring.open_draft(live.case, user=ani)
    Revision.objects.filter(pk=draft.pk).update(summary="Ten lines.")
    first = corrections.propose(live, "title", "Night buses", by=mina)
    second = corrections.propose(live, "summary", "9 lines.", by=mina)
    # The draft is the current revision; what is about the public text stands with it.
    assert [each.correction for each in corrections.waiting([draft])[draft.pk]] == [first, second]
    corrections.accept(first, user=ani)
    corrections.accept(Correction.objects.get(pk=second.pk), user=ani)
    draft.refresh_from_db()
    assert (draft.state, draft.title, draft.summary) == ("draft", "Night buses", "Ten lines.")
    public = case_of(live).live
    assert (public.number, public.title, public.summary) == (4, "Night buses", "9 lines.")
    assert public.submitted_at is not None


def test_what_is_proposed_for_several_fields_is_accepted_with_one_click(
    live, mina, ani, django_capture_on_commit_callbacks
):
    long = " ".join(f"word{number}" for number in range(400))
    fields = {
        "title": "Night buses",
        "challenge": long,
        "themes": "energy\nhousing",
        "targets": "11.6\n13.1",
        "summary": "9 lines.",
    }
    made = [corrections.propose(live, *each, by=mina) for each in fields.items()]
    assert len(told(ani)) == 1
    client = signed_in(ani)
    page = client.get(f"/policies/{live.case_id}/edit/").text
    form = re.search(
        rf'<form[^>]*action="/policies/{live.case_id}/corrections/".*?</form>', page, re.DOTALL
    )
    assert "Accept all 5 corrections" in form[0]
    shown = re.findall(r'name="correction" value="(\d+)"', form[0])
    assert shown == [str(each.pk) for each in made]
    # What comes after the page was shown was not seen, and so is not accepted with it.
    late = corrections.propose(live, "solution", "Later.", by=mina)
    Revision.objects.filter(pk=live.pk).update(summary="Changed since.")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            f"/policies/{live.case_id}/corrections/", {"correction": shown}, follow=True
        )
    assert "The correction is in the text: Challenge." in answer.text
    assert "the text says something else by now (Summary)." in answer.text
    public = case_of(live).live
    assert {name: corrections.current(public, name) for name in fields} == fields | {
        "summary": "Changed since."
    }
    # One text, one event, one word to the moderator.
    assert (public.number, public.events.count()) == (2, 1)
    assert public.events.get().note.endswith(": Title, Challenge, Themes, Targets")
    assert told(mina) == [("note", "The correction is accepted: Title, Challenge, Themes, Targets")]
    late.refresh_from_db()
    assert (late.state, late.revision) == ("proposed", public)
    # Of what somebody has decided meanwhile nothing is written, not a part of it either.
    other = corrections.propose(public, "title", "Owl buses", by=mina)
    corrections.decline(late, user=ani)
    both = {"correction": [other.pk, late.pk, "x", "9" * 30]}
    refused = client.post(f"/policies/{live.case_id}/corrections/", both, follow=True)
    assert "This correction is already declined." in refused.text
    assert case_of(live).live.title == "Night buses"


def test_correction_that_is_left_alone_follows_the_text_and_lapses(live, mina, ani):
    made = corrections.propose(live, "title", "Night buses", by=mina)
    other = corrections.propose(live, "summary", "9 lines.", by=mina)
    corrections.accept(made, user=ani)
    other.refresh_from_db()
    assert other.revision == case_of(live).live
    late = timezone.now() - timedelta(days=61)
    Correction.objects.filter(pk=other.pk).update(created_at=late)
    # One of a submission waits with it.
    submitted = RevisionFactory(state=State.SUBMITTED)
    waits = corrections.propose(submitted, "title", "Buses", by=mina)
    Correction.objects.filter(pk=waits.pk).update(created_at=late)
    call_command("send_reminders", verbosity=0)
    states = Correction.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["accepted", "lapsed", "proposed"]
    event = Event.objects.get(action="correction-lapsed")
    assert (event.actor, event.actor_name, event.reason) == (None, "Time limit", "Summary")
    assert told(mina)[-1] == (
        "note",
        "The correction has lapsed, because the city did not answer: Summary",
    )
    with pytest.raises(AlreadyDecided):
        corrections.accept(other, user=ani)


def test_public_text_is_corrected_by_its_team_alone_and_once(live, mina, ani):
    made = corrections.propose(live, "title", "Night buses", by=mina)
    for other in (UserFactory(), mina):
        with pytest.raises(EditRefused):
            corrections.accept(made, user=other)
    corrections.accept(made, user=ani)
    with pytest.raises(AlreadyDecided):
        corrections.accept(made, user=ani)
    gone = corrections.propose(case_of(live).live, "summary", "9 lines.", by=mina)
    Revision.objects.filter(pk=case_of(live).live_id).update(summary="Ten.")
    assert corrections.accept(gone, user=ani).state == "outdated"
    assert case_of(live).revisions.count() == 2
    # Neither what was public before, nor what is unpublished.
    for revision in (live, moderation.unpublish(case_of(live).live, by=mina, note="Why.")):
        with pytest.raises(EditRefused):
            corrections.propose(Revision.objects.get(pk=revision.pk), "title", "X", by=mina)


@pytest.mark.parametrize("provenance", ["city", "secretariat"])
def test_nobody_is_both_sides_of_a_correction(live, provenance):
    """A moderator of the team, or who compiled it; what another one of the secretariat accepts is not
    said to be the city's."""
    CaseStudy.objects.filter(pk=live.case_id).update(provenance=provenance)
    editor = StaffFactory(groups=["Editors in chief"])
    if provenance == "city":
        MembershipFactory(member=live.case.member, user=editor)
    own = corrections.propose(live, "title", "Night buses", by=editor)
    other = corrections.propose(live, "summary", "9 lines.", by=StaffFactory())
    with pytest.raises(EditRefused, match="You have proposed"):
        corrections.accept(own, user=editor)
    assert case_of(live).live == live
    page = signed_in(editor)
    address = f"/policies/{live.case_id}/corrections/"
    assert page.get(f"/policies/{live.case_id}/edit/").text.count('value="accept"') == 1
    page.post(address, {"correction": [own.pk, other.pk]})
    text = case_of(live).live
    assert (text.title, text.summary) == ("Night buzes", "9 lines.")
    assert (
        ReviewEvent.objects.get(revision=text).note
        == {
            "city": "A correction of the moderators that the city accepted: Summary",
            "secretariat": "A correction within the secretariat, which compiled this: Summary",
        }[provenance]
    )
    assert corrections.decline(own, user=editor).state == "declined"


def test_declined_correction_leaves_the_public_text(live, mina, ani):
    made = corrections.propose(live, "title", "Night buses", by=mina)
    assert corrections.decline(made, user=ani).state == "declined"
    assert case_of(live).live == live


ASKED = "Please bring this policy up to date, or say that it is still true."


def ask(live, mina):
    return curation.ask_for_update(live.case, by=mina, reason="The fares are of 2019.")


def test_team_is_asked_for_an_update_once(live, mina, ani):
    with pytest.raises(ReasonRequired):
        curation.ask_for_update(live.case, by=mina, reason=" ")
    ask(live, mina)
    assert told(ani) == [("note", f"{ASKED} The fares are of 2019.")]
    assert Notice.objects.get().path == f"/policies/{live.case_id}/edit/#update"
    with pytest.raises(ActionRefused, match="asked already"):
        ask(live, mina)
    with pytest.raises(ActionRefused, match="not public"):
        curation.ask_for_update(RevisionFactory().case, by=mina, reason="Why.")
    assert Event.objects.get().action == "update-asked"


def test_of_a_request_for_an_update_each_side_downloads_its_own_words(live, mina, ani):
    ask(live, mina)
    authoring.answer_update_request(live.case, user=ani, text="In May.")
    request = UpdateRequest.objects.get()
    assert data_of(mina)["updates_asked_for"] == [
        {
            "case_id": live.case_id,
            "reason": "The fares are of 2019.",
            "by_name": "Mina",
            "created_at": request.created_at,
        }
    ]
    assert data_of(ani)["updates_answered"] == [
        {
            "case_id": live.case_id,
            "created_at": request.created_at,
            "answer": "words",
            "answer_text": "In May.",
            "answered_by_name": "Ani",
            "answered_at": request.answered_at,
        }
    ]


@pytest.mark.parametrize("way", ["edit", "confirmed", "words", "taken-back", "unpublished"])
def test_every_answer_ends_the_request(live, mina, ani, way):
    ask(live, mina)
    case = live.case
    if way == "edit":
        moderation.submit(authoring.open_draft(case, user=ani), by=ani)
    elif way == "confirmed":
        authoring.confirm_still_true(case, user=ani)
    elif way == "words":
        authoring.answer_update_request(case, user=ani, text="In May.")
    elif way == "taken-back":
        curation.take_back_update_request(case, by=mina, reason="It was another case.")
    else:
        moderation.unpublish(live, by=mina, note="Wrong.")
    request = UpdateRequest.objects.get()
    said = {
        "edit": ("edit", "", "Ani"),
        "confirmed": ("confirmed", "", "Ani"),
        "words": ("words", "In May.", "Ani"),
        "taken-back": ("taken-back", "It was another case.", "Mina"),
        "unpublished": ("taken-back", "", "Mina"),
    }[way]
    assert (request.answer, request.answer_text, request.answered_by_name) == said
    assert not UpdateRequest.objects.open().exists()
    asked = [entry for entry in thread.of_team(case_of(live)) if entry.number is None]
    assert [(entry.what, entry.text, entry.from_moderators) for entry in asked] == [
        ("Update asked for", "The fares are of 2019.", True),
        (request.get_answer_display(), said[1], said[0] == "taken-back"),
    ]
    if way == "words":
        assert told(mina) == [("note", "In May.")]
    with pytest.raises(EditRefused):
        authoring.answer_update_request(case, user=ani, text="Again.")
    with pytest.raises(ActionRefused):
        curation.take_back_update_request(case, by=mina)


def test_answer_to_who_decides_no_more_reaches_the_other_moderators(live, mina, ani):
    colleague = StaffFactory(groups=["Moderators"])
    ask(live, mina)
    mina.groups.clear()
    authoring.answer_update_request(live.case, user=ani, text="In May.")
    assert (told(mina), told(colleague)) == ([], [("note", "In May.")])


def test_nobody_else_answers(live, mina):
    """Nor the secretariat itself, of what it compiled."""
    CaseStudy.objects.filter(pk=live.case_id).update(provenance="secretariat")
    ask(live, mina)
    compiler = StaffFactory(groups=["Editors in chief"])
    for other in (UserFactory(), compiler):
        with pytest.raises(EditRefused):
            authoring.answer_update_request(live.case, user=other, text="No.")
    page = signed_in(compiler).get(f"/policies/{live.case_id}/edit/").text
    assert "The fares are of 2019." in page
    assert "Send the answer" not in page
    assert UpdateRequest.objects.open().count() == 1


def publish(revision, by):
    return moderation.publish(moderation.submit(revision, by=revision.created_by), by=by)


def test_publication_is_undone_within_an_hour(live, mina, ani, django_capture_on_commit_callbacks):
    before = Revision.objects.get(pk=live.pk)
    draft = authoring.open_draft(live.case, user=ani)
    published = publish(draft, mina)
    with django_capture_on_commit_callbacks(execute=True):
        undone = moderation.undo_publication(published, by=mina)
    assert (undone.state, undone.decided_at, undone.decided_by, undone.decided_by_name) == (
        *("submitted", None, None),
        "",
    )
    assert undone.submitted_at == published.submitted_at
    live.refresh_from_db()
    assert (case_of(live).live, live.state, live.decided_at) == (
        live,
        "published",
        before.decided_at,
    )
    # The mail that it is published was not out yet.
    assert told(ani) == [
        (
            "note",
            (
                "The publication was undone by the moderators: your text waits for their decision "
                "again."
            ),
        )
    ]
    assert Event.objects.filter(action="publication-undone").get().actor == mina
    # No file of the month that has it is given out any more.
    assert Dump.last_removal() is not None
    assert index.count() == 1
    # It can be decided anew, and the submission is still Ani's.
    again = moderation.publish(undone, by=mina)
    assert case_of(live).live == again
    submissions = ReviewEvent.objects.filter(revision=again, to_state="submitted")
    assert [event.actor for event in submissions] == [ani]


def test_new_case_is_not_public_any_more_and_a_mail_that_is_out_stays(
    mina, ani, live, django_capture_on_commit_callbacks
):
    draft = RevisionFactory(case__member=live.case.member, created_by=ani)
    with django_capture_on_commit_callbacks(execute=True):
        published = publish(draft, mina)
    before = index.count()
    Notice.objects.filter(kind="published").update(mail="sent")
    with django_capture_on_commit_callbacks(execute=True):
        moderation.undo_publication(published, by=mina)
    assert index.count() == before - 1
    assert case_of(draft).live is None
    assert [kind for kind, _note in told(ani)] == ["published", "note"]


def test_confirmation_that_came_with_the_publication_goes_too(mina, ani, live):
    CaseStudy.objects.filter(pk=live.case_id).update(provenance="secretariat")
    published = publish(authoring.open_draft(case_of(live), user=ani), mina)
    assert case_of(live).confirmed_by == ani
    moderation.undo_publication(published, by=mina)
    assert (case_of(live).confirmed_at, case_of(live).confirmed_by) == (None, None)


@pytest.mark.parametrize("way", ["colleague", "late", "draft", "off", "twice", "imported"])
def test_publication_is_not_undone_by_others_later_or_when_something_followed(live, mina, ani, way):
    published = publish(authoring.open_draft(live.case, user=ani), mina)
    by = mina
    if way == "colleague":
        by = StaffFactory(groups=["Editors in chief"])
    elif way == "late":
        hour = timezone.now() - timedelta(minutes=61)
        ReviewEvent.objects.filter(revision=published).update(created_at=hour)
    elif way == "draft":
        authoring.open_draft(case_of(live), user=ani)
    elif way == "off":
        moderation.unpublish(published, by=mina, note="Wrong.")
    elif way == "twice":
        moderation.undo_publication(published, by=mina)
    else:
        published = LiveRevisionFactory()
    with pytest.raises(TransitionRefused):
        moderation.undo_publication(published, by=by)
