"""Public adoptions as a file: a row for each report, and one for an adoption without any."""

from django.conf import settings
from django.utils import timezone

from exchange.models import Adoption
from policies.content.values import plain

from .adoptions import indicator_in_words

AT_ONCE = 200
OF_REPORT = (
    *("report_date", "report_stage", "compared", "report", "amount", "currency", "amount_year"),
    *("amount_basis", "staff_fte", "months", "indicators", "report_source"),
)
COLUMNS = (
    *("adoption", "address", "case", "original", "original_member", "original_country"),
    *("member", "country", "stage", "started", "learned_by", "kept", "changes", "reason"),
    *("provenance", "evidence", "caveat", "confirmed_by_original_on", "disputed"),
    *OF_REPORT,
    "sources",
)


def rows(keys):
    """Yield the lines of the public adoptions with these keys, in this order."""
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        found = Adoption.objects.public().with_originals()
        found = found.prefetch_related("changes", "sources", "reports__indicators").in_bulk(part)
        for key in part:
            if key in found:
                yield from _rows_of(found[key])


def _rows_of(adoption):
    confirmed, origin = adoption.confirmed_by_origin_at, adoption.origin
    before = (
        adoption.pk,
        settings.SITE_URL + adoption.get_absolute_url(),
        adoption.original.pk if adoption.original_text else None,
        adoption.title,
        origin.name if origin else None,
        origin.country.code if origin else None,
        adoption.member.name,
        adoption.member.country.code,
        adoption.stage,
        adoption.started,
        adoption.learned_by,
        adoption.kept or adoption.interest,
        "; ".join(
            f"{row.aspect} {row.kind}: {row.what}" + (f" ({row.reason})" if row.reason else "")
            for row in adoption.changes.all()
        ),
        adoption.reason,
        adoption.provenance,
        adoption.strength,
        adoption.caveat,
        f"{timezone.localdate(confirmed):%Y-%m-%d}" if confirmed else None,
        "yes" if adoption.is_disputed else "no",
    )
    sources = "; ".join(f"{row.title} {row.url}" for row in adoption.sources.all())
    for report in adoption.reports.all() or [None]:
        yield (*before, *_columns(report), sources)


def _columns(report):
    if report is None:
        return (None,) * len(OF_REPORT)
    indicators = "; ".join(map(indicator_in_words, report.indicators.all()))
    return (
        report.date,
        report.stage,
        report.compared,
        report.text,
        None if report.amount is None else plain(report.amount),
        report.currency,
        report.amount_year,
        report.amount_basis,
        None if report.staff_fte is None else plain(report.staff_fte),
        report.months,
        indicators,
        report.source_url,
    )
