"""What the moderators ask, at the section and field it is about, with the answers of the team."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from policies.forms.progress import progress
from policies.forms.registry import BY_SLUG
from policies.forms.requests import placed
from policies.models import ReviewNote, Revision
from policies.workflow import moderation, reviewing
from policies.workflow.thread import Entry
from tests.factories import MembershipFactory, RevisionFactory, StaffFactory
from tests.policies.authors import address, save

pytestmark = pytest.mark.django_db

# A line of an entry, and (section, anchor, text) of where it stands.
LINES = {
    "Budget and funding: Which year?": [("budget", "", "Which year?")],
    "budget and funding / amount: Which year?": [("budget", "id_budget_amount", "Which year?")],
    "Budget and funding – Budget lines: Add up?": [("budget", "rows-budget_lines", "Add up?")],
    "- Staff in full-time equivalents (FTE): Heads?": [("manpower", "id_staff_fte", "Heads?")],
    "What was done: https://city.example/a: see": [
        ("challenge-solution", "id_solution", "https://city.example/a: see")
    ],
    # Two sections have such a field, so that its name alone says nothing.
    "Not available, because …: Why?": [],
    "Manpower / Not available, because …: Why?": [("manpower", "id_staff_unavailable", "Why?")],
    "Hello, here is what we think: it is good.": [],
    "Budget and funding / Nowhere: x": [],
    ":": [],
    "Amount:": [],
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_stands_where_its_first_words_say(line):
    entry = Entry(datetime(2026, 1, 1, tzinfo=UTC), "Mina", "", f"Thank you.\n{line}", 1, True)
    assert [(each.section, each.anchor, each.text) for each in placed(entry)] == LINES[line]


@pytest.fixture
def author():
    return MembershipFactory(user__name="Ani").user


@pytest.fixture
def moderator():
    return StaffFactory(groups=["Moderators"])


@pytest.fixture
def asked(author, moderator, reference):
    """A submission to which changes are asked in two sections, in three ways."""
    member = author.memberships.get().member
    revision = RevisionFactory(
        case__member=member,
        targets=["11.2"],
        themes=["transport"],
        budget_amount=5,
        budget_currency="USD",
    )
    moderation.submit(revision, by=author)
    sections = [BY_SLUG["lessons"], BY_SLUG["budget"]]
    note = "Well done.\nBudget and funding / Amount: Of which year?\n"
    note = reviewing.compose_note(note, [], sections, revision.case)
    moderation.request_changes(revision, by=moderator, note=note)
    revision.refresh_from_db()
    return revision


def step_of(revision, slug):
    revision = Revision.objects.with_content().get(pk=revision.pk)
    return next(step for step in progress(revision).steps if step.section.slug == slug)


def test_a_section_that_changes_are_asked_for_is_not_complete_until_it_changed(
    client, asked, author
):
    assert {slug: step_of(asked, slug).is_asked for slug in ("budget", "lessons", "basics")} == {
        "budget": True,
        "lessons": True,
        "basics": False,
    }
    client.force_login(author)
    page = client.get(reverse("policies:edit", args=[asked.case_id])).text
    assert page.count("Changes are asked for") == 2
    assert '/edit/budget/#id_budget_amount">The moderators ask:</a> Of which year?' in page
    save(client, asked.case, "budget", budget_year="2013")
    step = step_of(asked, "budget")
    assert (step.is_asked, step.is_changed) == (False, True)
    assert step_of(asked, "lessons").is_asked
    page = client.get(address(asked.case, "budget")).text
    assert "it has changed since" in page


def test_request_and_answer_stand_at_section_and_field_in_one_thread(
    client, asked, author, moderator
):
    client.force_login(author)
    page = client.get(address(asked.case, "budget")).text
    assert "The moderators ask for changes here" in page
    place = page.index("<b>The moderators ask:</b> Of which year?")
    assert page.index('for="id_budget_amount"') < place < page.index('id="id_budget_amount"')
    # Of the whole request the other section shows all that is about no other place.
    assert "Well done." in client.get(address(asked.case, "lessons")).text
    assert "The moderators ask" not in client.get(address(asked.case, "basics")).text
    notes = reverse("policies:notes", args=[asked.case_id])
    answer = client.post(notes, {"text": "Of 2013.", "about": "budget"})
    assert answer["Location"] == f"{address(asked.case, 'budget')}#asked"
    assert ReviewNote.objects.get().text == "Budget and funding: Of 2013."
    page = client.get(address(asked.case, "budget")).text
    assert page.index("Of which year?") < page.index("Of 2013.")
    assert "Of 2013." not in client.get(address(asked.case, "lessons")).text
    # What was asked is over once the text is submitted again.
    moderation.submit(asked, by=author)
    moderation.request_changes(asked, by=moderator, note="Manpower: How many?")
    assert "The moderators ask" not in client.get(address(asked.case, "budget")).text
    assert "How many?" in client.get(address(asked.case, "manpower")).text


@pytest.mark.parametrize(
    "sent", [{"text": "", "about": "budget"}, {"text": "x" * 5001, "about": "x"}]
)
def test_an_answer_that_cannot_be_sent_is_shown_again(client, asked, author, sent):
    client.force_login(author)
    answer = client.post(reverse("policies:notes", args=[asked.case_id]), sent)
    assert answer.status_code == 422
    assert sent["text"][:20] in answer.text


def test_an_answer_about_nowhere_is_a_note(client, asked, author):
    client.force_login(author)
    sent = {"text": "<b>Hello</b>", "about": "<script>"}
    client.post(reverse("policies:notes", args=[asked.case_id]), sent)
    assert ReviewNote.objects.get().text == "<b>Hello</b>"


@pytest.mark.parametrize("rows", [1, 3])
def test_requests_ask_the_same_number_of_queries(
    client, asked, author, django_assert_max_num_queries, rows
):
    client.force_login(author)
    for number in range(rows):
        ReviewNote.objects.create(
            revision=asked, author_name="M", from_moderators=True, text=f"Amount: {number}?"
        )
    client.get(address(asked.case, "manpower"))
    with django_assert_max_num_queries(45):
        client.get(address(asked.case, "budget"))
