"""What lists read is what the models say."""

import pytest

from policies.content.cards import card
from policies.content.key_facts import key_facts
from policies.content.listing import listed
from policies.models import CaseStudy, FundingSource, Indicator, Revision, Stakeholder
from tests.factories import CaseStudyFactory, LiveRevisionFactory, MemberFactory, RevisionFactory

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def revision():
    member = MemberFactory(name="Suva & Nadi", slug="suva", country="FJ")
    revision = LiveRevisionFactory(
        case=CaseStudyFactory(member=member),
        targets=["11.2", "9.1"],
        themes=["transport", "housing"],
        title="<b>Night</b>",
        language="ar",
        stage="under-way",
        start="2013-04",
        budget_amount="13000000000",
        budget_currency="KRW",
        budget_year=2013,
        budget_scope="part",
        budget_note="First line only.",
        staff_fte="2.5",
        staff_note="Drivers",
    )
    for position, role in enumerate(["runs", ""]):
        Stakeholder.objects.create(revision=revision, name="X", role=role, position=position)
    for position, state in enumerate(["withdrawn", ""]):
        FundingSource.objects.create(revision=revision, name="Y", state=state, position=position)
    Indicator.objects.create(revision=revision, name="Z", planned=5, position=0)
    Indicator.objects.create(revision=revision, name="Z", result=5, evidence="measured", position=1)
    return revision


@pytest.mark.parametrize("compare", [False, True])
def test_listed_revision_gives_the_same_card_as_the_model(revision, compare):
    (one,) = listed([revision.pk])
    model = Revision.objects.for_cards().get()
    assert key_facts(one) == key_facts(model)
    assert card(one, 2, "night", compare) == card(model, 2, "night", compare)
    assert one.get_stage_display() == model.get_stage_display()
    assert one.direction == model.direction == "rtl"
    assert one.case.get_absolute_url() == model.case.get_absolute_url()


def test_bare_revision_gives_the_same_card_as_the_model():
    revision = LiveRevisionFactory()
    (one,) = listed([revision.pk])
    assert card(one) == card(Revision.objects.for_cards().get())
    assert one.get_stage_display() == ""


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Revision, {"title": "Other"}),
        (Revision, {"summary": "Other"}),
        (Revision, {"language": "fr"}),
        (Revision, {"stage": "completed"}),
        (Revision, {"start": "2014"}),
        (Revision, {"end": "2020"}),
        (Revision, {"budget_amount": 5}),
        (Revision, {"budget_currency": "USD"}),
        (Revision, {"budget_year": None}),
        (Revision, {"budget_scope": "annual"}),
        (Revision, {"budget_note": "Other"}),
        (Revision, {"budget_usd": 5}),
        (Revision, {"budget_amount": None, "budget_unavailable": "secret"}),
        (Revision, {"staff_fte": 7}),
        (Revision, {"staff_note": "Other"}),
        (Revision, {"staff_fte": None, "staff_note": "", "staff_unavailable": "secret"}),
        (CaseStudy, {"slug": "other"}),
        (type(MemberFactory.build()), {"name": "Other"}),
        (type(MemberFactory.build()), {"country": "KR"}),
        (type(MemberFactory.build()), {"slug": "other"}),
        (Stakeholder, {"role": "runs"}),
        (FundingSource, {"state": "received"}),
        (Indicator, {"evidence": "evaluated"}),
        (Indicator, {"result": None}),
    ],
)
def test_card_follows_every_change(revision, model, change):
    before = card(listed([revision.pk])[0], compare=True)
    model.objects.update(**change)
    assert card(listed([revision.pk])[0], compare=True) != before


@pytest.mark.parametrize("table", ["contributions", "theme_rows", "stakeholders"])
def test_card_follows_rows_that_go(revision, table):
    before = card(listed([revision.pk])[0])
    getattr(revision, table).last().delete()
    assert card(listed([revision.pk])[0]) != before


def test_card_of_another_place_on_the_page(revision):
    (one,) = listed([revision.pk])
    assert "<h2 " in card(one, 2)
    assert "<h3 " in card(one, 3)
    assert 'name="case"' not in card(one)
    assert 'name="case"' in card(one, compare=True)


def test_only_live_revisions_once_and_in_order():
    first, second = LiveRevisionFactory(title="First"), LiveRevisionFactory(title="Second")
    draft = RevisionFactory()
    keys = [second.pk, draft.pk, first.pk, 0, second.pk]
    assert [one.title for one in listed(keys)] == ["Second", "First"]
    assert listed([]) == listed([draft.pk]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_two_queries_whatever_their_number(django_assert_num_queries, count):
    keys = [LiveRevisionFactory(targets=["11.2"]).pk for number in range(count)]
    with django_assert_num_queries(2):
        assert len([card(one) for one in listed(keys)]) == count
