"""Needs and offers: who writes and opens them, how they end, and who is told."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from exchange.models import Cooperation
from exchange.steps import cooperation, moderation
from exchange.steps.errors import ChangedMeanwhile, ExchangeError, NotAllowed, StepRefused
from members.models import Event, Notice, User
from sdg.models import Target
from tests.conftest import signed_in
from tests.exchange.factories import CooperationFactory
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
State = Cooperation.State
TODAY = date(2026, 11, 30)


@pytest.fixture
def team(db):
    """``member`` with a ``coordinator`` and an ``official``, whose first entry was approved."""
    coordinator = MembershipFactory(role="coordinator", member__name="Surabaya")
    official = MembershipFactory(member=coordinator.member)
    CooperationFactory(kind="need", author=official.user, state="closed")
    return {
        "member": coordinator.member,
        "coordinator": coordinator.user,
        "official": official.user,
    }


def data(**facts):
    return {
        "title": "See our night buses at work",
        "text": "Two days with the drivers.",
        "language": "en",
        "limit": "",
        "who_pays": "",
        "valid_until": timezone.localdate() + timedelta(days=100),
        "targets": Target.objects.filter(pk__in=["11.2"]),
        "themes": [],
        "cases": [],
        "forms": ["study-visit", "training"],
        "languages": ["en"],
    } | facts


def draft(team, **facts):
    return cooperation.draft(
        by=team["official"], member=team["member"], kind="offer", data=data(**facts)
    )


def change(entry, *, by, data):
    """Change it as somebody does who has just opened the form."""
    entry.refresh_from_db()
    return cooperation.change(entry, by=by, data=data, shown=cooperation.as_shown(entry))


def actions():
    return list(Event.objects.order_by("pk").values_list("action", "actor_name"))


def told():
    return sorted(Notice.objects.values_list("recipient__name", "kind"))


def test_draft_is_the_teams_own_whoever_comes_to_the_secretariat_later(reference, team):
    desk, boss = signed_in(StaffFactory(groups=["Moderators"])).person, team["official"]
    own = draft(team)
    passed_on = cooperation.draft(by=desk, member=team["member"], kind="offer", data=data())
    known = Cooperation.objects.readable_by(desk).filter(state="draft")
    assert [*known] == [passed_on]
    # Who works for the secretariat now, and no longer.
    User.objects.filter(pk=boss.pk).update(is_staff=True)
    User.objects.filter(pk=desk.pk).update(is_staff=False)
    assert [*known.all()] == [passed_on]
    of_both = signed_in(StaffFactory(groups=["Moderators"])).person
    MembershipFactory(member=team["member"], user=of_both)
    cooperation.draft(by=of_both, member=team["member"], kind="offer", data=data())
    assert [*known.all()] == [passed_on]
    shown = cooperation.as_shown(passed_on)
    cooperation.change(passed_on, by=boss, data=data(title="Ours"), shown=shown)
    assert [*known.all()] == []
    assert own.author == boss


def test_official_drafts_and_coordinator_opens(reference, team):
    entry = draft(team)
    assert (entry.state, entry.author_name) == ("draft", team["official"].name)
    assert [row.form for row in entry.forms.all()] == ["study-visit", "training"]
    with pytest.raises(NotAllowed):
        cooperation.publish(entry, by=team["official"])

    entry = cooperation.publish(entry, by=team["coordinator"])

    assert (entry.state, entry.opened_at is not None) == ("open", True)
    assert actions() == [("cooperation-opened", team["coordinator"].name)]
    with pytest.raises(StepRefused, match="open already"):
        cooperation.publish(entry, by=team["coordinator"])


def test_only_the_team_writes_and_only_coordinators_change_what_is_open(reference, team):
    stranger = MembershipFactory(role="coordinator").user
    with pytest.raises(NotAllowed):
        cooperation.draft(by=stranger, member=team["member"], kind="need", data=data())
    entry = draft(team)
    for step in (
        lambda: change(entry, by=stranger, data=data()),
        lambda: cooperation.publish(entry, by=stranger),
        lambda: cooperation.take_back(entry, by=stranger),
    ):
        with pytest.raises(NotAllowed):
            step()
    change(entry, by=team["official"], data=data(title="Our night buses"))
    cooperation.publish(entry, by=team["coordinator"])
    with pytest.raises(NotAllowed):
        change(entry, by=team["official"], data=data())
    changed = change(
        entry, by=team["coordinator"], data=data(title="Ride along", forms=["training"])
    )
    assert (changed.title, [row.form for row in changed.forms.all()]) == (
        "Ride along",
        ["training"],
    )


def test_of_two_who_change_at_once_the_second_is_told(reference, team):
    entry = draft(team)
    shown = cooperation.as_shown(entry)
    cooperation.change(entry, by=team["official"], data=data(forms=["training"]), shown=shown)
    with pytest.raises(ChangedMeanwhile):
        cooperation.change(entry, by=team["coordinator"], data=data(title="Mine"), shown=shown)
    entry.refresh_from_db()
    assert entry.title == "See our night buses at work"


def test_first_entry_waits_and_is_brought_out(reference, team):
    """Sentence 13, of offers: by a coordinator and an official who have written nothing yet."""
    Cooperation.objects.all().delete()
    moderator = StaffFactory(groups=["Moderators"])
    entry = cooperation.publish(draft(team), by=team["coordinator"])
    assert entry.state == "checking"
    assert told() == [(moderator.name, "question-check")]

    entry = cooperation.approve(entry, by=moderator)

    assert entry.state == "open"
    with pytest.raises(StepRefused):
        cooperation.approve(entry, by=moderator)
    assert cooperation.publish(draft(team), by=team["coordinator"]).state == "open"


def test_first_words_in_the_draft_of_a_colleague_wait_too(reference, team):
    """Who opens it unchanged, or is known, needs no look."""
    new = team["coordinator"]
    own = change(draft(team), by=team["official"], data=data(title="Of the official"))
    assert cooperation.publish(own, by=new).state == "open"
    Cooperation.objects.filter(pk=own.pk).update(state="closed")
    changed = change(draft(team), by=new, data=data(title="Of somebody new"))
    # Also where the official has written in it since.
    changed = change(changed, by=team["official"], data=data(title="Of both"))
    waits = cooperation.publish(changed, by=new)
    assert (waits.state, waits.has_first_words) == ("checking", True)
    taken_back = cooperation.take_back(waits, by=new)
    assert cooperation.publish(taken_back, by=new).state == "checking"
    known = MembershipFactory(member=team["member"], role="coordinator").user
    CooperationFactory(kind="need", author=known, state="closed")
    again = cooperation.take_back(waits, by=new)
    opened = cooperation.publish(again, by=known)
    assert (opened.state, opened.has_first_words) == ("open", False)


def test_many_links_wait_also_when_they_come_later(reference, team):
    entry = cooperation.publish(draft(team), by=team["coordinator"])
    links = "https://a.example https://b.example https://c.example"
    changed = change(entry, by=team["coordinator"], data=data(text=links))
    assert changed.state == "checking"
    assert cooperation.take_back(changed, by=team["coordinator"]).state == "draft"


@pytest.mark.parametrize("name", ["title", "text", "limit"])
def test_contact_details_are_refused_with_the_way_to_be_put_in_touch(reference, team, name):
    with pytest.raises(ExchangeError, match="put us in touch"):
        draft(team, **{name: "Call +62 31 5312144"})
    assert not Cooperation.objects.filter(state="draft").exists()


@pytest.mark.parametrize(
    ("kind_of_member", "kind", "most"),
    [
        ("local-government", "need", 3),
        ("local-government", "offer", 5),
        ("company", "offer", 1),
        ("company", "need", 3),
    ],
)
def test_member_has_at_most_so_many_open(reference, kind_of_member, kind, most):
    person = MembershipFactory(role="coordinator", member__kind=kind_of_member)
    CooperationFactory(author=person.user)  # approved, of another member
    for _number in range(most):
        last = CooperationFactory(kind=kind, member=person.member)
    entry = cooperation.draft(by=person.user, member=person.member, kind=kind, data=data())
    with pytest.raises(ExchangeError, match=f"{most} open {kind}"):
        cooperation.publish(entry, by=person.user)
    cooperation.close(last, by=person.user)
    assert cooperation.publish(entry, by=person.user).state == "open"
    with pytest.raises(ExchangeError, match=f"{most} open {kind}"):
        cooperation.renew(last, by=person.user)


@time_machine.travel("2026-11-30 12:00")
@pytest.mark.parametrize(
    ("until", "allowed"),
    [
        (date(2026, 11, 30), False),
        (date(2026, 12, 1), True),
        (date(2027, 11, 30), True),
        (date(2027, 12, 1), False),
    ],
)
def test_it_is_valid_from_tomorrow_for_twelve_months(reference, team, until, allowed):
    if allowed:
        assert draft(team, valid_until=until).valid_until == until
    else:
        with pytest.raises(ExchangeError, match="30 November 2027"):
            draft(team, valid_until=until)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 30), 6, date(2027, 5, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_after_keeps_to_the_month(day, months, expected):
    assert cooperation.months_after(day, months) == expected


def test_offer_ends_on_its_date_after_one_warning(team):
    """Sentence 21; the timer may run as often as it likes."""
    entry = CooperationFactory(
        member=team["member"],
        author=team["official"],
        valid_until=TODAY + timedelta(days=15),
        opened_at=timezone.now(),
    )
    expected = {0: (0, 0), 1: (0, 1), 8: (0, 0), 15: (0, 0), 16: (1, 0), 17: (0, 0)}
    for after, counts in expected.items():
        with time_machine.travel(timezone.now() + timedelta(days=after)):
            assert cooperation.end_and_warn(TODAY + timedelta(days=after)) == counts, after
            assert cooperation.end_and_warn(TODAY + timedelta(days=after)) == (0, 0), after
    assert told() == [
        (team["coordinator"].name, "cooperation-ends"),
        (team["official"].name, "cooperation-ends"),
    ]
    entry.refresh_from_db()
    assert (entry.state, entry.ended_at is not None) == ("ended", True)
    assert actions() == [("cooperation-ended", "")]
    assert Cooperation.objects.public().filter(pk=entry.pk).exists()


def test_without_a_timer_in_time_the_team_is_told_when_it_ends(team):
    CooperationFactory(member=team["member"], valid_until=TODAY - timedelta(days=3))
    assert cooperation.end_and_warn(TODAY) == (1, 0)
    assert told() == [(team["coordinator"].name, "cooperation-ends")]
    assert Notice.objects.get().context["over"] is True


def test_secretariat_is_told_of_what_it_entered_for_a_member_without_a_team():
    moderator = StaffFactory(groups=["Moderators"])
    CooperationFactory(author=UserFactory(), valid_until=TODAY + timedelta(days=3))
    cooperation.end_and_warn(TODAY)
    assert told() == [(moderator.name, "cooperation-ends")]


@time_machine.travel("2026-11-30 12:00")
def test_renewal_lasts_six_months_but_never_beyond_twelve(team):
    entry = CooperationFactory(
        member=team["member"], valid_until=date(2026, 12, 10), warned_at=timezone.now()
    )
    with pytest.raises(NotAllowed):
        cooperation.renew(entry, by=team["official"])
    entry = cooperation.renew(entry, by=team["coordinator"])
    assert (entry.valid_until, entry.warned_at) == (date(2027, 6, 10), None)
    entry = cooperation.renew(entry, by=team["coordinator"])
    assert entry.valid_until == date(2027, 11, 30)

    ended = CooperationFactory(
        member=team["member"], valid_until=date(2026, 9, 1), state="ended", ended_at=timezone.now()
    )
    ended = cooperation.renew(ended, by=team["coordinator"])
    assert (ended.state, ended.valid_until, ended.ended_at) == ("open", date(2027, 5, 30), None)
    assert actions() == [("cooperation-renewed", team["coordinator"].name)] * 3


def test_closing_says_what_came_of_it(team):
    entry = CooperationFactory(member=team["member"])
    entry = cooperation.close(entry, by=team["coordinator"], outcome=" Galle came twice. ")
    assert (entry.state, entry.outcome) == ("closed", "Galle came twice.")
    with pytest.raises(StepRefused, match="It is closed"):
        cooperation.close(entry, by=team["coordinator"])
    with pytest.raises(ExchangeError, match="put us in touch"):
        cooperation.close(
            CooperationFactory(member=team["member"]),
            by=team["coordinator"],
            outcome="Write to ani@galle.example",
        )


def test_what_is_over_is_renewed_before_it_is_changed(reference, team):
    over = CooperationFactory(member=team["member"], state="ended", ended_at=timezone.now())
    page = signed_in(team["coordinator"]).post(
        reverse("exchange:cooperation-edit", args=[over.pk]),
        {
            "shown": cooperation.as_shown(over),
            "title": "Ride along at night",
            "text": "Two nights with the control room.",
            "language": "en",
            "targets": ["11.2"],
            "forms_of_support": ["study-visit"],
            "languages": ["en"],
            "valid_until": (timezone.localdate() + timedelta(days=90)).isoformat(),
        },
    )
    assert (page.status_code, page.context["problem"]) == (
        *(409, "It is over and can no longer be changed. Renew it first."),
    )
    assert "Two nights with the control room." in page.text


def test_draft_is_thrown_away_and_what_is_open_is_not(reference, team):
    entry = draft(team)
    assert cooperation.take_back(entry, by=team["official"]) is None
    assert not Cooperation.objects.filter(pk=entry.pk).exists()
    with pytest.raises(StepRefused):
        cooperation.take_back(CooperationFactory(member=team["member"]), by=team["coordinator"])


@pytest.mark.parametrize("decided", [False, True])
def test_what_was_open_is_taken_back_by_coordinators_and_never_thrown_away(
    reference, team, decided
):
    entry = CooperationFactory(member=team["member"], author=team["official"], targets=["11.2"])
    links = "https://a.example https://b.example https://c.example"
    entry = change(entry, by=team["coordinator"], data=data(text=links))
    if decided:
        moderator = StaffFactory(groups=["Moderators"])
        entry = moderation.refuse(entry, by=moderator, reason="Too many links.")
    with pytest.raises(NotAllowed):
        cooperation.take_back(entry, by=team["official"])
    pages = [
        signed_in(team[who]).get(f"/exchange/cooperation/{entry.pk}/edit/").text
        for who in ("official", "coordinator")
    ]
    ways_back = [(">Take it back<" in page, ">Throw the draft away<" in page) for page in pages]
    assert ways_back == [(False, False), (not decided, False)]
    if not decided:
        assert cooperation.take_back(entry, by=team["coordinator"]).state == State.DRAFT
        taken = Event.objects.filter(action="cooperation-changed", reason="Taken back")
        assert taken.get().subject == entry.title
    with pytest.raises(StepRefused, match="so it is kept"):
        cooperation.take_back(entry, by=team["coordinator"])


def test_secretariat_writes_and_opens_in_a_members_name(reference):
    moderator = StaffFactory(groups=["Moderators"])
    entry = cooperation.draft(
        by=moderator, member=MemberFactory(), kind="need", data=data(title="Paper need")
    )
    assert cooperation.publish(entry, by=moderator).state == "open"


@pytest.mark.parametrize("passed_on", [False, True])
@pytest.mark.parametrize("state", ["refused", "checking", "open"])
def test_secretariat_speaks_for_a_member_in_what_it_passed_on(reference, team, state, passed_on):
    """What a team wrote itself it lets through, refuses or removes, but neither changes nor renews.
    A moderator of the team who does not lead it is one of the team."""
    moderator, own = StaffFactory(groups=["Moderators"]), StaffFactory(groups=["Moderators"])
    MembershipFactory(member=team["member"], user=own)
    entry = CooperationFactory(
        member=team["member"], author=team["official"], state=state, passed_on=passed_on
    )
    sent = {"data": data(title="We sell our buses"), "shown": cooperation.as_shown(entry)}
    steps = {
        "refused": [(cooperation.change, sent), (cooperation.publish, {})],
        "checking": [(cooperation.change, sent), (cooperation.take_back, {})],
        "open": [(cooperation.change, sent), (cooperation.renew, {}), (cooperation.close, {})],
    }[state]
    page = signed_in(moderator).get(reverse("exchange:cooperation-edit", args=[entry.pk]))
    offered = "".join(re.findall(r"<main.*</main>", page.text, re.DOTALL)).count("<form")
    assert offered == passed_on * len(steps)
    for step, given in steps:
        if not passed_on:
            with pytest.raises(NotAllowed):
                step(entry, by=moderator, **given)
        else:
            assert step(entry, by=moderator, **given).member == team["member"]
    assert not cooperation.decides(own, entry) or passed_on
    entry.refresh_from_db()
    assert passed_on or (entry.state, entry.title) == (state, "See our night buses at work")


def test_what_is_written_over_a_refused_need_is_the_teams_until_it_is_sent_in(reference, team):
    refused = CooperationFactory(member=team["member"], author=team["official"], state="refused")
    shown = cooperation.as_shown(refused)
    cooperation.change(refused, by=team["official"], data=data(title="Not yet said"), shown=shown)
    moderator = signed_in(StaffFactory(groups=["Moderators"]))
    refused.refresh_from_db()
    assert (refused.title, refused.state) == ("Not yet said", "draft")
    for page in (
        reverse("admin:exchange_cooperation_change", args=[refused.pk]),
        f"{reverse('admin:exchange_cooperation_changelist')}?q=said",
        refused.get_absolute_url(),
    ):
        assert "Not yet said" not in moderator.get(page).text
