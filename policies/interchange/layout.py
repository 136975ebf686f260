"""What a reader of rows passes over in a workbook: merged cells, hidden rows, strays, declarations."""

import zipfile
from xml.parsers import expat

from django.utils.translation import gettext as _

from .reading import LineError, shown

MAX_ROWS = 100_000
MAX_COLUMNS = 200
CHUNK = 64 * 1024
# The library reads all styles at once. Excel writes at most 65,490 cell formats, of three elements each.
STYLES = "xl/styles.xml"
MAX_STYLES = 3 * 65_490
# Whatever a library may raise on a file that somebody made to harm it, or that is broken.
BROKEN = (Exception,)


class WorkbookError(Exception):
    """The workbook as a whole cannot be read: ``errors`` are all the ``LineError`` s."""

    def __init__(self, *errors):
        super().__init__(str(errors[0]))
        self.errors = list(errors)


def damaged(line=0):
    """Return the error of a workbook that no program could have written so."""
    return WorkbookError(
        LineError(line, "", _("The workbook is damaged. Save it anew from your spreadsheet."))
    )


class Layout:
    """What the reader of rows passes over: merged cells, hidden rows and columns, strays."""

    def __init__(self):
        self.merged, self.hidden_rows = [], []
        self.columns, self.hidden_columns = set(), set()
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
            first, last = int(attributes["min"]), int(attributes.get("max", attributes["min"]))
            self.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))
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


def layout_of(archive, path):
    """Return the ``Layout`` of a sheet, read in one pass. Raises ``WorkbookError`` for a damaged
    one."""
    layout = Layout()
    parser = expat.ParserCreate()
    parser.StartElementHandler = layout.start
    parser.StartDoctypeDeclHandler = _refuse_declarations
    try:
        with archive.open(path) as part:
            while data := part.read(CHUNK):
                parser.Parse(data, False)
            parser.Parse(b"", True)
    except (*BROKEN, zipfile.BadZipFile) as error:
        raise damaged(layout.row) from error
    if not layout.is_ordered:
        raise damaged()
    return layout


def check_declarations(file):
    """Raise an error where a part declares a document type, whichever parser the library has, and
    where there are more styles than a spreadsheet has."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name == STYLES:
                _count_elements(archive, name, MAX_STYLES)
            elif name.endswith((".xml", ".rels")):
                _count_elements(archive, name, 0)


def _count_elements(archive, name, most):
    """Read a part up to so many elements besides its root; raise an error where a longer reading
    finds more."""
    found = 0

    def count(_name, _attributes):
        nonlocal found
        found += 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = count
    parser.StartDoctypeDeclHandler = _refuse_declarations
    with archive.open(name) as part:
        while found <= most and (data := part.read(CHUNK)):
            parser.Parse(data, False)
    if most and found > most:
        raise ValueError


def _refuse_declarations(*_declaration):
    """Refuse entity declarations: no spreadsheet writes one, and by them a small file could grow to a
    huge text."""
    raise ValueError
