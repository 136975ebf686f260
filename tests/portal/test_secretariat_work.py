"""The first page of the secretariat: what waits, since when, for whom, and what it costs to ask."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Event, Notice
from policies.models import ImportRun, Revision, Screening
from policies.statistics import turnaround
from tests.conftest import signed_in
from tests.exchange.factories import QuestionFactory
from tests.factories import (
    MemberFactory,
    MemberProposalFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
)

pytestmark = pytest.mark.django_db

HOME = "/admin/"


def ago(**time):
    return timezone.now() - timedelta(**time, hours=1)


def text(html):
    """The words of a piece of HTML, with single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def rows(client):
    """The rows of the table of what waits, as (words, addresses)."""
    page = client.get(HOME).text
    table = page.partition('id="desk-waits"')[2].partition("</table>")[0]
    found = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table, re.DOTALL)
    return [(text(row), re.findall(r'href="([^"]+)"', row)) for row in found]


def submission(days, **fields):
    made = RevisionFactory(state=Revision.State.SUBMITTED, submitted_at=ago(days=days), **fields)
    Screening.objects.create(revision=made, completeness=9, without_source=True)
    return made


def notice(days, **fields):
    made = Notice.objects.create(
        email="clerk@honiara.example", kind="submitted", context={"title": "Hidden"}, **fields
    )
    Notice.objects.filter(pk=made.pk).update(created_at=ago(days=days))
    return made


def fill(me):
    """Work of every kind, the oldest of each first."""
    honiara = MemberFactory(name="Honiara", country="SB")
    oldest = submission(6, case__member=honiara, title="Rain gardens")
    submission(2, reviewer=me)
    request = MembershipFactory(member=honiara, status="requested", decided_at=None)
    proposal = MemberProposalFactory(name="Tansen", country="NP")
    given_up = notice(3, mail="failed", attempts=20, last_error="The mailbox refuses.")
    notice(2, attempts=5, last_error="It refuses too.")
    # Passing trouble, what nobody wanted mailed, and what is old news.
    notice(1, attempts=4)
    notice(1, mail="dropped", attempts=1, last_error="The invitation can no longer be accepted.")
    notice(31, mail="failed", attempts=20)
    run = ImportRun.objects.create(
        original_name="cases.xlsx", state="checked", counts={"check": {"bad": 4}}, by=me
    )
    ImportRun.objects.create(original_name="done.xlsx", state="done")
    question = QuestionFactory(state="checking", opened_at=None, title="How many people?")
    return oldest, request, proposal, given_up, run, question


def test_first_page_names_what_waits_with_the_oldest_mine_and_all(editor_client):
    oldest, request, proposal, given_up, run, question = fill(editor_client.person)
    assert rows(editor_client) == [
        (
            "Submissions Rain gardens Honiara, New 6 days 1 mine 2 in all : Submissions",
            [
                "/admin/policies/revision/",
                f"/admin/policies/revision/{oldest.pk}/review/",
                "/admin/policies/revision/?reviewer=me",
                "/admin/policies/revision/",
            ],
        ),
        (
            (
                f"Requests to join a team {request.user}, Honiara no coordinator yet since today – "
                "not given to persons 1 in all : Requests to join a team"
            ),
            [
                "/admin/members/membership/?status__exact=requested",
                f"/admin/members/membership/{request.pk}/decide/",
                "/admin/members/membership/?status__exact=requested",
            ],
        ),
        (
            (
                "Proposed members Tansen Nepal since today – not given to persons 1 in all : "
                "Proposed members"
            ),
            [
                "/admin/members/memberproposal/?state__exact=proposed",
                f"/admin/members/memberproposal/{proposal.pk}/decide/",
                "/admin/members/memberproposal/?state__exact=proposed",
            ],
        ),
        (
            (
                "Mail that failed clerk@honiara.example The mailbox refuses. 3 days – not given to "
                "persons 2 in all : Mail that failed"
            ),
            [
                "/admin/members/notice/?trouble=yes",
                f"/admin/members/notice/{given_up.pk}/change/",
                "/admin/members/notice/?trouble=yes",
            ],
        ),
        (
            (
                "Imports not finished cases.xlsx Checked, 4 rows with mistakes since today 1 mine 1 "
                "in all : Imports not finished"
            ),
            [
                "/admin/policies/importrun/",
                f"/admin/policies/importrun/{run.pk}/change/",
                "/admin/policies/importrun/",
                "/admin/policies/importrun/",
            ],
        ),
        (
            (
                f"Questions to check How many people? {question.member} since today – not given to "
                "persons 1 in all : Questions to check"
            ),
            [
                "/admin/exchange/question/?waits=check-questions",
                f"/admin/exchange/question/{question.pk}/change/",
                "/admin/exchange/question/?waits=check-questions",
            ],
        ),
    ]
    page = text(editor_client.get(HOME).text)
    assert "8 things wait. 2 of them are with you. Longest: Rain gardens, 6 days." in page
    assert (
        "Nothing waits under: Updates asked for, Advice to check, Needs and offers to check, Flags, "
        in page
    )
    queue = page.partition("The whole queue")[2]
    assert (
        "Rain gardens Honiara, Solomon Islands · English 6 days no source New Nobody 9 of 12"
        in queue
    )
    assert queue.index("Rain gardens") < queue.index("2 days")


def test_what_is_late_is_marked_by_twice_the_published_median(moderator_client, monkeypatch):
    submission(3, title="In time")
    submission(8, title="Late")
    assert "over" not in text(moderator_client.get("/admin/policies/revision/").text)
    monkeypatch.setattr(turnaround, "of_last_year", lambda: (3.5, 9, 12))
    page = text(moderator_client.get(HOME).text)
    # In the table of work and in the queue.
    assert page.count("over 7 days") == 2
    queue = moderator_client.get("/admin/policies/revision/").text
    assert re.findall(r'late">(over [^<]+)<', queue) == ["over 7 days"]
    late = moderator_client.get("/admin/policies/revision/?flag=late").context["cl"].result_list
    assert [row.title for row in late] == ["Late"]


def test_nothing_waits(moderator_client):
    assert (
        "Nothing waits. What waits Nothing waits under: Submissions, Updates asked for, "
        in text(moderator_client.get(HOME).text)
    )


def test_each_is_told_of_what_the_person_may_decide(moderator_client):
    fill(moderator_client.person)
    # Moderators do not import; staff without rights decide nothing.
    assert [words.split()[0] for words, _links in rows(moderator_client)] == [
        *("Submissions", "Requests", "Proposed", "Mail", "Questions"),
    ]
    plain = signed_in(StaffFactory())
    assert rows(plain) == []
    assert "Rain gardens" not in plain.get(HOME).text
    assert "What waits" not in plain.get(HOME).text


@pytest.mark.parametrize("number", [1, 3])
def test_first_page_asks_as_often_for_many(editor_client, django_assert_num_queries, number):
    for _each in range(number):
        fill(editor_client.person)
    editor_client.get(HOME)
    with django_assert_num_queries(39):
        editor_client.get(HOME)


def test_mail_of_a_person_is_found_without_its_text_and_sent_again(moderator_client):
    clerk = MembershipFactory(user__name="Moana Clerk").user
    row = notice(3, recipient=clerk, mail="failed", attempts=20, last_error="It refuses.")
    sent = notice(3, mail="sent", attempts=1)
    address = "/admin/members/notice/"
    for words in ("moana", "clerk@honiara", clerk.email):
        found = moderator_client.get(address, {"q": words}).context["cl"].result_list
        assert row in found, words
    shown = moderator_client.get(f"{address}{row.pk}/change/").text
    assert "It refuses." in shown
    assert "Hidden" not in shown
    act = {"action": "send_again", "_selected_action": [row.pk, sent.pk]}
    assert (
        "1 mail is sent again within minutes."
        in moderator_client.post(address, act, follow=True).text
    )
    row.refresh_from_db()
    assert (row.mail, row.attempts) == ("waiting", 0)
    assert Notice.objects.get(pk=sent.pk).mail == "sent"
    event = Event.objects.get(action="mail-sent-again")
    assert (event.actor, event.subject_id) == (moderator_client.person, str(row.pk))
