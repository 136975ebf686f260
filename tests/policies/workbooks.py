"""Workbooks for tests, made by another program than the one that reads them."""

import io
import re
import zipfile

import xlsxwriter
from django.core.files.base import ContentFile

from policies.interchange import Importer
from policies.interchange.columns import place
from policies.interchange.workbook import Workbook

SHORT = {"member_slug": "surabaya", "language": "en", "title": "Night buses", "summary": "Buses."}


def row(**changes):
    """A row with only what is needed; ``changes`` add columns."""
    return SHORT | changes


def workbook(*rows, header=None, change=None, before=None):
    """The bytes of a workbook with a row for each dict, in the columns of the first one.

    ``change(book, sheet)`` may spoil it, ``before(book)`` comes before the sheet of cases.
    """
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_urls": False}) as book:
        if before:
            before(book)
        sheet = book.add_worksheet("Cases")
        names = header or list(dict.fromkeys(name for each in rows for name in each))
        sheet.write_row(0, 0, names)
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, each in enumerate(rows, start=1):
            for column, name in enumerate(names):
                value = each.get(name)
                if value is None:
                    continue
                if hasattr(value, "isoformat"):
                    sheet.write_datetime(number, column, value, dates)
                elif isinstance(value, str) and not value.startswith("="):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write(number, column, value)
        if change:
            change(book, sheet)
    return data.getvalue()


def rewritten(data, part, change):
    """The workbook with the text of one of its parts changed by a function."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if re.fullmatch(part, name) else text)
    return written.getvalue()


def bring_in(data, **options):
    """Import a workbook and give (the importer, its errors as (row, place, message))."""
    book = Workbook(ContentFile(data))
    importer = Importer(**options)
    errors = [
        (error.line, place(error.field, book.letters), error.message)
        for batch in importer.run_lines(book.lines())
        for error in batch.errors
    ]
    book.close()
    return importer, errors
