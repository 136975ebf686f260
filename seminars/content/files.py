"""Public seminars as a file: a row for each, with what everybody may read.

Columns have the names of the fields that they come from; times are in UTC, cases stand by their numbers.
"""

from datetime import UTC

from django.conf import settings

from seminars.models import Seminar

COLUMNS = (
    *("seminar", "address", "title", "kind", "mode", "state", "day", "starts_at", "ends_at"),
    *("time_zone", "place", "country", "languages", "hosts", "targets", "themes", "summary"),
    *("for_whom", "fee", "registration", "took_part", "cases", "materials", "is_compiled"),
    *("caveat", "sources"),
)


def lines(seminars):
    """Yield the lines of ``COLUMNS`` of public seminars, in their order."""
    for row in seminars.with_rows():
        materials = row.materials.all()
        yield (
            row.pk,
            settings.SITE_URL + row.get_absolute_url(),
            row.title,
            row.kind,
            row.mode,
            Seminar.State.HELD.value if row.is_over else row.state,
            row.day,
            _utc(row.starts_at),
            _utc(row.ends_at),
            row.time_zone if row.starts_at else "",
            row.place,
            row.country.code,
            _joined(row.languages),
            _joined(str(host) for host in row.hosts.all()),
            _joined(f"SDG {target.code}" for target in row.targets.all()),
            _joined(theme.slug for theme in row.themes.all()),
            row.summary,
            row.for_whom,
            row.fee,
            row.registration,
            row.took_part,
            _joined(str(case.pk) for case in _cases(row)),
            _joined(_whole(material.get_absolute_url()) for material in materials),
            "yes" if row.is_compiled else "no",
            row.caveat,
            _joined(source.url for source in row.sources.all()),
        )


def _cases(seminar):
    cases = (item.shown_case for item in seminar.items.all())
    return dict.fromkeys(case for case in cases if case)


def _utc(moment):
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}Z" if moment else None


def _whole(address):
    return settings.SITE_URL + address if address.startswith("/") else address


def _joined(parts):
    return "; ".join(parts)
