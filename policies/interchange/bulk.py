"""Live revisions with their content, read many at a time for the files of lists.

Reading them as models with their rows (``with_content``) takes four times as long. What is given
here has of a ``Revision`` what a line of the interchange format and a row of the table ask for, and
asks the database nothing more.
"""

from collections import defaultdict
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from django_countries.fields import Country

from members.models import Member
from policies.content.fields import content_fields
from policies.models import Revision, RevisionTheme
from policies.search.reading import NO_ROWS, Rows

from .lines import CASE_FIELDS, listings

BATCH = 200
OF_REVISION = (
    "pk",
    "case_id",
    "number",
    "decided_at",
    *(field.attname for field in content_fields()),
)
OF_CASE = CASE_FIELDS
OF_MEMBER = ("slug", "name", "kind", "country", "population", "population_year")
COLUMNS = (
    *OF_REVISION,
    "case__member_id",
    *(f"case__{name}" for name in OF_CASE),
    *(f"case__member__{name}" for name in OF_MEMBER),
)
CASE_AT = len(OF_REVISION)
MEMBER_AT = CASE_AT + 1 + len(OF_CASE)


class Theme(NamedTuple):
    """What a file says of a theme."""

    slug: str


class ThemeRow(NamedTuple):
    """Stands in for the row between a revision and a theme."""

    theme: Theme


def _maker(kind, columns):
    """A function that makes a row of its values."""
    if kind.model is RevisionTheme:
        return lambda values: ThemeRow(Theme(*values))
    return NamedTuple(kind.model.__name__, [(column, object) for column in columns])._make


class BulkMember:
    """What a file says of a member; one for all its cases."""

    country_code = Member.country_code
    country_name = cached_property(Member.country_name.fget)
    subregion = cached_property(Member.subregion.func)

    def __init__(self, values):
        self.__dict__.update(zip(OF_MEMBER, values, strict=True))
        self.country = Country(self.country)


class BulkCase:
    """What a file says of a case."""

    def __init__(self, pk, member, values):
        self.pk, self.member = pk, member
        self.__dict__.update(zip(OF_CASE, values, strict=True))


class BulkRevision:
    """What a file says of a live revision; its attributes are those of the model."""

    duration_months = cached_property(Revision.duration_months.func)

    def __init__(self, values, case, rows):
        self.__dict__.update(zip(OF_REVISION, values, strict=False), case=case, **rows)


def revisions(keys, lists=None):
    """The live revisions with these keys, in their order, read from the database in batches.

    ``lists`` names those whose rows are wanted; the others are empty.
    """
    members = {}
    empty = {kind.related_name: NO_ROWS for kind in listings()}
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        live = Revision.objects.live().filter(pk__in=batch).order_by()
        found = {values[0]: values for values in live.values_list(*COLUMNS)}
        rows = _rows(list(found), lists)
        for key in batch:
            if key in found:
                yield _revision(found[key], members, empty | rows[key])


def _revision(values, members, rows):
    key = values[CASE_AT]
    if key not in members:
        members[key] = BulkMember(values[MEMBER_AT:])
    case = BulkCase(values[1], members[key], values[CASE_AT + 1 : MEMBER_AT])
    return BulkRevision(values, case, rows)


def _rows(keys, lists):
    """Key of a revision -> name of a list -> its rows in the author's order."""
    found = defaultdict(dict)
    if not keys:
        return found
    for kind in listings():
        if lists is not None and kind.related_name not in lists:
            continue
        columns = tuple(map(attrgetter("attribute"), kind.keys))
        if kind.model is RevisionTheme:
            columns = ("theme__slug",)
        make = _maker(kind, columns)
        rows = kind.model.objects.filter(revision__in=keys).order_by("position", "pk")
        for key, *values in rows.values_list("revision_id", *columns):
            found[key].setdefault(kind.related_name, Rows()).append(make(values))
    return found
