"""Announcing, moving, cancelling, copying and reminding; registering and the waiting list."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from exchange.steps.errors import (
    ChangedMeanwhile,
    ExchangeError,
    NotAllowed,
    ReasonRequired,
    StepRefused,
)
from members.models import Event, Notice, User
from members.notices.delivery import deliver
from members.notices.mail_texts import text_of
from members.record import people
from members.teams import merging
from policies.models import Theme
from policies.workflow import themes
from seminars.models import Registration, Seminar, SeminarHost, SeminarItem
from seminars.steps import registrations, seminars
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)
from tests.seminars.factories import BEGINS, RegistrationFactory, SeminarFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)


@pytest.fixture
def at():
    """Time stands; ``at.move_to`` lets it pass."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def by():
    return StaffFactory(groups=["Moderators"])


@pytest.fixture
def shown(reference):
    return LiveRevisionFactory(targets=["12.5"]).case


def told():
    """Return whom notices went to, by kind."""
    return [(notice.kind, notice.recipient.name) for notice in Notice.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"state": "cancelled"}, "announced already"),
        ({"starts_at": None, "ends_at": None}, "when it begins"),
        ({"ends_at": NOW, "starts_at": NOW - timedelta(hours=1)}, "over already"),
        ({"targets": []}, "at least one target"),
        ({"shows": []}, "at least one public case"),
    ],
)
def test_what_is_announced_has_times_a_target_and_a_case(at, by, shown, change, message):
    draft = SeminarFactory(**{"state": "draft", "targets": ["12.5"], "shows": [shown]} | change)
    with pytest.raises(ExchangeError, match=message):
        seminars.announce(draft, by=by)
    assert not Event.objects.exists()


def test_a_draft_is_announced_by_the_secretariat_only(at, by, shown):
    draft = SeminarFactory(state="draft", targets=["12.5"], shows=[shown])
    with pytest.raises(NotAllowed):
        seminars.announce(draft, by=UserFactory())
    assert not Seminar.objects.public().exists()
    seminars.announce(draft, by=by)
    assert Seminar.objects.public().get().state == "announced"
    assert Event.objects.get().action == "seminar-announced"


# Sentence 22.
def test_moving_raises_the_sequence_and_mails_who_is_registered(at, by):
    seminar = SeminarFactory(seats=1)
    item = SeminarItem.objects.create(seminar=seminar, title="Welcome", starts_at=BEGINS)
    RegistrationFactory(seminar=seminar, user__name="Ani")
    RegistrationFactory(seminar=seminar, user__name="Bo", state="waiting")
    RegistrationFactory(seminar=seminar, user__name="Chi", state="cancelled")
    before = seminars.lock(seminar)
    seminar.starts_at += timedelta(hours=1)
    seminar.ends_at += timedelta(hours=1)
    seminar.save()
    seminars.move_programme(seminar, before)
    seminars.changed(seminar, before, by=by)
    seminar.refresh_from_db()
    item.refresh_from_db()
    assert (seminar.sequence, item.starts_at) == (1, BEGINS + timedelta(hours=1))
    assert told() == [("seminar-changed", "Ani"), ("seminar-changed", "Bo")]
    subject, text = text_of(Notice.objects.first())
    assert subject == "New time or place: Sorting at source"
    assert "Now: 21 January 2027, 15:00 to 16:30 in Seoul (06:00 to 07:30 UTC)" in text
    assert "Before: 21 January 2027, 14:00 to 15:30 in Seoul (05:00 to 06:30 UTC)" in text

    # A new title alone is no new time.
    before = seminars.lock(seminar)
    seminar.title = "Sorting waste at source"
    seminar.save()
    seminars.changed(seminar, before, by=by)
    seminar.refresh_from_db()
    assert (seminar.sequence, Notice.objects.count()) == (1, 2)


def test_cancelling_needs_a_reason_and_mails_who_is_registered(at, by):
    seminar = SeminarFactory()
    RegistrationFactory(seminar=seminar, user__name="Ani", user__muted=["seminar-changed"])
    with pytest.raises(ReasonRequired):
        seminars.cancel(seminar, by=by, reason=" ")
    with pytest.raises(NotAllowed):
        seminars.cancel(seminar, by=UserFactory(), reason="Ill.")
    seminars.cancel(seminar, by=by, reason="The speaker is ill.")
    seminar.refresh_from_db()
    assert (seminar.state, seminar.sequence) == ("cancelled", 1)
    subject, text = text_of(Notice.objects.get())
    assert subject == "Cancelled: Sorting at source"
    assert "> The speaker is ill." in text
    with pytest.raises(ChangedMeanwhile):
        seminars.cancel(seminar, by=by, reason="Again.")
    # It is mailed, whatever the person has switched off.
    assert deliver().sent == 1


def test_of_an_account_that_is_deleted_no_name_stays_in_what_it_wrote_of_seminars(at):
    desk, words = StaffFactory(groups=["Moderators"], name="Kim Minji"), "Ask Kim Minji."
    seminar, elsewhere = (SeminarFactory(summary=words, caveat=words) for _two in range(2))
    SeminarHost.objects.create(seminar=seminar, name="House of Kim Minji")
    RegistrationFactory(seminar=seminar)
    seminars.cancel(seminar, by=desk, reason=words)
    people.delete_account(desk)
    for each in (seminar, elsewhere):
        each.refresh_from_db()
    left = "Ask Former moderator."
    event = Event.objects.get(action="seminar-cancelled")
    notice = Notice.objects.get(kind="seminar-changed")
    texts = [seminar.summary, seminar.caveat, seminar.cancelled_reason, notice.context["note"]]
    assert [*texts, event.actor_name] == [*[left] * 4, "Former moderator"]
    assert "Kim" not in event.reason
    # Who takes part is no text of the person, nor is what others wrote.
    assert SeminarHost.objects.get(seminar=seminar).name == "House of Kim Minji"
    assert (elsewhere.summary, elsewhere.caveat) == (words, words)


def test_a_copy_has_texts_and_programme_but_neither_times_nor_people(at, by, shown):
    seminar = SeminarFactory(
        targets=["12.5"], shows=[shown], sequence=3, join_url="https://meet.example/1"
    )
    SeminarHost.objects.create(seminar=seminar, name="CityNet")
    RegistrationFactory(seminar=seminar)
    made = seminars.copy(seminar, by=by)
    made = Seminar.objects.get(pk=made.pk)
    assert (made.title, made.state, made.starts_at, made.day, made.sequence, made.join_url) == (
        *("Copy of Sorting at source", "draft", None, "", 0, ""),
    )
    assert [str(row) for row in made.hosts.all()] == ["CityNet"]
    assert [row.case for row in made.items.all()] == [shown]
    assert [target.code for target in made.targets.all()] == ["12.5"]
    assert not made.registrations.exists()
    seminars.delete(made, by=by)
    with pytest.raises(ChangedMeanwhile):
        seminars.delete(seminar, by=by)
    assert [row.pk for row in Seminar.objects.all()] == [seminar.pk]


def test_who_is_registered_is_reminded_the_day_before_and_once(at):
    seminar = SeminarFactory(join_url="https://meet.example/1")
    RegistrationFactory(seminar=seminar, user__name="Ani")
    RegistrationFactory(seminar=seminar, user__name="Bo", state="waiting")
    # In Seoul it is 19 January still, then the 20th.
    assert seminars.move_on(datetime(2027, 1, 19, 14, 59, tzinfo=UTC)) == (0, 0)
    assert seminars.move_on(datetime(2027, 1, 19, 15, 1, tzinfo=UTC)) == (1, 0)
    assert seminars.move_on(datetime(2027, 1, 20, 15, 1, tzinfo=UTC)) == (0, 0)
    assert told() == [("seminar-soon", "Ani")]
    _subject, text = text_of(Notice.objects.get())
    assert "from 20 January 2027, 14:00 in Seoul (05:00 UTC)" in text
    assert "meet.example" not in text

    # One that was moved is reminded of again.
    Seminar.objects.update(
        starts_at=BEGINS + timedelta(days=7), ends_at=BEGINS + timedelta(days=7, hours=1)
    )
    assert seminars.move_on(datetime(2027, 1, 27, 6, tzinfo=UTC)) == (1, 0)
    assert seminars.move_on(datetime(2027, 1, 29, 6, tzinfo=UTC)) == (0, 1)
    assert seminars.move_on(datetime(2027, 1, 29, 6, tzinfo=UTC)) == (0, 0)
    assert Seminar.objects.get().state == "held"


def test_the_last_place_goes_to_one_and_those_who_wait_follow(at, by):
    seminar = SeminarFactory(seats=1)
    ani, bo, chi = (UserFactory(name=name) for name in ("Ani", "Bo", "Chi"))
    assert registrations.register(seminar, user=ani).state == "registered"
    blocked = UserFactory()
    assert registrations.register(seminar, user=blocked).state == "waiting"
    User.objects.filter(pk=blocked.pk).update(is_active=False)
    assert registrations.register(seminar, user=bo).state == "waiting"
    assert registrations.register(seminar, user=chi).state == "waiting"
    # A double click.
    assert registrations.register(seminar, user=ani).state == "registered"
    assert Registration.objects.count() == 4
    registrations.cancel(seminar, user=ani)
    assert told() == [("seminar-place", "Bo")]
    assert text_of(Notice.objects.get())[0] == "You have a place: Sorting at source"
    # Who comes back stands at the end.
    at.shift(60)
    assert registrations.register(seminar, user=ani).state == "waiting"
    before = seminars.lock(seminar)
    seminar.seats = 2
    seminar.save()
    seminars.changed(seminar, before, by=by)
    assert told() == [("seminar-place", "Bo"), ("seminar-place", "Chi")]
    assert registrations.places_left(seminar) == 0
    # Who is blocked waits, before all others, until that is over.
    assert Registration.objects.get(user=blocked).state == "waiting"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "draft"},
        {"state": "cancelled"},
        {"registration": "none"},
        {"registration": "elsewhere", "registration_url": "https://host.example/"},
        {"closes_at": NOW},
        {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)},
    ],
)
def test_one_registers_only_while_registration_is_open(at, change):
    with pytest.raises(StepRefused):
        registrations.register(SeminarFactory(**change), user=UserFactory())


def test_nobody_gives_back_a_place_of_what_is_over_or_never_had(at):
    over = SeminarFactory(starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1))
    place = RegistrationFactory(seminar=over)
    with pytest.raises(StepRefused, match="This seminar is over"):
        registrations.cancel(over, user=place.user)
    with pytest.raises(StepRefused, match="You are not registered"):
        registrations.cancel(SeminarFactory(), user=place.user)
    place.refresh_from_db()
    assert place.state == "registered"


def test_one_registers_for_an_own_member_only(at):
    membership = MembershipFactory()
    seminar = SeminarFactory()
    row = registrations.register(seminar, user=membership.user, member=membership.member)
    assert row.member == membership.member
    with pytest.raises(NotAllowed):
        registrations.register(seminar, user=UserFactory(), member=membership.member)


def test_who_came_is_noted_when_it_has_begun(at, by):
    seminar = SeminarFactory()
    ani, bo, chi = (
        RegistrationFactory(seminar=seminar, state=state)
        for state in ("registered", "registered", "cancelled")
    )
    with pytest.raises(StepRefused):
        registrations.note_who_came(seminar, [ani.pk], by=by)
    at.move_to(BEGINS)
    registrations.note_who_came(seminar, [ani.pk], by=by)
    registrations.note_who_came(seminar, [bo.pk], by=by)
    states = dict(Registration.objects.values_list("pk", "state"))
    assert states == {ani.pk: "registered", bo.pk: "came", chi.pk: "cancelled"}
    with pytest.raises(NotAllowed):
        registrations.note_who_came(seminar, [], by=ani.user)


def test_registrations_are_in_the_download_and_go_with_the_account(at):
    seminar = SeminarFactory(seats=1)
    ani, bo = UserFactory(name="Ani"), UserFactory(name="Bo")
    member = MembershipFactory(user=ani, member__name="Hue").member
    registrations.register(seminar, user=ani, member=member)
    registrations.register(seminar, user=bo)
    assert people.data_of(ani)["seminars"] == [
        {
            "seminar__title": "Sorting at source",
            "member__name": "Hue",
            "language": "",
            "state": "registered",
            "registered_at": NOW,
            "reminded_of": None,
        }
    ]
    people.delete_account(ani)
    assert list(Registration.objects.values_list("user__name", "state")) == [("Bo", "registered")]


def test_rows_move_with_members_and_themes_that_are_merged(at, by, reference):
    kept, double = MemberFactory(name="Hue"), MemberFactory(name="Hue City")
    seminar = SeminarFactory()
    old, new = Theme.objects.all()[:2]
    seminar.themes.set([old])
    both = SeminarFactory()
    both.themes.set([old, new])
    SeminarHost.objects.create(seminar=seminar, member=double)
    SeminarItem.objects.create(seminar=seminar, title="Welcome", member=double)
    RegistrationFactory(seminar=seminar, member=double)
    merging.merge(double, kept, by=by, reason="The same.")
    themes.merge(old, new, by=by, reason="The same.")
    assert {
        seminar.hosts.get().member,
        seminar.items.get().member,
        seminar.registrations.get().member,
    } == {kept}
    assert list(seminar.themes.all()) == list(both.themes.all()) == [new]
    # A member that is deleted leaves its name.
    SeminarHost.objects.update(member=None)
    assert str(seminar.hosts.get()) == "Hue City"
