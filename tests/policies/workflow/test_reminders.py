"""Once a year, teams are asked whether their public cases are still true."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import call_command

from members.models import Notice
from members.notices.mail_texts import text_of
from policies.models import CaseStudy, Revision
from policies.workflow import reminders
from tests.factories import LiveRevisionFactory, MemberFactory, MembershipFactory, RevisionFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
LONG_AGO = date(2025, 6, 1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(f"{TODAY}T12:00Z", tick=False):
        yield


@pytest.fixture
def member():
    return MembershipFactory(member__name="Surabaya", user__email="ani@city.example").member


def live_case(member, *, published="2025-06-01T00:00Z", title="Night buses", **fields):
    case = LiveRevisionFactory(case__member=member, title=title, decided_at=f"{published}").case
    CaseStudy.objects.filter(pk=case.pk).update(**fields)
    case.refresh_from_db()
    return case


def asked():
    return [case["title"] for notice in Notice.objects.all() for case in notice.context["cases"]]


@pytest.mark.parametrize(
    ("published", "confirmed_at", "due"),
    [
        ("2025-06-01T23:59Z", None, True),
        ("2025-06-02T00:00Z", None, False),
        ("2020-01-01T00:00Z", LONG_AGO, True),
        ("2020-01-01T00:00Z", LONG_AGO + timedelta(days=1), False),
    ],
)
def test_case_is_asked_about_a_year_after_publication_or_confirmation(
    member, published, confirmed_at, due
):
    case = live_case(member, published=published, confirmed_at=confirmed_at)
    call_command("send_reminders", verbosity=0)
    assert asked() == (["Night buses"] if due else [])
    assert reminders.is_due(case, TODAY) is due


@pytest.mark.parametrize(
    ("reminded_at", "due"),
    [(LONG_AGO, True), (LONG_AGO + timedelta(days=1), False), (TODAY, False)],
)
def test_case_is_asked_about_once_a_year(member, reminded_at, due):
    live_case(member, reminded_at=reminded_at)
    call_command("send_reminders", verbosity=0)
    assert asked() == (["Night buses"] if due else [])


def test_asking_again_the_same_day_does_nothing(member, capsys):
    case = live_case(member)
    call_command("send_reminders")
    call_command("send_reminders")
    assert asked() == ["Night buses"]
    assert capsys.readouterr().out.splitlines() == [
        f"Surabaya: {case.pk} Night buses, as of 2025-06-01",
        "1 asked about",
        "0 asked about",
    ]
    case.refresh_from_db()
    assert case.reminded_at == TODAY


def test_two_who_ask_at_once_ask_once(member):
    live_case(member)
    due = reminders.cases_to_ask_about(TODAY)
    assert [len(reminders.ask(case.member, TODAY)) for case in list(due) * 2] == [1, 0]
    assert Notice.objects.count() == 1


def test_dry_run_changes_nothing(member, capsys):
    case = live_case(member)
    call_command("send_reminders", "--dry-run")
    assert asked() == []
    case.refresh_from_db()
    assert case.reminded_at is None
    assert capsys.readouterr().out.splitlines() == [
        f"Surabaya: {case.pk} Night buses, as of 2025-06-01",
        "1 due",
    ]


def test_each_person_of_the_team_gets_one_notice_for_all_cases(member):
    MembershipFactory(member=member, user__email="budi@city.example")
    MembershipFactory(member=member, status="ended")
    MembershipFactory()
    live_case(member, title="Night buses")
    live_case(member, title="Day buses")
    call_command("send_reminders", verbosity=0)
    emails = sorted(Notice.objects.values_list("email", flat=True))
    assert emails == ["ani@city.example", "budi@city.example"]
    subject, body = text_of(Notice.objects.first())
    assert subject == "Are your 2 case studies still true? (Surabaya)"
    for case in CaseStudy.objects.all():
        assert f"as of 2025-06-01, http://localhost:8000{case.get_absolute_url()}\n" in body


@pytest.mark.parametrize("left", ["nobody", "requested", "ended", "closed"])
def test_member_without_a_team_is_not_asked(left):
    member = MemberFactory()
    if left != "nobody":
        status = left if left != "closed" else "active"
        MembershipFactory(member=member, status=status, user__is_active=left != "closed")
    case = live_case(member)
    call_command("send_reminders", verbosity=0)
    case.refresh_from_db()
    assert (asked(), case.reminded_at) == ([], None)


def test_only_public_and_real_cases_are_asked_about(member):
    live_case(member, synthetic=True)
    RevisionFactory(case__member=member, state=Revision.State.SUBMITTED)
    call_command("send_reminders", verbosity=0)
    assert asked() == []


def test_confirmed_case_is_left_alone_for_a_year(member):
    case = live_case(member)
    call_command("send_reminders", verbosity=0)
    CaseStudy.objects.filter(pk=case.pk).update(confirmed_at=TODAY)
    with time_machine.travel("2027-05-31T12:00Z"):
        call_command("send_reminders", verbosity=0)
    assert len(asked()) == 1
    with time_machine.travel("2027-06-01T12:00Z"):
        call_command("send_reminders", verbosity=0)
    assert len(asked()) == 2


def test_true_since_is_nothing_without_a_public_text():
    assert reminders.true_since(RevisionFactory().case) is None
