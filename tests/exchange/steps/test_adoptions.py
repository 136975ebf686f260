"""An adoption from "we want to do this too" to its reports, and what the original city says."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exchange.models import Adoption, AdoptionChange, AdoptionSource
from exchange.steps import adoptions as steps
from exchange.steps.adoption_reminders import remind
from exchange.steps.errors import (
    AlreadyThere,
    ChangedMeanwhile,
    ExchangeError,
    NotAllowed,
    ReasonRequired,
    StepRefused,
)
from exchange.views import mine
from members.models import Event, Notice
from members.notices.delivery import deliver
from members.notices.notifications import notices_of
from members.teams import memberships
from tests.conftest import signed_in
from tests.exchange.factories import AdoptionFactory, AdoptionReportFactory
from tests.factories import LiveRevisionFactory, MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


@pytest.fixture
def case():
    """A public case whose member has a coordinator."""
    live = LiveRevisionFactory(title="Owl Bus")
    live.case.coordinator = MembershipFactory(member=live.case.member, role="coordinator").user
    return live.case


@pytest.fixture
def official():
    """Somebody of another city; ``member`` is it."""
    membership = MembershipFactory()
    membership.user.member = membership.member
    return membership.user


def told():
    return sorted(Notice.objects.values_list("recipient", "kind"))


def recorded():
    return list(Event.objects.filter(action__contains="adopt").values_list("action", flat=True))


def facts(**given):
    return {"date": "2026-11", "stage": "under-way", "text": "It runs.", "source_url": ""} | given


def edited(**given):
    nothing = {"learned_by": "", "interest": "", "kept": "", "reason": "", "started": ""}
    return nothing | {"own_case": None, "stage": ""} | given


# Sentence 15.
def test_what_a_city_considers_is_for_the_network_and_from_preparing_on_for_everybody(
    case, official
):
    adoption = steps.begin(
        official, official.member, case, stage="considering", words="Its counting of riders."
    )
    assert (adoption.state, adoption.revision, adoption.interest) == (
        "draft",
        case.live,
        "Its counting of riders.",
    )
    assert told() == []
    adoption = steps.publish(adoption, by=official)
    network = MembershipFactory().user
    assert list(Adoption.objects.readable_by(network)) == [adoption]
    assert list(Adoption.objects.readable_by(VISITOR)) == []
    assert told() == [(case.coordinator.pk, "adoption-new")]
    notice = Notice.objects.get()
    assert notice.path == adoption.get_absolute_url()
    assert notice.context == {
        "member": official.member.name,
        "origin": case.member.name,
        "title": "Owl Bus",
        "act": "considering",
        "note": "Its counting of riders.",
    }
    steps.report(adoption, by=official, facts=facts(stage="preparing"))
    assert list(Adoption.objects.readable_by(VISITOR)) == [adoption]
    assert recorded() == ["adoption-reported", "adoption-published", "adoption-begun"]


# Sentence 17.
def test_a_member_adopts_neither_its_own_case_nor_one_twice(case, official):
    own = MembershipFactory(member=case.member).user
    with pytest.raises(ExchangeError, match="own policy"):
        steps.begin(own, case.member, case, stage="preparing", words="")
    case.live.joint_members.create(member=official.member)
    case.live.refresh_from_db()
    with pytest.raises(ExchangeError, match="own policy"):
        steps.begin(official, official.member, case, stage="preparing", words="")
    case.live.joint_members.all().delete()
    first = steps.begin(
        official, official.member, type(case).objects.get(pk=case.pk), stage="preparing", words=""
    )
    with pytest.raises(AlreadyThere) as caught:
        steps.begin(
            official,
            official.member,
            type(case).objects.get(pk=case.pk),
            stage="stopped",
            words="x",
        )
    assert caught.value.entry == first


def test_it_is_said_of_public_cases_by_people_of_the_team(case, official):
    other = MembershipFactory().member
    with pytest.raises(NotAllowed):
        steps.begin(official, other, case, stage="preparing", words="")
    with pytest.raises(ExchangeError, match="put us in touch"):
        steps.begin(official, official.member, case, stage="preparing", words="a@b.example")
    with pytest.raises(ExchangeError, match="how far"):
        steps.begin(official, official.member, case, stage="soon", words="")
    case.live = None
    with pytest.raises(StepRefused):
        steps.begin(official, official.member, case, stage="preparing", words="")
    assert not Adoption.objects.exists()


# Sentence 17.
def test_a_decision_against_needs_its_reason_and_is_told_like_any_other(case, official):
    with pytest.raises(ReasonRequired):
        steps.begin(official, official.member, case, stage="decided-against", words=" ")
    adoption = steps.begin(
        official, official.member, case, stage="decided-against", words="Forty owners."
    )
    assert (adoption.reason, adoption.interest) == ("Forty owners.", "")
    adoption = steps.publish(adoption, by=official)
    assert list(Adoption.objects.public()) == [adoption]
    assert Notice.objects.get().context["note"] == "Forty owners."
    running = AdoptionFactory(member=official.member)
    with pytest.raises(ReasonRequired):
        steps.report(running, by=official, facts=facts(stage="stopped"))
    assert not running.reports.exists()
    steps.report(running, by=official, facts=facts(stage="stopped"), reason="No money.")
    running.refresh_from_db()
    assert (running.stage, running.reason) == ("stopped", "No money.")


# Sentence 16.
def test_the_stage_is_that_of_the_newest_report(official):
    adoption = AdoptionFactory(member=official.member, stage="preparing")
    steps.report(adoption, by=official, facts=facts(date="2026-11", stage="in-operation"))
    steps.report(adoption, by=official, facts=facts(date="2025-02", stage="under-way"))
    steps.report(
        adoption,
        by=official,
        facts=facts(date="2026", stage="stopped"),
        reason="x",
        indicators=[{"name": "Riders", "value": 12}],
    )
    adoption.refresh_from_db()
    assert adoption.stage == "in-operation"
    assert [
        (report.date, [row.name for row in report.indicators.all()])
        for report in adoption.reports.all()
    ] == [("2025-02", []), ("2026", ["Riders"]), ("2026-11", [])]


@pytest.mark.parametrize("field", ["name", "unit"])
def test_indicators_of_a_report_hold_no_address(official, field):
    adoption = AdoptionFactory(member=official.member)
    indicator = {"name": "Riders", "value": 12, field: "Ask tran@da-nang.example"}
    with pytest.raises(ExchangeError, match="tran@da"):
        steps.report(
            adoption, by=official, facts=facts(date="2026", stage=""), indicators=[indicator]
        )
    assert not adoption.reports.exists()


# Sentence 16.
def test_what_was_kept_and_changed_is_edited_as_it_was_shown(official):
    adoption = AdoptionFactory(member=official.member)
    shown = steps.as_shown(adoption)
    changes = [
        {"aspect": aspect, "kind": "smaller", "what": aspect, "reason": "cost", "when": ""}
        for aspect in ("scale", "budget", "place")
    ]
    steps.edit(
        adoption, by=official, facts=edited(kept="The council."), changes=changes, shown=shown
    )
    adoption.refresh_from_db()
    assert adoption.kept == "The council."
    assert [row.what for row in adoption.changes.all()] == ["scale", "budget", "place"]
    with pytest.raises(ChangedMeanwhile):
        steps.edit(adoption, by=official, facts=edited(), changes=[], shown=shown)
    shown = steps.as_shown(adoption)
    with pytest.raises(ExchangeError, match="At most 12"):
        steps.edit(adoption, by=official, facts=edited(), changes=changes * 5, shown=shown)
    strange, stranger = LiveRevisionFactory().case, MembershipFactory().user
    with pytest.raises(ExchangeError, match="not a case of"):
        steps.edit(adoption, by=official, facts=edited(own_case=strange), changes=[], shown=shown)
    with pytest.raises(NotAllowed):
        steps.edit(adoption, by=stranger, facts=edited(), changes=[], shown=shown)
    assert adoption.changes.count() == 3


@pytest.mark.parametrize("provenance", ["member", "secretariat"])
def test_secretariat_writes_in_what_it_compiled_and_with_a_source(official, provenance):
    """What a city says of itself the secretariat may remove, but not say otherwise."""
    adoption = AdoptionFactory(member=official.member, interest="Ours", provenance=provenance)
    draft = AdoptionFactory(member=official.member, state="draft", provenance=provenance)
    moderator = StaffFactory(groups=["Moderators"])
    is_compiled, desk = provenance == "secretariat", signed_in(moderator)
    texts = {"facts": edited(interest="Theirs"), "changes": [], "shown": steps.as_shown(adoption)}
    sourced = facts(source_url="https://a.example/")
    done = []
    for step, entry, given in (
        (steps.edit, adoption, texts),
        (steps.report, adoption, {"facts": sourced}),
        (steps.publish, draft, {}),
    ):
        try:
            step(entry, by=moderator, **given)
        except NotAllowed:
            continue
        done.append(step)
    assert done == ([steps.edit, steps.report, steps.publish] if is_compiled else [])
    for page in ("edit", "report"):
        address = reverse(f"exchange:adoption-{page}", args=[adoption.pk])
        assert desk.get(address).status_code == (200 if is_compiled else 404)
    adoption.refresh_from_db()
    assert (adoption.interest, adoption.reports.count()) == (
        ("Theirs", 1) if is_compiled else ("Ours", 0)
    )
    if is_compiled:
        with pytest.raises(ExchangeError, match="source"):
            steps.report(adoption, by=moderator, facts=facts())
    case = LiveRevisionFactory().case
    with pytest.raises(NotAllowed):
        steps.begin(moderator, official.member, case, stage="preparing", words="They want to.")


@pytest.mark.parametrize("way", ["edit", "report", "publish"])
def test_what_its_team_writes_in_is_no_longer_the_secretariats(client, official, way):
    compiled = AdoptionFactory(member=official.member, provenance="secretariat")
    AdoptionSource.objects.create(adoption=compiled, title="Press", url="https://a.example/")
    moderator = StaffFactory(groups=["Moderators"])
    before = facts(text="As the press says.", source_url="https://a.example/")
    steps.report(compiled, by=moderator, facts=before)
    compiled.refresh_from_db()
    assert compiled.is_compiled
    assert "The secretariat, from the source" in client.get(compiled.get_absolute_url()).text
    texts = {"facts": edited(interest="Ours"), "changes": [], "shown": steps.as_shown(compiled)}
    given = {"edit": texts, "report": {"facts": facts(text="Our own words.")}}.get(way, {})
    if way == "publish":
        Adoption.objects.update(state="draft", published_at=None)
    getattr(steps, way)(compiled, by=official, **given)
    own = Adoption.objects.get()
    assert own.provenance == "city"
    page = client.get(own.get_absolute_url()).text
    # What was compiled before does not become the city's word.
    assert "The secretariat, from the source" not in page
    assert (page.count("<span>From the source</span>"), "compiled by the" in page) == (1, False)
    assert f"<span>{official.member.name}</span>" in page or way != "report"
    with pytest.raises(NotAllowed):
        steps.edit(own, by=moderator, **texts | {"shown": steps.as_shown(own)})
    with pytest.raises(NotAllowed):
        steps.report(own, by=moderator, facts=before)
    admin = reverse("admin:exchange_adoption_change", args=[own.pk])
    assert signed_in(moderator).post(admin, {"interest": "Theirs"}).status_code == 403


def test_a_draft_is_deleted_and_a_public_one_is_not(official):
    case = LiveRevisionFactory(title="Zebrafish", case__slug="zebrafish").case
    drafts = [
        steps.begin(official, official.member, each, stage="considering", words="Quietly.")
        for each in (case, LiveRevisionFactory().case)
    ]
    shown = steps.as_shown(drafts[0])
    steps.edit(drafts[0], by=official, facts=edited(), changes=[], shown=shown)
    steps.report(drafts[0], by=official, facts=facts())
    steps.delete_draft(drafts[0], by=official)
    # The secretariat reads the record, and nothing of a draft.
    named = "exchange.adoption", f"Draft of adoption {drafts[0].pk}"
    record = Event.objects.filter(subject_id=str(drafts[0].pk), subject_type=named[0])
    assert list(record.order_by("pk").values_list("action", "subject", "reason")) == [
        ("adoption-begun", named[1], ""),
        ("adoption-changed", named[1], ""),
        ("adoption-reported", named[1], ""),
        ("adoption-changed", named[1], "Draft deleted"),
    ]
    steps.publish(drafts[1], by=official)
    assert Event.objects.get(action="adoption-published").subject == str(drafts[1])
    drafts[1].delete()
    public = AdoptionFactory(member=official.member)
    with pytest.raises(StepRefused):
        steps.delete_draft(public, by=official)
    with pytest.raises(ChangedMeanwhile):
        steps.publish(public, by=official)
    assert list(Adoption.objects.all()) == [public]


def test_who_has_left_the_original_city_reads_no_words_for_the_network(official):
    left = MembershipFactory()
    stays = MembershipFactory(member=left.member)
    live = LiveRevisionFactory(case__member=left.member, created_by=left.user)
    memberships.leave(left, left.user)
    draft = steps.begin(
        official, official.member, live.case, stage="considering", words="We have no money."
    )
    steps.publish(draft, by=official)
    told_of = Notice.objects.filter(kind="adoption-new")
    assert [notice.recipient for notice in told_of] == [stays.user]
    assert told_of.get().context["note"] == "We have no money."


# Sentence 18.
def test_a_dispute_stands_until_the_secretariat_has_decided(case, official):
    moderator = StaffFactory(groups=["Moderators"])
    adoption = AdoptionFactory(member=official.member, case=case)
    origin = case.coordinator
    # What is typed in the admin is the secretariat's too, with a public source.
    entered = {"is_new": False, "has_new_report": False}
    with pytest.raises(NotAllowed, match="Only the secretariat"):
        steps.enter(adoption, by=official, **entered)
    compiled = AdoptionFactory(provenance="secretariat")
    with pytest.raises(ExchangeError, match="Name a public source"):
        steps.enter(compiled, by=moderator, **entered)
    compiled.delete()
    with pytest.raises(NotAllowed):
        steps.dispute(adoption, by=official, note="No.")
    with pytest.raises(ReasonRequired):
        steps.dispute(adoption, by=origin, note=" ")
    adoption = steps.dispute(adoption, by=origin, note="They copied another bus.")
    assert (adoption.is_disputed, adoption.origin_note) == (True, "They copied another bus.")
    assert told() == sorted(
        [(official.pk, "adoption-answered"), (moderator.pk, "adoption-answered")]
    )
    with pytest.raises(ChangedMeanwhile):
        steps.dispute(adoption, by=origin, note="Again.")
    with pytest.raises(StepRefused):
        steps.add_note(adoption, by=origin, note="And more.")
    with pytest.raises(NotAllowed):
        steps.decide_dispute(adoption, by=origin, decision="x", stays=False)
    with pytest.raises(ReasonRequired):
        steps.decide_dispute(adoption, by=moderator, decision="", stays=True)
    adoption = steps.decide_dispute(
        adoption, by=moderator, decision="Both buses were the model.", stays=True
    )
    assert not adoption.is_disputed
    assert list(Adoption.objects.public()) == [adoption]
    with pytest.raises(ChangedMeanwhile):
        steps.decide_dispute(adoption, by=moderator, decision="x", stays=True)
    assert Event.objects.filter(action="dispute-decided").get().reason == (
        "Both buses were the model."
    )


def test_a_dispute_may_end_with_the_entry_taken_away(case):
    moderator = StaffFactory(groups=["Moderators"])
    adoption = AdoptionFactory(case=case)
    steps.dispute(adoption, by=case.coordinator, note="No.")
    adoption = steps.decide_dispute(adoption, by=moderator, decision="It was ours.", stays=False)
    assert (adoption.removed_reason, adoption.is_disputed) == ("It was ours.", False)
    assert not Adoption.objects.public().exists()
    with pytest.raises(StepRefused):
        steps.confirm(adoption, by=case.coordinator)


def test_a_dispute_is_decided_by_neither_side(case, official):
    adoption = AdoptionFactory(member=official.member, case=case)
    steps.dispute(adoption, by=case.coordinator, note="No.")
    for member in (official.member, case.member):
        moderator = StaffFactory(groups=["Moderators"])
        MembershipFactory(member=member, user=moderator)
        with pytest.raises(NotAllowed, match="somebody else of the secretariat"):
            steps.decide_dispute(adoption, by=moderator, decision="It is so.", stays=True)
    other = StaffFactory(groups=["Moderators"])
    MembershipFactory(user=other)
    decided = steps.decide_dispute(adoption, by=other, decision="It is so.", stays=True)
    assert not decided.is_disputed


def test_the_original_city_confirms_and_adds_a_note(case, official):
    adoption = AdoptionFactory(member=official.member, case=case)
    with pytest.raises(ExchangeError, match="Write the note"):
        steps.add_note(adoption, by=case.coordinator, note="")
    steps.add_note(adoption, by=case.coordinator, note="We were glad to show it.")
    adoption = steps.confirm(adoption, by=case.coordinator)
    assert adoption.origin_note == "We were glad to show it."
    assert adoption.confirmed_by_origin_at
    # Who disputes takes the own confirmation back, and the other way round.
    assert steps.dispute(adoption, by=case.coordinator, note="x").confirmed_by_origin_at is None
    assert not steps.confirm(adoption, by=case.coordinator).is_disputed
    assert recorded()[:4] == [
        "adoption-confirmed",
        "adoption-disputed",
        "adoption-confirmed",
        "adoption-noted",
    ]


def test_what_the_original_city_confirmed_is_what_it_has_read(case, official):
    adoption = AdoptionFactory(member=official.member, case=case, kept="One council.")
    read = steps.as_shown(adoption)

    def change(**given):
        adoption.refresh_from_db()
        stands = {name: getattr(adoption, name) for name in steps.EDITABLE}
        shown = steps.as_shown(adoption)
        changes = given.pop("changes", [])
        facts = stands | given
        return steps.edit(adoption, by=official, facts=facts, changes=changes, shown=shown)

    aspect, kind = (
        AdoptionChange._meta.get_field(name).choices[0][0] for name in ("aspect", "kind")
    )
    row = {"aspect": aspect, "kind": kind, "what": "Buses", "reason": "", "when": ""}
    for given in (
        {"kept": "Their money."},
        {"changes": [row]},
        {"stage": "in-operation", "changes": [row]},
    ):
        steps.confirm(adoption, by=case.coordinator)
        assert change(**given).confirmed_by_origin_at is None
    steps.confirm(adoption, by=case.coordinator, note="We showed it.")
    assert change(changes=[row]).confirmed_by_origin_at  # saved as it was
    assert not adoption.origin_note_is_older
    steps.report(adoption, by=official, facts=facts())
    assert change(changes=[row]).confirmed_by_origin_at
    steps.report(adoption, by=official, facts=facts(stage="stopped"), reason="No money.")
    adoption.refresh_from_db()
    assert adoption.confirmed_by_origin_at is None
    # Its note stays, and readers are told that the text was another one.
    older = f"Written on an earlier text: {adoption.member} has changed it since."
    for note, is_older in (("We showed it.", True), ("So it was.", False)):
        assert (mine.adopted_by_others([case.member]) == [adoption]) == is_older
        caches["pages"].clear()
        page = Client().get(adoption.get_absolute_url()).text
        assert (note in page, older in page) == (True, is_older)
        steps.add_note(adoption, by=case.coordinator, note="So it was.")
    for act in (steps.confirm, steps.add_note, steps.dispute):
        with pytest.raises(ChangedMeanwhile, match="read it again"):
            act(adoption, by=case.coordinator, note="So it is.", shown=read)


def test_teams_are_asked_after_6_12_and_24_months_until_it_has_ended(official):
    with time_machine.travel(datetime(2026, 1, 31, 9, tzinfo=UTC), tick=False):
        adoption = AdoptionFactory(member=official.member)
        AdoptionFactory(member=official.member, stage="stopped")
        AdoptionFactory()  # nobody is there to be asked
    asked = []
    for month in range(30):
        day = datetime(2026, 2, 15, 9, tzinfo=UTC) + timedelta(days=30.44 * month)
        with time_machine.travel(day, tick=False):
            # Running it twice asks nobody twice.
            if remind(timezone.localdate()) + remind(timezone.localdate()):
                asked.append(f"{day:%Y-%m}")
            if month == 26:
                AdoptionReportFactory(adoption=adoption, date="2028-04")
    assert asked == ["2026-08", "2027-02", "2028-02"]
    assert told() == [(official.pk, "adoption-due")] * 3
    notice = Notice.objects.first()
    assert notice.context["adoptions"] == [
        {
            "title": adoption.title,
            "path": f"/exchange/adoptions/{adoption.pk}/report/",
            "since": "2026-01-31",
        }
    ]
    # The clock begins anew with a report.
    with time_machine.travel(datetime(2028, 11, 1, 9, tzinfo=UTC), tick=False):
        assert remind(timezone.localdate()) == 1


def test_what_the_original_city_says_again_and_again_is_few_mails(official):
    adoption = AdoptionFactory(member=official.member)
    moderator = StaffFactory(groups=["Moderators"])
    by = MembershipFactory(member=adoption.case.member).user
    for number in range(5):
        steps.dispute(adoption, by=by, note=f"Not so {number}")
        steps.confirm(adoption, by=by, note="It is so")
    soon = timezone.now() + timedelta(minutes=10)
    while deliver(now=soon).turns:
        pass
    assert Notice.objects.filter(recipient=official).count() == 10
    assert Notice.objects.filter(recipient=moderator).count() == 5
    to = [address for message in mail.outbox for address in message.to]
    assert sorted(to) == sorted([official.email, moderator.email])
    # What the secretariat is told is nothing for who left it.
    assert notices_of(moderator).count() == 5
    moderator.is_in_secretariat_session = False
    assert notices_of(moderator).count() == 0
