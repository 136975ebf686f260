"""What lists show of live revisions, from their columns and stored summaries."""

import pytest
from django.db import transaction
from django.template import engines

from citynet.web import recent
from policies.content import lists, summary
from policies.content.key_facts import evidence, goal_numbers, key_facts
from policies.models import CaseStudy, FundingSource, Indicator, Revision, Stakeholder, Theme
from sdg import names
from sdg.models import Target
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


def card(revision):
    (one,) = lists.read([revision.pk])
    return engines["django"].from_string("{% cards all compare=True %}").render({"all": [one]})


def test_stored_summary_shows_what_the_rows_say(revision):
    (worked_out,) = lists.read([revision.pk])
    assert summary.rebuild(Revision.objects.live()) == 1
    (stored,) = lists.read([revision.pk])

    for one in (worked_out, stored):
        assert [(fact.value, fact.detail) for fact in key_facts(one)] == [
            (
                "KRW 13 billion",
                "partial: First line only; no USD rate on file; 2 funding sources, 1 withdrawn",
            ),
            ("2.5 FTE", "Drivers"),
            ("Since April 2013", "13 years so far; end not reported"),
            ("2 named", "1 with a role"),
        ]
        assert evidence(one) == "Measured"
        assert goal_numbers(one) == [9, 11]
        assert [target.code for target in one.listed_targets] == ["11.2", "9.1"]
        assert one.listed_themes == ["Transport", "Housing"]
        assert one.direction == "rtl"


def test_bare_revision():
    (one,) = lists.read([LiveRevisionFactory().pk])
    assert [fact.value for fact in key_facts(one)] == ["Not reported"] * 4
    assert evidence(one) == "No results reported"
    assert one.listed_targets == one.listed_themes == []


CHANGES = [
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
    (Theme, {"name": "Other"}),
    (Target, {"label": "Other"}),
]


def test_card_follows_what_changes_while_its_text_stays(revision, subtests):
    summary.rebuild(Revision.objects.live())
    before = card(revision)
    for model, change in CHANGES:
        with subtests.test(model=model.__name__, change=change), transaction.atomic():
            rows = model.objects.filter(slug="transport") if model is Theme else model.objects.all()
            rows.update(**change)
            # Each process reads the names of targets and themes anew after some seconds.
            names.forget()
            recent.forget()
            assert card(revision) != before
            transaction.set_rollback(True)
        names.forget()
        recent.forget()
        assert card(revision) == before


def test_only_live_revisions_once_and_in_order():
    first, second = LiveRevisionFactory(title="First"), LiveRevisionFactory(title="Second")
    draft = RevisionFactory()
    keys = [second.pk, draft.pk, first.pk, 0, second.pk]
    assert [one.title for one in lists.read(keys)] == ["Second", "First"]
    assert lists.read([]) == lists.read([draft.pk]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_four_queries_whatever_their_number(django_assert_num_queries, count):
    keys = [
        LiveRevisionFactory(targets=["11.2"], themes=["transport"]).pk for number in range(count)
    ]
    summary.rebuild(Revision.objects.live())
    with django_assert_num_queries(4):
        found = lists.read(keys)
        assert [(key_facts(one)[0].value, evidence(one)) for one in found] == [
            ("Not reported", "No results reported")
        ] * count


@pytest.mark.parametrize("count", [1, 3])
def test_summaries_of_another_form_are_worked_out_in_a_fixed_number(
    django_assert_num_queries, count
):
    keys = [
        LiveRevisionFactory(targets=["11.2"], list_summary={"version": 0}).pk
        for number in range(count)
    ]
    with django_assert_num_queries(17):
        assert [goal_numbers(one) for one in lists.read(keys)] == [[11]] * count
