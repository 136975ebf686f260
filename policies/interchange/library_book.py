"""The library as a workbook: a sheet of cases and one for each list inside them.

Sheets and columns follow from the models, as the lines of the format do. What is exported can be
imported again: a row of a list belongs to the case whose number stands in its column ``case``.
"""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from citynet.web import licence
from policies.content import citations, comparison
from policies.content.fields import content_fields

from . import books, spreadsheet
from .columns import TEXT, TRUTH, WHOLE, kind_of
from .lines import OF_NAMES, ROLE, line_lists

# The columns in front of each row of a list: to which case it belongs, and its title for readers.
CASE, CASE_TITLE = "case", "case_title"
# What the first sheet need not join, because a sheet of its own says more.
OWN_SHEETS = frozenset(
    {"primary_target", "funding_sources", "stakeholders", "indicators", "sources"}
)
LONG = 200  # characters; the columns of longer texts are wide


def lists():
    """Return the lists that have a sheet, by its name; names stand in a column of the cases."""
    return {
        sheet_name(line_list): line_list
        for line_list in line_lists()
        if line_list.model not in OF_NAMES
    }


def sheet_name(line_list):
    """Return the name of a list's sheet, the same in every language: "Budget lines"."""
    name = line_list.name if line_list.name == "targets" else line_list.related_name
    return name.replace("_", " ").capitalize()


def list_kind(key):
    """Return how the values of a part of a list are written in a cell."""
    return TRUTH if key.field is ROLE else kind_of(key.field)


def workbook(revisions, about):
    """Return a temporary file with the workbook, open for reading; the caller closes it.

    ``revisions`` are an iterable of any length, with all their rows. ``about`` holds (label, text)
    for the last sheet.
    """
    columns = [each for each in spreadsheet.columns() if each.name not in OWN_SHEETS]
    with books.book() as book:
        cases = book.sheet(_("Cases"), [(each.name, each.kind) for each in columns])
        cases.widen(*(field.name for field in content_fields() if _is_long(field)))
        sheets = [(each, _list_sheet(book, name, each.keys)) for name, each in lists().items()]
        book.add_long_texts()
        for revision in revisions:
            cases.add([each.of(revision) for each in columns])
            for line_list, sheet in sheets:
                for row in getattr(revision, line_list.related_name).all():
                    values = [key.of(row) for key in line_list.keys]
                    sheet.add([revision.case_id, revision.title, *values])
        book.about(about)
    return book.file


def _list_sheet(book, name, keys):
    heads = [(key.name, list_kind(key)) for key in keys]
    sheet = book.sheet(name, [(CASE, WHOLE), (CASE_TITLE, TEXT), *heads])
    sheet.widen(*(key.name for key in keys if _is_long(key.field)))
    return sheet


def _is_long(field):
    is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
    return is_text and (field.max_length is None or field.max_length >= LONG)


def about(address, total, phrase):
    """Return what the last sheet says: which cases these are, when they were taken, how to read
    them."""
    site = settings.SITE_URL
    return [
        (_("File"), _("Policies of the Urban SDG Knowledge Platform")),
        (_("Taken on"), timezone.now().strftime("%Y-%m-%d %H:%M UTC")),
        (_("Filter"), phrase or _("none: all policies")),
        (_("Address of this list"), site + address),
        (_("Number of policies"), total),
        (
            _("Sheets"),
            _("%(sheets)s: a row each, with the number of its case in front.")
            % {"sheets": ", ".join(lists())},
        ),
        (_("Meaning of the columns"), site + reverse("codebook")),
        (_("Empty cells"), _("Not reported: unknown values are left empty, never guessed.")),
        (
            _("Sources"),
            _("The sheet “Sources” names what a case rests on; cite it together with the case."),
        ),
        (
            _("Not in this file"),
            _("Photos and documents of the cases; they are on the page of each."),
        ),
        (
            _("Bringing it back"),
            _(
                "The secretariat can import this workbook again: cases are known by their address, "
                "and columns that follow from others are not read."
            ),
        ),
        (_("Licence"), licence.terms()),
    ]


def comparison_book(revisions):
    """Return a temporary file with a comparison as a workbook, open for reading: one row a fact, one
    column a case."""
    with books.book() as book:
        heads = [(_("Policy"), TEXT), *((revision.title, None) for revision in revisions)]
        sheet = book.sheet(_("Comparison"), heads)
        for row in comparison.table(revisions):
            sheet.add(row)
        book.about(
            [
                (_("File"), _("Policies of the Urban SDG Knowledge Platform, side by side")),
                (_("Taken on"), timezone.now().strftime("%Y-%m-%d %H:%M UTC")),
                *(
                    (revision.title, citations.in_words(citations.citation(revision)))
                    for revision in revisions
                ),
                (
                    _("Empty cells"),
                    _("Not reported: unknown values are left empty, never guessed."),
                ),
                (_("Licence"), licence.terms()),
            ]
        )
    return book.file
