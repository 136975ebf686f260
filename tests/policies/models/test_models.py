"""Rules that the database itself keeps, whoever writes to it."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from policies.models import (
    BudgetLine,
    CaseStudy,
    Contribution,
    FundingSource,
    Indicator,
    Phase,
    Revision,
    RevisionTheme,
    StaffRole,
)
from policies.models.amounts import LARGEST
from sdg.models import Target
from tests.factories import (
    CaseStudyFactory,
    LiveRevisionFactory,
    MemberFactory,
    MembershipFactory,
    RevisionFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

State = Revision.State


def refused(make, *args, **kwargs):
    """Whether the database refuses to store it."""
    try:
        with transaction.atomic():
            make(*args, **kwargs)
    except (DataError, IntegrityError):
        return True
    return False


@pytest.mark.parametrize("first", Revision.OPEN_STATES)
@pytest.mark.parametrize("second", Revision.OPEN_STATES)
def test_case_has_one_open_revision(first, second):
    revision = RevisionFactory(state=first)
    assert refused(RevisionFactory, case=revision.case, state=second)


def test_case_may_have_a_public_and_an_open_revision():
    live = LiveRevisionFactory()
    RevisionFactory(case=live.case)
    assert live.case.revisions.count() == 2


def test_case_has_one_published_revision():
    live = LiveRevisionFactory()
    assert refused(
        RevisionFactory,
        case=live.case,
        state=State.PUBLISHED,
        decided_at=timezone.now(),
        decided_by_name="Mina",
    )


@pytest.mark.parametrize("state", Revision.DECIDED_STATES)
@pytest.mark.parametrize(
    "decision",
    [{"decided_by_name": "Mina"}, {"decided_at": timezone.now()}],
    ids=["no date", "no decider"],
)
def test_decided_revision_has_decider_and_date(state, decision):
    assert refused(RevisionFactory, state=state, **decision)


@pytest.mark.parametrize(
    "content",
    [
        {"budget_amount": -1, "budget_currency": "USD"},
        {"budget_amount": 1},
        {"budget_amount": LARGEST + 1, "budget_currency": "IDR"},
        {"budget_usd": -1},
        {"budget_usd": LARGEST + 1},
        {"staff_fte": -1},
        {"start": "2013-13"},
        {"start": "2013-4"},
        {"start": "13"},
        {"end": "soon"},
        {"start": "2013-04", "end": "2013-03"},
        {"start": "2013-04", "end": "2012"},
        {"start": "2013", "end": "2012-12"},
    ],
    ids=str,
)
def test_revision_refuses(content):
    assert refused(RevisionFactory, **content)


@pytest.mark.parametrize(
    "content",
    [
        {"budget_amount": 0, "budget_currency": "USD"},
        {"start": "2013-04", "end": "2013-04"},
        {"start": "2013-04", "end": "2013"},
        {"start": "2013", "end": "2013-04"},
        {"start": "2013", "end": "2014"},
        {"start": "", "end": "2014"},
        {"start": "2013", "end": ""},
    ],
    ids=str,
)
def test_revision_accepts(content):
    assert not refused(RevisionFactory, **content)


def test_eighth_target_is_refused(reference):
    codes = ["11.1", "11.2", "11.3", "11.4", "11.5", "11.6", "11.7"]
    revision = RevisionFactory(targets=codes)
    assert refused(
        Contribution.objects.create,
        revision=revision,
        target=Target.objects.get(pk="12.5"),
        position=7,
    )


def test_target_stands_once_and_one_is_primary(reference):
    revision = RevisionFactory(targets=["11.1"])
    again = Target.objects.get(pk="11.1")
    other = Target.objects.get(pk="11.2")
    create = Contribution.objects.create
    assert refused(create, revision=revision, target=again, position=1)
    assert refused(create, revision=revision, target=other, position=1, role="primary")
    assert refused(create, revision=revision, target=other, position=0)


def test_fourth_theme_is_refused():
    revision = RevisionFactory(themes=["transport", "energy", "housing"])
    fourth = ThemeFactory(slug="solid-waste")
    assert refused(RevisionTheme.objects.create, revision=revision, theme=fourth, position=3)


@pytest.mark.parametrize(
    ("model", "content"),
    [
        (BudgetLine, {"category": "capital", "amount": -1}),
        (BudgetLine, {"category": "capital", "amount": LARGEST + 1}),
        (FundingSource, {"name": "A bank", "amount": -1}),
        (FundingSource, {"name": "A bank", "amount": LARGEST + 1}),
        (Indicator, {"name": "Trips", "baseline": LARGEST + 1}),
        (Indicator, {"name": "Trips", "planned": -LARGEST - 1}),
        (Indicator, {"name": "Trips", "result": LARGEST + 1}),
        (StaffRole, {"role": "Driver", "people": -1}),
        (StaffRole, {"role": "Driver", "months": -1}),
        (Phase, {"name": "Pilot", "start": "2014", "end": "2013"}),
    ],
)
def test_row_refuses(model, content):
    assert refused(model.objects.create, revision=RevisionFactory(), **content)


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (BudgetLine, "amount", Decimal(LARGEST)),
        (BudgetLine, "amount", Decimal("9999999999999.99")),
        (FundingSource, "amount", Decimal(LARGEST)),
        (Indicator, "result", Decimal(LARGEST)),
        (Indicator, "result", Decimal(-LARGEST)),
        (Indicator, "result", Decimal("99999999999.9999")),
    ],
)
def test_largest_numbers_come_back_as_they_were(model, field, value):
    row = model.objects.create(revision=RevisionFactory(), **{field: value})
    row.refresh_from_db()
    assert getattr(row, field) == value


def test_largest_budget_comes_back_as_it_was():
    revision = RevisionFactory(
        budget_amount=LARGEST, budget_currency="IDR", budget_usd=Decimal("9999999999999.99")
    )
    revision.refresh_from_db()
    assert revision.budget_amount == LARGEST
    assert revision.budget_usd == Decimal("9999999999999.99")


def test_phase_says_which_field_is_wrong():
    with pytest.raises(ValidationError) as refusal:
        Phase(name="Pilot", start="2014", end="2013").clean()
    assert list(refusal.value.message_dict) == ["end"]


def test_deleting_a_case_takes_its_revisions_along():
    case = LiveRevisionFactory().case
    case.delete()
    assert not Revision.objects.exists()
    assert not CaseStudy.objects.exists()


def test_people_have_different_addresses_whatever_the_case():
    UserFactory(email="mina@city.example")
    assert refused(UserFactory, email="Mina@City.Example")


def test_person_has_one_current_membership_a_member():
    membership = MembershipFactory()
    assert refused(MembershipFactory, user=membership.user, member=membership.member)
    membership.status = "ended"
    membership.save()
    MembershipFactory(user=membership.user, member=membership.member)
    assert membership.user.memberships.count() == 2


@pytest.mark.parametrize(
    "place",
    [{"latitude": 91}, {"longitude": 181}, {"latitude": None}, {"longitude": None}],
    ids=str,
)
def test_member_refuses_a_place_off_the_earth(place):
    assert refused(MemberFactory, **place)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Owl Bus: night routes", "owl-bus-night-routes"),
        ("Đà Nẵng & Huế", "da-nang-hue"),
        ("심야버스", "policy"),
        ("x" * 200, "x" * 80),
    ],
)
def test_slug_for_gives_an_address_that_works(title, slug):
    assert CaseStudy.slug_for(title) == slug


def test_editable_by_gives_the_cases_of_own_members_only():
    ours, theirs = CaseStudyFactory(), CaseStudyFactory()
    official = MembershipFactory(member=ours.member).user
    MembershipFactory(user=official, member=theirs.member, status="requested", decided_at=None)
    assert list(CaseStudy.objects.editable_by(official)) == [ours]
    assert list(CaseStudy.objects.editable_by(UserFactory())) == []


def test_awaiting_review_puts_the_longest_waiting_first():
    now = timezone.now()
    later = RevisionFactory(state=State.SUBMITTED, submitted_at=now)
    first = RevisionFactory(state=State.SUBMITTED, submitted_at=now - datetime.timedelta(days=3))
    RevisionFactory()
    assert list(Revision.objects.awaiting_review()) == [first, later]
