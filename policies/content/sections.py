"""What the sections of a case page show, computed from a revision with its rows and nothing else."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.models import CaseStudy, Indicator, Stakeholder
from policies.models.series import points

from . import formats
from .charts import Change, Curve, change, curve
from .key_facts import qualified
from .summary import summary_of

# A city is asked once a year whether its record is still true.
CONFIRMATION_LASTS = timedelta(days=366)
PERCENT = "%"
# Words for a place among others, in a unit, or in a name without another unit.
RANK = re.compile(
    r"\brank(s|ing|ings)?\b|\brang\b|peringkat|thứ hạng|อันดับ|순위|順位|排名|名次", re.IGNORECASE
)
UNITS_OF_RANKS = frozenset({"", "place", "position"})
SHORTEST_WORD = 3  # letters of a unit that a name may say already; "m" and "kg" are always shown


def text_attributes(revision):
    """Return ``lang`` and ``dir`` for elements that hold an author's text; "" in the page's
    language."""
    if revision.language == get_language():
        return ""
    return format_html(' lang="{}" dir="{}"', revision.language, revision.direction)


@dataclass(frozen=True)
class ConfirmationStatus:
    """Who wrote a record and whether it was confirmed; ``mark`` is its class in the stylesheet."""

    mark: str
    label: str
    words: str


def confirmation_status(case, today):
    """Return the :class:`ConfirmationStatus` of a case on a day."""
    origin = (
        _("Compiled by the secretariat from public sources.")
        if case.provenance == CaseStudy.Provenance.SECRETARIAT
        else _("Written by the city.")
    )
    if case.confirmed_at:
        day = {"date": date_format(case.confirmed_at, "DATE_FORMAT")}
        if case.confirmed_at + CONFIRMATION_LASTS < today:
            label = _("Last confirmed by the city on %(date)s") % day
            return ConfirmationStatus("bad", label, origin)
        return ConfirmationStatus("good", _("Confirmed by the city on %(date)s") % day, origin)
    if case.provenance == CaseStudy.Provenance.SECRETARIAT:
        words = _("Compiled by the secretariat from public sources, not yet confirmed by the city.")
        return ConfirmationStatus("warn", _("Not yet confirmed by the city"), words)
    return ConfirmationStatus("good", _("Written by the city"), origin)


@dataclass(frozen=True)
class Group:
    """Stakeholders with something in common; ``people`` are (name, role, small word, number of the
    source or None)."""

    label: str
    people: list[tuple[str, str, str, int | None]]


def stakeholder_groups(revision):
    """Return who leads, then the others by what kind of organisation they are; the unknown kind last.

    Each is (name, role, kind or engagement, number of the source), "" or None where not reported.
    """
    leads, by_kind = [], {}
    for row in revision.stakeholders.all():
        if row.leads:
            leads.append((row.name, row.role, row.get_kind_display(), row.source_number))
        else:
            engaged = row.get_engagement_display()
            if engaged.casefold() == row.role.strip().casefold():
                engaged = ""
            person = (row.name, row.role, engaged, row.source_number)
            by_kind.setdefault(row.kind, []).append(person)
    groups = [Group(_("Leads"), leads)] if leads else []
    groups += [
        Group(Stakeholder.Kind(kind).label, by_kind[kind])
        for kind in Stakeholder.Kind.values
        if kind in by_kind
    ]
    if "" in by_kind:
        groups.append(Group(_("Kind not reported"), by_kind[""]))
    return groups


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator as a line of the table; "" where a value is unknown.

    ``evidence`` is "" also where ``reporter`` says all of it.
    """

    name: str
    unit: str
    before: str
    before_year: str
    planned: str
    result: str
    result_year: str
    change: str
    bar: Change | None
    evidence: str
    source: str
    reporter: str = ""
    series: list[tuple[str, str]] = field(default_factory=list)
    curve: Curve | None = None
    source_number: int | None = None


def indicator_rows(revision):
    """Return the indicators of a revision, each a :class:`IndicatorRow`."""
    return [_reading(row) for row in revision.indicators.all()]


def _reading(row):
    in_percent = row.unit.strip() == PERCENT
    value = _percentage if in_percent else _figure
    series = _series(row)
    # Who reports it says more than that it is reported.
    is_reported = row.reporter and row.evidence == Indicator.Evidence.REPORTED
    return IndicatorRow(
        name=row.name,
        unit="" if in_percent else _unit(row),
        before=_qualified(value(row.baseline), row.baseline_qualifier),
        before_year=_year(row.baseline_year),
        planned=_qualified(value(row.planned), row.planned_qualifier),
        result=_qualified(value(row.result), row.result_qualifier),
        result_year=_year(row.result_year),
        change=difference(
            row.baseline, row.result, in_percent=in_percent, is_rank=_is_rank(row.name, row.unit)
        ),
        bar=change(row.baseline, row.result, in_percent=in_percent),
        evidence="" if is_reported else row.get_evidence_display(),
        source=row.source,
        reporter=row.get_reporter_display(),
        series=[(str(year), _qualified(value(each), exact)) for year, each, exact in series],
        curve=curve([each[:2] for each in series], in_percent=in_percent),
        source_number=row.source_number,
    )


def _is_rank(name, unit):
    """Return whether an indicator is a place among others ("National rank for cleanliness")."""
    is_open = unit.strip().lower() in UNITS_OF_RANKS
    return bool(RANK.search(unit) or (is_open and RANK.search(name)))


def _unit(row):
    """Return the unit, or "" where the name says the word already: "Terminals", in terminals."""
    unit = row.unit.strip()
    if len(unit) < SHORTEST_WORD:
        return unit
    words = re.compile(rf"(?<!\w){re.escape(unit)}(?!\w)", re.IGNORECASE)
    return "" if words.search(row.name) else unit


def _series(row):
    """Return (year, value, exactness) of a figure that is known for further years, in the order of
    time, those of before and of the result among them."""
    values = {year: (value, "") for year, value in points(row.series)}
    if not values:
        return []
    if row.baseline_year and row.baseline is not None:
        values[row.baseline_year] = (row.baseline, row.baseline_qualifier)
    if row.result_year and row.result is not None:
        values[row.result_year] = (row.result, row.result_qualifier)
    return [(year, *values[year]) for year in sorted(values)]


def _qualified(value, qualifier):
    return qualified(value, qualifier) if value else value


def difference(before, after, *, in_percent, is_rank=False):
    """Return the change in words: "+12 (+600%)", points where the values are percentages, and no share
    of a rank; "" where either is unknown."""
    if before is None or after is None:
        return ""
    by = after - before
    if in_percent:
        return _("%(change)s points") % {"change": _signed(by)}
    if not by:
        return _("no change")
    if is_rank or before <= 0:
        return _signed(by)
    part = (Decimal(by * 100) / before).quantize(Decimal(1), ROUND_HALF_UP)
    if not part:
        return _signed(by)
    share = {"change": _signed(by), "percent": _signed(part)}
    return _("%(change)s (%(percent)s%%)") % share


def _signed(value):
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return sign + formats.figure(abs(value))


def _figure(value):
    return formats.figure(value).replace("-", "−", 1)


def _percentage(value):
    if value is None:
        return ""
    return _("%(number)s%%") % {"number": formats.number(value).replace("-", "−", 1)}


def _year(year):
    return str(year) if year else ""


@dataclass(frozen=True)
class SourceLink:
    """A source of a case: ``url`` only where it leads to the web, and the name of its site."""

    title: str
    url: str
    site: str
    accessed: object


def source_links(revision):
    """Return the sources of a revision, each a :class:`SourceLink`."""
    found = []
    for row in revision.sources.all():
        site = web_site(row.url)
        found.append(SourceLink(row.title, row.url if site else "", site, row.accessed))
    return found


def web_site(url):
    """Return the host of an http or https address, without "www."; "" for any other address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts.hostname.removeprefix("www.")


def shared_with(revision, other):
    """Return codes of the targets and names of the themes that two revisions share, in the first's
    order."""
    found = summary_of(other)
    return (
        [
            row.target_id
            for row in revision.contributions.all()
            if row.target_id in found["targets"]
        ],
        [row.theme.name for row in revision.theme_rows.all() if row.theme.slug in found["themes"]],
    )
