"""Sheets of a workbook with the rows of one kind of list, for all its cases.

A row belongs to the case whose number or source id stands in its column ``case``. Rows may come in any
order, so they wait in a temporary database on the disk until their case is read.
"""

import json
import sqlite3
from decimal import Decimal

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from . import cells
from .books import LONG_TEXTS
from .cleaning import MAX_ROWS
from .columns import Column, folded
from .layout import BROKEN, MAX_COLUMNS, damaged
from .library_book import CASE, CASE_TITLE, list_kind, lists
from .reading import LineError, shown

# Sheets that are made for readers: of the exported workbook, and of the empty one.
FOR_READERS = frozenset({"about", "columns", "values"})
# What the column that names the case may be called.
NAMES_OF_CASE = (CASE, "id", "source id", "case id")
MAX_LIST_ROWS = 1_000_000
MAX_STRAYS = 100  # told of a sheet
MAX_PARTS = 1000  # of one text that is too long for a cell
MAX_EMPTY = 1000  # rows; a sheet that is formatted to its end is read no further


class ListSheets:
    """The rows of lists by their case; ``notes`` say which sheets and columns are not read, ``found``
    which lists have a sheet.

    In a workbook of ``one_case`` all rows are those of the case "", whatever a column says.
    """

    def __init__(self, *, one_case=False):
        self.one_case = one_case
        self.notes = []
        self._sheets, self.found = {}, []
        # An empty name is a database on the disk that is gone when it is closed.
        self._rows = sqlite3.connect("", check_same_thread=False)
        self._rows.executescript(
            """
            CREATE TABLE rows (
                name TEXT, path TEXT, number INTEGER, owner TEXT, content TEXT, wrong TEXT, taken INTEGER
            );
            CREATE TABLE rests (owner TEXT, name TEXT, part INTEGER, text TEXT);
            """
        )

    def close(self):
        self._rows.close()

    def sheet_of(self, path):
        """Return the name of the sheet that has the rows of a list, or "" where there is none."""
        return self._sheets.get(path, "")

    def read(self, sheets, layout_of):
        """Read every sheet of a list; return the errors that keep the workbook from being used."""
        errors = []
        known = {folded(name): (name, line_list) for name, line_list in lists().items()}
        for sheet in sheets:
            name = folded(sheet.title)
            if name == folded(LONG_TEXTS):
                self._read_rests(sheet)
            elif name in known:
                self.found.append(known[name][0])
                errors += self._read_list(sheet, *known[name], layout_of(sheet))
            elif name not in FOR_READERS and name != folded(_("About")):
                self._note(sheet.title, _("The sheet is not read."))
        self._rows.execute("CREATE INDEX by_owner ON rows (owner)")
        self._rows.execute("CREATE INDEX rests_by_owner ON rests (owner)")
        return errors

    def _note(self, place, message):
        self.notes.append(LineError(0, shown(place), message))

    def _read_list(self, sheet, name, line_list, layout):
        errors = [
            LineError(0, f"{name}, {_('row %(number)d') % {'number': each.line}}", each.message)
            for each in layout.errors()
        ]
        if sheet.sheet_state != "visible" and layout.longest > 1:
            errors.append(LineError(0, name, _("The sheet is hidden. Show it or delete it.")))
        rows = _rows(sheet)
        _number, head = next(rows, (0, ()))
        owner, found = self._heads(name, head, line_list)
        if owner is None and layout.longest > 1 and not self.one_case:
            message = _("A column “%(name)s” with the number or source id of the case is missing.")
            errors.append(LineError(0, name, message % {"name": CASE}))
        if errors or (owner is None and not self.one_case):
            return errors
        for count, (number, row) in enumerate(rows, start=1):
            if self.one_case and count > MAX_ROWS:
                message = _("A case has at most %(count)d rows here.") % {"count": MAX_ROWS}
                return [LineError(0, name, message)]
            self._rows.execute(
                "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, 0)",
                [name, line_list.path, number, self._owner(row, owner), *_read(row, found)],
            )
            self._sheets[line_list.path] = name
        return []

    def _owner(self, row, place):
        if self.one_case or place >= len(row):
            return ""
        return _text(row[place].value)

    def _heads(self, name, head, line_list):
        """Return the place of the column that names the case, or None, and (place, column) of the
        others."""
        known = {folded(key.name): key for key in line_list.keys}
        known |= {folded(key.field.verbose_name): key for key in line_list.keys} | known
        owner, found = None, []
        for place, cell in enumerate(head):
            called = folded(str(cell.value or ""))
            key = known.get(called)
            if owner is None and called in NAMES_OF_CASE:
                owner = place
            elif key:
                found.append((place, Column(key.name, key.name, list_kind(key), key.field)))
            elif called and called != folded(CASE_TITLE):
                message = _("Unknown column “%(name)s”. It is left out.")
                where = f"{name}, {get_column_letter(place + 1)}"
                self._note(where, message % {"name": shown(str(cell.value))})
        return owner, found

    def _read_rests(self, sheet):
        rows = _rows(sheet)
        next(rows, None)
        for _number, row in rows:
            owner, name, part, text = ([cell.value for cell in row] + [None] * 4)[:4]
            if not isinstance(part, int | float | None) or not 0 <= (part or 0) <= MAX_PARTS:
                raise damaged()
            self._rows.execute(
                "INSERT INTO rests VALUES (?, ?, ?, ?)",
                [_text(owner), str(name or ""), int(part or 0), cells.unescape(str(text or ""))],
            )

    def rests(self, keys):
        """Yield (column, text) of the ends of texts that were too long for the cells of a case."""
        for key in keys:
            yield from self._rows.execute(
                "SELECT name, text FROM rests WHERE owner = ? ORDER BY name, part", [key]
            )

    def add_to(self, content, keys, number, errors):
        """Add the rows of the case with these ``keys`` to the ``content`` of its line.

        Return where each stands, by the path of its list; what is wrong with their cells goes to
        ``errors``.
        """
        places = {}
        marks = ", ".join("?" * len(keys))
        found = self._rows.execute(
            f"SELECT rowid, name, path, number, content, wrong, taken FROM rows WHERE owner IN ({marks})"  # noqa: S608 - only question marks
            " ORDER BY rowid",
            keys,
        ).fetchall()
        for _rowid, name, path, row, entry, wrong, taken in found:
            if taken:
                message = _("Two cases have the number or source id that this row names.")
                errors.append(LineError(number, f"{name}, row {row}", message))
            rows = places.setdefault(path, [])
            errors += [
                LineError(number, f"{path}[{len(rows)}].{part}", message)
                for part, message in json.loads(wrong)
            ]
            block, _dot, last = path.rpartition(".")
            holder = content.setdefault(block, {}) if block else content
            holder.setdefault(last, []).append(json.loads(entry, parse_float=Decimal))
            rows.append(f"{name}, row {row}")
        self._rows.executemany(
            "UPDATE rows SET taken = 1 WHERE rowid = ?", [[each[0]] for each in found]
        )
        return places

    def strays(self):
        """Yield (sheet, rows) of what belongs to no case that was read."""
        for name in self._sheets.values():
            rows = self._rows.execute(
                "SELECT number FROM rows WHERE name = ? AND NOT taken ORDER BY number LIMIT ?",
                [name, MAX_STRAYS],
            ).fetchall()
            if rows:
                yield name, [number for (number,) in rows]


def _rows(sheet):
    """Yield (number, cells) of the rows that are not empty."""
    empty = 0
    try:
        rows = sheet.iter_rows(min_row=1, max_row=MAX_LIST_ROWS, max_col=MAX_COLUMNS)
        for number, row in enumerate(rows, start=1):
            if any(cell.value is not None for cell in row):
                empty = 0
                yield number, row
            elif (empty := empty + 1) > MAX_EMPTY:
                return
    except GeneratorExit:
        raise
    except BROKEN as error:
        raise damaged() from error


def _text(value):
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value if value is not None else "").strip()


def _read(row, found):
    """Return the values of a row by their names, and what is wrong with its cells, as JSON."""
    content, wrong = {}, []
    for place, column in found:
        if place >= len(row):
            continue
        try:
            value = cells.value(column, row[place])
        except cells.CellError as error:
            wrong.append([column.name, shown(str(error))])
        else:
            if value is not None:
                content[column.name] = value
    return json.dumps(content, default=float), json.dumps(wrong)
