"""Workbooks (XLSX) as they are written: any number of sheets, row by row, to a temporary file.

Rows of all sheets go to the disk as they come, so a workbook of any length needs little memory. Texts
are text in every program: no code becomes a number, no month a date, nothing is calculated.
"""

import re
import tempfile
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .columns import DATE, MONTH, NAMES, NUMBER, TARGETS, TEXT, TRUTH, WHOLE, YEAR

# More does not fit into a cell and into a sheet.
LONGEST_CELL = 32_767  # units of UTF-16
# A text that fills a cell to its end may have been cut by another program; ours never does.
LONGEST_PIECE = LONGEST_CELL - 2
MAX_SHEET_ROWS = 1_048_576
# Dates before it are texts: spreadsheets know none, and count the first two months wrongly.
FIRST_DAY = date(1900, 3, 1)
LONG_TEXTS = "Long texts"
SEPARATOR = "; "
# Halves of characters cannot be written; control characters are escaped.
HALVES = re.compile("[\ud800-\udfff]")
OPTIONS = {
    "constant_memory": True,
    "in_memory": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTHS = {NUMBER: 16, WHOLE: 9, YEAR: 9, MONTH: 10, DATE: 12, TRUTH: 9, NAMES: 24, TARGETS: 24}
NARROW, WIDE = 24, 60  # characters
FORMATS = {
    "head": {"bold": True, "bottom": 1, "valign": "top", "text_wrap": True},
    "text": {"num_format": "@", "valign": "top"},
    "prose": {"num_format": "@", "valign": "top", "text_wrap": True},
    "whole": {"num_format": "0", "valign": "top"},
    "number": {"num_format": "#,##0", "valign": "top"},
    "decimals": {"num_format": "#,##0.00##", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top"},
}


@contextmanager
def book():
    """Yield a ``Book`` to write to; afterwards its ``file`` is open for reading. Whoever calls closes
    it, except where writing failed."""
    # What waits on the disk while it is written goes in any case.
    with tempfile.TemporaryDirectory() as folder:
        written = Book(folder)
        try:
            yield written
            written.close()
        except BaseException:
            written.give_up()
            raise
    written.file.seek(0)


class Book:
    """A workbook that is being written; ``notes`` are (label, text) of what did not fit."""

    def __init__(self, folder):
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it has been sent
        self.book = xlsxwriter.Workbook(self.file, OPTIONS | {"tmpdir": folder})
        self.formats = {name: self.book.add_format(each) for name, each in FORMATS.items()}
        self.sheets = []
        self.long_texts = None

    def sheet(self, name, heads):
        """Return a new ``Sheet``; ``heads`` has (name, kind) of each column, the kind None where
        values tell it themselves."""
        sheet = Sheet(self, name, heads)
        self.sheets.append(sheet)
        return sheet

    def add_long_texts(self):
        """Add the sheet for what does not fit into cells: the rest of a text, in pieces."""
        heads = [("case", WHOLE), ("column", TEXT), ("part", WHOLE), ("text", TEXT)]
        self.long_texts = self.sheet(LONG_TEXTS, heads)

    def notes(self):
        """Return (label, text) of what the sheets could not hold as it is."""
        found = []
        if self.long_texts is not None and self.long_texts.count:
            texts = ngettext(
                "One text is longer than a cell can hold (%(most)s characters). Its end is on "
                "the sheet “%(sheet)s”.",
                "%(count)s texts are longer than a cell can hold (%(most)s characters). Their ends "
                "are on the sheet “%(sheet)s”.",
                self.long_texts.count,
            )
            values = {
                "count": self.long_texts.count,
                "most": f"{LONGEST_CELL:,}",
                "sheet": LONG_TEXTS,
            }
            found.append((_("Long texts"), texts % values))
        for sheet in self.sheets:
            if sheet.cut:
                text = _("%(count)s texts are cut: a cell holds %(most)s characters.")
                values = {"count": sheet.cut, "most": f"{LONGEST_CELL:,}"}
                found.append((sheet.name, text % values))
            if sheet.left_out:
                text = _(
                    "%(count)s rows are left out, because a sheet holds %(most)s. JSON Lines has all."
                )
                values = {"count": sheet.left_out, "most": f"{MAX_SHEET_ROWS:,}"}
                found.append((sheet.name, text % values))
        return found

    def about(self, pairs):
        """Add the last sheet, which says what the file is: (label, text) in rows."""
        sheet = self.book.add_worksheet(_("About"))
        sheet.set_column(0, 0, NARROW, self.formats["head"])
        sheet.set_column(1, 1, 2 * WIDE, self.formats["prose"])
        for number, (label, value) in enumerate([*pairs, *self.notes()]):
            sheet.write_string(number, 0, str(label), self.formats["head"])
            if isinstance(value, int):
                sheet.write_number(number, 1, value, self.formats["number"])
            else:
                sheet.write_string(number, 1, clean(str(value)), self.formats["prose"])

    def close(self):
        """Finish the file."""
        for sheet in self.sheets:
            sheet.finish()
        self.book.close()

    def give_up(self):
        """Close what is open of a book that cannot be finished."""
        for sheet in self.book.worksheets():
            sheet.row_data_fh.close()
        self.file.close()


class Sheet:
    """A table: names of columns in the first row, which stays in view and can be filtered by.

    ``count`` is how many rows it has, ``left_out`` how many did not fit, ``cut`` how many of its
    texts.
    """

    def __init__(self, book, name, heads):
        self.book, self.name = book, name
        self.kinds = [kind for _name, kind in heads]
        self.names = [name for name, _kind in heads]
        self.count = self.left_out = self.cut = 0
        self.sheet = book.book.add_worksheet(name)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        for number, (head, kind) in enumerate(heads):
            self.sheet.set_column(
                number, number, WIDTHS.get(kind, NARROW), self._column_format(kind)
            )
            self.sheet.write_string(0, number, clean(head), book.formats["head"])

    def _column_format(self, kind):
        # What is typed into a column of texts later stays a text too.
        return (
            None if kind in (None, NUMBER, WHOLE, YEAR, DATE, TRUTH) else self.book.formats["text"]
        )

    def widen(self, *names):
        """Make the columns of long texts wide."""
        for name in names:
            number = self.names.index(name)
            self.sheet.set_column(number, number, WIDE, self.book.formats["text"])

    def add(self, values):
        """Write a row. The rest of a long text goes to the sheet for it, under the first value."""
        row = self.count + 1
        if row >= MAX_SHEET_ROWS:
            self.left_out += 1
            return
        self.count = row
        for column, (kind, value) in enumerate(zip(self.kinds, values, strict=True)):
            if value is not None and value not in ("", ()):
                self._write(row, column, kind, value, values)

    def finish(self):
        """Let the rows be filtered, and say that codes are texts on purpose."""
        last = max(self.count, 1)
        self.sheet.autofilter(0, 0, last, len(self.names) - 1)
        self.sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        if self is self.book.long_texts and not self.count:
            self.sheet.hide()

    def _write(self, row, column, kind, value, values):
        formats = self.book.formats
        if kind in (NAMES, TARGETS) and not isinstance(value, str):
            value = SEPARATOR.join(value)
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value, formats["whole"])
        elif kind == DATE or isinstance(value, date):
            day = date.fromisoformat(value) if isinstance(value, str) else value
            if day < FIRST_DAY:
                self.sheet.write_string(row, column, day.isoformat(), formats["text"])
            else:
                self.sheet.write_datetime(row, column, day, formats["date"])
        elif kind in (NUMBER, WHOLE, YEAR) or isinstance(value, int | Decimal):
            number = Decimal(value)
            is_whole = number == number.to_integral_value()
            name = "whole" if kind in (WHOLE, YEAR) else "number" if is_whole else "decimals"
            self.sheet.write_number(row, column, number, formats[name])
        else:
            first, *rest = pieces(clean(str(value)))
            self.sheet.write_string(row, column, first, formats["text"])
            if rest:
                self._write_rest(values[0], self.names[column], rest)

    def _write_rest(self, key, name, rest):
        if self.book.long_texts is None:
            self.cut += 1
            return
        for part, text in enumerate(rest, start=2):
            self.book.long_texts.add([key, name, part, text])


def clean(text):
    """Return text without the characters that cannot be written."""
    return HALVES.sub("", text)


def pieces(text):
    """Return a text in pieces that fit into cells, at least one."""
    if len(text) * 2 <= LONGEST_PIECE:
        return [text]
    found, start, size = [], 0, 0
    for place, character in enumerate(text):
        units = 2 if character > "\uffff" else 1
        if size + units > LONGEST_PIECE:
            found.append(text[start:place])
            start, size = place, 0
        size += units
    return [*found, text[start:]]
