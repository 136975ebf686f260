"""Once a week the moderators are told what waits, and only then."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from members.models import Notice
from members.notices.delivery import deliver
from members.notices.mail_texts import text_of
from policies.models import Revision, Screening
from policies.workflow import digest
from tests.factories import LiveRevisionFactory, RevisionFactory, StaffFactory, UserFactory
from tests.races import at_once, needs_two_connections

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
State = Revision.State


@pytest.fixture(autouse=True)
def _on_a_tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def moderator(db):
    return StaffFactory(name="Ana", groups=["Moderators"])


def submitted(days, **facts):
    facts.setdefault("title", f"Waiting {days}")
    return RevisionFactory(
        state=State.SUBMITTED, submitted_at=TUESDAY - timedelta(days=days, hours=1), **facts
    )


def texts():
    return [text_of(notice) for notice in Notice.objects.order_by("pk")]


def test_moderators_are_told_what_waits_the_oldest_first(moderator):
    submitted(2, title="New", case__member__name="Suva")
    old = submitted(30, title="Old", case__member__name="Apia", reviewer=moderator)
    RevisionFactory(title="Draft")
    RevisionFactory(title="Sent back", state=State.CHANGES_REQUESTED)

    assert digest.send() == 1

    ((subject, body),) = texts()
    assert subject == "2 submissions are waiting, the oldest for 30 days"
    address = reverse("admin:policies_revision_change", args=[old.pk])
    assert (
        "2 submissions are waiting for a decision, the oldest first:\n\n"
        "- 30 days: “Old”, Apia\n"
        "  reviewer: Ana\n"
        f"  http://localhost:8000{address}\n"
        "- 2 days: “New”, Suva\n"
        "  no reviewer yet\n"
    ) in body
    assert "Draft" not in body
    assert "Sent back" not in body


def test_flags_are_told(moderator):
    live = LiveRevisionFactory()
    revision = submitted(1, case=live.case)
    other = LiveRevisionFactory().case
    Screening.objects.create(
        revision=revision,
        completeness=5,
        first_time_author=True,
        without_source=True,
        duplicate_of=other,
    )

    digest.send()

    assert (
        f"no reviewer yet; edit of a public case, first-time author, without a source, "
        f"possible duplicate of {other.pk}\n"
    ) in texts()[0][1]


def test_nothing_is_said_when_nothing_waits(moderator):
    RevisionFactory()

    assert (digest.send(), Notice.objects.count()) == (0, 0)


def test_only_moderators_are_told(moderator):
    submitted(1)
    UserFactory()
    StaffFactory()
    StaffFactory(groups=["Moderators"], is_active=False)
    chief = StaffFactory(groups=["Editors in chief"])

    digest.send()

    told = Notice.objects.order_by("pk").values_list("recipient", flat=True)
    assert list(told) == [moderator.pk, chief.pk]


def test_it_is_said_once_a_week(moderator):
    submitted(1)

    said = []
    for days in (0, 0, 1, 5, 6, 7, 12, 13):
        # From Tuesday to the Sunday of this week, then Monday.
        with time_machine.travel(TUESDAY + timedelta(days=days), tick=False):
            said.append(digest.send())

    assert said == [1, 0, 0, 0, 1, 0, 0, 1]


def test_new_moderator_is_told_in_the_same_week(moderator):
    submitted(1)
    digest.send()
    second = StaffFactory(groups=["Moderators"])

    assert digest.send() == 1
    assert Notice.objects.last().recipient == second or Notice.objects.first().recipient == second


def test_long_list_is_cut(moderator):
    for number in range(digest.MAX_NAMED + 2):
        submitted(number + 1)

    digest.send()

    body = texts()[0][1]
    assert body.count("no reviewer yet") == digest.MAX_NAMED
    assert "And 2 more." in body


def test_title_cannot_speak_for_the_platform(moderator):
    submitted(1, title="Buses\nYour account is closed.\u202e")

    digest.send()

    assert "“Buses Your account is closed.”" in texts()[0][1]


def test_mail_goes_out_and_can_be_switched_off(moderator):
    submitted(1)
    muted = StaffFactory(groups=["Moderators"], muted=["digest"])
    digest.send()

    deliver()

    assert [message.to for message in mail.outbox] == [[moderator.email]]
    assert Notice.objects.get(recipient=muted).mail == Notice.Mail.MUTED


@pytest.mark.parametrize("number", [1, 10])
def test_digest_asks_the_same_however_much_waits(moderator, django_assert_num_queries, number):
    for days in range(number):
        submitted(days)

    with django_assert_num_queries(8):
        digest.send()


def test_command_says_how_many_were_told(moderator):
    submitted(3, title="Buses")
    outputs = []
    for options in (["--dry-run"], [], [], ["--verbosity", "0"]):
        output = io.StringIO()
        call_command("send_digest", *options, stdout=output)
        outputs.append(output.getvalue())

    assert outputs == ["2026-11-21 Buses, nobody\n1 waiting\n", "1 told\n", "0 told\n", ""]


def test_choice_is_offered_to_the_secretariat_only(client, moderator_client):
    client.force_login(UserFactory())

    assert 'value="digest"' not in client.get(reverse("my:notices")).text
    assert 'value="digest"' in moderator_client.get(reverse("my:notices")).text


@needs_two_connections
@pytest.mark.django_db(transaction=True)
def test_of_two_who_send_one_tells(moderator):
    submitted(1)

    assert sorted(at_once(digest.send, digest.send)) == [0, 1]
    assert Notice.objects.count() == 1
