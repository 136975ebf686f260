"""The keys of a line and the model fields that they stand for: used in both directions."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db import models

from policies.models import (
    BudgetLine,
    CaseStudy,
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
from policies.models.months import MonthField


@dataclass(frozen=True)
class Key:
    """A key of the format and the model field behind it."""

    name: str
    field: models.Field

    @cached_property
    def attribute(self):
        return self.field.attname

    def of(self, instance):
        """The value as it stands in a line."""
        value = getattr(instance, self.attribute)
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n")
            return value or self.empty
        if isinstance(value, Decimal):
            return plain(value)
        if isinstance(self.field, models.DateField) and value is not None:
            return value.isoformat()
        return value

    @cached_property
    def empty(self):
        """What stands for "not reported": an empty text where anything may be written, else null."""
        free = isinstance(self.field, models.CharField | models.TextField)
        chosen = self.field.choices or isinstance(self.field, MonthField) or self.field.null
        return "" if free and not chosen else None


def plain(number):
    """A decimal as text without exponent and without zeros at its end."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def keys(model, *names, prefix=""):
    """Keys that are called like the fields of ``model``, without ``prefix``."""
    return tuple(Key(name, getattr(model, prefix + name).field) for name in names)


@dataclass(frozen=True)
class Rows:
    """A list of objects and the model that keeps one object a row."""

    model: type[models.Model]
    keys: tuple[Key, ...]

    @cached_property
    def related_name(self):
        """The list's name on a revision."""
        return self.model.revision.field.remote_field.get_accessor_name()


CASE = keys(CaseStudy, "source_id", "provenance", "confirmed_at", "synthetic")
TEXTS = keys(
    Revision,
    "language",
    "title",
    "summary",
    "challenge",
    "solution",
    "results",
    "lessons",
    "transferability",
    "stage",
    "start",
    "end",
)
BUDGET = keys(
    Revision,
    "amount",
    "currency",
    "year",
    "scope",
    "usd",
    "usd_source",
    "note",
    "unavailable",
    prefix="budget_",
)
MANPOWER = keys(Revision, "fte", "note", "unavailable", prefix="staff_")
OTHERS = keys(Revision, "stakeholders_unavailable")
# All that a line says of a revision itself, not of its lists.
CONTENT = (*TEXTS, *BUDGET, *MANPOWER, *OTHERS)

BUDGET_LINES = Rows(BudgetLine, keys(BudgetLine, "category", "amount", "note"))
FUNDING = Rows(FundingSource, keys(FundingSource, "kind", "name", "amount", "state", "note"))
ROLES = Rows(StaffRole, keys(StaffRole, "role", "organisation", "people", "months"))
STAKEHOLDERS = Rows(Stakeholder, keys(Stakeholder, "name", "kind", "role", "engagement"))
PHASES = Rows(Phase, keys(Phase, "name", "start", "end", "note"))
INDICATORS = Rows(
    Indicator,
    keys(
        Indicator,
        "name",
        "unit",
        "baseline",
        "baseline_year",
        "planned",
        "result",
        "result_year",
        "source",
        "evidence",
    ),
)
SOURCES = Rows(Source, keys(Source, "title", "url", "accessed"))
THEMES = Rows(RevisionTheme, ())
TARGETS = Rows(Contribution, keys(Contribution, "how"))
ALL_ROWS = (
    THEMES,
    TARGETS,
    BUDGET_LINES,
    FUNDING,
    ROLES,
    STAKEHOLDERS,
    PHASES,
    INDICATORS,
    SOURCES,
)
