"""Reads live revisions out of the database for the index: many at a time, in few queries."""

import zlib
from collections import defaultdict

from django.db.models import TextField
from django.db.models.functions import Cast

from members.models import Member
from policies.content import summary
from policies.models import Contribution, FundingSource, Indicator, Revision, Stakeholder

# All that a document depends on and that can change while the revision stays live. As texts: a
# whole library of dates takes long to read as dates.
STAMPED = {
    "changed": "updated_at",
    "provenance": "case__provenance",
    "confirmed": "case__confirmed_at",
    "member": "case__member",
    "member_changed": "case__member__updated_at",
}
# Columns of rows that are searched; whatever else counts of the rows is in the summary.
SEARCHED = (
    (Contribution, "how"),
    (Stakeholder, "name"),
    (FundingSource, "name"),
    (Indicator, "name"),
)


def live_stamps(revisions=None):
    """Return {pk: stamp} of live revisions, of all by default; the stamp changes when the document
    of a revision would."""
    live = Revision.objects.live() if revisions is None else revisions
    texts = {name: Cast(path, TextField()) for name, path in STAMPED.items()}
    rows = live.order_by("pk").annotate(**texts).values_list("pk", *texts)
    return {
        key: zlib.crc32(repr(stamped).encode()) for key, *stamped in rows.iterator(chunk_size=5000)
    }


class Reader:
    """Reads live revisions in batches; keeps the members for all of them."""

    def __init__(self):
        self.members = {}

    def read(self, keys):
        """Yield the revisions with these pks that are live now, in the order of pk, each with the
        texts of its rows."""
        live = Revision.objects.live().filter(**_among("pk", keys)).select_related("case")
        asked = set(keys)
        revisions = [each for each in live.order_by("pk") if each.pk in asked]
        summary.complete(revisions)
        members = {each.case.member_id for each in revisions}
        self.members.update(Member.objects.in_bulk(members - self.members.keys()))
        texts = _texts_of_rows(keys)
        for revision in revisions:
            revision.case.member = self.members[revision.case.member_id]
            yield revision, texts[revision.pk]


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
