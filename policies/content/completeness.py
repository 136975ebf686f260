"""How fully a case is documented: twelve points that other cities ask for first.

Works on anything with the attributes of a revision; asks no query where the rows are prefetched.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Check:
    """One point: whether it is there, and why it is asked for."""

    name: str
    label: str
    done: bool
    why: str


def has_place(member):
    """Return whether it is known where a member is."""
    return member.latitude is not None or bool(member.country)


def _has_stakeholder_role(revision):
    return any(row.role or row.engagement for row in revision.stakeholders.all())


def _has_measured_change(revision):
    return any(
        row.baseline is not None and row.result is not None for row in revision.indicators.all()
    )


# name, label, why, test
_POINTS = (
    (
        "summary",
        _("Title and summary"),
        _("Lets a reader decide in a minute whether to read on."),
        lambda revision: bool(revision.title and revision.summary),
    ),
    (
        "place",
        _("City and place"),
        _("Lets a reader find cities in a similar situation."),
        lambda revision: has_place(revision.case.member),
    ),
    (
        "targets",
        _("SDG targets"),
        _("Puts the case where people look by goal and target."),
        lambda revision: bool(revision.contributions.all()),
    ),
    (
        "period",
        _("Period and stage"),
        _("Shows how long it takes and how far it is."),
        lambda revision: bool(revision.start and revision.stage),
    ),
    (
        "stakeholders",
        _("Stakeholders with a role"),
        _("Shows who has to take part."),
        _has_stakeholder_role,
    ),
    (
        "sources",
        _("Source"),
        _("Lets a reader check the facts."),
        lambda revision: bool(revision.sources.all()),
    ),
    (
        "results",
        _("Results"),
        _("Tells what came of it, the failures included."),
        lambda revision: bool(revision.results.strip()),
    ),
    (
        "baseline",
        _("Results with a baseline"),
        _("A result means little without the value before."),
        _has_measured_change,
    ),
    (
        "budget",
        _("Budget"),
        _("Tells a city whether it can afford the same."),
        lambda revision: revision.budget_amount is not None or revision.budget_usd is not None,
    ),
    (
        "manpower",
        _("Manpower"),
        _("Tells a city how many people it needs."),
        lambda revision: revision.staff_fte is not None,
    ),
    (
        "challenge",
        _("Challenge"),
        _("Lets a reader compare the problem with their own."),
        lambda revision: bool(revision.challenge.strip()),
    ),
    (
        "lessons",
        _("Lessons"),
        _("Saves others from the same mistakes."),
        lambda revision: bool(revision.lessons.strip()),
    ),
)
MAX_SCORE = len(_POINTS)

# What makes a comparison honest, and the section of the form where it is said; never counted:
# section, label, why, and the test of it.
_HINTS = (
    (
        "basics",
        _("Scale"),
        _("Only what reached the whole city can be set against its residents."),
        lambda revision: bool(revision.scale),
    ),
    (
        "basics",
        _("People served"),
        _("Tells what it costs for each person."),
        lambda revision: revision.people_served is not None,
    ),
    (
        "budget",
        _("Basis of the budget"),
        _("What was planned is not what was spent."),
        lambda revision: bool(revision.budget_basis) or revision.budget_amount is None,
    ),
    (
        "budget",
        _("Year of each funding amount"),
        _("Amounts of different years are not the same money."),
        lambda revision: all(
            row.year or row.fiscal_year or row.amount is None
            for row in revision.funding_sources.all()
        ),
    ),
    (
        "manpower",
        _("Year of the staff numbers"),
        _("A team grows and shrinks: a number belongs to a year."),
        lambda revision: (
            revision.staff_year is not None
            or {revision.staff_fte, revision.staff_heads, revision.staff_volunteers} == {None}
        ),
    ),
    (
        "results",
        _("Who reports the indicators"),
        _("A reader trusts a figure more when it is known who states it."),
        lambda revision: all(row.reporter for row in revision.indicators.all()),
    ),
    (
        "results",
        _("The source of each indicator"),
        _("Of several sources a reader looks for the one that says so."),
        lambda revision: (
            len(revision.sources.all()) < 2  # noqa: PLR2004 - of one source it is clear
            or all(row.source_number for row in revision.indicators.all())
        ),
    ),
    (
        "basics",
        _("Contact office"),
        _("Other cities ask an office, not a person."),
        lambda revision: bool(revision.contact_office or revision.contact_url),
    ),
)


@dataclass(frozen=True)
class Hint:
    """Something that would help those who compare, and the section of the form where it is said."""

    section: str
    label: str
    why: str


def hints(revision):
    """Return what is missing of the facts that make comparisons honest; nobody has to give them."""
    return [Hint(slug, label, why) for slug, label, why, test in _HINTS if not test(revision)]


def checks(revision):
    """Return the twelve points in their order, each with whether this revision has it."""
    return [Check(name, label, test(revision), why) for name, label, why, test in _POINTS]


def score(revision):
    """Return how many points a revision has, and of how many."""
    return sum(test(revision) for name, label, why, test in _POINTS), MAX_SCORE
