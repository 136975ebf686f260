"""Live revisions as a list shows them, read in two queries whatever their number.

Reading them with their rows as models (``for_cards``) takes seven queries and, for twenty cases,
several times as long. The revisions here are models, only without their long texts; their rows
have just what a card shows.
"""

from collections import defaultdict
from functools import lru_cache
from types import SimpleNamespace

from django.db import connection
from django.db.models import Case, Value, When

from .models import (
    Contribution,
    FundingSource,
    Indicator,
    Revision,
    RevisionTheme,
    Stakeholder,
)
from .search.reading import Rows

COLUMNS = (
    "decided_at",
    "language",
    "title",
    "summary",
    "results",
    "stage",
    "start",
    "end",
    "budget_amount",
    "budget_currency",
    "budget_year",
    "budget_scope",
    "budget_usd",
    "budget_usd_source",
    "budget_note",
    "budget_unavailable",
    "staff_fte",
    "staff_note",
    "staff_unavailable",
    "stakeholders_unavailable",
    "case__slug",
    "case__member__slug",
    "case__member__name",
    "case__member__country",
)
NOTHING = Value("")
REACHED = Case(
    When(result__isnull=False, then=Value("result")),
    When(planned__isnull=False, then=Value("planned")),
    default=NOTHING,
)
# Lists of a revision: the model, three columns of its rows, and a row made of these.
CHILDREN = {
    "contributions": (
        Contribution,
        ("target_id", "target__label", "target__text"),
        lambda code, label, text: SimpleNamespace(
            target_id=code, target=SimpleNamespace(code=code, label=label, text=text)
        ),
    ),
    "theme_rows": (
        RevisionTheme,
        ("theme__name", NOTHING, NOTHING),
        lambda name, *_: SimpleNamespace(theme=SimpleNamespace(name=name)),
    ),
    "stakeholders": (
        Stakeholder,
        ("role", NOTHING, NOTHING),
        lambda role, *_: SimpleNamespace(role=role),
    ),
    "funding_sources": (
        FundingSource,
        ("name", "state", NOTHING),
        lambda name, state, _: SimpleNamespace(name=name, state=state),
    ),
    "indicators": (
        Indicator,
        ("evidence", REACHED, NOTHING),
        lambda evidence, reached, _: SimpleNamespace(
            evidence=evidence,
            result=reached == "result" or None,
            planned=reached == "planned" or None,
        ),
    ),
}


def listed(keys):
    """The live revisions among ``keys`` in this order, with all that a card or table row shows."""
    live = Revision.objects.live().select_related("case__member").only(*COLUMNS).in_bulk(keys)
    if not live:
        return []
    rows = _rows(list(live))
    for key, revision in live.items():
        revision._prefetched_objects_cache = {name: rows[key, name] for name in CHILDREN}  # noqa: SLF001 - where Django's own prefetching puts rows
    return [live[key] for key in keys if key in live]


def _rows(keys):
    """(key of a revision, name of a list) -> its rows in the author's order."""
    sql, places = _statement(connection.vendor, len(keys))
    # A negative parameter is the place of a key, counted from the end.
    parameters = [keys[each] if isinstance(each, int) and each < 0 else each for each in places]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    found = defaultdict(Rows)
    for name, key, _position, *values in sorted(rows):
        found[key, name].append(CHILDREN[name][2](*values))
    return found


@lru_cache(maxsize=100)
def _statement(vendor, count):
    """SQL that reads all rows of ``count`` revisions, and its parameters.

    It is the same for every page; putting it together takes ten times as long as running it.
    """
    queries = [
        model.objects.filter(revision__in=range(-count, 0))
        .order_by()
        .values_list(Value(name), "revision_id", "position", *columns)
        for name, (model, columns, make) in CHILDREN.items()
    ]
    return queries[0].union(*queries[1:], all=True).query.sql_with_params()
