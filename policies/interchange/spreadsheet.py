"""Cases as rows of a table: the columns of the CSV file and of the workbook."""

import tempfile
from datetime import date
from decimal import Decimal
from operator import attrgetter

import xlsxwriter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from citynet.web import licence
from policies.content.citations import lasting_address
from policies.content.fields import content_fields
from policies.content.key_facts import goal_numbers
from policies.models import Contribution

# More text does not fit into a cell of a workbook.
LONGEST_CELL = 32_767
SEPARATOR = "; "
# Lists of a revision that the columns tell of.
ROWS = (
    "contributions",
    "theme_rows",
    "funding_sources",
    "stakeholders",
    "indicators",
    "sources",
)


def columns():
    """Return (name, function that gives the value of a revision) in order.

    Names stay as they are in every language, because programs read them. Money, people and months
    are numbers; lists are joined by "; "; what is not reported is None.
    """
    found = [
        ("id", lambda r: r.case_id),
        ("url", lambda r: lasting_address(r.case)),
        ("revision", lambda r: r.number),
        ("published_on", lambda r: r.decided_at.date()),
        ("language", lambda r: r.language),
        ("title", lambda r: r.title),
        ("member", lambda r: r.case.member.name),
        ("member_slug", lambda r: r.case.member.slug),
        ("member_kind", lambda r: r.case.member.kind),
        ("country_code", lambda r: r.case.member.country_code),
        ("country", lambda r: r.case.member.country_name),
        ("subregion", lambda r: str(r.case.member.subregion or "")),
        ("population", lambda r: r.case.member.population),
        ("population_year", lambda r: r.case.member.population_year),
        ("provenance", lambda r: r.case.provenance),
        ("confirmed_on", lambda r: r.case.confirmed_at),
        ("themes", lambda r: _joined(row.theme.slug for row in r.theme_rows.all())),
        ("goals", lambda r: _joined(goal_numbers(r))),
        ("targets", lambda r: _joined(row.target_id for row in r.contributions.all())),
        ("primary_target", lambda r: _joined(_primary(r))),
        ("stage", lambda r: r.stage),
        ("start", lambda r: r.start),
        ("end", lambda r: r.end),
        ("duration_months", lambda r: r.duration_months),
        ("budget_amount", lambda r: r.budget_amount),
        ("budget_currency", lambda r: r.budget_currency),
        ("budget_year", lambda r: r.budget_year),
        ("budget_scope", lambda r: r.budget_scope),
        ("budget_usd", lambda r: r.budget_usd),
        ("budget_usd_source", lambda r: r.budget_usd_source),
        ("budget_note", lambda r: r.budget_note),
        ("budget_unavailable", lambda r: r.budget_unavailable),
        ("funding_sources", lambda r: _joined(map(_funding, r.funding_sources.all()))),
        ("staff_fte", lambda r: r.staff_fte),
        ("staff_note", lambda r: r.staff_note),
        ("staff_unavailable", lambda r: r.staff_unavailable),
        ("stakeholders", lambda r: _joined(row.name for row in r.stakeholders.all())),
        ("stakeholders_unavailable", lambda r: r.stakeholders_unavailable),
        ("indicators", lambda r: _joined(row.name for row in r.indicators.all())),
        ("summary", lambda r: r.summary),
        ("challenge", lambda r: r.challenge),
        ("solution", lambda r: r.solution),
        ("results", lambda r: r.results),
        ("lessons", lambda r: r.lessons),
        ("transferability", lambda r: r.transferability),
        ("sources", lambda r: _joined(row.url or row.title for row in r.sources.all())),
    ]
    # What the models declare beyond these stands behind them, so that no column ever moves.
    names = {name for name, _value in found}
    new = [field.name for field in content_fields() if field.name not in names]
    return found + [(name, attrgetter(name)) for name in new]


def header():
    """Return the names of the columns."""
    return [name for name, value in columns()]


def rows(revisions):
    """A list of values for each revision of an iterable of any length."""
    values = [value for name, value in columns()]
    for revision in revisions:
        yield [value(revision) for value in values]


def _joined(texts):
    return SEPARATOR.join(str(text) for text in texts)


def _primary(revision):
    rows = revision.contributions.all()
    return [row.target_id for row in rows if row.role == Contribution.Role.PRIMARY]


def _funding(source):
    """Return a funding source in one phrase: "World Bank: 200000000.00 (received)"."""
    text = source.name if source.amount is None else f"{source.name}: {source.amount}"
    return f"{text} ({source.state})" if source.state else text


def workbook(revisions, about):
    """Return a temporary file with a workbook, open for reading: the cases, and what the file is.

    ``about`` holds (label, text) for the second sheet. Rows go to the disk as they come, so a
    workbook of any length needs little memory. The caller closes the file.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it has been sent
    options = {
        "constant_memory": True,
        "in_memory": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    try:
        with xlsxwriter.Workbook(file, options) as book:
            bold = book.add_format({"bold": True})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet = book.add_worksheet(_("Cases"))
            sheet.freeze_panes(1, 0)
            _write(sheet, 0, header(), bold, day)
            for number, values in enumerate(rows(revisions), start=1):
                _write(sheet, number, values, None, day)
            notes = book.add_worksheet(_("About"))
            for number, pair in enumerate(about):
                _write(notes, number, pair, None, day)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write(sheet, row, values, style, day):
    for column, value in enumerate(values):
        if value is None or value == "":
            continue
        if isinstance(value, date):
            sheet.write_datetime(row, column, value, day)
        elif isinstance(value, int | Decimal):
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_string(row, column, str(value)[:LONGEST_CELL], style)


def about(form, total, phrase):
    """Return what the second sheet says: which cases these are, when they were taken, how to read
    them."""
    site = settings.SITE_URL
    return [
        (_("File"), _("Policies of the Urban SDG Knowledge Platform")),
        (_("Taken on"), timezone.now().strftime("%Y-%m-%d %H:%M UTC")),
        (_("Filter"), phrase or _("none: all policies")),
        (_("Address of this list"), site + form.address(view=())),
        (_("Number of policies"), total),
        (_("Meaning of the columns"), site + reverse("codebook")),
        (_("Empty cells"), _("Not reported: unknown values are left empty, never guessed.")),
        (
            _("Sources"),
            _("The column “sources” names what a case rests on; cite it together with the case."),
        ),
        (_("Licence"), licence.terms()),
    ]
