"""The sections in which a case is written, in the order of the form."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from policies.models.case import MAX_TARGETS

from . import money, people, results, targets, texts, time
from .base import RowForm, RowSet, SectionForm

# Nobody writes, and nobody reads, longer lists.
MAX_ROWS = 40


@dataclass(frozen=True)
class RowList:
    """A list of rows in a section; ``name`` is that of the rows on a revision."""

    name: str
    form: type[RowForm]
    label: str
    row: str
    add: str
    help: str
    most: int = MAX_ROWS
    row_set: type[RowSet] = RowSet


@dataclass(frozen=True)
class Section:
    """A page of the form; ``checks`` are the points of completeness that it answers."""

    slug: str
    label: str
    help: str
    form: type[SectionForm]
    lists: tuple[RowList, ...] = ()
    checks: tuple[str, ...] = ()


SECTIONS = (
    Section(
        "basics",
        _("Basics"),
        _("What readers see first, in every list."),
        texts.BasicsForm,
        checks=("summary",),
    ),
    Section(
        "challenge-solution",
        _("Challenge and solution"),
        _("Cities look for their own problem, and then for how somebody else went about it."),
        texts.ChallengeSolutionForm,
        checks=("challenge",),
    ),
    Section(
        "targets-themes",
        _("Targets and themes"),
        _("This puts the case where people look: by theme, by goal and by target."),
        targets.TargetsForm,
        (
            RowList(
                "contributions",
                targets.ContributionForm,
                _("SDG targets"),
                _("Target"),
                _("Add a target"),
                _(
                    "One to seven, one of them the primary one. Few and exact targets are found "
                    "more often than many, and readers trust those that the text explains."
                ),
                MAX_TARGETS,
                targets.ContributionSet,
            ),
        ),
        checks=("targets",),
    ),
    Section(
        "time",
        _("Time frame and phases"),
        _("How long it takes is what other cities ask first after what it costs."),
        time.TimeForm,
        (
            RowList(
                "phases",
                time.PhaseForm,
                _("Phases"),
                _("Phase"),
                _("Add a phase"),
                _("The phases in their order; leave this empty where there were none."),
            ),
        ),
        checks=("period",),
    ),
    Section(
        "budget",
        _("Budget and funding"),
        _("Give what you know. A partial budget is useful if you say what it covers."),
        money.BudgetForm,
        (
            RowList(
                "budget_lines",
                money.BudgetLineForm,
                _("Budget lines"),
                _("Budget line"),
                _("Add a budget line"),
                _("What the money was spent on, in the currency of the budget."),
            ),
            RowList(
                "funding_sources",
                money.FundingSourceForm,
                _("Funding sources"),
                _("Funding source"),
                _("Add a funding source"),
                _("Who paid, or promised to pay."),
            ),
        ),
        checks=("budget",),
    ),
    Section(
        "manpower",
        _("Manpower"),
        _("How many people it takes, and what they do, tells a city whether it can do the same."),
        people.ManpowerForm,
        (
            RowList(
                "staff_roles",
                people.StaffRoleForm,
                _("Roles"),
                _("Role"),
                _("Add a role"),
                _("Groups of people who do the same."),
            ),
        ),
        checks=("manpower",),
    ),
    Section(
        "stakeholders",
        _("Stakeholders"),
        _("Who has to take part, and who must not be forgotten."),
        people.StakeholdersForm,
        (
            RowList(
                "stakeholders",
                people.StakeholderForm,
                _("Stakeholders"),
                _("Stakeholder"),
                _("Add a stakeholder"),
                _("Organisations and groups with a part in it, each with what they did."),
            ),
        ),
        checks=("stakeholders",),
    ),
    Section(
        "results",
        _("Results and indicators"),
        _("What came of it, the failures included. A figure needs the one from before beside it."),
        results.ResultsForm,
        (
            RowList(
                "indicators",
                results.IndicatorForm,
                _("Indicators"),
                _("Indicator"),
                _("Add an indicator"),
                _(
                    "What was counted or measured, before and after; a planned figure if you had one."
                ),
            ),
        ),
        checks=("results", "baseline"),
    ),
    Section(
        "lessons",
        _("Lessons and transferability"),
        _("What you know now and wish you had known before."),
        texts.LessonsForm,
        checks=("lessons",),
    ),
    Section(
        "files",
        _("Photos, files and sources"),
        _("Where readers can check the facts, and see what it looks like."),
        results.SourcesForm,
        (
            RowList(
                "sources",
                results.SourceForm,
                _("Sources"),
                _("Source"),
                _("Add a source"),
                _(
                    "Public pages and papers that the facts come from. What rests on a source by its "
                    "number follows it when the order changes."
                ),
                row_set=results.SourceSet,
            ),
        ),
        checks=("sources",),
    ),
)
BY_SLUG = {section.slug: section for section in SECTIONS}
# The last page has no fields: it lists what is missing and submits the case.
REVIEW = "review"


def following(section):
    """Return the section after ``section``, or None after the last."""
    place = SECTIONS.index(section) + 1
    return SECTIONS[place] if place < len(SECTIONS) else None
