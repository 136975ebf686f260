"""Workbooks (XLSX) as lines: row n of the first sheet is line n, as if it stood in JSON Lines.

Rows are read one at a time. Nothing is calculated and nothing is guessed: formulas, merged cells,
hidden rows and columns are errors with their place, and what makes the sheet as a whole unclear
stops all of it.
"""

import zipfile
from xml.parsers import expat

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from citynet.uploads import office

from . import cells
from .columns import LEFT_OUT, columns
from .reading import Line, LineError, shown

MAX_ROWS = 100_000
MAX_COLUMNS = 200
CHUNK = 64 * 1024
FIRST = 2  # row: above it stand the names of the columns
# Whatever a library may raise on a file that somebody made to harm it, or that is broken.
BROKEN = (Exception,)


class WorkbookError(Exception):
    """The workbook as a whole cannot be read: ``errors`` are all the ``LineError`` s."""

    def __init__(self, *errors):
        super().__init__(str(errors[0]))
        self.errors = list(errors)


def _damaged(line=0):
    return WorkbookError(
        LineError(line, "", _("The workbook is damaged. Save it anew from your spreadsheet."))
    )


class Workbook:
    """A workbook (a ``File``) open for reading; raises ``WorkbookError``.

    ``letters`` has the letter of each column by its name, ``unread`` the names of columns that the
    platform works out itself.
    """

    def __init__(self, file):
        file.seek(0)
        try:
            office.check_xlsx(file)
        except ValidationError as error:
            raise WorkbookError(LineError(0, "", error.messages[0])) from error
        try:
            _check_declarations(file)
            file.seek(0)
            self.book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            self.sheet = self.book.worksheets[0] if self.book.worksheets else None
            is_first = self.sheet is self.book._sheets[0]  # noqa: SLF001 - charts are sheets too
        except BROKEN as error:
            raise _damaged() from error
        if not is_first:
            raise WorkbookError(LineError(0, "", _("The first sheet must be the table of cases.")))
        self.letters, self.unread = {}, []
        self._check_sheet()

    def close(self):
        self.book.close()

    def _check_sheet(self):
        """Read the header; raise at once every error that keeps the whole sheet from being read."""
        errors = []
        if self.sheet.sheet_state != "visible":
            errors.append(
                LineError(
                    0, "", _("The first sheet is hidden. Show it, so that you see what you import.")
                )
            )
        layout = _layout(self.book._archive, self.sheet._worksheet_path)  # noqa: SLF001 - the library does not say which cells are merged
        errors += layout.errors()
        names = self._header(errors)
        for number in sorted(layout.columns):
            if number > len(names) or not names[number - 1]:
                letter = get_column_letter(number)
                errors.append(
                    LineError(1, letter, _("The column has values, but no name in its first row."))
                )
        if errors:
            raise WorkbookError(*errors)

    def _header(self, errors):
        """Return the names in the first row; what is wrong with them goes to ``errors``."""
        known = columns()
        self.columns, names = [], []
        try:
            rows = self.sheet.iter_rows(min_row=1, max_row=1, max_col=MAX_COLUMNS)
            row = next(iter(rows), ())
            names = [str(cell.value or "").strip().lower() for cell in row]
        except BROKEN as error:
            raise _damaged(1) from error
        for number, name in enumerate(names, start=1):
            letter = get_column_letter(number)
            if not name:
                continue
            if name in self.letters:
                errors.append(
                    LineError(
                        1,
                        letter,
                        _("The column “%(name)s” is there twice.") % {"name": shown(name)},
                    )
                )
            elif name in known:
                self.columns.append((number - 1, known[name]))
            elif name in LEFT_OUT:
                self.unread.append(name)
            else:
                errors.append(
                    LineError(1, letter, _("Unknown column “%(name)s”.") % {"name": shown(name)})
                )
            self.letters[name] = letter
        for column in known.values():
            if column.required and column.name not in self.letters:
                errors.append(
                    LineError(1, "", _("The column “%(name)s” is missing.") % {"name": column.name})
                )
        if not {"member", "member_slug"} & self.letters.keys():
            errors.append(LineError(1, "", _("A column “member_slug” or “member” is missing.")))
        return names

    def lines(self):
        """A ``Line`` for each row that is not empty. Raises ``WorkbookError`` where the file breaks off."""
        width = max(index for index, _column in self.columns) + 1
        number = FIRST - 1
        try:
            for row in self.sheet.iter_rows(min_row=FIRST, max_row=MAX_ROWS + 1, max_col=width):
                number += 1
                if any(cell.value is not None for cell in row):
                    yield self._line(number, row)
        except GeneratorExit:
            raise
        except BROKEN as error:
            raise _damaged(number + 1) from error

    def _line(self, number, row):
        found, errors = {}, []
        for index, column in self.columns:
            try:
                value = cells.value(column, row[index])
            except cells.CellError as wrong:
                errors.append(LineError(number, column.path, shown(str(wrong))))
            else:
                if value is not None:
                    found[column.path] = value
        size = sum(len(value) for value in found.values() if isinstance(value, str))
        content = _content(found, number, errors)
        return Line(number, None, content=content, errors=tuple(errors), size=size)


def _content(found, number, errors):
    """Return the object of a line from its values by path; notes a primary target that is none."""
    slug, primary = found.pop("member", None), found.pop("targets.primary", None)
    content = {}
    for path, value in found.items():
        block, _dot, name = path.rpartition(".")
        (content.setdefault(block, {}) if block else content)[name] = value
    if slug is not None:
        # Facts beside the slug are those of a file for readers; the directory knows better.
        content["member"] = slug
    if primary is not None:
        same = [each for each in content.get("targets", []) if each["code"] == primary.strip()]
        if same:
            same[0]["primary"] = True
        else:
            message = _("It is not among the targets of this row.")
            errors.append(LineError(number, "targets.primary", message))
    return content


class _Layout:
    """What the reader of rows passes over: merged cells, hidden rows and columns, strays."""

    def __init__(self):
        self.merged, self.hidden_rows, self.hidden_columns = [], [], []
        self.columns = set()
        self.row = self.column = 0
        self.longest = 0
        self.is_ordered = True

    def errors(self):
        found = []
        for place in self.merged:
            row = "".join(filter(str.isdigit, place.partition(":")[0]))
            letter = "".join(filter(str.isalpha, place.partition(":")[0]))
            message = _("The cells %(cells)s are merged. Unmerge them and fill in each.")
            found.append(LineError(int(row or 0), letter, message % {"cells": shown(place)}))
        if self.hidden_rows:
            message = _("%(count)d rows are hidden, this one first. Show them or delete them.")
            count = {"count": len(self.hidden_rows)}
            found.append(LineError(self.hidden_rows[0], "", message % count))
        hidden = _("The column is hidden. Show it or delete it.")
        found += [LineError(1, letter, hidden) for letter in self.hidden_columns]
        if self.longest > MAX_ROWS + 1:
            message = _("At most %(count)d rows can be imported at once.")
            found.append(LineError(self.longest, "", message % {"count": MAX_ROWS}))
        return found

    def start(self, name, attributes):
        name = name.rpartition(":")[2]
        if name == "c":
            self.column = _column_of(attributes.get("r")) or self.column + 1
        elif name in ("v", "is", "f"):
            self.columns.add(self.column)
            self.longest = max(self.longest, self.row)
        elif name == "row":
            row = int(attributes.get("r", self.row + 1))
            self.is_ordered &= row > self.row
            self.row, self.column = row, 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.append(row)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.hidden_columns.append(get_column_letter(int(attributes["min"])))
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))


def _column_of(reference):
    """Return the number of the column of "AB12"."""
    number = 0
    for letter in (reference or "").upper():
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _layout(archive, path):
    """Return the ``_Layout`` of a sheet, read in one pass. Raises ``WorkbookError`` for a damaged
    one."""
    layout = _Layout()
    parser = expat.ParserCreate()
    parser.StartElementHandler = layout.start
    parser.StartDoctypeDeclHandler = _refuse_declarations
    try:
        with archive.open(path) as part:
            while data := part.read(CHUNK):
                parser.Parse(data, False)
            parser.Parse(b"", True)
    except (*BROKEN, zipfile.BadZipFile) as error:
        raise _damaged(layout.row) from error
    if not layout.is_ordered:
        raise _damaged()
    return layout


def _check_declarations(file):
    """Raise an error where a part declares a document type, whichever parser the library has."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                _read_to_root(archive, name)


def _read_to_root(archive, name):
    elements = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: elements.append(name)
    parser.StartDoctypeDeclHandler = _refuse_declarations
    with archive.open(name) as part:
        while not elements and (data := part.read(CHUNK)):
            parser.Parse(data, False)


def _refuse_declarations(*_declaration):
    """No spreadsheet writes one; it is how a small file makes a reader write a huge text."""
    raise ValueError
