"""The review screen: what it shows, and that only what was shown is decided."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members import accounts
from members.models import Event, Notice
from members.notifications import text_of
from policies import corrections, moderation, reviewing
from policies.diff import FACTS, FILES, ROWS, TEXTS
from policies.forms.registry import SECTIONS
from policies.models import (
    Assessment,
    CaseStudy,
    Correction,
    Phrase,
    Revision,
    Screening,
)
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
from tests.policies.contents import fill

pytestmark = pytest.mark.django_db

State = Revision.State


@pytest.fixture
def member():
    return MemberFactory(name="Surabaya")


@pytest.fixture
def author(member):
    return MembershipFactory(
        member=member, user=UserFactory(name="Ani", email="ani@x.example")
    ).user


@pytest.fixture
def submitted(member, author):
    """A new case that Ani handed in."""
    draft = RevisionFactory(
        case__member=member, created_by=author, title="Night buses", challenge="No buses."
    )
    return moderation.submit(draft, by=author)


@pytest.fixture
def mina(moderator_client):
    """The moderator at the desk."""
    person = moderator_client.person
    person.name = "Mina"
    person.save()
    return person


def address(revision, page="review"):
    return reverse(f"admin:policies_revision_{page}", args=[revision.pk])


def seen(client, revision):
    """The hidden fingerprint of the page."""
    page = client.get(address(revision)).text
    return re.search(r'name="decision-seen" value="(\w+)"', page)[1]


def send(client, revision, act="decide", **fields):
    """Press a button of the page, with the fields of its form."""
    return client.post(address(revision), {"act": act, **fields})


def decide(client, revision, decision, note="", **fields):
    """Open the page, choose, and send the decision."""
    sent = {"decision-decision": decision, "decision-note": note} | fields
    if "decision-seen" not in sent:
        sent["decision-seen"] = seen(client, revision)
    return send(client, revision, **sent)


def state_of(revision):
    return Revision.objects.get(pk=revision.pk).state


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def text(html):
    """What stands in HTML, without tags, in single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# Deciding


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        ("published", "Published: “Night buses” can be found at once."),
        ("changes-requested", "“Night buses” is back with its author, with your note."),
        ("rejected", "“Night buses” is rejected, and the author told why."),
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
        "note": ["Say why: the author needs a reason to go on from."]
    }
    assert state_of(submitted) == "submitted"


def test_decision_has_to_be_chosen_and_the_note_stays(moderator_client, submitted):
    answer = decide(moderator_client, submitted, "", "A long note.")
    assert answer.status_code == 422
    assert answer.context["decision"].errors == {"decision": ["Choose what happens to it."]}
    assert ">\nA long note.</textarea>" in answer.text
    assert state_of(submitted) == "submitted"


@pytest.mark.parametrize("decision", ["draft", "superseded", "withdrawn", "x" * 5000, "\0"])
def test_no_other_state_can_be_chosen(moderator_client, submitted, decision):
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
def test_whatever_differs_from_what_was_shown_stops_the_decision(
    reference, moderator_client, author, change
):
    draft = RevisionFactory(created_by=author, targets=["11.2"])
    revision = moderation.submit(draft, by=author)
    shown = seen(moderator_client, revision)
    change(revision)
    answer = decide(moderator_client, revision, "published", **{"decision-seen": shown})
    assert (answer.status_code, state_of(revision)) == (409, "submitted")


@pytest.mark.parametrize("forged", ["", "0" * 32, "x" * 60, "x" * 100])
def test_decision_without_having_read_is_refused(moderator_client, submitted, forged):
    answer = decide(moderator_client, submitted, "published", **{"decision-seen": forged})
    assert answer.status_code in {409, 422}
    assert state_of(submitted) == "submitted"


def test_colleague_who_was_quicker_is_named(moderator_client, submitted):
    shown = seen(moderator_client, submitted)
    moderation.reject(submitted, by=StaffFactory(name="Lee"), note="No policy.")
    answer = decide(
        moderator_client, submitted, "published", "Thank you.", **{"decision-seen": shown}
    )
    assert answer.status_code == 409
    assert answer.context["problem"] == "Lee was quicker: this revision is rejected now."
    assert "Thank you.</textarea>" in answer.text
    assert submitted.events.count() == 2


def test_superseded_revision_is_not_decided(moderator_client, submitted):
    shown = seen(moderator_client, submitted)
    moderation.publish(submitted, name="Lee")
    newer = RevisionFactory(case=submitted.case)
    moderation.publish(newer, name="Lee")
    answer = decide(moderator_client, submitted, "rejected", "No.", **{"decision-seen": shown})
    assert answer.status_code == 409
    assert answer.context["problem"] == "Lee was quicker: this revision is superseded now."
    assert (state_of(submitted), state_of(newer)) == ("superseded", "published")


def test_revision_that_its_author_took_back_is_not_decided(moderator_client, submitted, author):
    shown = seen(moderator_client, submitted)
    moderation.withdraw(submitted, by=author)
    answer = decide(moderator_client, submitted, "published", **{"decision-seen": shown})
    assert answer.status_code == 409
    assert answer.context["problem"] == "Ani was quicker: this revision is withdrawn now."


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


# Words to the author


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


@pytest.mark.parametrize("field", ["decision-phrases", "decision-sections"])
@pytest.mark.parametrize("value", ["nonsense", "0", "9" * 40])
def test_unknown_phrase_or_section_is_refused(moderator_client, submitted, field, value):
    answer = decide(moderator_client, submitted, "rejected", "No.", **{field: value})
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
                "decision": ["Choose what happens to it."],
                "note": ["Write what is to be kept."],
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
    assert answer["Location"] == f"{address(submitted)}#desk-history"
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
    assert answer["Location"] == f"{address(submitted)}#desk-checklist"
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
    assert answer["Location"] == f"{address(submitted)}#desk-corrections"
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


@pytest.mark.parametrize("field", ["", "slug", "state", "x" * 4000, "\0"])
def test_only_the_text_and_its_tags_can_be_opened(moderator_client, submitted, field):
    answer = send(moderator_client, submitted, "open-correction", correct=field)
    assert (answer.status_code, answer.context["correction"]) == (422, None)
    answer = send(moderator_client, submitted, "correct", **{"correction-field": field})
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
    moderation.publish(submitted, name="Lee")
    fields = {"correction-field": "title", "correction-after": "Busses"}
    assert send(moderator_client, submitted, "correct", **fields).status_code == 409
    assert Correction.objects.count() == 0


def test_begun_correction_survives_another_button(moderator_client, submitted):
    fields = {"correction-field": "title", "correction-after": "Half"}
    answer = send(moderator_client, submitted, "take", **fields)
    assert answer.context["correction"]["after"].value() == "Half"


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
    reviewing.assign([submitted.pk], lee, by=moderator_client.person)
    accounts.delete_account(lee)
    assert Event.objects.get(action="assigned").reason == "To Former colleague"
    assert Revision.objects.get().reviewer is None


def test_submission_of_a_colleague_comes_with_a_warning(moderator_client, submitted):
    Revision.objects.update(reviewer=StaffFactory(name="Lee"))
    page = text(moderator_client.get(address(submitted)).text)
    assert "Lee has taken this on. Ask before you decide." in page
    assert "Take it over" in page


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
        *(str(label) for _name, label in TEXTS),
        *(str(label) for label, _value in FACTS),
        *(str(label) for label, _name, _parts in ROWS),
        *(str(label) for label, _name, _file, _parts in FILES),
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
    assert "Handed in by Import" in moderator_client.get(address(revision)).text


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
    with django_assert_num_queries(45):
        moderator_client.get(address(edit))


# Who may


BUTTONS = (
    "decide",
    "note",
    "phrase",
    "checklist",
    "open-correction",
    "correct",
    "take",
    "give-back",
)


@pytest.mark.parametrize("right", [None, "view_revision", "change_casestudy"])
def test_staff_without_the_right_are_refused(submitted, right):
    person = StaffFactory()
    if right:
        person.user_permissions.add(Permission.objects.get(codename=right))
    client = Client()
    client.force_login(person)
    answers = [client.get(address(submitted)), client.get(address(submitted, "preview"))]
    answers += [send(client, submitted, act) for act in BUTTONS]
    assert {answer.status_code for answer in answers} == {403}
    assert state_of(submitted) == "submitted"


def test_staff_without_a_second_factor_are_led_to_sign_in(submitted):
    client = Client()
    client.force_login(StaffFactory(groups=["Moderators"], second_factor=False))
    answers = [client.get(address(submitted)), send(client, submitted, "take")]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert all(answer["Location"].startswith("/admin/login/") for answer in answers)
    assert Revision.objects.get().reviewer is None


@pytest.mark.parametrize("signed_in", [True, False])
def test_people_who_are_no_staff_are_led_to_sign_in(submitted, author, signed_in):
    client = Client()
    if signed_in:
        client.force_login(author)
    answer = client.get(address(submitted))
    assert (answer.status_code, "Night buses" in answer.text) == (302, False)


@pytest.mark.parametrize("act", BUTTONS)
def test_forged_form_is_refused(moderator_client, submitted, act):
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator_client.person)
    answer = send(client, submitted, act, **{"decision-decision": "published"})
    assert answer.status_code == 403
    assert state_of(submitted) == "submitted"


def test_editor_and_administrator_may_decide(editor_client, administrator_client, author):
    for client in (editor_client, administrator_client):
        revision = moderation.submit(RevisionFactory(created_by=author), by=author)
        decide(client, revision, "published")
        assert state_of(revision) == "published"


def test_drafts_are_closed_to_the_desk(moderator_client, administrator_client):
    draft = RevisionFactory()
    for client in (moderator_client, administrator_client):
        for page in ("review", "preview"):
            assert client.get(address(draft, page)).status_code == 404
        assert send(client, draft, "take").status_code == 404
    assert moderator_client.get("/admin/policies/revision/999999/review/").status_code == 404


@pytest.mark.parametrize("act", ["", "publish", "x" * 3000, "\0"])
def test_unknown_button_does_nothing(moderator_client, submitted, act):
    assert send(moderator_client, submitted, act).status_code == 422
    assert state_of(submitted) == "submitted"


def test_page_of_what_is_decided_can_be_read(moderator_client, submitted):
    moderation.publish(submitted, name="Lee")
    answer = moderator_client.get(address(submitted))
    assert "State: <b>Published</b>" in answer.text
    assert 'name="act"' not in answer.text


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(moderator_client, submitted, method):
    assert getattr(moderator_client, method)(address(submitted)).status_code == 405


def test_screened_flags_are_kept_while_it_is_decided(moderator_client, submitted):
    decide(moderator_client, submitted, "published")
    assert Screening.objects.get(revision=submitted).first_time_author is True


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
    assert moderator_client.get(address(revision)).status_code == 200
