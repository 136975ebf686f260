"""Cases as rows of a table: the columns of the CSV file and of a workbook's first sheet, and the
schema that lies beside the CSV file."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citynet.web import licence
from policies.content.citations import lasting_address
from policies.content.fields import content_fields
from policies.content.key_facts import goal_numbers
from policies.models import CaseStudy, Contribution
from sdg.models import UN_SDG

from .columns import DATE, MONTH, NAMES, NUMBER, TARGETS, TEXT, TRUTH, WHOLE, YEAR, kind_of

SEPARATOR = "; "
# Lists of a revision that the columns tell of.
ROWS = (
    "joint_members",
    "contributions",
    "theme_rows",
    "funding_sources",
    "stakeholders",
    "indicators",
    "sources",
)


@dataclass(frozen=True)
class Column:
    """A column: its name, what kind of values it has, and the function that reads it off a
    revision.

    Names stay as they are in every language, because programs read them. What is not reported is
    None; columns of names and targets have tuples.
    """

    name: str
    kind: int
    of: Callable
    meaning: str = ""


def _of_case(name, field_name=None):
    field = CaseStudy._meta.get_field(field_name or name)
    return Column(name, kind_of(field), attrgetter(f"case.{field.name}"), field.help_text)


def _of_member(name, kind, attribute, meaning):
    return Column(name, kind, attrgetter(f"case.member.{attribute}"), meaning)


def _joined(name, rows, of, meaning):
    return Column(name, NAMES, lambda r: tuple(map(of, getattr(r, rows).all())), meaning)


def _primary(revision):
    rows = revision.contributions.all()
    return tuple(row.target_id for row in rows if row.role == Contribution.Role.PRIMARY)


def _funding(source):
    """Return a funding source in one phrase: "World Bank: 200000000.00 (received)"."""
    amount = f"{source.currency} {source.amount}".strip()
    text = source.name if source.amount is None else f"{source.name}: {amount}"
    return f"{text} ({source.state})" if source.state else text


# What stands before the texts and figures of a revision, among them, and behind them.
BEFORE = (
    Column("id", WHOLE, attrgetter("case_id"), _("Number of the case; it never changes.")),
    Column(
        "url", TEXT, lambda r: lasting_address(r.case), _("Address of the case; it never changes.")
    ),
    Column(
        "revision",
        WHOLE,
        attrgetter("number"),
        _("Which version of the text it is, counted from 1."),
    ),
    Column(
        "published_on",
        DATE,
        lambda r: r.decided_at.date(),
        _("When this version became public."),
    ),
    "language",
    "title",
    _of_member("member", TEXT, "name", _("Name of the member.")),
    _of_member(
        "member_slug", TEXT, "slug", _("The last part of the address of the member’s page.")
    ),
    _of_member("member_kind", TEXT, "kind", _("Kind of the member: see the filter “kind”.")),
    _of_member(
        "country_code",
        TEXT,
        "country_code",
        _("Country or area of the member, ISO 3166-1; empty where none is shown."),
    ),
    _of_member(
        "country",
        TEXT,
        "country_name",
        _("Its name, in the language of the page that the file was taken from."),
    ),
    Column(
        "subregion",
        TEXT,
        lambda r: str(r.case.member.subregion or ""),
        _("UN subregion (M49) of the member."),
    ),
    _of_member(
        "population", NUMBER, "population", _("People in the member’s place, as far as known.")
    ),
    _of_member(
        "population_year",
        YEAR,
        "population_year",
        _("The year of that number, where its source says it."),
    ),
    _of_case("provenance"),
    _of_case("confirmed_on", "confirmed_at"),
    _joined("themes", "theme_rows", lambda row: row.theme.slug, _("Slugs of one to three themes.")),
    Column(
        "goals",
        NAMES,
        lambda r: tuple(map(str, goal_numbers(r))),
        _("Goals of the targets, each once, from 1 to 17."),
    ),
    Column(
        "targets",
        TARGETS,
        lambda r: tuple(row.target_id for row in r.contributions.all()),
        _("Targets that the policy serves."),
    ),
    Column("primary_target", TARGETS, _primary, _("The target that it serves most.")),
    "stage",
    "start",
    "end",
    Column(
        "duration_months",
        WHOLE,
        attrgetter("duration_months"),
        _(
            "Months from start to end, both included. Where only years are known, whole calendar "
            "years."
        ),
    ),
    *("budget_amount", "budget_currency", "budget_year", "budget_scope", "budget_usd"),
    *("budget_usd_source", "budget_note", "budget_unavailable"),
    _joined(
        "funding_sources",
        "funding_sources",
        _funding,
        _("Who gives the money, how much, and whether it was received."),
    ),
    *("staff_fte", "staff_note", "staff_unavailable"),
    _joined("stakeholders", "stakeholders", attrgetter("name"), _("Who has a part in it.")),
    "stakeholders_unavailable",
    _joined("indicators", "indicators", attrgetter("name"), _("What is counted or measured.")),
    *("summary", "challenge", "solution", "results", "lessons", "transferability"),
    _joined(
        "sources",
        "sources",
        lambda row: row.url or row.title,
        _("Public pages and papers that facts of the case come from."),
    ),
)
BEHIND = (
    Column(
        "first_published_on",
        DATE,
        lambda r: r.first_published.date(),
        _("When the case first was public."),
    ),
    _of_case("source_id"),
    _of_case("synthetic"),
    _joined(
        "joint_members",
        "joint_members",
        lambda row: row.member.slug,
        _("Of a joint case: the last parts of the addresses of the pages of its further members."),
    ),
)

# What programs find things by; the names above are for people.
IDENTIFIERS = (
    Column(
        "target_uris",
        NAMES,
        lambda r: tuple(UN_SDG + row.target_id for row in r.contributions.all()),
        _("The targets by the identifiers that the United Nations gave them."),
    ),
    Column("doi", TEXT, attrgetter("doi"), _("DOI of this version, where it has one.")),
)


def columns():
    """Return the columns in order. Revisions come from ``with_rows`` and ``with_first_published``.

    What the models declare beyond the fields named here stands behind them, so that no column ever
    moves.
    """
    fields = {field.name: field for field in content_fields()}
    known = [each for each in BEFORE if isinstance(each, str)]
    new = [name for name in fields if name not in known]
    return [
        each if isinstance(each, Column) else _of_field(fields[each])
        for each in (*BEFORE, *BEHIND, *new, *IDENTIFIERS)
    ]


def _of_field(field):
    return Column(field.name, kind_of(field), attrgetter(field.attname), field.help_text)


# The CSV file


def header():
    """Return the names of the columns."""
    return [column.name for column in columns()]


def rows(revisions):
    """Yield a list of values for each revision of an iterable of any length, as the CSV file has them."""
    every_column = [(column.of, _CELLS.get(column.kind)) for column in columns()]
    for revision in revisions:
        yield [write(of(revision)) if write else of(revision) for of, write in every_column]


def _month_cell(month):
    """Return a month as SDMX writes it, "2013-M04": of 2013-04 spreadsheets make a date."""
    return month.replace("-", "-M")


def _target_cell(codes):
    """Return targets with a sign before each: 16.10 alone becomes 16.1 in spreadsheets."""
    return SEPARATOR.join(f"SDG {code}" for code in codes)


_CELLS = {
    MONTH: _month_cell,
    TARGETS: _target_cell,
    NAMES: SEPARATOR.join,
    TRUTH: lambda value: str(value).lower(),
}
_MONTHS = r"(19|20)[0-9]{2}(-M(0[1-9]|1[0-2]))?"
_DATATYPES = {
    TEXT: "string",
    NUMBER: "decimal",
    WHOLE: "integer",
    YEAR: "gYear",
    MONTH: {"base": "string", "format": _MONTHS},
    DATE: "date",
    TRUTH: "boolean",
    NAMES: "string",
    TARGETS: {"base": "string", "format": r"SDG [0-9]{1,2}\.([0-9]{1,2}|[a-d])"},
}


def schema():
    """Return what the columns of the CSV file are, as the W3C's “CSV on the Web” says it."""
    site = settings.SITE_URL
    _name, address = licence.name_and_address()
    rights = {"dc:license": {"@id": address}} if address else {}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"language": settings.LANGUAGE_CODE}],
        "url": site + reverse("policies:export", args=["csv"]),
        "dc:title": str(_("Policies of the Urban SDG Knowledge Platform")),
        "dc:rights": licence.terms(),
        **rights,
        "rdfs:seeAlso": {"@id": site + reverse("codebook")},
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {
            "primaryKey": "id",
            "columns": [_described(column) for column in columns()],
        },
    }


def _described(column):
    found = {
        "name": column.name,
        "titles": column.name,
        "dc:description": str(column.meaning),
        "datatype": _DATATYPES[column.kind],
        "null": "",
    }
    if column.kind in (NAMES, TARGETS):
        found["separator"] = SEPARATOR
    return found
