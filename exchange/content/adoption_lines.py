"""Adoptions as lines of a file: each is a JSON object that holds everything that is known of one.

Values have the names of their model fields and the form that ``policies.content.values`` gives them;
members stand by the last part of their address, a case by the source id of the library's files.
"""

from exchange.models import (
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    AdoptionSource,
)
from policies.content.values import empty, serialized

ADOPTION = (
    *("source_id", "original_title", "stage", "started", "learned_by", "interest", "kept"),
    *("reason", "strength", "caveat"),
)
CHANGE = ("aspect", "kind", "what", "reason", "when")
REPORT = (
    *("date", "stage", "compared", "text", "amount", "currency", "amount_year", "amount_basis"),
    *("staff_fte", "months", "source_url"),
)
INDICATOR = ("name", "unit", "baseline", "baseline_year", "value", "year")
SOURCE = ("title", "url", "accessed")


def fields(model, names):
    """Return the fields of a model by their names."""
    return [model._meta.get_field(name) for name in names]


FIELDS = {
    model: fields(model, names)
    for model, names in {
        Adoption: ADOPTION,
        AdoptionChange: CHANGE,
        AdoptionReport: REPORT,
        AdoptionIndicator: INDICATOR,
        AdoptionSource: SOURCE,
    }.items()
}


def record(adoption):
    """Return the line of an adoption as a dict; its rows are best prefetched."""
    case, elsewhere = adoption.case, adoption.original_member
    return {
        "member": adoption.member.slug,
        "case": case.source_id if case else None,
        "original_member": elsewhere.slug if elsewhere else None,
        **_values(adoption),
        "changes": [_values(row) for row in adoption.changes.all()],
        "reports": [
            {**_values(row), "indicators": [_values(each) for each in row.indicators.all()]}
            for row in adoption.reports.all()
        ],
        "sources": [_values(row) for row in adoption.sources.all()],
    }


def _values(row):
    return {
        field.name: serialized(getattr(row, field.attname), empty(field))
        for field in FIELDS[type(row)]
    }
