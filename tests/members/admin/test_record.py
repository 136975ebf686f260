"""The record in the admin: read, filtered, taken along, never changed."""

import csv
import io

import pytest
from django.urls import reverse

from members.models import Event
from members.record import audit
from tests.factories import MemberFactory, StaffFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:members_event_changelist")
EXPORT = reverse("admin:members_event_export")


@pytest.fixture
def events():
    """Two entries of which the second has a reason that a spreadsheet would run."""
    city = MemberFactory(name="Surabaya")
    return [
        audit.record("member-changed", city, by=StaffFactory(name="Min-jun"), reason="name"),
        audit.record("account-blocked", city, name="Secretariat", reason="=HYPERLINK(1)"),
    ]


def shown(client, **query):
    return [event.pk for event in client.get(LIST, query).context["cl"].result_list]


def rows(answer):
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_newest_entry_stands_on_top(moderator_client, events):
    assert shown(moderator_client) == [events[1].pk, events[0].pk]


def test_list_names_actions_in_words(moderator_client, events):
    page = moderator_client.get(LIST).text
    assert "Account blocked" in page
    assert "account-blocked</td>" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"action": "member-changed"}, [0]),
        ({"action": "published"}, []),
        ({"q": "min-jun"}, [0]),
        ({"q": "hyperlink"}, [1]),
        ({"q": "surabaya"}, [1, 0]),
        ({"created_at__year": "1999"}, []),
    ],
)
def test_list_is_filtered_and_searched(moderator_client, events, query, expected):
    assert shown(moderator_client, **query) == [events[place].pk for place in expected]


def test_entry_of_an_action_that_is_no_longer_made_is_shown_by_its_code(moderator_client):
    Event.objects.bulk_create([Event(action="old", actor_name="X", subject="Y")])
    assert ">old</td>" in moderator_client.get(LIST).text


@pytest.mark.parametrize("page", ["change", "history"])
def test_entry_can_be_looked_at(moderator_client, events, page):
    answer = moderator_client.get(reverse(f"admin:members_event_{page}", args=[events[0].pk]))
    assert answer.status_code == 200
    assert 'name="_save"' not in answer.text


def test_nobody_changes_the_record_in_the_admin(administrator_client, events):
    before = list(Event.objects.values())
    pk = events[0].pk
    answers = [
        administrator_client.get(reverse("admin:members_event_add")),
        administrator_client.post(reverse("admin:members_event_add"), {"action": "published"}),
        administrator_client.post(
            reverse("admin:members_event_change", args=[pk]), {"reason": "Anew"}
        ),
        administrator_client.get(reverse("admin:members_event_delete", args=[pk])),
        administrator_client.post(
            reverse("admin:members_event_delete", args=[pk]), {"post": "yes"}
        ),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    chosen = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
    administrator_client.post(LIST, chosen)
    assert list(Event.objects.values()) == before


def test_export_holds_what_the_list_shows(moderator_client, events):
    answer = moderator_client.post(EXPORT)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    found = rows(answer)
    assert found[0] == [
        *("created_at", "actor_name", "action", "subject_type", "subject_id", "subject"),
        *("reason", "address"),
    ]
    assert [row[1:3] + row[5:] for row in found[1:]] == [
        ["Secretariat", "account-blocked", "Surabaya", "'=HYPERLINK(1)", ""],
        ["Min-jun", "member-changed", "Surabaya", "name", ""],
    ]
    assert found[1][0] == events[1].created_at.isoformat()


def test_export_is_filtered_as_the_list(moderator_client, events):
    answer = moderator_client.post(f"{EXPORT}?action=member-changed")
    assert [row[2] for row in rows(answer)[1:]] == ["member-changed"]


def test_export_is_recorded_and_not_part_of_itself(moderator_client, events):
    answer = moderator_client.post(f"{EXPORT}?q=surabaya")
    assert len(rows(answer)) == 3
    event = Event.objects.first()
    person = moderator_client.person
    assert (event.action, event.actor, event.reason, event.address) == (
        *("personal-data-exported", person),
        *("record q=surabaya", "127.0.0.1"),
    )
    assert (event.subject_type, event.subject_id) == ("members.user", str(person.pk))


def test_export_is_asked_for_by_a_button(moderator_client, events):
    assert moderator_client.get(EXPORT).status_code == 405
    page = moderator_client.get(LIST, {"q": "surabaya"}).text
    assert f'<form method="post" action="{EXPORT}?q=surabaya">' in page
    assert Event.objects.count() == 2


def test_export_with_a_filter_that_makes_no_sense_leads_to_the_list(moderator_client, events):
    answer = moderator_client.post(f"{EXPORT}?created_at__year=abc")
    assert (answer.status_code, answer.url) == (302, LIST)
    assert Event.objects.count() == 2


def test_export_needs_the_right_to_see_the_record(client, events):
    client.force_login(StaffFactory())
    assert client.post(EXPORT).status_code == 403
    assert Event.objects.count() == 2


def test_export_needs_a_form_of_this_site(moderator_client, events):
    moderator_client.handler.enforce_csrf_checks = True
    assert moderator_client.post(EXPORT).status_code == 403
    assert Event.objects.count() == 2


@pytest.mark.parametrize("number", [1, 3])
def test_export_asks_the_same_number_of_questions(
    moderator_client, django_assert_num_queries, number
):
    for _each in range(number):
        audit.record("member-added", MemberFactory(), name="Secretariat")
    with django_assert_num_queries(9):
        rows(moderator_client.post(EXPORT))
