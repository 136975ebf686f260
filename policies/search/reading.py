"""Reads live revisions out of the database for the index: many at a time, few queries, and as
light stand-ins that have the attributes of a ``Revision`` that the index needs."""

import datetime
import zlib
from collections import defaultdict
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from members.models import Member
from policies.models import (
    Contribution,
    FundingSource,
    Indicator,
    Revision,
    RevisionTheme,
    Source,
    Stakeholder,
    Theme,
)

COLUMNS = [
    "pk",
    "case_id",
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
    "budget_amount",
    "budget_usd",
    "staff_fte",
    "decided_at",
]
# All that a document depends on and that can change while the revision stays live. As texts: a
# whole library of dates takes long to read as dates.
STAMPED = {
    "changed": "updated_at",
    "provenance": "case__provenance",
    "confirmed": "case__confirmed_at",
    "member": "case__member",
    "member_changed": "case__member__updated_at",
}


class Case(NamedTuple):
    """Stands in for the case of a revision."""

    member: Member
    provenance: str
    confirmed_at: datetime.date | None


class Themed(NamedTuple):
    """Stands in for the row between a revision and a theme."""

    theme: Theme


# Attribute of a revision -> the model of its rows and what is read of each.
CHILDREN = {
    "contributions": (Contribution, ["target_id", "how"]),
    "theme_rows": (RevisionTheme, ["theme_id"]),
    "funding_sources": (FundingSource, ["kind", "name"]),
    "stakeholders": (Stakeholder, ["name", "kind", "role", "engagement"]),
    "indicators": (Indicator, ["name", "baseline", "result", "evidence"]),
    "sources": (Source, ["title"]),
}


def _row_type(name, columns):
    return NamedTuple(name, [(column, object) for column in columns])


# Rows are tuples with names: made as they come from the database, at the least cost.
ROW_TYPES = {
    name: _row_type(name, ["revision_id", *columns]) for name, (model, columns) in CHILDREN.items()
}
Live = _row_type("Live", [*COLUMNS, *CHILDREN, "case"])


class Rows(list):
    """Rows of a stand-in, asked for as those of a model: ``revision.sources.all()``."""

    def all(self):
        return self


NO_ROWS = Rows()


def live_stamps():
    """Revision pk -> stamp of every live revision; the stamp changes when its document would."""
    texts = {name: Cast(path, TextField()) for name, path in STAMPED.items()}
    rows = Revision.objects.live().order_by("pk").annotate(**texts).values_list("pk", *texts)
    return {
        key: zlib.crc32(repr(stamped).encode()) for key, *stamped in rows.iterator(chunk_size=5000)
    }


def _among(field, keys):
    """A condition that all of these keys meet, and few others.

    Where they lie close together it is a range: a list of a thousand costs more than the rows.
    """
    first, last = min(keys), max(keys)
    if last - first < 2 * len(keys):
        return {f"{field}__gte": first, f"{field}__lte": last}
    return {f"{field}__in": keys}


class Reader:
    """Gives live revisions in batches; keeps themes and members for all of them."""

    def __init__(self):
        self.themes = {theme.pk: Themed(theme) for theme in Theme.objects.all()}
        self.members = {}

    def read(self, keys):
        """Stand-ins of the revisions with these pks that are live now, in the order of pk."""
        rows = (
            Revision.objects.live()
            .filter(**_among("pk", keys))
            .order_by("pk")
            .values_list("case__member_id", "case__provenance", "case__confirmed_at", *COLUMNS)
        )
        asked = set(keys)
        rows = [row for row in rows.iterator(chunk_size=5000) if row[3] in asked]
        self._read_members({row[0] for row in rows})
        children = [self._read_children(name, keys).get for name in CHILDREN]
        for member, provenance, confirmed_at, key, *columns in rows:
            case = Case(self.members[member], provenance, confirmed_at)
            yield Live(key, *columns, *[find(key, NO_ROWS) for find in children], case)

    def _read_members(self, keys):
        self.members.update(Member.objects.in_bulk(keys - self.members.keys()))

    def _read_children(self, name, keys):
        model, columns = CHILDREN[name]
        rows = (
            model.objects.filter(**_among("revision", keys))
            .order_by("revision_id", "position", "pk")
            .values_list("revision_id", *columns)
            .iterator(chunk_size=5000)
        )
        found = defaultdict(Rows)
        if name == "theme_rows":
            for key, theme in rows:
                found[key].append(self.themes[theme])
        else:
            for row in map(ROW_TYPES[name]._make, rows):
                found[row[0]].append(row)
        return found
