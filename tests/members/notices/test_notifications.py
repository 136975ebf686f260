"""Notices: written with the change, mailed until they are out, never twice."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from members.models import Notice
from members.notices import delivery, gauges, mail_texts
from members.notices.delivery import Outcome, deliver
from members.notices.failed import failed_mail
from members.notices.mail_texts import subject_of, text_of
from members.notices.notifications import notify
from tests.factories import MemberFactory, UserFactory
from tests.members.team import coordinator_of

pytestmark = pytest.mark.django_db

Kind, Mail = Notice.Kind, Notice.Mail

FACTS = {
    "member": "Surabaya",
    "person": "Ani",
    "email": "ani@city.example",
    "by": "Rini",
    "role": "coordinator",
    "title": "Night buses",
    "note": "Say what the budget covers.",
    "message": "I work in the water bureau.",
    "has_coordinator": True,
    "days": 7,
}


@pytest.fixture(autouse=True)
def _not_looked_at(settings):
    """The notices here tell of nothing that exists: tests/test_waiting_mail.py is about what does."""
    settings.READ_WHEN_MAILED = {}


@pytest.fixture
def server(settings):
    """``server("Picky")`` puts one of the faulty mail servers in place."""

    def choose(name):
        settings.EMAIL_BACKEND = f"tests.members.mail_servers.{name}"

    return choose


def notice_to(user=None, kind=Kind.SUBMITTED, path="/my/", **facts):
    (notice,) = notify(kind, [user or UserFactory()], path, **FACTS | facts)
    return notice


def fresh(notice):
    return Notice.objects.select_related("recipient").get(pk=notice.pk)


def queue():
    return list(Notice.objects.order_by("pk").values_list("mail", "attempts"))


# Writing


def test_notify_writes_one_notice_a_person():
    first, second = UserFactory(), UserFactory()
    notify(Kind.NOTE, [first, second, first], "/my/", note="Hello")
    rows = Notice.objects.order_by("pk").values_list("recipient", "email", "kind", "path", "mail")
    assert list(rows) == [
        (first.pk, first.email, "note", "/my/", "waiting"),
        (second.pk, second.email, "note", "/my/", "waiting"),
    ]


def test_notify_passes_over_closed_accounts():
    notify(Kind.NOTE, [UserFactory(is_active=False)], note="Hello")
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"),
        *("my/", " /my/", "///evil.example"),
    ],
)
def test_notify_leads_to_no_other_site(path):
    with pytest.raises(ValueError, match="page of this site"):
        notify(Kind.NOTE, [UserFactory()], path)
    assert not Notice.objects.exists()


def test_notice_goes_with_the_change_it_tells_of():
    def change_that_fails():
        with transaction.atomic():
            notice_to()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_that_fails()
    assert not Notice.objects.exists()


# Text


# Mails of these are made of rows that have to be there: invitations are further down, the letter to the
# moderators is in tests/policies/workflow/test_digest.py, introductions in tests/exchange/steps, what the
# secretariat writes in tests/policies/admin/test_mailings.py, alerts in tests/alerts.
MADE_OF_ROWS = {
    *(Kind.INVITED, Kind.DIGEST, Kind.INTRODUCTION_MADE),
    *(Kind.NETWORK_MAIL, Kind.WORK_MAIL, Kind.ALERT),
}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in MADE_OF_ROWS])
def test_each_kind_has_its_text(kind):
    cases = [{"title": "Night buses", "path": "/policies/1/night-buses/", "since": "2025-01-01"}]
    notice = notice_to(
        UserFactory(name="Joko"), kind, decision="approved", change="left", cases=cases
    )
    subject, body = text_of(notice)
    named = "account" if kind == Kind.ACCOUNT_CHANGED else "Surabaya|Night buses"
    assert re.search(named, subject)
    assert body.startswith("Dear Joko,\n\n")
    assert "{" not in subject + body
    assert "\n\nhttp://localhost:8000/my/\n\n" in body
    assert ("Choose which notices" in body) == (kind not in Notice.ALWAYS_MAILED)


@pytest.mark.parametrize(
    "kind",
    [Kind.CHANGES_REQUESTED, Kind.REJECTED, Kind.PUBLISHED, Kind.UNPUBLISHED, Kind.NOTE],
)
def test_moderators_note_stands_in_the_mail(kind):
    _subject, body = text_of(notice_to(kind=kind, note="First line\nSecond line", by=""))
    assert "\n> First line\n> Second line\n" in body


@pytest.mark.parametrize(
    ("kind", "facts", "subject"),
    [
        (Kind.MEMBERSHIP_REQUESTED, {}, "Ani asks to join Surabaya"),
        (Kind.MEMBERSHIP_DECIDED, {"decision": "approved"}, "You are in the team of Surabaya"),
        (
            Kind.MEMBERSHIP_DECIDED,
            {"decision": "declined"},
            "Your request to join Surabaya was declined",
        ),
        (
            Kind.MEMBERSHIP_DECIDED,
            {"decision": "ended"},
            "You are no longer in the team of Surabaya",
        ),
        (Kind.ROLE_CHANGED, {}, "Your role in the team of Surabaya: Coordinator"),
        (Kind.TEAM_CHANGED, {"change": "joined"}, "Ani has joined the team of Surabaya"),
        (Kind.TEAM_CHANGED, {"change": "left"}, "Ani has left the team of Surabaya"),
        (
            Kind.TEAM_CHANGED,
            {"change": "no-coordinator"},
            "Surabaya has no coordinator any more",
        ),
        (Kind.SUBMITTED, {"again": True}, "Submitted again: Night buses (Surabaya)"),
        (Kind.REMINDER, {"cases": [{}]}, "Is your case study still true? (Surabaya)"),
        (Kind.REMINDER, {"cases": [{}] * 3}, "Are your 3 case studies still true? (Surabaya)"),
    ],
)
def test_subject_says_what_happened(kind, facts, subject):
    assert subject_of(notice_to(kind=kind, **facts)) == subject


@pytest.mark.parametrize("decision", ["approved", "declined", "ended"])
@pytest.mark.parametrize(("by", "who"), [("Rini", "Rini has"), ("", "The secretariat has")])
def test_decision_names_the_coordinator_or_the_secretariat(decision, by, who):
    _subject, body = text_of(notice_to(kind=Kind.MEMBERSHIP_DECIDED, decision=decision, by=by))
    assert f"\n\n{who} {decision}" in body


HOSTILE = ["Ani\r\nBcc: all@city.example", "Ani\nX-Header: 1", "Ani\u2028\u202e\x07\x1b[31m"]


@pytest.mark.parametrize("kind", ["membership-requested", "submitted"])
@pytest.mark.parametrize("name", HOSTILE)
def test_names_make_no_headers(name, kind):
    facts = {"member": name, "person": name, "by": name, "title": name}
    notice_to(UserFactory(name="Joko"), kind, **facts)
    assert deliver() == Outcome(sent=1)
    message = mail.outbox[0].message()
    assert sorted(message.keys()) == sorted(
        [
            *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From"),
            *("To", "Date", "Message-ID", "Auto-Submitted"),
        ]
    )
    assert mail.outbox[0].to == [Notice.objects.get().email]


def test_names_and_titles_stay_on_their_line():
    body = text_of(notice_to(title="Buses\n\nYour account is closed. Go to http://evil.example"))[1]
    lines = [line for line in body.splitlines() if "evil.example" in line]
    assert [line.startswith("Rini has submitted the case study “Buses Your") for line in lines] == [
        True
    ]


def test_words_of_people_are_marked_as_such():
    body = text_of(
        notice_to(kind=Kind.NOTE, note="Hi\n-- \nThe secretariat\nhttps://evil.example")
    )[1]
    assert "> Hi\n> -- \n> The secretariat\n> https://evil.example\n" in body


def test_text_is_not_escaped():
    notice = notice_to(title="Roads & <bridges>", note='It\'s "good" & <cheap>')
    subject, body = text_of(notice)
    assert subject == "Submitted: Roads & <bridges> (Surabaya)"
    assert '> It\'s "good" & <cheap>' in body


def test_subject_is_not_endless():
    assert len(subject_of(notice_to(title="x" * 5000))) == 200


# Mailing


def test_deliver_mails_what_waits(settings):
    settings.CONTACT_EMAIL = "secretariat@network.example"
    notice = notice_to(UserFactory(email="joko@city.example"))
    assert deliver() == Outcome(sent=1)
    (message,) = mail.outbox
    assert message.to == ["joko@city.example"]
    assert message.subject == "Submitted: Night buses (Surabaya)"
    assert message.reply_to == ["secretariat@network.example"]
    written = f"{notice.created_at:%Y%m%d%H%M%S}"
    assert message.extra_headers == {
        "Auto-Submitted": "auto-generated",
        # The same for every attempt.
        "Message-ID": f"<notice-{notice.pk}-{written}@localhost>",
    }
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    notice = fresh(notice)
    assert (notice.mail, notice.attempts, notice.last_error) == (Mail.SENT, 1, "")
    assert notice.mailed_at is not None
    assert deliver() == Outcome()


def test_reply_goes_to_nobody_without_a_contact():
    notice_to()
    deliver()
    assert mail.outbox[0].reply_to == []


def test_mail_goes_to_the_address_of_today():
    user = UserFactory(email="old@city.example")
    notice_to(user)
    user.email = "new@city.example"
    user.save()
    deliver()
    assert mail.outbox[0].to == ["new@city.example"]


def test_kind_that_is_switched_off_is_not_mailed():
    user = UserFactory(muted=["submitted", "published"])
    notice_to(user, Kind.SUBMITTED)
    notice_to(user, Kind.NOTE)
    notice_to(user, Kind.PUBLISHED)
    assert deliver(now=timezone.now() + timedelta(minutes=6)) == Outcome(sent=2, dropped=1)
    assert [mail for mail, attempts in queue()] == [Mail.MUTED, Mail.SENT, Mail.SENT]


@pytest.mark.parametrize("kind", sorted(Notice.ALWAYS_MAILED - MADE_OF_ROWS))
def test_decision_is_mailed_whatever_is_switched_off(kind):
    notice_to(UserFactory(muted=list(Kind.values)), kind, decision="approved")
    assert deliver(now=timezone.now() + timedelta(minutes=6)) == Outcome(sent=1)


def test_account_closed_meanwhile_gets_no_mail():
    notice = notice_to()
    notice.recipient.is_active = False
    notice.recipient.save()
    assert deliver() == Outcome(dropped=1)
    assert (fresh(notice).mail, fresh(notice).last_error) == ("dropped", "The account is closed.")
    assert mail.outbox == []
    assert not failed_mail().exists()
    assert [gauge.value for gauge in gauges.notices()] == [0, 0, 0]


def test_invitation_taken_back_while_it_waits_is_dropped():
    from members.teams import invitations  # noqa: PLC0415 - the only test that needs it

    member = MemberFactory()
    invitation = invitations.invite(member, "new@city.example", coordinator_of(member))
    type(invitation).objects.update(expires_at=timezone.now())
    assert deliver() == Outcome(dropped=1)
    assert deliver() == Outcome()
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["Unreachable", "Hasty"])
def test_broken_server_delays_and_loses_nothing(server, name, settings):
    working = settings.EMAIL_BACKEND
    notices = [notice_to() for _turn in range(3)]
    server(name)
    outcome = deliver()
    # One attempt tells that the server is down; the others keep theirs.
    assert (outcome.sent, outcome.delayed, outcome.given_up) == (0, 1, 0)
    assert queue() == [(Mail.WAITING, 1), (Mail.WAITING, 0), (Mail.WAITING, 0)]

    settings.EMAIL_BACKEND = working
    assert deliver(now=timezone.now() + timedelta(minutes=2)) == Outcome(sent=3)
    assert {message.to[0] for message in mail.outbox} == {notice.email for notice in notices}


def test_error_is_kept_on_one_line(server):
    server("Unreachable")
    notice = notice_to()
    deliver()
    assert fresh(notice).last_error == (
        "ConnectionRefusedError: [Errno 111] Connection refused Bcc: everybody"
    )


def test_waits_double_up_to_half_a_day_and_end(server):
    server("Unreachable")
    notice, now, waits = notice_to(), timezone.now(), []
    while True:
        outcome = deliver(now=now)
        if outcome.given_up:
            break
        due = fresh(notice).next_attempt_at
        waits.append(round((due - now).total_seconds() / 60))
        assert deliver(now=due - timedelta(seconds=1)) == Outcome()
        now = due
    assert waits == [*(2**power for power in range(10)), *[720] * 9]
    notice = fresh(notice)
    assert (notice.mail, notice.attempts) == (Mail.FAILED, delivery.MAX_ATTEMPTS)
    assert notice.last_error.startswith("ConnectionRefusedError")
    assert deliver(now=now + timedelta(days=365)) == Outcome()


def test_one_bad_address_does_not_hold_up_the_others(server):
    server("Picky")
    bad = notice_to(UserFactory(email="bad@city.example"))
    notice_to(UserFactory(email="good@city.example"))
    outcome = deliver()
    assert (outcome.sent, outcome.delayed) == (1, 1)
    assert [message.to for message in mail.outbox] == [["good@city.example"]]
    assert "No such mailbox" in fresh(bad).last_error


def test_notice_that_cannot_be_written_does_not_hold_up_the_others():
    broken = notice_to()
    Notice.objects.update(kind="nonsense")
    notice_to()
    outcome = deliver()
    assert (outcome.sent, outcome.delayed) == (1, 1)
    assert fresh(broken).last_error.startswith("TemplateDoesNotExist")


def test_deliver_stops_at_its_limit():
    for _turn in range(3):
        notice_to()
    assert deliver(limit=2).turns == 2
    assert len(mail.outbox) == 2


def test_sender_that_comes_while_another_sends_finds_nothing_to_repeat(server):
    server("Crowded")
    for number in range(3):
        notice_to(UserFactory(email=f"person{number}@city.example"))
    deliver()
    assert sorted(message.to[0] for message in mail.outbox) == [
        f"person{number}@city.example" for number in range(3)
    ]
    assert queue() == [(Mail.SENT, 1)] * 3


def test_notice_of_a_sender_that_died_is_taken_up_later():
    notice = notice_to()
    now = timezone.now()
    assert delivery._claim(now) == [notice]
    assert deliver(now=now + timedelta(minutes=9)) == Outcome()
    assert deliver(now=now + timedelta(minutes=11)) == Outcome(sent=1)


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite in memory has one connection: nothing can race"
)
@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_mail_nothing_twice():
    for _turn in range(30):
        notice_to()
    start = threading.Barrier(4)

    def send():
        start.wait()
        deliver()
        connection.close()

    threads = [threading.Thread(target=send) for _turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mail.outbox) == 30
    assert len({message.to[0] for message in mail.outbox}) == 30
    assert queue() == [(Mail.SENT, 1)] * 30


# The command


def test_send_notices_says_what_it_did(capsys):
    notice_to()
    call_command("send_notices")
    assert capsys.readouterr().out == "1 sent, 0 put off, 0 given up, 0 not wanted\n"


def test_send_notices_fails_when_the_server_does(server, capsys):
    server("Unreachable")
    notice_to()
    with pytest.raises(CommandError, match="Connection refused") as failure:
        call_command("send_notices")
    assert failure.value.returncode == 75
    assert capsys.readouterr().out == "0 sent, 1 put off, 0 given up, 0 not wanted\n"


def test_send_notices_sends_more_than_a_batch(monkeypatch, capsys):
    monkeypatch.setattr("members.management.commands.send_notices.BATCH", 2)
    for _turn in range(5):
        notice_to()
    call_command("send_notices")
    assert len(mail.outbox) == 5
    assert capsys.readouterr().out.splitlines() == [
        "2 sent so far",
        "4 sent so far",
        "5 sent, 0 put off, 0 given up, 0 not wanted",
    ]


def test_send_notices_can_be_quiet(capsys):
    notice_to()
    call_command("send_notices", verbosity=0)
    assert capsys.readouterr().out == ""


def test_send_notices_watches_until_it_is_told_to_stop(server, capsys):
    server("Last")
    notice_to()
    call_command("send_notices", "--watch", "--interval=60")
    assert len(mail.outbox) == 1
    assert capsys.readouterr().out.splitlines() == [
        "1 sent, 0 put off, 0 given up, 0 not wanted",
        "Stopped.",
    ]


@pytest.mark.parametrize("interval", ["0", "-1"])
def test_send_notices_refuses_an_interval_of_nothing(interval):
    with pytest.raises(CommandError, match="more than 0"):
        call_command("send_notices", "--watch", f"--interval={interval}")


def test_notes_of_some_minutes_go_to_a_person_in_one_mail(mailoutbox):
    ani, ben = UserFactory(name="Ani"), UserFactory(name="Ben")
    start = timezone.now()
    for number in range(60):
        notify(
            "note", [ani, ben], "/", title="Buses", member="Suva", note=f"No. {number}.", by="Cy"
        )
    assert deliver(now=start + timedelta(minutes=4)) == Outcome()
    assert deliver(now=start + timedelta(minutes=6)) == Outcome(sent=120)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        ([ani.email], "60 notes on case studies"),
        ([ben.email], "60 notes on case studies"),
    ]
    body = mailoutbox[0].body
    assert body.startswith("Dear Ani,\n\nCy has written a note on the case study “Buses” of Suva:")
    assert body.count("> No.") == 20
    assert "40 more notes are on your page." in body


def test_one_note_is_mailed_as_such_and_others_are_not_held_up(mailoutbox):
    ani = UserFactory()
    notify("note", [ani], "/", title="Buses", member="Suva", note="Please add a source.", by="")
    notify("published", [ani], "/", title="Buses", member="Suva", note="", by="")
    assert deliver() == Outcome(sent=1)
    assert deliver(now=timezone.now() + timedelta(minutes=6)) == Outcome(sent=1)
    assert [mail.subject for mail in mailoutbox][1] == "Note on: Buses"


def test_notes_that_could_not_be_mailed_are_tried_again_with_those_that_came_since(
    mailoutbox, monkeypatch
):
    ani, now = UserFactory(), timezone.now()
    notify("note", [ani], "/", title="Buses", member="Suva", note="One.", by="")
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", _refuse)
        assert deliver(now=now + timedelta(minutes=6)).delayed == 1
    notify("note", [ani], "/", title="Buses", member="Suva", note="Two.", by="")
    assert deliver(now=now + timedelta(minutes=30)) == Outcome(sent=2)
    assert len(mailoutbox) == 1


def _refuse(*args):
    raise ValueError("No.")


def test_the_exchange_writes_a_person_one_mail_a_day():
    """The first at once, all others together a day later; a question that is asked never waits."""
    user, now = UserFactory(name="Joko"), timezone.now()
    notice_to(user, Kind.QUESTION_WAITING, "/exchange/questions/1/buses/", asked="Suva")
    notice_to(user, Kind.QUESTION_CLOSED, reason="unanswered")
    assert deliver(now=now + timedelta(minutes=2)) == Outcome()
    assert deliver(now=now + timedelta(minutes=6)) == Outcome(sent=2)
    assert mail.outbox[0].subject == "2 notices from the exchange"
    body = mail.outbox[0].body
    assert body.startswith(
        "Dear Joko,\n\n* Surabaya still waits for an answer: Night buses\n\n7 days"
    )
    assert "\n* Closed as unanswered: Night buses\n" in body
    assert "\nhttp://localhost:8000/exchange/questions/1/buses/\n" in body
    assert body.count("Dear") == body.count("\n-- \n") == 1

    notice_to(user, Kind.QUESTION_WAITING, asked="Suva", note="Which line first?")
    notice_to(user, Kind.QUESTION_ASKED, asked="Suva")
    notice_to(user, Kind.QUESTION_ANSWERED)
    notice_to(UserFactory(), Kind.QUESTION_ANSWERED)
    assert deliver(now=now + timedelta(hours=9)) == Outcome(sent=2)
    assert sorted(each.subject for each in mail.outbox[1:]) == [
        "Surabaya asks Suva: Night buses",
        "Surabaya has answered: Night buses",
    ]
    assert deliver(now=now + timedelta(hours=24)) == Outcome()
    assert deliver(now=now + timedelta(hours=25)) == Outcome(sent=2)
    assert "> Which line first?" in mail.outbox[3].body


def test_what_is_switched_off_is_in_no_mail_of_several():
    user = UserFactory(muted=[Kind.QUESTION_CLOSED])
    notice_to(user, Kind.QUESTION_WAITING, asked="Suva")
    notice_to(user, Kind.QUESTION_CLOSED, reason="unanswered")
    now = timezone.now()
    assert deliver(now=now + timedelta(minutes=6)) == Outcome(sent=1)
    assert mail.outbox[0].subject == "Surabaya still waits for an answer: Night buses"
    assert deliver(now=now + timedelta(days=2)) == Outcome(dropped=1)


def test_a_mail_names_so_many_and_says_how_many_more_there_are(monkeypatch):
    monkeypatch.setattr(mail_texts, "MAX_GATHERED", 2)
    user = UserFactory()
    for number in range(3):
        notice_to(user, Kind.QUESTION_CLOSED, reason="withdrawn", title=f"Line {number}")
    assert deliver(now=timezone.now() + timedelta(minutes=6)) == Outcome(sent=3)
    assert "1 more notice is on your page." in mail.outbox[0].body
    assert [f"Line {number}" in mail.outbox[0].body for number in range(3)] == [True, True, False]
