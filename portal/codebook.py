"""The codebook: every field of a case study, read from the models and the interchange format.

Written by hand are only the names of columns that differ from the field's; tests compare them with
the models and the files.
"""

from dataclasses import dataclass, replace

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries.fields import CountryField

from case_collections.models import Collection, CollectionItem
from exchange.content import adoption_lines, files
from exchange.content.adoption_file import COLUMNS as ADOPTION_HEADER
from exchange.models import (
    Addressee,
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    AdoptionSource,
    Advice,
    Cooperation,
    CooperationForm,
    CooperationLanguage,
    Question,
)
from local_reviews import files as review_files
from local_reviews.models import LocalReview
from policies.content.bands import BUDGET, DURATION, POPULATION, STAFF
from policies.content.facets import FACETS
from policies.content.fields import row_fields
from policies.interchange import lines, spreadsheet
from policies.models import Call, CaseStudy, Revision
from policies.models.files import StoredFile
from policies.models.months import MonthField
from policies.models.series import SeriesField
from seminars.content import files as seminar_files
from seminars.models import Seminar, SeminarHost, SeminarItem, SeminarMaterial

from .models import News

# The objects inside a line, each with values and lists.
BLOCKS = {"budget": gettext_lazy("Budget"), "manpower": gettext_lazy("Staff")}
# What is kept of a file for the portal's own use.
OF_THE_STORE = {"original_name", "small"}
# Kinds of fields in words; a kind stands before those that it is one of.
KINDS = (
    (SeriesField, gettext_lazy("years with a value each, written 2018: 12.5; 2019: 14")),
    (MonthField, gettext_lazy("year or month, written 2013 or 2013-04")),
    (models.BooleanField, gettext_lazy("true or false")),
    (models.IntegerField, gettext_lazy("whole number, 0 or more")),
    (CountryField, gettext_lazy("a country or area, by its code (ISO 3166)")),
    (models.JSONField, gettext_lazy("codes, in a file joined by a semicolon")),
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
    "jointmember.member": "joint_members",
    "revisiontheme.theme": "themes",
    "contribution.target": "targets",
    "contribution.role": "primary_target",
    "fundingsource.name": "funding_sources",
    "stakeholder.name": "stakeholders",
    "indicator.name": "indicators",
    "source.url": "sources",
}
# The same of the file of adoptions.
ADOPTION_COLUMNS = {
    "adoption.original_title": "original",
    "adoption.strength": "evidence",
    "adoptionreport.date": "report_date",
    "adoptionreport.stage": "report_stage",
    "adoptionreport.text": "report",
    "adoptionreport.source_url": "report_source",
}


# What everybody may read beside cases: model -> (columns of its file, further fields).
ENTRIES = {
    Question: (files.QUESTIONS, ("visibility",)),
    Addressee: ((), ("member", "reason", "state", "declined_reason", "declined_text")),
    Advice: (files.KNOW_HOW, ("visibility", "state")),
    Cooperation: (
        (),
        (
            *("member", "kind", "title", "text", "language", "targets", "themes", "cases", "limit"),
            *("who_pays", "valid_until", "state", "outcome"),
        ),
    ),
    CooperationForm: ((), ("form",)),
    CooperationLanguage: ((), ("language",)),
    Seminar: (seminar_files.COLUMNS, ()),
    SeminarHost: ((), ("member", "name")),
    SeminarItem: ((), ("starts_at", "minutes", "title", "speaker", "member", "case")),
    SeminarMaterial: ((), ("kind", "title", "url", "file", "language")),
    LocalReview: (review_files.COLUMNS, ()),
    Collection: ((), ("title", "intro", "member", "visibility", "changed_at")),
    CollectionItem: ((), ("case", "note", "position")),
    Call: ((), ("title", "text", "opens", "closes", "kinds", "themes", "targets")),
    News: ((), ("title", "text", "day")),
}
# Rows inside one of the others.
ROWS = (Addressee, CooperationForm, CooperationLanguage, SeminarHost, SeminarItem)
ROWS += (SeminarMaterial, CollectionItem)
ENTRY_COLUMNS = {"member": "member_slug"}


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
    """Return all fields in the order of the interchange format, then those of files."""
    found = [
        _section("case", _("Case study"), _case()),
        _section("texts", _("Texts, stage and time"), _keys("")),
    ]
    described = {""}
    for line_list in lines.line_lists():
        if line_list.block not in described:
            described.add(line_list.block)
            found.append(_section(line_list.block, BLOCKS[line_list.block], _keys(line_list.block)))
        found.append(_list(line_list.model, line_list.path, line_list))
    files = [model for model in Revision.row_models().values() if issubclass(model, StoredFile)]
    return found + [_list(model, model._meta.model_name + "s") for model in files]


def adoptions():
    """Return the fields of adoptions and of their lists, as load_adoptions reads them."""
    paths = {
        Adoption: "",
        AdoptionChange: "changes[].",
        AdoptionReport: "reports[].",
        AdoptionIndicator: "reports[].indicators[].",
        AdoptionSource: "sources[].",
    }
    return [
        _adoption_section(model, path, adoption_lines.FIELDS[model])
        for model, path in paths.items()
    ]


def _adoption_section(model, path, fields):
    title = capfirst(model._meta.verbose_name_plural)
    rows = []
    for field in fields:
        anchor = f"{model._meta.model_name}.{field.name}"
        column = ADOPTION_COLUMNS.get(anchor, field.name)
        is_column = column in ADOPTION_HEADER and model in (Adoption, AdoptionReport)
        row = _field(field, path + field.name, set())
        rows.append(replace(row, column=column if is_column else ""))
    return Section(model._meta.model_name, title, bool(path), rows)


def entries():
    """Return the fields of the exchange, seminars, local reviews, collections, calls and news, with their
    columns in the files."""
    return [
        _entry_section(model, columns, further) for model, (columns, further) in ENTRIES.items()
    ]


def _entry_section(model, columns, further):
    fields = [*model._meta.fields, *model._meta.many_to_many]
    named = {field.name: field for field in fields}
    # Beside its address, the name of the member is a column too, and no field.
    names = dict.fromkeys(name.removesuffix("_slug") for name in (*columns, *further))
    fields = [named[name] for name in names if name in named]
    rows = [
        replace(_field(field, "", set()), column=_among(field.name, columns)) for field in fields
    ]
    title = capfirst(model._meta.verbose_name_plural)
    return Section(model._meta.model_name, title, model in ROWS, rows)


def _among(name, columns):
    name = ENTRY_COLUMNS.get(name, name)
    return name if name in columns else ""


def computed():
    """Return (column, meaning) of the columns in CSV and the workbook that are no field of a case."""
    of_fields = {field.column for section in sections() for field in section.fields}
    columns = spreadsheet.columns()
    return [(each.name, each.meaning) for each in columns if each.name not in of_fields]


def bands():
    """Return (label, unit, names and labels) of the bands that figures are grouped in."""
    return [
        (_("Budget"), _("USD"), BUDGET.choices),
        (_("Staff"), _("full-time equivalents"), STAFF.choices),
        (_("Duration"), _("months"), DURATION.choices),
        (_("Population"), _("people"), POPULATION.choices),
    ]


def facets():
    """Return (name in addresses, label) of every filter of the library."""
    return [(facet.name, facet.label) for facet in FACETS]


def _get(model, name):
    return model._meta.get_field(name)


def _case():
    """Return the fields of the case itself, and what a published revision adds."""
    return [
        (_get(CaseStudy, "member"), "member"),
        *((key.field, key.path) for key in lines.case_keys()),
        (_get(Revision, "number"), ""),
        (_get(Revision, "decided_at"), ""),
    ]


def _keys(block):
    """Return the fields of a revision in an object of the line, or with "" in the line itself."""
    keys = [part for part in lines.parts() if isinstance(part, lines.Key)]
    return [(key.field, key.path) for key in keys if key.block == block]


def _section(anchor, title, pairs, *, is_list=False):
    """Return a section of (model field, path in the interchange format or "") pairs."""
    columns = set(spreadsheet.header())
    rows = [_field(field, path, columns) for field, path in pairs]
    return Section(anchor, title, is_list, rows)


def _list(model, path, line_list=None):
    """Return the section of a list; without a ``line_list`` the interchange format does not carry it."""
    if line_list is None:
        pairs = [(field, "") for field in row_fields(model) if field.name not in OF_THE_STORE]
    elif model in lines.OF_NAMES:
        pairs = [(key.field, f"{path}[]") for key in line_list.keys]
    else:
        pairs = [(key.field, f"{path}[].{key.name}") for key in line_list.keys]
    title = capfirst(model._meta.verbose_name_plural)
    return _section(path.replace(".", "-"), title, pairs, is_list=True)


def _field(field, path, columns):
    anchor = f"{field.model._meta.model_name}.{field.name}"
    column = COLUMNS.get(anchor, field.name if field.model in (CaseStudy, Revision) else "")
    return Field(
        anchor=anchor,
        label=capfirst(field.verbose_name),
        meaning=str(field.help_text),
        kind=_kind(field),
        values=_values(field),
        required=_required(field),
        key=path,
        column=column if column in columns else "",
    )


def _values(field):
    # There are too many countries for a list.
    if isinstance(field, CountryField):
        return []
    return [(str(value), str(label)) for value, label in field.flatchoices if value != ""]


def _required(field):
    """Whether a value has to be given: by nobody where the field has one by itself.

    The language has one for authors' convenience only; in a file it has to be said.
    """
    has_value = field.has_default() and field.name != "language"
    return not (field.blank or field.null or has_value)


def _kind(field):
    """Return the type of a field in words, with its limits."""
    if _values(field):
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
        "Goal": _("a goal, by its number"),
        "Target": _("an SDG target, by its code"),
        "CaseStudy": _("a policy, by its number"),
        "Question": _("a question, by its number"),
        "Advice": _("a piece of advice, by its number"),
    }
    name = names[field.related_model.__name__]
    return _("any number, each %(kind)s") % {"kind": name} if field.many_to_many else name


def _text(field):
    limits = [rule.limit_value for rule in field.validators if isinstance(rule, MaxLengthValidator)]
    if field.max_length:
        limits.append(field.max_length)
    kind = _("address (URL)") if isinstance(field, models.URLField) else _("text")
    if not limits:
        return kind
    return _("%(kind)s, up to %(limit)s characters") % {"kind": kind, "limit": f"{min(limits):,}"}
