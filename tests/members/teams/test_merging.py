"""Two members that are one organisation."""

from base64 import urlsafe_b64encode

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from members.errors import InvalidMember, ReasonRequired
from members.models import Event, FormerAddress, Invitation, Member, Membership, Notice
from members.models.invitation_tokens import by_token, hash_of, token_of
from members.notices.mail_texts import text_of
from members.teams import invitations, memberships, merging
from members.teams.personal_data import events_about
from policies.search import index
from tests.conftest import signed_in
from tests.factories import (
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    StaffFactory,
    UserFactory,
)
from tests.members.team import coordinator_of, official_of, request_of, verified

pytestmark = pytest.mark.django_db

COORDINATOR, OFFICIAL = Membership.Role.COORDINATOR, Membership.Role.OFFICIAL


@pytest.fixture
def editor():
    return StaffFactory(groups=["Editors in chief"], name="Min-jun")


@pytest.fixture
def kept():
    return MemberFactory(name="Surabaya", slug="surabaya", about="A port.", joined=None)


@pytest.fixture
def double():
    return MemberFactory(
        name="Kota Surabaya",
        slug="kota-surabaya",
        about="A city.",
        joined=1987,
        website="https://surabaya.example/",
        population=None,
        population_source="",
    )


def merge(double, kept, editor, reason="The same city"):
    return merging.merge(double, kept, by=editor, reason=reason)


def test_everything_of_the_double_moves(double, kept, editor):
    case = LiveRevisionFactory(case__member=double).case
    double.evidence.create(statement="Attended", year=2009, url="https://example.org/")
    coordinator = coordinator_of(double)
    invitation = invitations.invite(double, "eko@city.example", coordinator)
    ended = MembershipFactory(member=double, status="ended")

    assert merge(double, kept, editor) == kept

    assert list(Member.objects.values_list("slug", flat=True)) == ["surabaya"]
    case.refresh_from_db()
    ended.refresh_from_db()
    assert (case.member, ended.member) == (kept, kept)
    assert kept.evidence.values_list("year").get() == (2009,)
    assert Invitation.objects.get() == invitation
    assert Invitation.objects.get().member == kept
    assert Member.objects.coordinated_by(coordinator).get() == kept


def test_invitation_that_moves_is_mailed_shown_and_taken_with_the_same_link(double, kept, editor):
    invitation = invitations.invite(double, "eko@city.example", coordinator_of(double))
    token = token_of(invitation)
    person = verified(email="eko@city.example")
    merge(double, kept, editor)
    link = reverse("my:invitation", args=[token])
    assert link in text_of(Notice.objects.get(kind="invited"))[1]
    assert link in signed_in(person).get(reverse("my:home")).text
    assert invitations.accept(by_token(token), person).member == kept


def test_secret_of_before_with_the_member_in_it_is_known(double, settings):
    invitation = invitations.invite(double, "eko@city.example", coordinator_of(double))
    expires = f"{invitation.expires_at:%Y%m%dT%H%M%S%f}"
    facts = f"{double.pk} eko@city.example official {expires}"
    mac = salted_hmac("invitation to a team", facts, secret=settings.SECRET_KEY, algorithm="sha256")
    token = urlsafe_b64encode(mac.digest()).decode().rstrip("=")
    assert token_of(invitation) != token
    invitation.token_hash = hash_of(token)
    assert token_of(invitation) == token


def test_kept_member_takes_over_only_what_it_does_not_say(double, kept, editor):
    merge(double, kept, editor)
    kept.refresh_from_db()
    assert (kept.name, kept.about, kept.joined, kept.website) == (
        *("Surabaya", "A port."),
        *(1987, "https://surabaya.example/"),
    )
    assert (kept.population, kept.population_source) == (3_018_022, "GeoNames")


def test_figure_and_its_source_are_taken_over_together(double, kept, editor):
    Member.objects.filter(pk=kept.pk).update(population=None, population_source="")
    Member.objects.filter(pk=double.pk).update(
        population=5, population_year=2020, population_source="Census"
    )
    merge(double, kept, editor)
    kept.refresh_from_db()
    assert (kept.population, kept.population_year, kept.population_source) == (5, 2020, "Census")


def test_same_evidence_is_kept_once(double, kept, editor):
    for member in (double, kept):
        member.evidence.create(statement="Attended", year=2009, url="https://example.org/")
    merge(double, kept, editor)
    assert kept.evidence.count() == 1


def test_merge_is_recorded_with_the_reason(double, kept, editor):
    merge(double, kept, editor)
    assert Event.objects.values_list("action", "actor_name", "subject", "reason").get() == (
        *("member-merged", "Min-jun", "Surabaya"),
        "Kota Surabaya (kota-surabaya): The same city",
    )


def test_addresses_of_the_double_lead_to_the_kept_member(client, double, kept, editor):
    FormerAddress.objects.create(slug="soerabaja", member=double)
    before = double.get_absolute_url()
    merge(double, kept, editor)
    for address in (before, reverse("members:detail", args=["soerabaja"])):
        answer = client.get(address)
        assert (answer.status_code, answer.url) == (301, kept.get_absolute_url())
    assert client.get(reverse("members:detail", args=["nowhere"])).status_code == 404


@pytest.mark.parametrize(
    ("there", "coming", "status", "role"),
    [
        (("active", OFFICIAL), ("active", COORDINATOR), "active", COORDINATOR),
        (("active", COORDINATOR), ("active", OFFICIAL), "active", COORDINATOR),
        (("requested", OFFICIAL), ("active", OFFICIAL), "active", OFFICIAL),
        (("active", OFFICIAL), ("requested", OFFICIAL), "active", OFFICIAL),
        (("requested", OFFICIAL), ("requested", OFFICIAL), "requested", OFFICIAL),
    ],
)
def test_person_in_both_teams_keeps_what_gives_more_rights(
    double, kept, editor, there, coming, status, role
):
    ani = UserFactory()
    for member, (state, given) in ((kept, there), (double, coming)):
        membership = request_of(ani, member, role=given)
        if state == "active":
            coordinator = StaffFactory(groups=["Moderators"])
            memberships.approve(membership, coordinator, role=given)

    merge(double, kept, editor)

    current = ani.memberships.filter(status__in=memberships.CURRENT)
    assert current.values_list("member", "status", "role").get() == (kept.pk, status, role)
    assert ani.memberships.filter(status="ended").count() == 1


def test_people_who_come_over_or_asked_to_are_told_and_on_record(double, kept, editor):
    ani, waiting = coordinator_of(double), request_of(member=double)
    leads, waits_twice = official_of(kept), UserFactory()
    MembershipFactory(member=double, user=leads, role=COORDINATOR)
    stays = MembershipFactory(member=kept, role=COORDINATOR).user
    MembershipFactory(member=double, user=stays)
    for member in (kept, double):
        request_of(waits_twice, member)
    Notice.objects.all().delete()
    before = Event.objects.count()
    merge(double, kept, editor)
    told = {(each.recipient, each.kind, each.path) for each in Notice.objects.all()}
    assert told == {
        *((who, "role-changed", "/my/teams/surabaya/") for who in (ani, leads)),
        *((who, "membership-decided", "/my/") for who in (waiting.user, waits_twice)),
    }
    subject, text = text_of(waiting.user.notices.get())
    assert subject == "Your request to join Kota Surabaya now waits at Surabaya"
    assert "The secretariat has merged Kota Surabaya into Surabaya" in text
    why = "Kota Surabaya (kota-surabaya): The same city"
    changed, ended = ("role-changed", f"coordinator: {why}"), ("membership-ended", why)
    trails = {
        who: [
            *events_about(who).filter(actor=editor).order_by("pk").values_list("action", "reason")
        ]
        for who in (ani, leads, stays, waits_twice, waiting.user)
    }
    assert trails == {
        ani: [changed],
        leads: [ended, changed],
        stays: [ended],
        waits_twice: [ended],
        waiting.user: [],
    }
    assert Event.objects.count() == before + 6


@pytest.mark.parametrize("reason", ["", "  "])
def test_merge_needs_a_reason(double, kept, editor, reason):
    with pytest.raises(ReasonRequired, match="Give a reason"):
        merge(double, kept, editor, reason)
    assert Member.objects.count() == 2


def test_member_is_not_merged_with_itself(kept, editor):
    with pytest.raises(InvalidMember, match="with itself"):
        merge(kept, kept, editor)
    assert Member.objects.get() == kept


def test_second_of_two_who_merge_is_told(double, kept, editor):
    other = MemberFactory()
    merge(Member.objects.get(pk=double.pk), kept, editor)
    with pytest.raises(InvalidMember, match="no longer there"):
        merge(double, other, editor)
    assert Event.objects.count() == 1


def test_merge_that_fails_half_way_leaves_all_as_it_was(double, kept, editor, monkeypatch):
    case = LiveRevisionFactory(case__member=double).case
    monkeypatch.setattr(merging, "FILLED", (("no_such_field",),))
    with pytest.raises(AttributeError), transaction.atomic():
        merge(double, kept, editor)
    case.refresh_from_db()
    assert (case.member, Member.objects.count(), Event.objects.count()) == (double, 2, 0)


def test_search_finds_the_cases_under_the_kept_member(client, double, kept, editor, reference):
    LiveRevisionFactory(case__member=double, targets=["11.6"])
    index.sync()
    merge(double, kept, editor)
    index.sync()
    page = client.get("/policies/", {"member": "surabaya"}).text
    assert "Night buses" in page
    assert "Kota Surabaya" not in page


def test_what_moves_is_counted(double):
    LiveRevisionFactory(case__member=double)
    MembershipFactory(member=double)
    MembershipFactory(member=double)
    assert sorted((str(name), number) for name, number in merging.what_moves(double)) == [
        ("case studies", 1),
        ("memberships", 2),
    ]
