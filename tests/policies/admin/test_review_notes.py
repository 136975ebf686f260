"""The review screen: the words to the author of a submission."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from members.models import Notice
from members.notices.mail_texts import text_of
from policies.forms.registry import SECTIONS
from policies.forms.review import DecisionForm
from policies.models import Phrase, Revision
from policies.workflow import moderation
from tests.factories import StaffFactory
from tests.policies.admin.review_screen import address, decide, send, state_of, text

pytestmark = pytest.mark.django_db


def test_note_is_made_of_phrases_words_and_sections(moderator_client, submitted, settings):
    first = Phrase.objects.create(use="changes-requested", title="Cost", text="Say the cost.")
    second = Phrase.objects.create(use="changes-requested", title="Time", text="Say when.")
    decide(
        moderator_client,
        submitted,
        "changes-requested",
        "And who took part.",
        **{
            "decision-phrases": [second.pk, first.pk],
            "decision-sections": ["budget", "stakeholders"],
        },
    )
    edit = f"{settings.SITE_URL}/policies/{submitted.case_id}/edit"
    note = (
        "Say the cost.\n\nSay when.\n\nAnd who took part.\n\nIt is about:\n"
        f"- Budget and funding: {edit}/budget/\n- Stakeholders: {edit}/stakeholders/"
    )
    assert submitted.events.last().note == note
    notice = Notice.objects.get(kind="changes-requested")
    assert f"> - Budget and funding: {edit}/budget/\n" in text_of(notice)[1]
    page = moderator_client.get(address(submitted)).text
    assert f'<a href="{edit}/budget/" rel="nofollow">{edit}/budget/</a>' in page


@pytest.mark.parametrize("page", ["policies:edit", "my:home"])
def test_author_reaches_the_sections_from_the_reason(moderator_client, submitted, author, page):
    decide(
        moderator_client,
        submitted,
        "changes-requested",
        "Say <b>what</b> it cost.",
        **{"decision-sections": "budget"},
    )
    client = Client()
    client.force_login(author)
    path = reverse(page, args=[submitted.case_id] if page == "policies:edit" else [])
    answer = client.get(path).text
    assert "Say &lt;b&gt;what&lt;/b&gt; it cost." in answer
    assert re.search(rf'<a href="http[^"]+/policies/{submitted.case_id}/edit/budget/"', answer)


def test_phrase_alone_is_reason_enough(moderator_client, submitted):
    phrase = Phrase.objects.create(use="rejected", title="Event", text="An event is no policy.")
    decide(moderator_client, submitted, "rejected", **{"decision-phrases": phrase.pk})
    assert submitted.events.last().note == "An event is no policy."


def test_sections_alone_are_no_reason(moderator_client, submitted):
    answer = decide(
        moderator_client, submitted, "changes-requested", **{"decision-sections": "budget"}
    )
    assert answer.status_code == 422
    assert re.search(r'value="budget"[^>]* checked', answer.text)


def test_unknown_phrase_or_section_is_refused(moderator_client, submitted, subtests):
    sent = {"decision-decision": "rejected", "decision-note": "No."}
    for name in ["phrases", "sections"]:
        for value in ["nonsense", "0", "9" * 40]:
            with subtests.test(name=name, value=value):
                form = DecisionForm(sent | {f"decision-{name}": [value]})
                assert list(form.errors) == [name]
        answer = decide(moderator_client, submitted, "rejected", "No.", **{f"decision-{name}": "0"})
        assert (answer.status_code, state_of(submitted)) == (422, "submitted")


def test_every_section_can_be_pointed_at(moderator_client, submitted):
    form = moderator_client.get(address(submitted)).context["decision"]
    assert [value for value, label in form.fields["sections"].choices] == [
        section.slug for section in SECTIONS
    ]


def test_note_is_kept_as_a_phrase(moderator_client, submitted):
    answer = send(
        moderator_client,
        submitted,
        "phrase",
        **{
            "decision-decision": "changes-requested",
            "decision-note": "Say what it cost.",
            "decision-phrase_title": "Cost",
            "decision-sections": "budget",
            "decision-seen": "abc",
        },
    )
    phrase = Phrase.objects.get()
    assert (phrase.use, phrase.title, phrase.text) == (
        "changes-requested",
        "Cost",
        "Say what it cost.",
    )
    assert answer.status_code == 200
    assert re.search(rf'name="decision-phrases" value="{phrase.pk}"[^>]* checked', answer.text)
    assert re.search(r'value="changes-requested"[^>]* checked', answer.text)
    assert re.search(r'value="budget"[^>]* checked', answer.text)
    # What was shown at first is what will be decided.
    assert 'name="decision-seen" value="abc"' in answer.text
    assert state_of(submitted) == "submitted"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        (
            {},
            {
                "decision": ["Choose a decision."],
                "note": ["Write the phrase in the note first."],
                "phrase_title": ["Give the phrase a name, so that it is found again."],
            },
        ),
        (
            {"decision": "rejected", "note": "a" * 2001, "phrase_title": "Long"},
            {"note": ["A phrase has at most 2000 characters."]},
        ),
    ],
)
def test_phrase_needs_name_use_and_text(moderator_client, submitted, fields, errors):
    fields = {f"decision-{name}": value for name, value in fields.items()}
    answer = send(moderator_client, submitted, "phrase", **fields)
    assert (answer.status_code, answer.context["decision"].errors) == (422, errors)
    assert Phrase.objects.count() == 0


def test_phrase_is_kept_by_who_may_add_phrases(submitted):
    person = StaffFactory()
    person.user_permissions.add(Permission.objects.get(codename="change_revision"))
    client = Client()
    client.force_login(person)
    fields = {
        "decision-decision": "rejected",
        "decision-note": "No.",
        "decision-phrase_title": "No",
    }
    assert send(client, submitted, "phrase", **fields).status_code == 403
    assert "Save as phrase" not in client.get(address(submitted)).text
    assert Phrase.objects.count() == 0


def test_note_is_written_without_deciding(moderator_client, mina, submitted, author):
    answer = send(moderator_client, submitted, "note", **{"decision-note": "Which year?"})
    assert answer["Location"] == f"{address(submitted)}#review-history"
    note = submitted.notes.get()
    assert (note.author, note.author_name, note.from_moderators, note.text) == (
        mina,
        "Mina",
        True,
        "Which year?",
    )
    assert list(Notice.objects.filter(kind="note").values_list("email", flat=True)) == [
        author.email
    ]
    assert state_of(submitted) == "submitted"
    history = text(moderator_client.get(address(submitted)).text)
    assert "Note to the author Mina" in history


def test_note_twice_is_one_note(moderator_client, submitted):
    for _click in range(2):
        send(moderator_client, submitted, "note", **{"decision-note": "Which year?"})
    assert submitted.notes.count() == 1


def test_empty_note_is_refused(moderator_client, submitted):
    answer = send(moderator_client, submitted, "note")
    assert (answer.status_code, submitted.notes.count()) == (422, 0)


def test_note_on_what_is_decided_is_refused_and_kept(moderator_client, submitted):
    moderation.publish(submitted, name="Lee")
    answer = send(moderator_client, submitted, "note", **{"decision-note": "Which year?"})
    assert answer.status_code == 409
    assert "Which year?</textarea>" in answer.text
    assert submitted.notes.count() == 0


def test_author_can_be_written_to_while_changing_it(moderator_client, submitted):
    moderation.request_changes(submitted, name="Lee", note="More.")
    page = moderator_client.get(address(submitted)).text
    assert 'value="decide"' not in page
    send(moderator_client, submitted, "note", **{"decision-note": "By Friday, please."})
    assert submitted.notes.get().text == "By Friday, please."


def test_notes_of_both_sides_and_earlier_decisions_are_shown(moderator_client, submitted, author):
    submitted.notes.create(author=author, author_name="Ani", text="The year is 2013.")
    moderation.request_changes(submitted, name="Lee", note="Say where.")
    moderation.submit(Revision.objects.get(pk=submitted.pk), by=author)
    entries = moderator_client.get(address(submitted)).context["history"]
    assert [(entry.what, entry.name, entry.text) for entry in entries] == [
        ("Submitted", "Ani", ""),
        ("Note from the author", "Ani", "The year is 2013."),
        ("Changes requested", "Lee", "Say where."),
        ("Submitted", "Ani", ""),
    ]
