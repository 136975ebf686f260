"""Reads live revisions out of the database for the index: many at a time, in few queries."""

import datetime
import zlib
from collections import defaultdict
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from members.models import Member
from policies.content import summary
from policies.models import (
    Contribution,
    FundingSource,
    Indicator,
    JointMember,
    Revision,
    Stakeholder,
)

# All that a document depends on and that can change while the revision stays live. As texts: a
# whole library of dates takes long to read as dates.
STAMPED = {
    "changed": "updated_at",
    "provenance": "case__provenance",
    "confirmed": "case__confirmed_at",
    "member": "case__member",
    "member_changed": "case__member__updated_at",
}
# Columns of a revision that a document is made from. Making a model of every row would take longer
# than reading them, so rows stay tuples, with the names of the model's attributes.
COLUMNS = (
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
    "budget_usd",
    "budget_basis",
    "scale",
    "staff_fte",
    "decided_at",
)
# Columns of its rows that are searched; whatever else counts of the rows is in the summary.
SEARCHED = (
    (Contribution, "how"),
    (Stakeholder, "name"),
    (FundingSource, "name"),
    (Indicator, "name"),
)


class CaseRow(NamedTuple):
    """What a document needs of the case of a revision."""

    member: Member
    provenance: str
    confirmed_at: datetime.date | None


# What a document needs of a live revision: its columns, stored summary, case and texts of rows.
RevisionRow = NamedTuple(
    "RevisionRow",
    [
        *((name, object) for name in COLUMNS),
        ("list_summary", dict),
        ("case", CaseRow),
        ("members", list),
        ("texts", list),
    ],
)


def live_stamps(revisions=None):
    """Return {pk: stamp} of live revisions, of all by default; the stamp changes when the document
    of a revision would."""
    live = Revision.objects.live() if revisions is None else revisions
    texts = {name: Cast(path, TextField()) for name, path in STAMPED.items()}
    rows = live.order_by("pk").annotate(**texts).values_list("pk", *texts)
    joint = _further_members(revision__in=live.order_by().values("pk"))
    return {
        key: zlib.crc32(repr([*stamped, *joint[key].items()]).encode())
        for key, *stamped in rows.iterator(chunk_size=5000)
    }


class Reader:
    """Reads live revisions in batches; members are read once for all batches."""

    def __init__(self):
        self.members = {}

    def read(self, keys):
        """Yield a :class:`RevisionRow` of each revision with these pks that is live now, in the
        order of pk."""
        rows = (
            Revision.objects.live()
            .filter(**_among("pk", keys))
            .order_by("pk")
            .values_list(
                *("case__member_id", "case__provenance", "case__confirmed_at", "list_summary"),
                *COLUMNS,
            )
        )
        asked = set(keys)
        rows = [row for row in rows.iterator(chunk_size=5000) if row[4] in asked]
        summaries = summary.up_to_date({row[4]: row[3] for row in rows})
        joint = _further_members(**_among("revision", keys))
        wanted = {row[0] for row in rows}.union(*joint.values())
        self.members |= Member.objects.in_bulk(wanted - self.members.keys())
        texts = _texts_of_rows(keys)
        for member, provenance, confirmed_at, _stored, key, *columns in rows:
            case = CaseRow(self.members[member], provenance, confirmed_at)
            others = [self.members[each] for each in joint[key] if each != member]
            members = [case.member, *others]
            yield RevisionRow(key, *columns, summaries[key], case, members, texts[key])


def _further_members(**of_revisions):
    """Return {pk of a revision: {pk of a further member: when it last changed}}, in the author's
    order."""
    found = defaultdict(dict)
    rows = JointMember.objects.filter(**of_revisions).order_by("revision_id", "position", "pk")
    rows = rows.annotate(changed=Cast("member__updated_at", TextField()))
    for key, member, changed in rows.values_list("revision_id", "member_id", "changed"):
        found[key][member] = changed
    return found


def _texts_of_rows(keys):
    """Return {pk of a revision: the texts of its rows that are searched}."""
    found = defaultdict(list)
    for model, column in SEARCHED:
        rows = model.objects.filter(**_among("revision", keys)).exclude(**{column: ""})
        rows = rows.order_by("revision_id", "position", "pk")
        for key, text in rows.values_list("revision_id", column).iterator(chunk_size=5000):
            found[key].append(text)
    return found


def _among(field, keys):
    """Return a condition that all of these keys meet, and few others.

    Where they lie close together it is a range: a list of a thousand costs more than the rows.
    """
    first, last = min(keys), max(keys)
    if last - first < 2 * len(keys):
        return {f"{field}__gte": first, f"{field}__lte": last}
    return {f"{field}__in": keys}
