"""The codebook: every field of a case study, read from the models and never written by hand.

Only the names that a field has in files cannot be read from the models; a test compares them with
what the files hold.
"""

from dataclasses import dataclass

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from policies import spreadsheet
from policies.bands import BUDGET, DURATION, POPULATION, STAFF
from policies.facets import FACETS
from policies.models import (
    Attachment,
    BudgetLine,
    CaseStudy,
    Contribution,
    FundingSource,
    Indicator,
    Phase,
    Photo,
    Revision,
    RevisionTheme,
    Source,
    StaffRole,
    Stakeholder,
)
from policies.months import MonthField

# Each part: its model, its key in the interchange format, and its fields with their keys in there.
# None: the field is not in the files.
PARTS = (
    (
        CaseStudy,
        "",
        {
            "member": "member",
            "provenance": "provenance",
            "source_id": "source_id",
            "confirmed_at": "confirmed_at",
        },
    ),
    (
        Revision,
        "",
        {
            "number": None,
            "language": "language",
            "title": "title",
            "summary": "summary",
            "challenge": "challenge",
            "solution": "solution",
            "results": "results",
            "lessons": "lessons",
            "transferability": "transferability",
            "stage": "stage",
            "start": "start",
            "end": "end",
            "budget_amount": "budget.amount",
            "budget_currency": "budget.currency",
            "budget_year": "budget.year",
            "budget_scope": "budget.scope",
            "budget_usd": "budget.usd",
            "budget_usd_source": "budget.usd_source",
            "budget_note": "budget.note",
            "budget_unavailable": "budget.unavailable",
            "staff_fte": "manpower.fte",
            "staff_note": "manpower.note",
            "staff_unavailable": "manpower.unavailable",
            "stakeholders_unavailable": "stakeholders_unavailable",
            "decided_at": None,
        },
    ),
    (RevisionTheme, "themes", {"theme": ""}),
    (Contribution, "targets", {"target": "code", "role": "primary", "how": "how"}),
    (
        BudgetLine,
        "budget.lines",
        {"category": "category", "amount": "amount", "note": "note"},
    ),
    (
        FundingSource,
        "budget.funding",
        {"kind": "kind", "name": "name", "amount": "amount", "state": "state", "note": "note"},
    ),
    (
        StaffRole,
        "manpower.roles",
        {
            "role": "role",
            "organisation": "organisation",
            "people": "people",
            "months": "months",
        },
    ),
    (
        Stakeholder,
        "stakeholders",
        {"name": "name", "kind": "kind", "role": "role", "engagement": "engagement"},
    ),
    (Phase, "phases", {"name": "name", "start": "start", "end": "end", "note": "note"}),
    (
        Indicator,
        "indicators",
        {
            "name": "name",
            "unit": "unit",
            "baseline": "baseline",
            "baseline_year": "baseline_year",
            "planned": "planned",
            "result": "result",
            "result_year": "result_year",
            "source": "source",
            "evidence": "evidence",
        },
    ),
    (Source, "sources", {"title": "title", "url": "url", "accessed": "accessed"}),
    (
        Photo,
        None,
        dict.fromkeys(["image", "alt", "caption", "credit", "licence", "width", "height", "size"]),
    ),
    (Attachment, None, dict.fromkeys(["file", "caption", "credit", "licence", "size"])),
)

# Columns of the CSV file and of the workbook that are called otherwise than the field.
COLUMNS = {
    "case_study.member": "member_slug",
    "case_study.confirmed_at": "confirmed_on",
    "revision.number": "revision",
    "revision.decided_at": "published_on",
    "theme.theme": "themes",
    "contribution.target": "targets",
    "contribution.role": "primary_target",
    "funding_source.name": "funding_sources",
    "stakeholder.name": "stakeholders",
    "indicator.name": "indicators",
    "source.url": "sources",
}
TABLED = (CaseStudy, Revision)


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
    """A model: the case itself, its content, or one of the lists inside it."""

    anchor: str
    title: str
    is_list: bool
    fields: list[Field]


def sections():
    """All fields in the order of the form, a section for each list."""
    columns = set(spreadsheet.header())
    return [_section(model, prefix, keys, columns) for model, prefix, keys in PARTS]


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


def _section(model, prefix, keys, columns):
    name = "theme" if model is RevisionTheme else _words(model.__name__)
    fields = [
        _field(model._meta.get_field(field), name, _key(prefix, key), columns)
        for field, key in keys.items()
    ]
    title = _("Themes") if model is RevisionTheme else capfirst(_title(model))
    return Section(anchor=name, title=title, is_list=model not in TABLED, fields=fields)


def _title(model):
    meta = model._meta
    return meta.verbose_name if model in TABLED else meta.verbose_name_plural


def _words(name):
    """A class's name as an anchor: "case_study" of "CaseStudy"."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]


def _key(prefix, key):
    """The path of a key in a line of the interchange format; "" where it is not in there."""
    if prefix is None or key is None:
        return ""
    parent = f"{prefix}[]" if prefix else ""
    return ".".join(part for part in (parent, key) if part)


def _field(field, section, key, columns):
    anchor = f"{section}.{field.name}"
    column = COLUMNS.get(anchor, field.name if section in ("case_study", "revision") else "")
    return Field(
        anchor=anchor,
        label=capfirst(field.verbose_name),
        meaning=str(field.help_text),
        kind=_kind(field),
        values=[(str(value), str(label)) for value, label in field.flatchoices if value != ""],
        required=not field.blank and not field.null,
        key=key,
        column=column if column in columns else "",
    )


def _kind(field):
    """The type of a field in words, with its limits."""
    if field.flatchoices:
        return _("one of the values below")
    if field.is_relation:
        return _relation(field)
    if isinstance(field, MonthField):
        return _("year or month, written 2013 or 2013-04")
    if isinstance(field, models.DecimalField):
        return _("number with up to %(places)s decimals") % {"places": field.decimal_places}
    if isinstance(field, models.IntegerField):
        return _("whole number, 0 or more")
    if isinstance(field, models.DateTimeField):
        return _("date and time")
    if isinstance(field, models.DateField):
        return _("date, written 2013-04-30")
    if isinstance(field, models.FileField):
        return _("file")
    return _text(field)


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
    if not limits:
        return kind
    return _("%(kind)s, up to %(limit)s characters") % {"kind": kind, "limit": f"{min(limits):,}"}
