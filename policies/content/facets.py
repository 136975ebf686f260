"""Every facet of the library, declared once: its name in addresses, its label, where its values
come from and which can be chosen."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.validators import slug_re
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from members.models import Member
from members.subregions import SUBREGIONS
from policies.models import FundingSource, Indicator, Revision, Stakeholder, Theme, months
from policies.search import files
from sdg.models import Goal, Target

from . import bands

NONE = bands.NONE
NOT_REPORTED = _("Not reported")


@dataclass(frozen=True)
class Facet:
    """One way to narrow the library.

    ``read`` gives the values of a revision and may be asked of anything with a revision's
    attributes. ``column`` is where the index keeps the values: facets of one column are counted
    together, so those with few combinations share one. Where ``none`` is set a revision without a value
    counts as "none", not reported.
    """

    name: str
    label: str
    column: str
    read: Callable
    options: Callable | None = None
    none: bool = False

    def values(self, revision):
        """The values of a revision, each once; ("none",) where it is not reported."""
        found = self.read(revision)
        if len(found) > 1:
            return tuple(dict.fromkeys(found))
        return tuple(found) or ((NONE,) if self.none else ())

    def choices(self):
        """(value, label) of all that can be chosen, or None for the long lists of members and
        countries, whose labels ``label_of`` gives."""
        if self.options is None:
            return None
        found = list(self.options())
        return [*found, (NONE, NOT_REPORTED)] if self.none else found

    def labels(self):
        """Value -> label of all that can be chosen, the long lists included."""
        if self.name == "member":
            return member_labels()
        if self.name == "country":
            return country_labels()
        return dict(self.choices())

    def label_of(self, value):
        """The label of a value, or the value itself where there is none."""
        label = self.labels().get(value)
        if label is None and self.name == "member" and slug_re.match(value):
            label = Member.objects.filter(slug=value).values_list("name", flat=True).first()
        return label or value

    def accepts(self, value):
        """Whether the value can be chosen at all."""
        if value in self.labels():
            return True
        # A member that joined after the labels were read.
        is_name = self.name == "member" and slug_re.match(value)
        return bool(is_name) and Member.objects.filter(slug=value).exists()


def _known(value):
    """A value as a list: empty where the value is."""
    return [value] if value else []


def _goals(revision):
    return [row.target_id.split(".")[0] for row in revision.contributions.all()]


def _targets(revision):
    return [row.target_id for row in revision.contributions.all()]


def _themes(revision):
    return [row.theme.slug for row in revision.theme_rows.all()]


def _subregion(revision):
    subregion = revision.case.member.subregion
    return [subregion.slug] if subregion else []


def _provenance(revision):
    case = revision.case
    return [case.provenance, "confirmed"] if case.confirmed_at else [case.provenance]


def _kinds(rows):
    return [row.kind for row in rows.all() if row.kind]


PROVENANCE = [
    ("city", _("Written by the city")),
    ("secretariat", _("Compiled by the secretariat")),
    ("confirmed", _("Confirmed by the city")),
]

FACETS = (
    Facet("goal", _("Goal"), "serves", _goals, lambda: _reference()["goal"], none=True),
    Facet("target", _("Target"), "serves", _targets, lambda: _reference()["target"], none=True),
    Facet("theme", _("Theme"), "theme", _themes, lambda: _reference()["theme"], none=True),
    Facet(
        "subregion",
        _("Subregion"),
        "member",
        _subregion,
        lambda: [(subregion.slug, subregion.name) for subregion in SUBREGIONS],
        none=True,
    ),
    # A member shown without a country label is not counted as "not reported".
    Facet(
        "country",
        _("Country or area"),
        "member",
        lambda revision: _known(revision.case.member.country_code),
    ),
    Facet("member", _("Member"), "member", lambda revision: [revision.case.member.slug]),
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
        "staff",
        _("Staff"),
        "people",
        lambda revision: [bands.STAFF.of(revision.staff_fte)],
        lambda: bands.STAFF.choices,
        none=True,
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
        lambda: Revision.Language.choices,
    ),
    Facet(
        "evidence",
        _("Evidence"),
        "record",
        lambda revision: [row.evidence for row in revision.indicators.all() if row.evidence],
        lambda: Indicator.Evidence.choices,
        none=True,
    ),
    Facet("provenance", _("Provenance"), "record", _provenance, lambda: PROVENANCE),
    Facet(
        "funding",
        _("Funding"),
        "funding",
        lambda revision: _kinds(revision.funding_sources),
        lambda: FundingSource.Kind.choices,
        none=True,
    ),
    Facet(
        "stakeholder",
        _("Stakeholders"),
        "stakeholder",
        lambda revision: _kinds(revision.stakeholders),
        lambda: Stakeholder.Kind.choices,
        none=True,
    ),
)
FACETS_BY_NAME = {facet.name: facet for facet in FACETS}

# Labels that come from the database, kept for as long as the index does not change.
_kept = {}
MOST_KEPT = 200


def _keep(name, make):
    """What ``make`` gives, asked of the database once a generation of the index and language."""
    generation = files.generation()
    if generation is None:
        return make()
    key, stamp = (name, generation[0], get_language()), generation
    found = _kept.get(key)
    if found is None or found[0] != stamp:
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        _kept[key] = found = (stamp, make())
    return found[1]


def _read_reference():
    language = get_language()

    def translated(rows, field):
        for row in rows.with_texts():
            texts = {text.language: getattr(text, field) for text in row.texts.all()}
            yield str(row.pk), texts.get(language) or getattr(row, field)

    return {
        "goal": list(translated(Goal.objects, "title")),
        "target": list(translated(Target.objects, "label")),
        "theme": [(theme.slug, theme.name) for theme in Theme.objects.all()],
    }


def _reference():
    return _keep("reference", _read_reference)


def member_labels():
    """Slug -> name of every member."""
    return _keep("member", lambda: dict(Member.objects.values_list("slug", "name")))


def country_labels():
    """Code -> name, in the reader's language, of every country or area that is shown by name."""
    return _keep("country", _read_countries)


def _read_countries():
    hidden = settings.COUNTRIES_WITHOUT_LABEL
    return {code: name for code, name in countries if code not in hidden}
