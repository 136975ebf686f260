"""Every facet of the library, declared once: its name in addresses, its label, where its values
come from and which can be chosen."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.validators import slug_re
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from citynet.web.languages import cached_per_language
from citynet.web.recent import Recent
from citynet.web.text import order_key
from members.models import Member
from members.subregions import SUBREGIONS
from policies.models import FundingSource, Indicator, Revision, Stakeholder, Theme, months
from sdg.names import names

from . import bands, languages
from .summary import summary_of

NONE = bands.NONE
NOT_REPORTED = _("Not reported")


@dataclass(frozen=True)
class Facet:
    """One way to narrow the library.

    ``read`` gives the values of a revision and may be asked of anything with a revision's
    attributes. ``column`` is where the index keeps the values: facets of one column are counted
    together, so those with few combinations share one. ``options`` gives (value, label) of all that
    can be chosen; it is left out where :class:`Labels` reads them from the database. Where ``none``
    is set a revision without a value counts as "none", not reported.
    """

    name: str
    label: str
    column: str
    read: Callable
    options: Callable | None = None
    none: bool = False
    # Values that say, each in its way, that the figure itself is not stated.
    unknown: tuple[str, ...] = (NONE,)

    def values(self, revision):
        """Return the values of a revision, each once; ("none",) where it is not reported."""
        found = self.read(revision)
        if len(found) > 1:
            return tuple(dict.fromkeys(found))
        return tuple(found) or ((NONE,) if self.none else ())


class Labels:
    """The labels of what can be chosen, in the reader's language: make one for each request.

    Each is read once. Names of themes and members are those of at most some seconds ago.
    """

    def __init__(self):
        self._known = {}

    def of(self, name, values):
        """Return value -> label of those of ``values`` that can be chosen from the facet ``name``.

        They are in the order in which the facet's choices are offered.
        """
        if name == "member":
            return _names_of_members(values)
        known = self._themes(values) if name == "theme" else self.all(name)
        return {value: label for value, label in known.items() if value in values}

    def targets(self, codes):
        """Return code -> target, with its goal, label and text, of those of ``codes`` that exist."""
        known = names().targets
        return {code: known[code] for code in codes if code in known}

    def all(self, name):
        """Return value -> label of everything that can be chosen from a facet other than "member"."""
        if FACETS_BY_NAME[name].options:
            return _fixed_labels(name)
        if name == "theme":
            return self._themes()
        if name not in self._known:
            self._known[name] = {**_READ[name](), NONE: NOT_REPORTED}
        return self._known[name]

    def _themes(self, values=()):
        """Return slug -> name of all themes, those of ``values`` that are quite new too."""
        return {**_all_themes({*values} - {NONE}), NONE: NOT_REPORTED}


def _names_of_members(values):
    """Return slug -> name of those of these members that exist, in the order of their names."""
    known = _all_members(filter(slug_re.match, values))
    found = sorted((known[slug], slug) for slug in values if slug in known)
    return {slug: name for (_order, name), slug in found}


@Recent
def _all_themes():
    return dict(Theme.objects.values_list("slug", "name"))


@Recent
def _all_members():
    """Return slug -> (what it is sorted by, name) of all members."""
    rows = Member.objects.order_by().values_list("slug", "name")
    return {slug: (order_key(name), name) for slug, name in rows}


@cached_per_language
def _fixed_labels(name):
    """Return value -> label of a facet whose choices are the same for as long as we run."""
    facet = FACETS_BY_NAME[name]
    labels = {value: str(label) for value, label in facet.options()}
    return labels | {NONE: str(NOT_REPORTED)} if facet.none else labels


# Labels of facets whose choices are rows of tables.
_READ = {
    "goal": lambda: names().goals,
    "target": lambda: {code: target.label for code, target in names().targets.items()},
}


def _known(value):
    """Return a value as a list: empty where the value is."""
    return [value] if value else []


def _goals(revision):
    return [code.split(".")[0] for code in summary_of(revision)["targets"]]


def _targets(revision):
    return summary_of(revision)["targets"]


def _themes(revision):
    return summary_of(revision)["themes"]


def _subregions(revision):
    return [member.subregion.slug for member in revision.members if member.subregion]


def _countries(revision):
    return [member.country_code for member in revision.members if member.country_code]


def _provenance(revision):
    case = revision.case
    return [case.provenance, "confirmed"] if case.confirmed_at else [case.provenance]


# What is said of the staff where no total is.
STAFF_WITHOUT_TOTAL = [
    ("roles", _("Roles named, no total")),
    ("note", _("A note, no total")),
]


def _staff(revision):
    if revision.staff_fte is not None:
        return [bands.STAFF.of(revision.staff_fte)]
    return _known(summary_of(revision)["staff"])


PROVENANCE = [
    ("city", _("Written by the city")),
    ("secretariat", _("Compiled by the secretariat")),
    ("confirmed", _("Confirmed by the city")),
]

FACETS = (
    Facet("goal", _("Goal"), "serves", _goals, none=True),
    Facet("target", _("Target"), "serves", _targets, none=True),
    Facet("theme", _("Theme"), "theme", _themes, none=True),
    Facet(
        "subregion",
        _("Subregion"),
        "member",
        _subregions,
        lambda: [(subregion.slug, subregion.name) for subregion in SUBREGIONS],
        none=True,
    ),
    # A member shown without a country label is not counted as "not reported".
    Facet(
        "country",
        _("Country or area"),
        "member",
        _countries,
        lambda: [pair for pair in countries if pair[0] not in settings.COUNTRIES_WITHOUT_LABEL],
    ),
    Facet(
        "member", _("Member"), "member", lambda revision: [each.slug for each in revision.members]
    ),
    # As what is compared with its people, of the member whose case it is.
    Facet(
        "kind",
        _("Kind of member"),
        "member",
        lambda revision: [revision.case.member.kind],
        lambda: Member.Kind.choices,
    ),
    Facet(
        "population",
        _("Population"),
        "member",
        lambda revision: [bands.POPULATION.of(revision.case.member.population)],
        lambda: bands.POPULATION.choices,
        none=True,
    ),
    Facet(
        "stage",
        _("Stage"),
        "money",
        lambda revision: _known(revision.stage),
        lambda: Revision.Stage.choices,
        none=True,
    ),
    Facet(
        "budget",
        _("Budget"),
        "money",
        lambda revision: [bands.BUDGET.of(revision.budget_usd)],
        lambda: bands.BUDGET.choices,
        none=True,
    ),
    Facet(
        "basis",
        _("Basis of the budget"),
        "money",
        lambda revision: _known(revision.budget_basis),
        lambda: Revision.Basis.choices,
        none=True,
    ),
    Facet(
        "scale",
        _("Scale"),
        "money",
        lambda revision: _known(revision.scale),
        lambda: Revision.Scale.choices,
        none=True,
    ),
    Facet(
        "staff",
        _("Staff"),
        "people",
        _staff,
        lambda: [*bands.STAFF.choices, *STAFF_WITHOUT_TOTAL],
        none=True,
        unknown=(NONE, *(value for value, _label in STAFF_WITHOUT_TOTAL)),
    ),
    Facet(
        "duration",
        _("Duration"),
        "people",
        lambda revision: [bands.DURATION.of(months.duration_months(revision.start, revision.end))],
        lambda: bands.DURATION.choices,
        none=True,
    ),
    Facet(
        "language",
        _("Language"),
        "record",
        lambda revision: [revision.language],
        languages.choices,
    ),
    Facet(
        "evidence",
        _("Evidence"),
        "record",
        lambda revision: summary_of(revision)["evidence_kinds"],
        lambda: Indicator.Evidence.choices,
        none=True,
    ),
    Facet(
        "reporter",
        _("Results reported by"),
        "record",
        lambda revision: summary_of(revision)["reporters"],
        lambda: Indicator.Reporter.choices,
        none=True,
    ),
    Facet("provenance", _("Provenance"), "record", _provenance, lambda: PROVENANCE),
    Facet(
        "funding",
        _("Funding"),
        "funding",
        lambda revision: summary_of(revision)["funding_kinds"],
        lambda: FundingSource.Kind.choices,
        none=True,
    ),
    Facet(
        "stakeholder",
        _("Stakeholders"),
        "stakeholder",
        lambda revision: summary_of(revision)["stakeholder_kinds"],
        lambda: Stakeholder.Kind.choices,
        none=True,
    ),
)
FACETS_BY_NAME = {facet.name: facet for facet in FACETS}
