"""The secretariat writes, announces, moves, cancels and copies seminars, and sees who takes part."""

import csv
import io
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exchange.content.desk import desk
from members.models import Event, Notice
from seminars.models import Registration, Seminar, SeminarItem
from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, StaffFactory, UserFactory
from tests.seminars.factories import BEGINS, MaterialFactory, RegistrationFactory, SeminarFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
EMPTY = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
LISTS = ("hosts", "items", "materials", "sources")


@pytest.fixture(autouse=True)
def at():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def moderator():
    """Return the client of a moderator who has just signed in."""
    return signed_in(StaffFactory(groups=["Moderators"]))


@pytest.fixture
def moderator_client(at):
    return moderator()


def address(name, seminar=None):
    return reverse(f"admin:seminars_seminar_{name}", args=[seminar.pk] if seminar else [])


def form(**values):
    """Return what the form of a new seminar in Seoul sends."""
    return {
        **{f"{rows}-{name}": value for rows in LISTS for name, value in EMPTY.items()},
        "title": "Sorting at source",
        "kind": "webinar",
        "mode": "online",
        "time_zone": "Asia/Seoul",
        "starts_at_0": "2027-01-21",
        "starts_at_1": "14:00",
        "ends_at_0": "2027-01-21",
        "ends_at_1": "15:30",
        "registration": "here",
        "languages": ["en", "ko"],
        **values,
    }


# Sentence 22.
def test_times_are_written_and_shown_in_the_zone_of_the_seminar(moderator_client, reference):
    case = LiveRevisionFactory(targets=["12.5"]).case
    sent = form(
        targets=["12.5"],
        **{
            "items-TOTAL_FORMS": "1",
            "items-0-starts_at_0": "2027-01-21",
            "items-0-starts_at_1": "14:05",
            "items-0-title": "A fee by the bag",
            "items-0-case": case.pk,
        },
    )
    moderator_client.post(address("add"), sent)
    seminar = Seminar.objects.get()
    assert (seminar.starts_at, seminar.day, seminar.state) == (BEGINS, "2027-01-21", "draft")
    assert seminar.items.get().starts_at == BEGINS.replace(minute=5)
    assert (seminar.languages, Event.objects.get().action) == (["en", "ko"], "seminar-written")
    page = moderator_client.get(address("change", seminar)).content.decode()
    assert 'name="starts_at_1" value="14:00:00"' in page
    assert 'name="items-0-starts_at_1" value="14:05:00"' in page

    assert moderator_client.post(address("announce", seminar)).status_code == 302
    RegistrationFactory(seminar=seminar, user__name="Ani")
    item = seminar.items.get()
    sent |= {
        "items-INITIAL_FORMS": "1",
        "items-0-id": item.pk,
        "items-0-seminar": seminar.pk,
        "starts_at_1": "15:00",
        "ends_at_1": "16:30",
    }
    answer = moderator_client.post(address("change", seminar), sent)
    assert answer.status_code == 302
    seminar.refresh_from_db()
    item.refresh_from_db()
    # The programme moves with the beginning where nobody has edited it.
    assert (seminar.starts_at, item.starts_at) == (
        BEGINS.replace(hour=6),
        BEGINS.replace(hour=6, minute=5),
    )
    assert seminar.sequence == 1
    assert list(Notice.objects.values_list("kind", "recipient__name")) == [
        ("seminar-changed", "Ani")
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"ends_at_1": "13:00"}, "__all__"),
        ({"ends_at_0": "", "ends_at_1": ""}, "ends_at"),
        ({"registration": "elsewhere"}, "registration_url"),
        ({"closes_at_0": "2027-01-22", "closes_at_1": "10:00"}, "closes_at"),
        (
            {
                "starts_at_0": "",
                "starts_at_1": "",
                "ends_at_0": "",
                "ends_at_1": "",
                "day": "2016-13",
            },
            "day",
        ),
        ({"starts_at_0": "21 January"}, "starts_at"),
        # An hour that the clocks of New Zealand leave out.
        (
            {
                "time_zone": "Pacific/Auckland",
                "starts_at_0": "2027-09-26",
                "starts_at_1": "02:30",
                "ends_at_0": "2027-09-26",
                "ends_at_1": "05:00",
            },
            "starts_at",
        ),
        ({"join_url": "javascript:alert(1)"}, "join_url"),
        ({"languages": ["xx"]}, "languages"),
        ({"seats": "9" * 30}, "seats"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(moderator_client, change, field):
    answer = moderator_client.post(address("add"), form(**change))
    assert field in answer.context["adminform"].form.errors
    assert not Seminar.objects.exists()


def test_files_are_checked_as_those_of_cases(moderator_client):
    seminar = SeminarFactory(state="draft")
    sent = form(
        **{
            "materials-TOTAL_FORMS": "1",
            "materials-0-kind": "slides",
            "materials-0-title": "Slides",
            "materials-0-file": SimpleUploadedFile("slides.pdf", b"<script>"),
        }
    )
    answer = moderator_client.post(address("change", seminar), sent)
    assert answer.context["inline_admin_formsets"][2].formset.errors[0].keys() == {"file"}
    sent["materials-0-file"] = SimpleUploadedFile("figures.csv", b"bag,price\n20,490\n")
    assert moderator_client.post(address("change", seminar), sent).status_code == 302
    material = seminar.materials.get()
    assert (material.original_name, material.size, material.file_kind) == ("figures.csv", 17, "CSV")
    assert material.file.name.startswith("seminarmaterials/")
    # The form leads to the page that hands it out: nothing is served by its stored name.
    link = f'<a href="/seminars/materials/{material.pk}/">figures.csv</a>'
    assert link in moderator_client.get(address("change", seminar)).text


def test_who_takes_part_is_listed_ticked_and_exported(moderator_client, at):
    seminar = SeminarFactory()
    ani = RegistrationFactory(seminar=seminar, user__name="=Ani", language="ko")
    RegistrationFactory(seminar=seminar, user__name="Bo")
    path = address("registrations", seminar)
    assert b"disabled" in moderator_client.get(path).content
    moderator_client.post(path, {"came": [ani.pk]})
    assert not Registration.objects.filter(state="came").exists()
    at.move_to(BEGINS)
    moderator_client = moderator()
    moderator_client.post(path, {"came": [ani.pk, "x", "9" * 30]})
    answer = moderator_client.get(address("registrations-csv", seminar))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [row[:5] for row in csv.reader(io.StringIO(text))] == [
        ["name", "member", "country", "language", "state"],
        ["'=Ani", "", "", "ko", "came"],
        ["Bo", "", "", "", "registered"],
    ]
    assert ani.user.email not in text
    actions = Event.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["seminar-attendance", "seminar-exported"]


def test_each_act_has_a_page_and_is_done_once(moderator_client):
    seminar = SeminarFactory()
    assert moderator_client.post(address("cancel", seminar), {"reason": ""}).status_code == 422
    assert moderator_client.post(address("cancel", seminar), {"reason": "Ill."}).status_code == 302
    assert moderator_client.post(address("cancel", seminar), {"reason": "Ill."}).status_code == 409
    assert moderator_client.post(address("announce", seminar)).status_code == 409
    copied = moderator_client.post(address("copy", seminar))
    draft = Seminar.objects.get(state="draft")
    assert copied["Location"] == address("change", draft)
    assert moderator_client.post(address("discard", seminar)).status_code == 409
    assert moderator_client.post(address("discard", draft)).status_code == 302
    assert Seminar.objects.get() == seminar


def test_only_who_may_moderate_sees_the_pages():
    seminar = SeminarFactory()
    names = ("changelist", "add", "change", "announce", "registrations", "registrations-csv")
    for person, status in ((UserFactory(), 302), (StaffFactory(), 403)):
        client = signed_in(person)
        found = {
            client.get(
                address(name, None if name in ("changelist", "add") else seminar)
            ).status_code
            for name in names
        }
        assert found == {status}


def test_what_was_held_without_material_is_on_the_desk_after_14_days(at):
    bare = SeminarFactory(title="Without")
    MaterialFactory(seminar=SeminarFactory())
    SeminarFactory(state="cancelled", cancelled_at=NOW)
    SeminarFactory(is_compiled=True, state="held")

    def waits():
        return [(row.kind.name, row.number, row.title) for row in desk()[0]]

    at.move_to(datetime(2027, 2, 4, 6, 29, tzinfo=UTC))
    assert waits() == []
    at.move_to(datetime(2027, 2, 4, 6, 30, tzinfo=UTC))
    assert waits() == [("seminars-without-material", 1, "Without")]
    moderator_client = moderator()
    listed = moderator_client.get(desk()[0][0].kind.url)
    assert [row.pk for row in listed.context["cl"].queryset] == [bare.pk]
    assert b"Without" in moderator_client.get("/admin/exchange/").content


def test_the_form_asks_as_many_queries_for_three_rows_as_for_one(moderator_client, reference):
    seminar = SeminarFactory(targets=["12.5"])
    moderator_client.get(address("change", seminar))
    numbers = []
    for add in (1, 1, 2):
        for _number in range(add):
            SeminarItem.objects.create(
                seminar=seminar, title="x", member=LiveRevisionFactory().case.member
            )
            MaterialFactory(seminar=seminar)
        with CaptureQueriesContext(connection) as found:
            moderator_client.get(address("change", seminar))
        numbers.append(len(found))
    assert numbers[1] == numbers[2]
