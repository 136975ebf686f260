"""The codebook: every field of a case study, read from the models and the interchange format.

Written by hand are only the names of columns that differ from the field's, and what computed
columns mean; tests compare both with the models and the files.
"""

from dataclasses import dataclass

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies.content import fields as interchange
from policies.content.bands import BUDGET, DURATION, POPULATION, STAFF
from policies.content.facets import FACETS
from policies.interchange import spreadsheet
from policies.models import Attachment, CaseStudy, Contribution, Photo, Revision, RevisionTheme
from policies.models.months import MonthField

# Kinds of fields in words; a kind stands before those that it is one of.
KINDS = (
    (MonthField, gettext_lazy("year or month, written 2013 or 2013-04")),
    (models.BooleanField, gettext_lazy("true or false")),
    (models.IntegerField, gettext_lazy("whole number, 0 or more")),
    (models.DateTimeField, gettext_lazy("date and time")),
    (models.DateField, gettext_lazy("date, written 2013-04-30")),
    (models.FileField, gettext_lazy("file")),
)

# Columns of the CSV file and of the workbook that are called otherwise than the model's field.
COLUMNS = {
    "casestudy.member": "member_slug",
    "casestudy.confirmed_at": "confirmed_on",
    "revision.number": "revision",
    "revision.decided_at": "published_on",
    "revisiontheme.theme": "themes",
    "contribution.target": "targets",
    "contribution.role": "primary_target",
    "fundingsource.name": "funding_sources",
    "stakeholder.name": "stakeholders",
    "indicator.name": "indicators",
    "source.url": "sources",
}

# Columns of the CSV file and the workbook that are computed, or that describe the member.
COMPUTED = {
    "id": gettext_lazy("Number of the case; it never changes."),
    "url": gettext_lazy("Address of the case; it never changes."),
    "member": gettext_lazy("Name of the member."),
    "member_kind": gettext_lazy("Kind of the member: see the filter “kind”."),
    "country_code": gettext_lazy(
        "Country or area of the member, ISO 3166-1; empty where none is shown."
    ),
    "country": gettext_lazy("Its name, in the language of the page that the file was taken from."),
    "subregion": gettext_lazy("UN subregion (M49) of the member."),
    "population": gettext_lazy("People in the member’s place, as far as known."),
    "population_year": gettext_lazy("The year of that number, where its source says it."),
    "goals": gettext_lazy("Goals of the targets, each once, from 1 to 17."),
    "duration_months": gettext_lazy(
        "Months from start to end, both included. Where only years are known, whole calendar years."
    ),
}


@dataclass(frozen=True)
class Field:
    """One field as the page shows it."""

    anchor: str
    label: str
    meaning: str
    kind: str
    values: list[tuple[str, str]]
    required: bool
    key: str
    column: str


@dataclass(frozen=True)
class Section:
    """A part of a case study: fields of its own, or one of the lists inside it."""

    anchor: str
    title: str
    is_list: bool
    fields: list[Field]


def sections():
    """All fields, in the order of the interchange format."""
    return [
        _section("case", _("Case study"), _case()),
        _section("texts", _("Texts, stage and time"), _keys(interchange.TEXTS)),
        _rows("themes", _("Themes"), "themes", [(_get(RevisionTheme, "theme"), "")]),
        _rows("targets", _("Targets"), "targets", _targets()),
        _section("budget", _("Budget"), _keys(interchange.BUDGET, "budget.")),
        _rows("budget-lines", _("Budget lines"), "budget.lines", interchange.BUDGET_LINES),
        _rows("funding", _("Funding sources"), "budget.funding", interchange.FUNDING),
        _section("staff", _("Staff"), _keys(interchange.MANPOWER, "manpower.")),
        _rows("staff-roles", _("Staff roles"), "manpower.roles", interchange.ROLES),
        _rows("stakeholders", _("Stakeholders"), "stakeholders", interchange.STAKEHOLDERS),
        _section("no-stakeholders", _("No stakeholders"), _keys(interchange.OTHERS)),
        _rows("phases", _("Phases"), "phases", interchange.PHASES),
        _rows("indicators", _("Indicators"), "indicators", interchange.INDICATORS),
        _rows("sources", _("Sources"), "sources", interchange.SOURCES),
        _files(
            "photos",
            Photo,
            ["image", "alt", "caption", "credit", "licence", "width", "height", "size"],
        ),
        _files("attachments", Attachment, ["file", "caption", "credit", "licence", "size"]),
    ]


def computed():
    """(column, meaning) of the columns in CSV and the workbook that are no field of a case."""
    return [(name, COMPUTED[name]) for name in spreadsheet.header() if name in COMPUTED]


def bands():
    """(label, unit, names and labels) of the bands that figures are grouped in."""
    return [
        (_("Budget"), _("USD"), BUDGET.choices),
        (_("Staff"), _("full-time equivalents"), STAFF.choices),
        (_("Duration"), _("months"), DURATION.choices),
        (_("Population"), _("people"), POPULATION.choices),
    ]


def facets():
    """(name in addresses, label) of every filter of the library."""
    return [(facet.name, facet.label) for facet in FACETS]


def _get(model, name):
    return model._meta.get_field(name)


def _case():
    """Fields of the case itself, and what a published revision adds."""
    return [
        (_get(CaseStudy, "member"), "member"),
        *_keys(interchange.CASE),
        (_get(Revision, "number"), ""),
        (_get(Revision, "decided_at"), ""),
    ]


def _targets():
    return [
        (_get(Contribution, "target"), "code"),
        (_get(Contribution, "role"), "primary"),
        *_keys(interchange.TARGETS.keys),
    ]


def _keys(keys, prefix=""):
    return [(key.field, prefix + key.name) for key in keys]


def _section(anchor, title, pairs, *, is_list=False):
    """A section of (model field, path in the interchange format or "") pairs."""
    columns = set(spreadsheet.header())
    rows = [_field(field, path, columns) for field, path in pairs]
    return Section(anchor, title, is_list, rows)


def _rows(anchor, title, path, rows):
    """The section of a list; ``path`` leads to it in the interchange format."""
    pairs = rows if isinstance(rows, list) else _keys(rows.keys)
    pairs = [(field, f"{path}[].{name}" if name else f"{path}[]") for field, name in pairs]
    return _section(anchor, title, pairs, is_list=True)


def _files(anchor, model, names):
    """The section of uploaded files, which the interchange format does not carry."""
    title = capfirst(model._meta.verbose_name_plural)
    return _section(anchor, title, [(_get(model, name), "") for name in names], is_list=True)


def _field(field, path, columns):
    anchor = f"{field.model._meta.model_name}.{field.name}"
    column = COLUMNS.get(anchor, field.name if field.model in (CaseStudy, Revision) else "")
    return Field(
        anchor=anchor,
        label=capfirst(field.verbose_name),
        meaning=str(field.help_text),
        kind=_kind(field),
        values=[(str(value), str(label)) for value, label in field.flatchoices if value != ""],
        required=_required(field),
        key=path,
        column=column if column in columns else "",
    )


def _required(field):
    """Whether a value has to be given: by nobody where the field has one by itself.

    The language has one for authors' convenience only; in a file it has to be said.
    """
    has_value = field.has_default() and field.name != "language"
    return not (field.blank or field.null or has_value)


def _kind(field):
    """The type of a field in words, with its limits."""
    if field.flatchoices:
        return _("one of the values below")
    if field.is_relation:
        return _relation(field)
    if isinstance(field, models.DecimalField):
        return _decimal(field)
    for kind, name in KINDS:
        if isinstance(field, kind):
            return str(name)
    return _text(field)


def _decimal(field):
    places = field.decimal_places
    return ngettext(
        "number, up to %(places)s decimal place", "number, up to %(places)s decimal places", places
    ) % {"places": places}


def _relation(field):
    names = {
        "Member": _("a member, by the last part of its address"),
        "Theme": _("a theme, by its short name"),
        "Target": _("an SDG target, by its code"),
    }
    return names[field.related_model.__name__]


def _text(field):
    limits = [rule.limit_value for rule in field.validators if isinstance(rule, MaxLengthValidator)]
    if field.max_length:
        limits.append(field.max_length)
    kind = _("address (URL)") if isinstance(field, models.URLField) else _("text")
    return _("%(kind)s, up to %(limit)s characters") % {"kind": kind, "limit": f"{min(limits):,}"}
