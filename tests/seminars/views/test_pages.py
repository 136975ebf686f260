"""The list of seminars, the page of each, registering, and seminars on other pages."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from policies.content import summary
from policies.models import Revision
from policies.search import index
from seminars.content import json_ld, times
from seminars.models import Registration, Seminar, SeminarHost, SeminarItem, SeminarMaterial
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, MemberFactory, MembershipFactory, UserFactory
from tests.seminars.factories import (
    BEGINS,
    ENDS,
    MaterialFactory,
    RegistrationFactory,
    SeminarFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
LINK = "https://meet.example/abc"


@pytest.fixture(autouse=True)
def at():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def words(answer):
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def page_of(seminar, client=None):
    return (client or Client()).get(seminar.get_absolute_url())


def queries(ask):
    with CaptureQueriesContext(connection) as found:
        assert ask().status_code == 200
    return len(found)


# Sentence 22.
def test_a_seminar_is_shown_in_its_zone_in_utc_and_elsewhere():
    seminar = SeminarFactory(seats=100, fee="free of charge", languages=["en", "ko"])
    SeminarItem.objects.create(seminar=seminar, title="Welcome", starts_at=BEGINS)
    text = words(page_of(seminar))
    assert "Day 21 January 2027 Thursday Time in Seoul 14:00 to 15:30 05:00 to 06:30 UTC" in text
    assert "Places 100 left of 100; free of charge" in text
    assert "14:00 05:00 UTC Welcome" in text
    assert "Bangkok, Hanoi, Jakarta 12:00" in text
    assert "in English, Korean" in text
    listed = words(Client().get("/seminars/"))
    assert "Thursday, 14:00 to 15:30 in Seoul (05:00 to 06:30 UTC)" in listed


def test_another_day_is_said_where_it_is_one():
    # 8:00 in Auckland, when it is the evening before in UTC.
    begins = datetime(2027, 1, 20, 19, tzinfo=UTC)
    seminar = SeminarFactory(
        time_zone="Pacific/Auckland", starts_at=begins, ends_at=begins + timedelta(hours=1)
    )
    text = words(page_of(seminar))
    assert "Time in Auckland 08:00 to 09:00 20 January 2027, 19:00 to 20:00 UTC" in text
    assert "Honiara, Sydney 06:00" in text
    assert "Almaty, Islamabad 00:00" in text
    assert "Tehran 22:30 20 January 2027" in text


# Sentence 23.
def test_the_link_is_read_by_who_is_registered_and_from_the_day_before(at):
    seminar = SeminarFactory(join_url=LINK)
    registered = signed_in(RegistrationFactory(seminar=seminar).user)
    others = {
        "visitor": Client(),
        "signed in": signed_in(UserFactory()),
        "waits": signed_in(RegistrationFactory(seminar=seminar, state="waiting").user),
        "cancelled": signed_in(RegistrationFactory(seminar=seminar, state="cancelled").user),
    }

    def readers():
        clients = {"registered": registered} | others
        return {
            who
            for who, client in clients.items()
            if LINK in page_of(seminar, client).content.decode()
        }

    at.move_to(BEGINS - timedelta(hours=24, seconds=1))
    assert readers() == set()
    assert "from 20 January 2027, 14:00 in Seoul (05:00 UTC)" in words(page_of(seminar, registered))
    at.move_to(BEGINS - timedelta(hours=24))
    assert readers() == {"registered"}
    at.move_to(ENDS)
    assert readers() == set()
    at.move_to(BEGINS)
    for path in ("/seminars/", "/seminars/calendar.ics", "/", "/exchange/"):
        assert LINK not in registered.get(path).content.decode()
    Seminar.objects.update(state="cancelled", cancelled_at=NOW)
    assert readers() == set()


def test_a_person_registers_as_one_of_the_own_members_and_cancels():
    membership = MembershipFactory(member__name="Hue")
    client, seminar = signed_in(membership.user), SeminarFactory(languages=["en", "ko"])
    assert [*page_of(seminar, client).context["form"].fields] == ["member", "language"]
    sent = {"member": membership.member.pk, "language": "ko"}
    answer = client.post(f"/seminars/{seminar.pk}/register/", sent, follow=True)
    assert "You are registered, for Hue." in words(answer)
    row = Registration.objects.get()
    assert (row.state, row.member, row.language) == ("registered", membership.member, "ko")
    assert "21 January 2027, 14:00 to 15:30 in Seoul (05:00 to 06:30 UTC)" in words(
        client.get("/my/exchange/")
    )
    client.post(f"/seminars/{seminar.pk}/cancel/")
    row.refresh_from_db()
    assert row.state == "cancelled"
    answer = client.post(f"/seminars/{seminar.pk}/cancel/", follow=True)
    assert "You are not registered for this seminar." in words(answer)


def test_a_registration_that_cannot_be_is_refused_with_what_was_typed():
    stranger, seminar = MemberFactory(), SeminarFactory(languages=["en", "ko"])
    client = signed_in(UserFactory())
    path = f"/seminars/{seminar.pk}/register/"
    answer = client.post(path, {"member": stranger.pk, "language": "xx"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"member", "language"}
    Seminar.objects.update(closes_at=NOW)
    answer = client.post(path, {})
    assert (answer.status_code, "Registration for this seminar is closed." in words(answer)) == (
        409,
        True,
    )
    Seminar.objects.update(state="draft")
    assert client.post(path, {}).status_code == 404
    assert not Registration.objects.exists()
    # Who is not signed in is led there, and comes back to the form.
    Seminar.objects.update(state="announced", closes_at=None)
    assert client.get(path)["Location"] == f"{seminar.get_absolute_url()}#register"
    assert Client().get(path)["Location"] == f"/accounts/login/?next={path}"


def test_drafts_are_seen_by_the_secretariat_only(moderator_client):
    draft = SeminarFactory(state="draft", title="Not yet")
    assert page_of(draft).status_code == 404
    assert page_of(draft, signed_in(MembershipFactory().user)).status_code == 404
    assert "A draft: only the secretariat sees it." in words(page_of(draft, moderator_client))
    assert b"Not yet" not in moderator_client.get("/seminars/").content


def test_the_list_is_narrowed_by_its_address(reference):
    SeminarFactory(title="Bus", kind="webinar", targets=["11.2"])
    SeminarFactory(title="Waste", kind="training", targets=["12.5"])
    gone = NOW - timedelta(days=3)
    SeminarFactory(title="Old", kind="webinar", starts_at=gone, ends_at=gone + timedelta(hours=1))
    SeminarFactory(title="Unknown day", state="held", starts_at=None, ends_at=None)

    def found(query):
        context = Client().get(f"/seminars/?{query}").context
        return [row.seminar.title for name in ("coming", "held") for row in context.get(name, ())]

    assert found("") == ["Bus", "Waste", "Old", "Unknown day"]
    assert found("when=coming") == ["Bus", "Waste"]
    assert found("when=held&kind=webinar") == ["Old", "Unknown day"]
    assert found("goal=12") == ["Waste"]
    for query in ("kind=party", "goal=18", "when=ever", "colour=red"):
        answer = Client().get(f"/seminars/?{query}")
        assert (answer.status_code, "held" in answer.context) == (400, False)
    assert Client().get("/seminars/?page=2").status_code == 404


def test_an_empty_list_has_a_sentence_and_an_act():
    text = words(Client().get("/seminars/"))
    assert "No seminar is announced just now. Ask a city" in text
    assert "Of seminars that were held nothing is here yet. Read what cities did" in text
    assert " 0 " not in text


def test_pages_ask_as_many_queries_for_three_as_for_one(reference):
    cases = [LiveRevisionFactory(targets=["12.5"]).case for _number in range(3)]
    summary.rebuild(Revision.objects.live())
    index.sync()
    path = cases[0].get_absolute_url()
    queries(lambda: Client().get("/"))  # what processes keep
    without = queries(lambda: Client().get(path))

    def add(number):
        for case in cases[:number]:
            seminar = SeminarFactory(targets=["12.5", "11.6"], shows=[cases[0], case], seats=3)
            SeminarHost.objects.create(seminar=seminar, member=MemberFactory())
            MaterialFactory(seminar=seminar)
            MaterialFactory(seminar=seminar, kind="slides")
            gone = NOW - timedelta(days=3)
            SeminarFactory(shows=[case], starts_at=gone, ends_at=gone + timedelta(hours=1))
        return seminar

    pages = {
        "list": lambda: Client().get("/seminars/"),
        "one": lambda: page_of(seminar),
        "home": lambda: Client().get("/"),
        "exchange": lambda: Client().get("/exchange/"),
        "calendar": lambda: Client().get("/seminars/calendar.ics"),
        "case": lambda: Client().get(path),
    }
    seminar = add(1)
    first = {name: queries(ask) for name, ask in pages.items()}
    seminar = add(3)
    assert {name: queries(ask) for name, ask in pages.items()} == first
    # A page of a case asks one more where it was shown, and none where it was not.
    assert first["case"] == without + 1
    assert (first["list"], first["one"], first["calendar"]) == (8, 9, 1)


def test_a_case_says_where_it_was_shown_and_leads_to_the_recording(reference):
    case = LiveRevisionFactory(targets=["12.5"]).case
    gone = NOW - timedelta(days=3)
    seminar = SeminarFactory(
        shows=[case], starts_at=gone, ends_at=gone + timedelta(hours=1), state="held"
    )
    MaterialFactory(seminar=seminar)
    SeminarFactory(title="Draft", state="draft", shows=[case])
    SeminarFactory(title="Cancelled one", state="cancelled", cancelled_at=NOW, shows=[case])
    text = words(Client().get(case.get_absolute_url()))
    assert "Shown at Sorting at source 7 January 2027 Recording : Sorting at source" in text
    assert "Cancelled one" not in text
    # What is unpublished is not shown by the seminar either.
    case.live = None
    case.save()
    assert not page_of(seminar).context["cases"]


def test_a_stored_file_is_sent_as_a_download(reference):
    material = SeminarMaterial(
        seminar=SeminarFactory(), kind="slides", title="Slides", original_name="bags.pdf", size=4
    )
    material.file.save("bags.pdf", ContentFile(b"%PDF"))
    answer = Client().get(f"/seminars/materials/{material.pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="bags.pdf"'
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"".join(answer.streaming_content) == b"%PDF"
    Seminar.objects.update(state="draft")
    assert Client().get(f"/seminars/materials/{material.pk}/").status_code == 404
    link = MaterialFactory()
    assert Client().get(f"/seminars/materials/{link.pk}/").status_code == 404


def test_hostile_texts_are_shown_as_texts():
    evil = '"><script>alert(1)</script>\u202e'
    seminar = SeminarFactory(
        title=evil, summary=evil, place=evil, mode="in-person", fee=evil, seats=1
    )
    SeminarHost.objects.create(seminar=seminar, name=evil)
    SeminarItem.objects.create(seminar=seminar, title=evil, speaker=evil)
    for path in (seminar.get_absolute_url(), "/seminars/", "/", "/exchange/"):
        content = Client().get(path).content
        assert b"<script>alert" not in content
        assert b"\\u003Cscript" in content or path != seminar.get_absolute_url()


def test_the_file_has_what_everybody_may_read(reference):
    case = LiveRevisionFactory().case
    seminar = SeminarFactory(
        title="=Buses", targets=["11.2"], shows=[case, case], join_url="https://meet.example/secret"
    )
    seminar.hosts.create(name="ESCAP")
    MaterialFactory(seminar=seminar)
    SeminarFactory(state="draft")
    SeminarFactory(title="Held", state="held", starts_at=None, ends_at=None, day="2016")

    def rows(query=""):
        text = Client().get(f"/seminars/seminars.csv{query}").getvalue().decode("utf-8-sig")
        assert "secret" not in text
        return list(csv.DictReader(io.StringIO(text)))

    assert [row["title"] for row in rows()] == ["'=Buses", "Held"]
    (row,) = rows("?when=coming&goal=11")
    names = ("starts_at", "time_zone", "hosts", "targets", "cases", "materials", "state")
    assert [row[name] for name in names] == [
        *("2027-01-21T05:00Z", "Asia/Seoul", "ESCAP", "SDG 11.2", str(case.pk)),
        *("https://video.example/1", "announced"),
    ]
    (row,) = rows("?when=held")
    assert (row["day"], row["starts_at"], row["time_zone"]) == ("2016", "", "")
    assert Client().get("/seminars/seminars.csv?kind=party").status_code == 400


def test_days_without_hours_and_moments_over_several_days_are_said_whole(at):
    """Programs that read pages are told the days; no clock is shown where none is known."""
    days = SeminarFactory(whole_days=True, starts_at=BEGINS, ends_at=ENDS + timedelta(days=1))
    assert times.in_words(days) == "21 January 2027 to 22 January 2027"
    assert times.elsewhere(days) == []
    found = json_ld.data_of(days)
    assert (found["startDate"], found["endDate"]) == ("2027-01-21", "2027-01-22")
    unknown = Seminar(title="Past", time_zone="Asia/Seoul")
    assert (json_ld.data_of(unknown), times.elsewhere(unknown)) == (None, [])
    night = SeminarFactory(
        title="Two days", starts_at=BEGINS, ends_at=ENDS + timedelta(days=1), time_zone="Asia/Seoul"
    )
    assert times.hours(night) == (
        "21 January 2027, 14:00 to 22 January 2027, 15:30",
        "21 January 2027, 05:00 to 22 January 2027, 06:30",
    )
    early = SeminarItem(starts_at=datetime(2027, 1, 21, 20, tzinfo=UTC))
    assert times.item_times(night, early) == ("22 January 2027, 05:00", "21 January 2027, 20:00")


def test_an_address_with_an_old_title_leads_on_and_an_unknown_one_nowhere(client):
    seminar = SeminarFactory()
    old = f"/seminars/{seminar.pk}/an-old-title/"
    for path in (old, old + "event.ics"):
        answer = client.get(path)
        new = path.replace("an-old-title", "sorting-at-source")
        assert (answer.status_code, answer["Location"]) == (301, new)
    assert client.get(f"/seminars/{seminar.pk + 1}/an-old-title/event.ics").status_code == 404


def test_a_full_seminar_says_that_one_waits(at):
    seminar = SeminarFactory(seats=1)
    RegistrationFactory(seminar=seminar)
    user = MembershipFactory().user
    answer = signed_in(user).post(
        f"/seminars/{seminar.pk}/register/", {"may_be_named": ""}, follow=True
    )
    assert "All places are taken. You are on the waiting list." in words(answer)
