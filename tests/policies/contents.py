"""A revision with something in every field and in every list."""

from datetime import date
from decimal import Decimal

from policies.models import (
    BudgetLine,
    Contribution,
    FundingSource,
    Indicator,
    Phase,
    Revision,
    RevisionTheme,
    Source,
    StaffRole,
    Stakeholder,
)
from tests.factories import ThemeFactory

TEXTS = {
    "challenge": "Nobody could travel at night.",
    "solution": "Nine bus lines were opened.",
    "results": "Many people ride.",
    "lessons": "Start with two lines.",
    "transferability": "A city needs data of calls.",
    "budget_note": "Without the vehicles.",
    "staff_note": "Drivers are not counted.",
}
TARGETS = ("11.2", "9.1", "17.17")
ROLES = (Contribution.Role.PRIMARY, Contribution.Role.SECONDARY, Contribution.Role.SECONDARY)
THEMES = ("transport", "energy", "housing")


def fill(revision, times=1):
    """Fill every field, and every list with ``times`` rows (at most three)."""
    Revision.objects.filter(pk=revision.pk).update(
        **TEXTS,
        stage=Revision.Stage.COMPLETED,
        scale=Revision.Scale.CITY,
        budget_basis=Revision.Basis.SPENT,
        start="2013-04",
        end="2015-03",
        budget_amount=Decimal(1_000_000),
        budget_currency="KRW",
        budget_year=2013,
        budget_scope=Revision.Scope.TOTAL,
        budget_usd=Decimal(1000),
        staff_fte=Decimal("12.5"),
    )
    for place in range(times):
        row = {"revision": revision, "position": place}
        Contribution.objects.create(
            **row, target_id=TARGETS[place], role=ROLES[place], how="By night."
        )
        RevisionTheme.objects.create(**row, theme=ThemeFactory(slug=THEMES[place]))
        BudgetLine.objects.create(
            **row, category=BudgetLine.Category.CAPITAL, amount=100_000, note="Bus stops"
        )
        FundingSource.objects.create(
            **row,
            kind=FundingSource.Kind.OWN_BUDGET,
            name="City of Busan",
            amount=250_000,
            state=FundingSource.State.RECEIVED,
            note="Yearly",
        )
        StaffRole.objects.create(
            **row, role="Planner", organisation="Transport office", people=3, months=18
        )
        Stakeholder.objects.create(
            **row,
            name="Bus company",
            kind=Stakeholder.Kind.PRIVATE,
            role="Runs the lines",
            engagement=Stakeholder.Engagement.PARTNER,
        )
        Phase.objects.create(
            **row, name="Trial", start="2013-04", end="2013-08", note="Two lines only"
        )
        Indicator.objects.create(
            **row,
            name="Lines",
            unit="lines",
            baseline=2,
            baseline_year=2013,
            planned=10,
            result=9,
            result_year=2015,
            source="Yearbook",
            evidence=Indicator.Evidence.MEASURED,
        )
        Source.objects.create(
            **row,
            title="Report on the lines",
            url="https://www.transport.example/report",
            accessed=date(2026, 1, 2),
        )
    revision.refresh_from_db()
    return revision
