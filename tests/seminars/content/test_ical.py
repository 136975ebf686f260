"""Calendar files, read by two parsers that know nothing of each other."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
import vobject

from seminars.models import Seminar
from seminars.steps import seminars
from tests.factories import StaffFactory
from tests.seminars.factories import BEGINS, ENDS, SeminarFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at():
    with time_machine.travel(NOW, tick=False):
        yield


def events(client, path="/seminars/calendar.ics"):
    """Return the events of a file as both parsers read them, after comparing them."""
    answer = client.get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode()
    found = icalendar.Calendar.from_ical(text).walk("VEVENT")
    others = getattr(vobject.readOne(text), "vevent_list", [])
    for one, other in zip(found, others, strict=True):
        assert one.decoded("dtstart") == other.dtstart.value
        assert one.decoded("dtend") == other.dtend.value
        assert str(one["summary"]) == other.summary.value
        assert str(one["uid"]) == other.uid.value
        assert str(one["sequence"]) == other.sequence.value
        assert str(one["status"]) == other.status.value
    return found


# Sentence 22.
def test_a_seminar_at_two_in_seoul_is_at_noon_in_bangkok(client):
    seminar = SeminarFactory()
    (event,) = events(client, f"/seminars/{seminar.pk}/{seminar.slug}/event.ics")
    begins = event.decoded("dtstart")
    assert begins == BEGINS
    assert begins.utcoffset() == timedelta(0)
    assert f"{begins.astimezone(ZoneInfo('Asia/Seoul')):%H:%M}" == "14:00"
    assert f"{begins.astimezone(ZoneInfo('Asia/Bangkok')):%H:%M}" == "12:00"
    assert event.decoded("dtend") == ENDS
    assert (event["uid"], event["sequence"], event["status"]) == (
        f"seminar-{seminar.pk}@localhost",
        0,
        "CONFIRMED",
    )
    assert event["url"] == f"http://localhost:8000/seminars/{seminar.pk}/sorting-at-source/"


# Sentence 22.
def test_a_cancelled_seminar_stays_in_the_calendar_and_says_so(client):
    seminar = SeminarFactory(join_url="https://meet.example/1")
    uid = events(client)[0]["uid"]
    seminars.cancel(seminar, by=StaffFactory(groups=["Moderators"]), reason="Ill.")
    (event,) = events(client)
    assert (event["uid"], event["status"], event["sequence"]) == (uid, "CANCELLED", 1)
    # The link to join is for who is registered.
    assert b"meet.example" not in client.get("/seminars/calendar.ics").content


def test_whole_days_are_days_and_not_hours(client):
    zone = ZoneInfo("Asia/Jakarta")
    seminar = SeminarFactory(
        kind="study-visit",
        mode="in-person",
        place="Surabaya",
        country="ID",
        time_zone="Asia/Jakarta",
        starts_at=datetime(2027, 3, 10, tzinfo=zone),
        ends_at=datetime(2027, 3, 12, tzinfo=zone),
        whole_days=True,
    )
    (event,) = events(client)
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (
        date(2027, 3, 10),
        date(2027, 3, 12),
    )
    assert event["location"] == "Surabaya, Indonesia"
    assert Seminar.objects.get(pk=seminar.pk).day == "2027-03-10"


def test_the_calendar_has_what_is_public_and_not_long_over(client):
    SeminarFactory(title="Draft", state="draft")
    SeminarFactory(
        title="Long ago", starts_at=NOW - timedelta(days=200), ends_at=NOW - timedelta(days=199)
    )
    SeminarFactory(title="Year only", state="held", starts_at=None, ends_at=None, day="2016")
    lately = NOW - timedelta(days=20)
    SeminarFactory(
        title="Lately", state="held", starts_at=lately, ends_at=lately + timedelta(hours=1)
    )
    SeminarFactory(title="Comma, semicolon; back\\slash: “é” " + "x" * 100)
    assert [str(event["summary"]) for event in events(client)] == [
        "Lately",
        "Comma, semicolon; back\\slash: “é” " + "x" * 100,
    ]
    assert all(
        len(line) <= 75 for line in client.get("/seminars/calendar.ics").content.split(b"\r\n")
    )


@pytest.mark.parametrize(
    "change", [{"state": "draft"}, {"starts_at": None, "ends_at": None, "state": "held"}]
)
def test_what_is_not_public_or_has_no_day_has_no_file(client, change):
    seminar = SeminarFactory(**change)
    assert client.get(f"/seminars/{seminar.pk}/{seminar.slug}/event.ics").status_code == 404
