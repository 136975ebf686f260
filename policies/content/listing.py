"""Live revisions as a list shows them, read in two queries whatever their number.

Reading them with their rows as models (``for_cards``) takes seven queries and, for twenty cases,
five times as long. What is given here has of a ``Revision`` what a card, a row of the table and an
entry of the feed ask for, and asks the database nothing more.
"""

import datetime
from collections import defaultdict
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace

from django.db import connections, router
from django.db.models import Case, TextField, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from django_countries.fields import Country

from members.models import Member
from policies.models import (
    Contribution,
    FundingSource,
    Indicator,
    Revision,
    RevisionTheme,
    Stakeholder,
)
from policies.search.reading import Rows

from .formats import remembered

OF_MEMBER = ("case__member__slug", "case__member__name", "case__member__country")
COLUMNS = (
    "pk",
    "case_id",
    "language",
    "title",
    "summary",
    "results",
    "stage",
    "start",
    "end",
    "budget_currency",
    "budget_year",
    "budget_scope",
    "budget_usd_source",
    "budget_note",
    "budget_unavailable",
    "staff_note",
    "staff_unavailable",
    "stakeholders_unavailable",
    "case__slug",
    *OF_MEMBER,
)
# Read as texts: making numbers and times of them takes Django longer than all else here.
NUMBERS = ("budget_amount", "budget_usd", "staff_fte")
AS_TEXT = ("decided_at", *NUMBERS)
NOTHING = Value("")
REACHED = Case(
    When(result__isnull=False, then=Value("result")),
    When(planned__isnull=False, then=Value("planned")),
    default=NOTHING,
)
# Lists of a revision: the model, three columns of its rows, and a row made of these. Nobody changes
# a row, so that the same one may stand in many lists.
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


MAKERS = {name: lru_cache(4096)(make) for name, (model, columns, make) in CHILDREN.items()}

_country = lru_cache(Country)


class ListedMember:
    """What a list shows of a member; the same one in all lists, so nobody changes it."""

    get_absolute_url = Member.get_absolute_url
    country_code = Member.country_code
    country_name = Member.country_name

    def __init__(self, slug, name, country):
        self.slug, self.name, self.country = slug, name, _country(country)


_member = lru_cache(4096)(ListedMember)


class ListedCase:
    """What a list shows of a case."""

    def __init__(self, pk, slug, member):
        self.pk, self.slug, self.member = pk, slug, member

    def get_absolute_url(self):
        return _address_of_a_case().format(self.pk, self.slug)


@remembered
def _address_of_a_case():
    """The address of every case, with its key and slug to be filled in: asking Django for twenty
    takes as long as drawing their cards."""
    return reverse("policies:case", args=[0, "slug"]).replace("0/slug", "{}/{}")


class Listed:
    """What a list shows of a live revision; its attributes are those of the model."""

    RIGHT_TO_LEFT = Revision.RIGHT_TO_LEFT
    direction = Revision.direction

    def __init__(self, case, columns, rows):
        self.__dict__.update(columns, case=case, case_id=case.pk, **rows)

    @property
    def decided_at(self):
        time = datetime.datetime.fromisoformat(self.decided)
        return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)

    def get_stage_display(self):
        return Revision.Stage(self.stage).label if self.stage else ""


def listed(keys):
    """The live revisions among ``keys`` in this order, with all that a list shows of them."""
    if not keys:
        return []
    live = {values[0]: values for values in _fetch(_live_statement, list(keys))}
    if not live:
        return []
    rows = _rows(list(live))
    return [_listed(live[key], rows[key]) for key in dict.fromkeys(keys) if key in live]


def _listed(values, rows):
    columns = dict(zip((*COLUMNS, "decided", *NUMBERS), values, strict=True))
    for name in NUMBERS:
        if columns[name] is not None:
            columns[name] = Decimal(columns[name])
    member = _member(*[columns.pop(name) for name in OF_MEMBER])
    case = ListedCase(columns.pop("case_id"), columns.pop("case__slug"), member)
    return Listed(case, columns, {name: rows[name] for name in CHILDREN})


def _rows(keys):
    """Key of a revision -> name of a list -> its rows in the author's order."""
    found = {key: defaultdict(Rows) for key in keys}
    for name, key, _position, *values in sorted(_fetch(_rows_statement, keys)):
        found[key][name].append(MAKERS[name](*values))
    return found


def _fetch(statement, keys):
    """Rows of a statement for these keys."""
    connection = connections[router.db_for_read(Revision)]
    sql, places = statement(connection.vendor, len(keys))
    # A negative parameter is the place of a key, counted from the end.
    parameters = [keys[each] if isinstance(each, int) and each < 0 else each for each in places]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


# The statements are the same for every page, and putting them together takes many times as long as
# running them: they are made once for each number of keys.


@lru_cache(maxsize=100)
def _live_statement(vendor, count):
    """SQL that reads the live ones of ``count`` revisions, and its parameters."""
    texts = [Cast(name, TextField()) for name in AS_TEXT]
    rows = Revision.objects.live().filter(pk__in=range(-count, 0)).order_by()
    return rows.values_list(*COLUMNS, *texts).query.sql_with_params()


@lru_cache(maxsize=100)
def _rows_statement(vendor, count):
    """SQL that reads all rows of ``count`` revisions, and its parameters."""
    queries = [
        model.objects.filter(revision__in=range(-count, 0))
        .order_by()
        .values_list(Value(name), "revision_id", "position", *columns)
        for name, (model, columns, make) in CHILDREN.items()
    ]
    return queries[0].union(*queries[1:], all=True).query.sql_with_params()
