"""What a revision says: its fields, and its lists with the fields of their rows.

All of it is read from the models, in the order in which they declare it. Copying, comparing,
importing, exporting and the codebook start from here, so a new field is in all of them.
"""

from django.db import models

from policies.models import Revision
from policies.models.months import MonthField

# Fields of a revision that say nothing of the policy: which revision it is and where it stands,
# who did what and when, and what is derived from the others.
NO_CONTENT = frozenset(
    {
        "id",
        "case",
        "number",
        "state",
        "version",
        "list_summary",
        "doi",
        "doi_is_hidden",
        "doi_is_outdated",
        "is_imported",
        "created_by",
        "created_at",
        "updated_at",
        "submitted_at",
        "reviewer",
        "decided_at",
        "decided_by",
        "decided_by_name",
    }
)
# Fields that every row has for its place in its list.
PLACE_OF_ROW = frozenset({"id", "revision", "position"})
# Fields of a file that say that it was taken down.
REMOVAL = frozenset({"removed_on", "removed_because"})
# Shorter texts are codes ("KRW"), not words.
SHORTEST_PROSE = 20  # characters


def content_fields():
    """Return the fields in which a revision itself says something, its lists apart."""
    return [field for field in Revision._meta.concrete_fields if field.name not in NO_CONTENT]


def row_fields(model):
    """Return the fields in which a row of a list, of class ``model``, says something."""
    return [
        field for field in model._meta.concrete_fields if field.name not in PLACE_OF_ROW | REMOVAL
    ]


def is_prose(field):
    """Return whether people write sentences or names in ``field``."""
    if field.choices or isinstance(field, MonthField):
        return False
    if isinstance(field, models.CharField):
        return field.max_length is None or field.max_length >= SHORTEST_PROSE
    return isinstance(field, models.TextField)


def values_of(revision):
    """Return what the fields of a revision hold, by attribute, for another revision."""
    return {field.attname: getattr(revision, field.attname) for field in content_fields()}
