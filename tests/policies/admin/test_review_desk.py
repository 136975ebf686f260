"""What moderators do together on the review page, and with what is public: notes among themselves,
giving a submission to a colleague, corrections, undoing a publication, asking for an update, marks."""

import csv
import io

import pytest

from members.models import Event, Notice
from members.notices.mail_texts import text_of
from policies.models import CaseStudy, Correction, DeskNote, Revision, UpdateRequest
from policies.workflow import curation, moderation, thread
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, RevisionFactory, StaffFactory

from .review_screen import address, decide, said, send, state_of, text

pytestmark = pytest.mark.django_db

QUEUE = "/admin/policies/revision/"


@pytest.fixture
def lee(db):
    return StaffFactory(name="Lee", groups=["Moderators"])


@pytest.fixture
def live(member):
    return LiveRevisionFactory(case__member=member, title="Night buzes", challenge="No buses.")


def write(client, revision, words, act="desk-note", **fields):
    return send(client, revision, act, **{"desk-text": words}, **fields)


def test_notes_among_moderators_stay_among_them(
    moderator_client, mina, lee, submitted, author, client
):
    for _click in range(2):
        answer = write(moderator_client, submitted, "Is this <b>the same</b> as last year?")
    assert answer["Location"] == f"{address(submitted)}#review-desk"
    note = DeskNote.objects.get()
    assert (note.by, note.by_name, note.revision) == (mina, "Mina", submitted)
    # Nobody was concerned yet; whoever wrote here before is, and so is the reviewer.
    assert not Notice.objects.filter(kind="note").exists()
    write(signed_in(lee), submitted, "It is not.")
    notice = Notice.objects.get(kind="note")
    assert (notice.recipient, notice.path) == (mina, f"{address(submitted)}#review-desk")
    assert (
        "Lee has written a note on the case study “Night buses” of Surabaya" in text_of(notice)[1]
    )
    page = moderator_client.get(address(submitted)).text
    assert "Is this &lt;b&gt;the same&lt;/b&gt; as last year?" in page
    assert "Among moderators The team of the case never reads this. Mina" in text(page)
    assert Event.objects.filter(action="desk-note").count() == 2
    # Not the team, in its thread or anywhere.
    words = [entry.text for entry in thread.of_team(submitted.case)]
    assert "It is not." not in words
    client.force_login(author)
    for path in (f"/policies/{submitted.case_id}/edit/", "/my/", "/my/notices/"):
        assert "It is not." not in client.get(path).text
    assert "It is not." not in client.get("/accounts/data.json").text


def test_notes_among_moderators_are_written_in_every_state_and_kept_for_the_next_text(
    moderator_client, live
):
    write(moderator_client, live, "Ask again in May.")
    draft = RevisionFactory(case=live.case)
    moderation.submit(draft, name="Ani")
    page = text(moderator_client.get(address(draft)).text)
    assert "Revision 1 Ask again in May." in page


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"desk-text": " "}, "Write the note first."),
        ({"desk-text": "a" * 5001}, "5,000"),
        ({"act": "hand-over", "desk-text": "Please."}, "Choose a colleague who may decide."),
        ({"act": "hand-over", "desk-colleague": "999999"}, "Choose a colleague who may decide."),
    ],
)
def test_note_that_cannot_be_kept_says_why_and_stays(moderator_client, submitted, fields, error):
    answer = send(moderator_client, submitted, **{"act": "desk-note"} | fields)
    assert answer.status_code == 422
    assert error.replace(",", "") in answer.text.replace(",", "")
    if fields.get("desk-text", " ").strip():
        assert f"{fields['desk-text']}</textarea>" in answer.text
    assert (DeskNote.objects.count(), Notice.objects.filter(kind="assigned").count()) == (0, 0)


def test_what_else_was_written_stays_when_a_note_is_kept(moderator_client, submitted):
    answer = write(moderator_client, submitted, "Odd.", **{"decision-note": "Which year?"})
    assert said(answer) == ["The note is kept. Only moderators read it."]
    assert "Which year?</textarea>" in answer.text
    answer = send(moderator_client, submitted, "checklist", **{"desk-text": "Half a thought"})
    assert "Half a thought</textarea>" in answer.text
    assert DeskNote.objects.count() == 1


def test_submission_is_given_to_a_colleague_with_a_message(moderator_client, mina, lee, submitted):
    write(
        moderator_client, submitted, "You know Surabaya.", "hand-over", **{"desk-colleague": lee.pk}
    )
    assert Revision.objects.get(pk=submitted.pk).reviewer == lee
    notice = Notice.objects.get(kind="assigned")
    assert notice.recipient == lee
    assert "> You know Surabaya." in text_of(notice)[1]
    assert [note.text for note in submitted.desk_notes.all()] == ["You know Surabaya."]
    # From the queue too, for several at once.
    other = moderation.submit(RevisionFactory(), name="Ani")
    sent = {"action": "assign_to_colleague", "colleague": lee.pk, "message": "Both,\x00 please."}
    moderator_client.post(QUEUE, sent | {"_selected_action": [other.pk]})
    assert other.desk_notes.get().text == "Both, please."


def test_public_text_is_corrected_on_its_review_page(moderator_client, mina, live, author):
    case_page = moderator_client.get(f"/admin/policies/casestudy/{live.case_id}/change/").text
    assert f'href="{address(live)}#review-corrections"' in case_page
    page = moderator_client.get(address(live)).text
    assert 'value="decide"' not in page
    assert "what its team accepts, all with one click, is public at once" in page
    opened = send(moderator_client, live, "open-correction", correct="title")
    assert "Night buzes</textarea>" in opened.text
    fields = {"correction-field": "title", "correction-after": "Night buses"}
    send(moderator_client, live, "correct", **fields)
    [made] = Correction.objects.all()
    assert (made.revision, made.after, made.by) == (live, "Night buses", mina)
    # The team finds it on its page and accepts it with one click.
    team = signed_in(author)
    assert "Accept it" in team.get("/my/").text
    mine = team.get(f"/policies/{live.case_id}/edit/").text
    assert "accepted, it is public at once. Without an answer it lapses on" in mine
    answer = team.post(
        f"/policies/{live.case_id}/corrections/{made.pk}/", {"answer": "accept"}, follow=True
    )
    assert said(answer) == ["The correction is in the text: Title."]
    assert CaseStudy.objects.get(pk=live.case_id).live.title == "Night buses"
    former = moderator_client.get(address(live)).text
    assert 'value="open-correction"' not in former


def test_publication_is_undone_with_one_click(moderator_client, mina, lee, submitted):
    decide(moderator_client, submitted, "published")
    page = moderator_client.get(address(submitted)).text
    assert "Undo the publication" in page
    assert "Undo the publication" not in signed_in(lee).get(address(submitted)).text
    assert send(signed_in(lee), submitted, "undo").status_code == 409
    answer = moderator_client.post(address(submitted), {"act": "undo"}, follow=True)
    assert said(answer) == ["The publication is undone: the submission waits for a decision again."]
    assert 'value="decide"' in answer.text
    assert state_of(submitted) == "submitted"
    again = send(moderator_client, submitted, "undo")
    assert again.status_code == 409
    assert "Only whoever published it can undo that" in again.text


def test_update_is_asked_for_and_seen_until_it_is_answered(
    moderator_client, mina, live, author, django_assert_num_queries
):
    case = f"/admin/policies/casestudy/{live.case_id}/"
    assert "Ask for an update" in moderator_client.get(f"{case}change/").text
    assert moderator_client.post(f"{case}ask-update/", {"reason": ""}).status_code == 422
    moderator_client.post(f"{case}ask-update/", {"reason": "The fares are of 2019."})
    queue = moderator_client.get(QUEUE, {"state": "update-asked"})
    assert [row.title for row in queue.context["cl"].result_list] == ["Night buzes"]
    assert "update asked for today" in queue.text
    assert "Updates asked for" in moderator_client.get("/admin/").text.partition("</table>")[0]
    page = moderator_client.get(f"{case}change/").text
    assert "Ask for no update any more" in page
    assert ">Ask for an update<" not in page

    team = signed_in(author)
    assert "The fares are of 2019." in team.get("/my/").text
    edit = f"/policies/{live.case_id}/edit/"
    answer = f"/policies/{live.case_id}/update/"
    assert "The fares are of 2019." in team.get(edit).text
    wrong = team.post(answer, {"update-text": "a" * 2001})
    assert (wrong.status_code, f"{'a' * 2001}</textarea>" in wrong.text) == (422, True)
    done = team.post(answer, {"update-text": "In May, with the new fares."}, follow=True)
    assert said(done) == ["The moderators are told of your answer."]
    assert "In May, with the new fares." in done.text
    late = team.post(answer, {"update-text": "And more."})
    assert (late.status_code, "And more." in late.text) == (409, True)
    assert not moderator_client.get(QUEUE, {"state": "update-asked"}).context["cl"].result_count
    history = text(moderator_client.get(address(live)).text)
    assert "The city has answered Ani" in history
    assert UpdateRequest.objects.get().answered_by == author


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_as_often_for_many(
    moderator_client, mina, author, live, django_assert_num_queries, number
):
    for place in range(number):
        each = LiveRevisionFactory(case__member=live.case.member)
        curation.ask_for_update(each.case, by=mina, reason=f"Why {place}.")
        write(moderator_client, live, f"Note {place}")
        each.assessments.create(criterion="quality", mark="met", by_name="Mina")
        each.assessments.create(criterion="outcomes", remark="Odd", by_name="Mina")
    for path, expected in [
        (f"{QUEUE}?state=update-asked", 19),
        (address(live), 34),
        ("/admin/policies/marks/", 8),
        ("/admin/policies/marks/marks.csv", 5),
    ]:
        moderator_client.get(path)
        with django_assert_num_queries(expected, info=path):
            getattr(moderator_client.get(path), "content", None)


def test_marks_of_all_cases_are_a_table_and_a_file(moderator_client, submitted, lee):
    assert "Nothing is marked yet." in moderator_client.get("/admin/policies/marks/").text
    submitted.assessments.create(
        criterion="innovation", mark="met", remark="=1+1 new", by=lee, by_name="Lee"
    )
    submitted.assessments.create(criterion="replicability", mark="unclear", by_name="Mina")
    # A draft is its team's own, whatever was marked before it was taken back.
    RevisionFactory(title="Hidden").assessments.create(criterion="quality", mark="met")
    page = text(moderator_client.get("/admin/policies/marks/").text)
    assert (
        "Night buses Surabaya Submitted Met =1+1 new – – – – – Cannot be judged from the text"
        in page
    )
    assert "Hidden" not in page
    sent = b"".join(moderator_client.get("/admin/policies/marks/marks.csv").streaming_content)
    [row] = csv.DictReader(io.StringIO(sent.decode("utf-8-sig")))
    assert {name: cell for name, cell in row.items() if cell} == {
        "revision": str(submitted.pk),
        "case": str(submitted.case_id),
        "number": "1",
        "title": "Night buses",
        "member": "Surabaya",
        "country": "ID",
        "language": "en",
        "state": "submitted",
        "innovation_mark": "met",
        "innovation_remark": "'=1+1 new",
        "innovation_by": "Lee",
        "replicability_mark": "unclear",
        "replicability_by": "Mina",
    }
    plain = signed_in(StaffFactory())
    for path in ("/admin/policies/marks/", "/admin/policies/marks/marks.csv"):
        assert plain.get(path).status_code == 403
