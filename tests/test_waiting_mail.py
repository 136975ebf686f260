"""A mail that waits names nothing that is unpublished, or not for its reader, when it goes out."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from alerts import steps as alerts
from alerts.models import Watch
from exchange.models import Flag
from exchange.steps import moderation as exchange
from exchange.steps import question_notices
from exchange.steps.notifications import notify_of_flag
from members.models import Membership, Notice
from members.notices.delivery import deliver
from members.notices.notifications import notify
from members.teams import memberships, proposals
from policies.models import Call, CaseStudy, Revision
from policies.search import index
from policies.workflow import calls, corrections, digest, moderation, reminders
from seminars.models import Registration
from tests.exchange.factories import (
    AddresseeFactory,
    AdoptionFactory,
    AdviceFactory,
    CooperationFactory,
    IntroductionFactory,
)
from tests.factories import (
    LiveRevisionFactory,
    MembershipFactory,
    RevisionFactory,
    StaffFactory,
    UserFactory,
)
from tests.seminars.factories import SeminarFactory

pytestmark = pytest.mark.django_db

LATER = timedelta(days=2)


def mailed():
    """The texts of what is mailed now, with their subjects."""
    mail.outbox.clear()
    # Who wrote what is removed is told so, by its title, whatever becomes of it.
    Notice.objects.filter(kind="entry-removed").delete()
    deliver(now=timezone.now() + LATER)
    return [f"{each.subject}\n{each.body}" for each in mail.outbox]


def unpublish(case):
    """Unpublish a case, as the editor in chief does."""
    CaseStudy.objects.filter(pk=case.pk).update(live=None)
    case.revisions.update(state=Revision.State.UNPUBLISHED)


@pytest.fixture
def editor():
    return StaffFactory(is_superuser=True)


def _question():
    row = AddresseeFactory(question__title="Which buses are cheap?")
    coordinator = MembershipFactory(member=row.member, role="coordinator").user
    question_notices.notify_asked(row.question, [row], None)
    return row, coordinator


def test_a_question_that_was_removed_is_asked_of_nobody(editor):
    row, _coordinator = _question()
    assert "Which buses are cheap?" in mailed()[0]
    question_notices.notify_reminded(row.question, row, 7)
    exchange.remove(row.question, by=editor, reason="Advertising")
    assert [text for text in mailed() if "buses" in text] == []


@pytest.mark.parametrize("hide", ["hidden", "case", "left"])
def test_a_question_is_not_mailed_to_who_may_not_read_it(hide, reference):
    row, coordinator = _question()
    if hide == "hidden":
        row.question.hidden_at = timezone.now()
    elif hide == "case":
        row.question.case = LiveRevisionFactory().case
        unpublish(row.question.case)
    else:
        row.question.visibility = "network"
        coordinator.memberships.update(status="ended")
    row.question.save()
    assert mailed() == []


def test_an_answer_that_was_removed_is_not_mailed(editor):
    row, _coordinator = _question()
    Notice.objects.all().delete()
    for text in ("We pay twelve thousand a bus and year.", "Buy ours, they are the best ones."):
        advice = AdviceFactory(question=row.question, member=row.member, text=text)
        question_notices.notify_answered(row.question, advice, None)
    exchange.remove(advice, by=editor, reason="Advertising")
    (text,) = mailed()
    assert ("twelve thousand" in text, "Buy ours" in text) == (True, False)


def test_what_one_mail_of_a_day_gathers_is_looked_at_one_by_one(editor, reference):
    origin = MembershipFactory(role="coordinator")
    live = LiveRevisionFactory(case__member=origin.member, title="Night buses")
    rows = [AdoptionFactory(case=live.case, member__name=name) for name in ("Hue", "Naga", "Suva")]
    for row in rows:
        facts = {"member": row.member.name, "title": "Night buses", "act": "under-way"}
        notify("adoption-new", [origin.user], f"/exchange/adoptions/{row.pk}/", **facts)
    exchange.remove(rows[1], by=editor, reason="Untrue")
    (text,) = mailed()
    assert [name in text for name in ("Hue", "Naga", "Suva")] == [True, False, True]
    states = Notice.objects.filter(kind="adoption-new").order_by("pk")
    assert list(states.values_list("mail", flat=True)) == ["sent", "dropped", "sent"]


def test_needs_and_introductions_are_named_as_long_as_they_can_be_read(editor):
    row = IntroductionFactory(cooperation=CooperationFactory(title="Sewers"))
    facts = {"introduction": row.pk, "member": "Hue", "about": "need", "title": "Sewers"}
    path = f"/my/exchange/introductions/{row.pk}/"
    notify("introduction-no", [row.from_user], path, **facts, lapsed=True)
    coordinator = MembershipFactory(member=row.to_member, role="coordinator").user
    notify("introduction-asked", [coordinator], path, **facts)
    edit = f"/exchange/cooperation/{row.cooperation_id}/edit/"
    notify("cooperation-ends", [coordinator], edit, title="Sewers", about="need", until="Friday")
    exchange.remove(row.cooperation, by=editor, reason="Advertising")
    (text,) = mailed()
    assert ("Sewers" in text, "“…”" in text) == (False, True)


def test_a_report_is_asked_of_what_is_still_there(editor, reference):
    membership = MembershipFactory()
    rows = [AdoptionFactory(member=membership.member) for _row in range(2)]
    listed = [
        {
            "title": "Old title",
            "path": f"/exchange/adoptions/{row.pk}/report/",
            "since": "2025-01-01",
        }
        for row in rows
    ]
    notify("adoption-due", [membership.user], "/my/exchange/", member="Hue", adoptions=listed)
    exchange.remove(rows[0], by=editor, reason="Untrue")
    (text,) = mailed()
    assert (listed[0]["path"] in text, listed[1]["path"] in text) == (False, True)
    assert ("Old title" in text, rows[1].title in text) == (False, True)


def test_secretariat_is_mailed_what_is_hidden_and_former_staff_is_not(editor):
    entry = CooperationFactory(title="Sewers", hidden_at=timezone.now())
    flag = Flag.objects.create(
        subject_type="exchange.cooperation", subject_id=entry.pk, reason="wrong"
    )
    former = StaffFactory(is_superuser=True)
    notify_of_flag(flag, entry)
    former.is_superuser = former.is_staff = False
    former.save()
    assert len(mailed()) == 1
    assert mail.outbox[0].to == [editor.email]


def test_an_alert_names_what_is_public_when_it_goes_out(reference, editor):
    saved, monday = datetime(2026, 12, 2, 9, tzinfo=UTC), datetime(2026, 12, 7, 7, tzinfo=UTC)
    with time_machine.travel(saved, tick=False) as clock:
        user = MembershipFactory().user
        old = LiveRevisionFactory(title="Secret tram", decided_at=saved - LATER)
        alerts.save_search(user, query="", name="All", every="week")
        alerts.follow(user, old.case)
        new = [
            LiveRevisionFactory(title=title, decided_at=saved + LATER)
            for title in ("Secret bus", "Open bus")
        ]
        advice = AdviceFactory(case=new[1].case, member__name="Secret city")
        type(advice).objects.update(text_changed_at=saved + LATER)
        alerts.follow(user, new[1].case)
        type(alerts.follow(user, new[0].case)).objects.update(told_until=saved)
        index.sync()
        clock.move_to(monday)
        assert alerts.send(timezone.now()) == 1
        assert "Secret" not in str(Notice.objects.get(kind="alert").context)
        for revision in (old, new[0]):
            unpublish(revision.case)
        Revision.objects.filter(pk=new[1].pk).update(title="Open bus, corrected")
        exchange.remove(advice, by=editor, reason="Untrue")
        Notice.objects.exclude(kind="alert").delete()
        (text,) = mailed()
        assert "Secret" not in text
        assert "Open bus, corrected, " in text


def test_an_alert_of_which_nothing_is_left_is_not_mailed(reference):
    saved, monday = datetime(2026, 12, 2, 9, tzinfo=UTC), datetime(2026, 12, 7, 7, tzinfo=UTC)
    with time_machine.travel(saved, tick=False) as clock:
        user = MembershipFactory().user
        Watch.objects.create(user=user, kind="seminars", told_until=saved)
        mine = user.memberships.get().member
        LiveRevisionFactory(case__member=mine, targets=["11.2"], decided_at=saved - LATER)
        seminar = SeminarFactory(title="Buses", targets=["11.2"], announced_at=saved + LATER)
        clock.move_to(monday)
        assert alerts.send(timezone.now()) == 1
        type(seminar).objects.update(state="cancelled")
        assert mailed() == []


@pytest.mark.parametrize(
    ("kind", "still"), [("seminar-soon", "announced"), ("seminar-changed", "cancelled")]
)
def test_a_seminar_is_mailed_to_who_takes_part_as_it_stands(kind, still):
    seminar = SeminarFactory(title="Old name")
    rows = [
        Registration.objects.create(seminar=seminar, user=MembershipFactory().user, state=state)
        for state in ("registered", "registered")
    ]
    act = {"seminar-changed": "cancelled"}.get(kind, "")
    path = f"/seminars/{seminar.pk}/old-name/"
    notify(kind, [row.user for row in rows], path, title="Old name", act=act)
    Registration.objects.filter(pk=rows[0].pk).update(state="cancelled")
    type(seminar).objects.update(title="New name", state=still)
    (text,) = mailed()
    assert ("Old name" in text, "New name" in text) == (False, True)
    assert mail.outbox[0].to == [rows[1].user.email]
    notify(kind, [rows[1].user], path, title="Old name", act=act)
    type(seminar).objects.update(state={"announced": "cancelled"}.get(still, "announced"))
    assert mailed() == []


def test_what_happens_to_a_case_is_mailed_within_its_team_only(reference):
    revision = RevisionFactory(title="Draft of a tram")
    stays, leaves = (MembershipFactory(member=revision.case.member) for _one in range(2))
    moderator, former = (StaffFactory(groups=["Moderators"]) for _one in range(2))
    moderation.submit(revision, by=stays.user)
    former.groups.clear()
    Membership.objects.filter(pk=leaves.pk).update(status="ended")
    digest.send()
    texts = mailed()
    assert {each.to[0] for each in mail.outbox} == {stays.user.email, moderator.email}
    assert all("Draft of a tram" in text for text in texts)


def test_a_digest_tells_what_waits_when_it_goes_out(reference):
    for title in ("Tram", "Bus"):
        revision = RevisionFactory(title=title)
        person = MembershipFactory(member=revision.case.member).user
        revision = moderation.submit(revision, by=person)
    StaffFactory(groups=["Moderators"])
    Notice.objects.all().delete()
    assert digest.send() == 1
    moderation.withdraw(revision, by=person)
    Notice.objects.exclude(kind="digest").delete()
    (text,) = mailed()
    assert ("Tram" in text, "Bus" in text) == (True, False)


def test_a_reminder_asks_about_public_cases_by_their_titles_of_today(reference):
    membership = MembershipFactory()
    old = timezone.now() - timedelta(days=800)
    lives = [
        LiveRevisionFactory(case__member=membership.member, title=title, decided_at=old)
        for title in ("Tram", "Bus")
    ]
    assert len(reminders.ask(membership.member, timezone.localdate())) == 2
    unpublish(lives[0].case)
    (text,) = mailed()
    assert ("Tram" in text, "Bus" in text) == (False, True)
    for case in CaseStudy.objects.all():
        unpublish(case)
    Notice.objects.update(mail="waiting", next_attempt_at=timezone.now())
    assert mailed() == []


def test_a_request_that_was_taken_back_gives_no_address_away():
    coordinator = MembershipFactory(role="coordinator")
    person = MembershipFactory().user
    request = memberships.request_membership(person, coordinator.member, "Let me in")
    again = Notice.objects.get()
    coordinator.user.memberships.update(role="official")
    assert mailed() == []
    coordinator.user.memberships.update(role="coordinator")
    notify(again.kind, [coordinator.user], again.path, **again.context)
    assert person.email in mailed()[0]
    notify(again.kind, [coordinator.user], again.path, **again.context)
    memberships.leave(request, person)
    assert mailed() == []


def test_a_proposed_member_is_mailed_to_who_decides_while_it_waits():
    editors = [StaffFactory(groups=["Editors in chief"]) for _two in range(2)]
    person = UserFactory()
    facts = {"kind": "local-government", "country": "FJ", "website": "https://nadi.example/"}
    proposal = proposals.propose(person, name="Nadi", **facts)
    editors[1].groups.clear()
    assert ["Nadi" in text for text in mailed()] == [True]
    assert [each.to for each in mail.outbox] == [[editors[0].email]]
    Notice.objects.update(mail="waiting", next_attempt_at=timezone.now())
    proposals.take_back(proposal, person)
    assert mailed() == []
    declined = proposals.propose(person, name="Labasa", **facts)
    proposals.decline(declined, by=editors[0], note="No.")
    # Nobody has anything left to decide.
    assert not Notice.objects.filter(kind="membership-requested", read_at=None).exists()


def test_a_correction_of_what_the_secretariat_compiled_is_mailed_to_who_compiled_it(reference):
    made, proposes = (StaffFactory(groups=["Editors in chief"]) for _two in range(2))
    live = LiveRevisionFactory(case__provenance="secretariat", created_by=made, title="Tramm")
    corrections.propose(live, "title", "Tram", by=proposes)
    assert ["Tram" in text for text in mailed()] == [True]
    Notice.objects.update(mail="waiting", next_attempt_at=timezone.now())
    made.groups.clear()
    assert mailed() == []


def test_a_call_is_reminded_of_while_it_is_open():
    MembershipFactory(role="coordinator")
    today = timezone.localdate()
    call = Call.objects.create(title="Award", text="Come.", opens=today, closes=today + LATER)
    assert calls.remind() == 1
    Call.objects.update(title="Prize")
    (text,) = mailed()
    assert ("Award" in text, "Prize" in text) == (False, True)
    Notice.objects.update(mail="waiting", next_attempt_at=timezone.now())
    call.delete()
    assert mailed() == []
