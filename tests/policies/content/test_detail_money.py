"""Money on the case page: shares, the rest, conversion, and the amount for each resident."""

from decimal import Decimal

import pytest

from policies.content import money
from policies.content.charts import UNKNOWN
from policies.models import BudgetLine, FundingSource, Revision
from tests.factories import LiveRevisionFactory

pytestmark = pytest.mark.django_db

Scope = Revision.Scope


def make(*amounts, **fields):
    """A revision with a funding source, named A, B, …, for each amount."""
    fields = {"budget_currency": "USD"} | fields
    revision = LiveRevisionFactory(**fields)
    for place, amount in enumerate(amounts):
        FundingSource.objects.create(
            revision=revision, position=place, name="ABCD"[place], amount=amount
        )
    return revision


def lines(split):
    found = [(part.name, part.amount, part.share) for part in split.parts]
    if split.rest:
        found.append((split.rest.name, split.rest.amount, split.rest.share))
    return found


def kinds(split):
    return [piece.kind for piece in split.bar.pieces]


def test_funding_with_an_unknown_part():
    split = money.funding(make(80, 95, None, budget_amount=200))
    assert lines(split) == [
        ("A", "USD 80", "40.0%"),
        ("B", "USD 95", "47.5%"),
        ("C", "", ""),
        ("Rest", "USD 25", "12.5%"),
    ]
    assert kinds(split) == ["known", "known", UNKNOWN]
    assert split.total == "USD 200"
    assert [round(piece.width, 2) for piece in split.rest.bar.pieces] == [12.5]


def test_funding_that_is_complete_has_no_rest():
    split = money.funding(make(150, 50, budget_amount=200))
    assert lines(split) == [("A", "USD 150", "75.0%"), ("B", "USD 50", "25.0%")]
    assert (split.rest, split.exceeds, split.has_shares) == (None, False, True)


def test_funding_that_exceeds_the_budget_has_no_shares():
    split = money.funding(make(150, 100, budget_amount=200))
    assert lines(split) == [("A", "USD 150", ""), ("B", "USD 100", "")]
    assert (split.rest, split.exceeds, split.has_shares) == (None, True, False)


def test_funding_of_an_unknown_budget_has_no_shares():
    split = money.funding(make(150, 50, budget_amount=None))
    assert lines(split) == [("A", "USD 150", ""), ("B", "USD 50", "")]
    assert (split.total, split.rest) == ("", None)
    assert kinds(split) == ["known", "known"]


def test_funding_without_any_amount_is_drawn_as_unknown():
    split = money.funding(make(None, budget_amount=None, budget_currency=""))
    assert lines(split) == [("A", "", "")]
    assert kinds(split) == [UNKNOWN]


def test_unknown_parts_of_a_partial_budget_leave_the_shares_open():
    split = money.funding(make(200, None, budget_amount=200, budget_scope=Scope.PART))
    assert lines(split) == [("A", "USD 200", ""), ("B", "", "")]
    assert (kinds(split), split.is_part, split.rest) == ([UNKNOWN], True, None)


def test_budget_of_zero_has_no_shares():
    split = money.funding(make(0, budget_amount=0))
    assert lines(split) == [("A", "USD 0", "")]
    assert (kinds(split), split.exceeds) == ([], False)


def test_amount_without_a_currency_says_so():
    split = money.funding(make(5, budget_amount=None, budget_currency=""))
    assert lines(split) == [("A", "currency not reported 5", "")]


def test_no_funding_source_gives_no_part():
    split = money.funding(make(budget_amount=200))
    assert (split.parts, split.rest) == ([], None)


def test_withdrawn_money_stays_and_is_said():
    revision = make(150, 50, budget_amount=200)
    FundingSource.objects.filter(name="A").update(state=FundingSource.State.WITHDRAWN)
    split = money.funding(revision)
    assert split.parts[0].details == ("Kind not reported", "Withdrawn")
    assert split.parts[0].share == "75.0%"
    assert kinds(split) == ["withdrawn", "known"]


def test_figures_in_one_line():
    figures = money.figures(money.funding(make(80, None, budget_amount=200)))
    assert figures == [("A", "USD 80 (40.0%)"), ("B", ""), ("Rest", "USD 120 (60.0%)")]


def test_figures_of_a_partial_budget_have_no_share():
    split = money.funding(make(80, budget_amount=80, budget_scope=Scope.PART))
    assert money.figures(split) == [("A", "USD 80")]


def test_amount_for_each_resident():
    revision = LiveRevisionFactory(
        budget_usd=11_900_000,
        scale="city",
        case__member__population=10_000_000,
        case__member__population_year=2020,
    )
    assert money.resident(revision) == money.ScaledAmount(
        "USD 1.19", "USD 11.9 million / 10,000,000 residents (GeoNames, 2020)"
    )


def test_amount_for_each_resident_a_year():
    revision = LiveRevisionFactory(
        budget_usd=50_000, scale="city", budget_scope=Scope.ANNUAL, case__member__population=1000
    )
    assert money.resident(revision).value == "USD 50 a year"


def test_amount_for_each_resident_of_a_part():
    revision = LiveRevisionFactory(
        budget_usd=50_000, scale="beyond", budget_scope=Scope.PART, case__member__population=1000
    )
    assert money.resident(revision).how == (
        "USD 50,000 / 1,000 residents (GeoNames, year not reported); the amount covers a part of "
        "the budget only; it reaches people elsewhere too, who are not counted"
    )


@pytest.mark.parametrize("population", [None, 0])
def test_amount_for_each_resident_without_a_population(population):
    revision = LiveRevisionFactory(budget_usd=1, case__member__population=population)
    assert money.resident(revision) == money.ScaledAmount(
        "", "Not computed: the population is not on file"
    )


def test_amount_for_each_resident_without_dollars():
    assert money.resident(LiveRevisionFactory()) == money.ScaledAmount(
        "", "Not computed: no amount in USD is known"
    )


def test_budget_of_zero_costs_each_resident_nothing():
    revision = LiveRevisionFactory(budget_usd=0, scale="city", case__member__population=1000)
    assert money.resident(revision).value == "USD 0"


@pytest.mark.parametrize(
    ("scale", "why"),
    [
        ("", "Not computed: it is not reported whether it reached the whole city"),
        ("site", "Not computed: the policy did not reach the whole city (scale: site)"),
    ],
)
def test_amount_for_each_resident_only_of_what_reached_the_whole_city(scale, why):
    revision = LiveRevisionFactory(budget_usd=1000, scale=scale, case__member__population=100)
    assert money.resident(revision) == money.ScaledAmount("", why)


@pytest.mark.parametrize(
    ("fields", "value", "how"),
    [
        ({}, "", "Not computed: the people served are not reported"),
        ({"people_served": 50}, "", "Not computed: no amount in USD is known"),
        (
            {"people_served": 50, "budget_usd": 1000, "budget_scope": Scope.ANNUAL},
            "USD 20 a year",
            "USD 1,000 / 50 people served",
        ),
    ],
)
def test_amount_for_each_person_served_says_what_it_is_or_lacks(fields, value, how):
    revision = LiveRevisionFactory(scale="site", **fields)
    assert money.person_served(revision) == money.ScaledAmount(value, how)


def test_amount_for_each_person_served():
    revision = LiveRevisionFactory(
        budget_usd=1000, scale="site", people_served=50, people_served_qualifier="about"
    )
    assert money.person_served(revision) == money.ScaledAmount(
        "USD 20", "USD 1,000 / about 50 people served"
    )


CONVERTED = "Converted at the mean rate of 2004"


@pytest.mark.parametrize(
    ("fields", "value", "how"),
    [
        ({}, "", "Not computed: no amount is reported"),
        (
            {"budget_amount": 5, "budget_currency": "USD", "budget_usd": 5},
            "USD 5",
            "The amount is stated in USD",
        ),
        (
            {"budget_amount": 5, "budget_currency": "KRW"},
            "",
            "Not converted: the year of the amount is not reported",
        ),
        (
            {"budget_amount": 5, "budget_currency": "TMT", "budget_year": 2004},
            "",
            "Not converted: no USD rate on file",
        ),
        (
            {
                "budget_amount": 50_000_000_000,
                "budget_currency": "IDR",
                "budget_year": 2004,
                "budget_usd": Decimal("5593560.69"),
            },
            "USD 5.59 million",
            f"{CONVERTED}: USD 1 = IDR 8,939 (International Monetary Fund)",
        ),
        (
            {
                "budget_amount": 3,
                "budget_currency": "GBP",
                "budget_year": 2004,
                "budget_usd": Decimal("5.49"),
            },
            "USD 5.49",
            f"{CONVERTED}: USD 1 = GBP 0.5462 (International Monetary Fund)",
        ),
        (
            {
                "budget_amount": Decimal("0.01"),
                "budget_currency": "IDR",
                "budget_year": 2004,
                "budget_usd": 0,
            },
            "USD 0",
            f"{CONVERTED}: USD 1 = IDR 8,939 (International Monetary Fund)",
        ),
        (
            {
                "budget_amount": 12,
                "budget_currency": "KRW",
                "budget_year": 2013,
                "budget_usd": Decimal("0.01"),
            },
            "USD 0.01",
            "Converted at the mean rate of 2013: USD 1 = KRW 1,095 (International Monetary Fund)",
        ),
        (
            {
                "budget_amount": 24_164_885_800,
                "budget_currency": "VND",
                "budget_year": 2026,
                "budget_usd": 1_000_000,
            },
            "USD 1 million",
            (
                "Converted at the mean rate of 2024, the last one known when 2026 was not covered "
                "yet: USD 1 = VND 24,165 (International Monetary Fund)"
            ),
        ),
        (
            {
                "budget_amount": 12,
                "budget_currency": "KRW",
                "budget_year": 2013,
                "budget_usd": 10,
            },
            "USD 10",
            "Converted at the mean rate of 2013 known at publication",
        ),
        (
            {
                "budget_amount": 386,
                "budget_currency": "KRW",
                "budget_usd": 281,
                "budget_usd_source": "Wikisum",
            },
            "USD 281",
            "As stated: Wikisum",
        ),
        ({"budget_usd": 281}, "USD 281", "As stated: source not reported"),
    ],
)
def test_amount_in_dollars(fields, value, how):
    assert money.in_usd(LiveRevisionFactory(**fields)) == money.ScaledAmount(value, how)


def test_population_without_a_source():
    revision = LiveRevisionFactory(case__member__population_source="")
    assert money.population_source(revision.case.member) == (
        "source not reported, year not reported"
    )


def test_page_shows_unknown_and_withdrawn_money(client):
    revision = make(150, None, budget_amount=200, budget_scope=Scope.TOTAL)
    FundingSource.objects.filter(name="A").update(state=FundingSource.State.WITHDRAWN)
    page = client.get(revision.case.get_absolute_url()).text
    assert page.count('stroke-dasharray="4 3"') == 2
    assert "Not reported</span></span></td>" in page
    assert '<rect x="75.00%" width="25.00%" height="100%" fill="url(#hatch)"/>' in page


def test_page_says_that_amounts_exceed_the_budget(client):
    revision = make(150, 100, budget_amount=200)
    page = client.get(revision.case.get_absolute_url()).text
    assert "The amounts add up to more than the stated budget, so no shares are given." in page


def test_page_names_the_stated_part_of_a_budget(client):
    revision = make(80, budget_amount=80, budget_scope=Scope.PART)
    page = client.get(revision.case.get_absolute_url()).text
    assert "Stated part of the budget" in page
    assert "Part of the whole" in page


def test_page_of_an_amount_that_is_known_in_dollars_only(client):
    revision = LiveRevisionFactory(budget_usd=1000)
    page = client.get(revision.case.get_absolute_url()).text
    assert "<dt>Amount</dt><dd><b>USD 1,000</b></dd>" in page


def test_amounts_in_another_currency_are_shown_but_in_no_sum():
    revision = make(80, 500, 30, budget_amount=200)
    FundingSource.objects.filter(name="B").update(
        currency="EUR", qualifier="at-least", year=2013, fiscal_year="2013/14", source_number=2
    )
    FundingSource.objects.filter(name="C").update(currency="USD", qualifier="about", year=2012)
    split = money.funding(revision)
    assert lines(split) == [
        ("A", "USD 80", "40.0%"),
        ("B", "at least EUR 500", ""),
        ("C", "about USD 30", "15.0%"),
        ("Rest", "USD 90", "45.0%"),
    ]
    assert kinds(split) == ["known", "known", UNKNOWN]
    assert (split.exceeds, split.has_others) == (False, True)
    assert [(part.year, part.source_number) for part in split.parts] == [
        ("", None),
        ("2013/14", 2),
        ("2012", None),
    ]
    assert money.figures(split)[3] == ("Rest, or stated in another currency", "USD 90")
    assert money.figures(split)[1:3] == [
        ("B", "at least EUR 500, 2013/14"),
        ("C", "about USD 30, 2012 (15.0%)"),
    ]


def test_funding_in_one_currency_is_added_up_where_the_budget_is_unknown():
    revision = make(150, 50, budget_amount=None, budget_currency="")
    revision.funding_sources.update(currency="EUR")
    split = money.funding(revision)
    assert lines(split) == [("A", "EUR 150", ""), ("B", "EUR 50", "")]
    assert (kinds(split), split.has_others) == (["known", "known"], False)
    FundingSource.objects.filter(name="B").update(currency="KRW")
    split = money.funding(Revision.objects.get(pk=revision.pk))
    assert lines(split) == [("A", "EUR 150", ""), ("B", "KRW 50", "")]
    assert (kinds(split), split.has_others) == ([UNKNOWN], True)


def test_a_budget_line_says_how_exact_it_is():
    revision = LiveRevisionFactory(budget_amount=200, budget_currency="USD")
    BudgetLine.objects.create(
        revision=revision, position=0, category="capital", amount=50, qualifier="at-most"
    )
    assert lines(money.lines(revision)) == [
        ("Capital", "at most USD 50", "25.0%"),
        ("Rest", "USD 150", "75.0%"),
    ]
