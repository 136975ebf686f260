"""Rows as lines of JSON, and back to what a database takes."""

import datetime
from decimal import Decimal

from django.db import connection, models
from hypothesis import given, settings
from hypothesis import strategies as st

from citynet.operations.backups import rows

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
FIELDS = {
    models.TextField(): TEXT,
    models.BigIntegerField(): st.integers(-(2**63), 2**63 - 1),
    models.BooleanField(): st.booleans(),
    models.DateTimeField(): st.datetimes(timezones=st.just(datetime.UTC)),
    models.DateField(): st.dates(),
    models.TimeField(): st.times(),
    models.DurationField(): st.timedeltas(
        datetime.timedelta(days=-9999), datetime.timedelta(days=9999)
    ),
    models.DecimalField(max_digits=18, decimal_places=4): st.decimals(
        Decimal(-(10**13)), Decimal(10**13), places=4
    ),
    models.UUIDField(): st.uuids(),
    models.JSONField(): JSON.filter(lambda value: value is not None),
}


@settings(deadline=None)
@given(st.lists(st.tuples(*(st.none() | values for values in FIELDS.values()))))
def test_rows_come_back_as_the_database_takes_them(values):
    lines = b"".join(map(rows.encode, values)).splitlines()

    found = list(rows.decode(lines, list(FIELDS)))

    assert list(map(plain, found)) == [
        plain(
            [
                field.get_db_prep_save(value, connection) if value is not None else None
                for field, value in zip(FIELDS, row, strict=True)
            ]
        )
        for row in values
    ]


def plain(row):
    """What psycopg wraps is compared by what is in it."""
    return [getattr(value, "obj", value) for value in row]
