"""What the columns of the files of the exchange are, for programs: they follow from the model fields."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exchange.models import Adoption, AdoptionReport, Advice, Question

from . import adoption_file, files

# Kind of a field -> its type by the Frictionless Table Schema; other fields are texts.
TYPES = (
    (models.BooleanField, {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}),
    (models.DecimalField, {"type": "number"}),
    (models.IntegerField, {"type": "integer"}),
    (models.DateField, {"type": "date"}),
)
WHOLE, TEXT = {"type": "integer"}, {"type": "string"}
ADDRESS = {"type": "string", "format": "uri"}
# Columns that are no field of the entry.
OTHERS = {
    "address": (ADDRESS, _("Where people read it.")),
    "question": (WHOLE, _("Number of the question; it never changes.")),
    "advice": (WHOLE, _("Number of the advice; it never changes.")),
    "adoption": (WHOLE, _("Number of the adoption; it never changes.")),
    "case": (WHOLE, _("Number of the public case; empty where it is about none.")),
    "replaces": (WHOLE, _("Number of the advice in whose place it stands.")),
    "member": (TEXT, _("In whose name it is written.")),
    "member_slug": (TEXT, _("Last part of the address of the member’s page.")),
    "country": (TEXT, _("ISO 3166-1; empty where none is shown.")),
    "targets": (TEXT, _("Numbers of the targets, each after “SDG”.")),
    "addressees": (TEXT, _("Which members are asked, and how far each has come.")),
    "answers": (TEXT, _("Where its answers are read.")),
    "original": (TEXT, _("Title of the policy that is adopted.")),
    "original_member": (TEXT, _("Whose policy it is.")),
    "original_country": (TEXT, _("The country of that member, ISO 3166-1.")),
    "changes": (TEXT, _("What was done in another way, and why.")),
    "evidence": (TEXT, _("How well the sources show it, as who compiled it judges.")),
    "confirmed_by_original_on": (
        {"type": "date"},
        _("When the original city said that it is so."),
    ),
    "disputed": (
        {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]},
        _("Whether the original city contradicts it and nothing is decided yet."),
    ),
    "indicators": (TEXT, _("What the report measured.")),
    "sources": (TEXT, _("Public pages that it rests on.")),
}
# Columns of reports that are called otherwise than their fields.
OF_REPORTS = {
    "report_date": "date",
    "report_stage": "stage",
    "report": "text",
    "report_source": "source_url",
}


def tables():
    """Return (name, title, name of its address, columns) of the files of the exchange, of each column
    its name, type and meaning."""
    return [
        (
            "questions",
            gettext("Questions of cities, whom they asked and how it stands"),
            "exchange:questions-csv",
            _described(files.QUESTIONS, Question),
        ),
        (
            "know-how",
            gettext("What cities advise, asked or unasked"),
            "exchange:know-how-csv",
            _described(files.KNOW_HOW, Advice),
        ),
        (
            "adoptions",
            gettext("Which city adopted whose policy, and what came of it; a row a report"),
            "exchange:adoptions-csv",
            _described(adoption_file.COLUMNS, Adoption, AdoptionReport),
        ),
    ]


def _described(names, *owners):
    return [{"name": name, **_column(name, owners)} for name in names]


def _column(name, owners):
    if name in OTHERS:
        kind, meaning = OTHERS[name]
        return {"description": str(meaning), **kind}
    field = _field(OF_REPORTS.get(name, name), owners[::-1] if name in OF_REPORTS else owners)
    kind = next((kind for model, kind in TYPES if isinstance(field, model)), TEXT)
    return {"description": str(field.help_text or field.verbose_name), **kind}


def _field(name, owners):
    for model in owners:
        found = {field.name: field for field in model._meta.fields}
        if name in found:
            return found[name]
    raise LookupError(name)
