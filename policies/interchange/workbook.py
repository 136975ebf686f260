"""Workbooks (XLSX) as lines: row n of the first sheet is line n, as if it stood in JSON Lines.

Rows are read one at a time. Lists of a case stand in cells of its row, or on sheets of their own.
Nothing is calculated and nothing is guessed: formulas, merged cells and hidden rows are errors with
their place. What is not read, such as columns of other names, is told as a note.
"""

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from citynet.uploads import office

from . import cells
from .books import LONG_TEXTS, LONGEST_CELL
from .columns import IDENTITY, JOINED, LEFT_OUT, TEXT, columns, names_of_columns
from .layout import (
    BROKEN,
    MAX_COLUMNS,
    MAX_ROWS,
    WorkbookError,
    check_declarations,
    damaged,
    layout_of,
)
from .list_sheets import ListSheets
from .reading import Line, LineError, shown

__all__ = ["MAX_ROWS", "Workbook", "WorkbookError"]

FIRST = 2  # row: above it stand the names of the columns


class Workbook:
    """A workbook (a ``File``) open for reading; raises ``WorkbookError``.

    ``letters`` has the letter of each column by its name, ``notes`` say what is not read. A workbook of
    ``one_case``, which its author fills in, names neither a member nor the case of the rows of lists.
    """

    def __init__(self, file, *, one_case=False):
        self.one_case = one_case
        file.seek(0)
        try:
            office.check_xlsx(file)
        except ValidationError as error:
            raise WorkbookError(LineError(0, "", error.messages[0])) from error
        try:
            check_declarations(file)
            file.seek(0)
            self.book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            self.sheet = self.book.worksheets[0] if self.book.worksheets else None
            is_first = self.sheet is self.book._sheets[0]  # noqa: SLF001 - charts are sheets too
        except BROKEN as error:
            raise damaged() from error
        if not is_first:
            raise WorkbookError(LineError(0, "", _("The first sheet must be the table of cases.")))
        self.letters, self.notes, self.columns, self.keys = {}, [], [], {}
        self.lists = ListSheets(one_case=one_case)
        self._check_sheet()
        self._leave_out_lists()

    def close(self):
        self.lists.close()
        self.book.close()

    def _check_sheet(self):
        """Read the header and the sheets of lists; raise at once every error that keeps the whole from
        being read."""
        errors = []
        if self.sheet.sheet_state != "visible":
            errors.append(
                LineError(
                    0, "", _("The first sheet is hidden. Show it, so that you see what you import.")
                )
            )
        layout = self._layout(self.sheet)
        errors += layout.errors()
        names = self._header(errors)
        for number in sorted(layout.columns):
            if number > len(names) or not names[number - 1]:
                self._note(
                    get_column_letter(number),
                    _("The column has no name in its first row. It is left out."),
                )
        for number in sorted(layout.hidden_columns):
            if number <= len(names) and names[number - 1] in self.letters:
                self._note(get_column_letter(number), _("The column is hidden. It is read."))
        errors += self.lists.read(self.book.worksheets[1:], self._layout)
        self.notes += self.lists.notes
        if errors:
            raise WorkbookError(*errors)

    def _layout(self, sheet):
        return layout_of(self.book._archive, sheet._worksheet_path)  # noqa: SLF001 - the library does not say which cells are merged

    def _note(self, letter, message):
        self.notes.append(LineError(1, letter, message))

    def _header(self, errors):
        """Return the names of the columns in the first row; what is wrong with them goes to
        ``errors``."""
        try:
            rows = self.sheet.iter_rows(min_row=1, max_row=1, max_col=MAX_COLUMNS)
            row = next(iter(rows), ())
            heads = [str(cell.value or "").strip() for cell in row]
        except BROKEN as error:
            raise damaged(1) from error
        known = columns()
        names = names_of_columns(heads)
        for number, (head, name) in enumerate(zip(heads, names, strict=True)):
            if name:
                self._add_column(number, head, name, known, errors)
        for column in known.values():
            if column.required and column.name not in self.letters:
                errors.append(
                    LineError(1, "", _("The column “%(name)s” is missing.") % {"name": column.name})
                )
        if not self.one_case and not {"member", "member_slug"} & self.letters.keys():
            errors.append(LineError(1, "", _("A column “member_slug” or “member” is missing.")))
        return names

    def _add_column(self, number, head, name, known, errors):
        letter, called = get_column_letter(number + 1), {"name": shown(head)}
        if name in self.letters:
            message = _("The column “%(name)s” is there twice.") % called
            errors.append(LineError(1, letter, message))
        elif name in known:
            self.columns.append((number, known[name]))
        elif name in IDENTITY:
            self.keys[name] = number
        elif name in LEFT_OUT:
            message = _("“%(name)s” is not read: this site works it out or sets it itself.")
            self._note(letter, message % called)
        else:
            self._note(letter, _("Unknown column “%(name)s”. It is left out.") % called)
            return
        self.letters[name] = letter

    def _leave_out_lists(self):
        """Read no list from a cell that stands on a sheet of its own, or was joined for readers."""
        for number, column in list(self.columns):
            sheet = self.lists.sheet_of(column.path.removesuffix(".primary"))
            names = {"name": column.name, "sheet": sheet}
            if sheet:
                message = _("“%(name)s” is not read: the sheet “%(sheet)s” says more.") % names
            elif column.name in JOINED and "url" in self.keys:
                message = _("“%(name)s” is not read: it has only names of the rows.") % names
            else:
                continue
            self.columns.remove((number, column))
            self._note(self.letters[column.name], message)

    def lines(self):
        """Yield a ``Line`` for each row that is not empty. Raises ``WorkbookError`` where the file breaks
        off."""
        numbers = [index for index, _column in self.columns] + list(self.keys.values())
        width, number = max(numbers) + 1, FIRST - 1
        try:
            for row in self.sheet.iter_rows(min_row=FIRST, max_row=MAX_ROWS + 1, max_col=width):
                number += 1
                if any(cell.value is not None for cell in row):
                    yield self._line(number, row)
        except GeneratorExit:
            raise
        except BROKEN as error:
            raise damaged(number + 1) from error
        for sheet, strays in self.lists.strays():
            message = _("No case on the first sheet has this number or source id.")
            yield Line(
                0,
                None,
                errors=tuple(LineError(0, f"{sheet}, row {row}", message) for row in strays),
            )

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
        for name, index in self.keys.items():
            if row[index].value not in (None, ""):
                found[name] = str(row[index].value).strip()
        keys = [str(found[name]) for name in ("id", "source_id") if found.get(name)]
        if self.one_case:
            keys = [""]
        self._add_rests(found, keys, number, errors)
        size = sum(len(value) for value in found.values() if isinstance(value, str))
        content = _content(found, number, errors)
        places = self.lists.add_to(content, keys, number, errors)
        return Line(number, None, content=content, errors=tuple(errors), size=size, places=places)

    def _add_rests(self, found, keys, number, errors):
        """Add to texts what did not fit into their cells; note those whose end is missing."""
        rests = {}
        for name, rest in self.lists.rests(keys):
            rests[name] = rests.get(name, "") + rest
        for _index, column in self.columns:
            text = found.get(column.path)
            if column.kind != TEXT or not isinstance(text, str):
                continue
            if column.name in rests:
                found[column.path] = text + rests[column.name]
            elif len(text.encode("utf-16-le", "replace")) // 2 >= LONGEST_CELL - 1:
                message = _(
                    "The text fills its cell to the limit of spreadsheets, so its end is missing. "
                    "Bring it in as JSON Lines, or put its end on a sheet “%(sheet)s”."
                )
                errors.append(LineError(number, column.path, message % {"sheet": LONG_TEXTS}))


def _content(found, number, errors):
    """Return the object of a line from its values by path; notes a primary target that is none."""
    slug, primary = found.pop("member", None), found.pop("targets.primary", None)
    content = {}
    for path, value in found.items():
        block, _dot, name = path.rpartition(".")
        (content.setdefault(block, {}) if block else content)[name] = value
    if slug is not None:
        # Facts beside the slug are those of a file for readers; the directory knows better.
        content["member"] = slug.strip()
    if primary is not None:
        same = [each for each in content.get("targets", []) if each["code"] == primary.strip()]
        if same:
            same[0]["primary"] = True
        else:
            message = _("It is not among the targets of this row.")
            errors.append(LineError(number, "targets.primary", message))
    return content
