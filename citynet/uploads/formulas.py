"""Formulas of spreadsheets that start a program or load something from elsewhere by themselves.

Dynamic Data Exchange (DDE) is written as ``=program|topic!item``, in OpenDocument as a function.
"""

import re

FUNCTIONS = (
    "DDE|WEBSERVICE|RTD|CALL|REGISTER(?:\\.ID)?|EXEC|IMAGE|IMPORT(?:XML|HTML|DATA|FEED|RANGE)"
)
# A first look, over a whole file.
MAY_ACT = re.compile(rf"\||\b(?:{FUNCTIONS})\s*\(", re.IGNORECASE)
_TEXT = re.compile(r'"[^"]*"')
_NAME = re.compile(r"'[^']*'")
_PROGRAM = re.compile(r"[\w.)]\|\s*['\w][^|!]*!")
_FUNCTION = re.compile(rf"\b(?:{FUNCTIONS})\s*\(", re.IGNORECASE)
# What programs take for the beginning of a formula, full-width signs included.
_BEGINNING = tuple("=+-@＝＋－＠")


def formula_acts(formula):
    """Return whether a formula does more than calculate; its texts and names of sheets do not count."""
    # What is quoted as a topic or item stays as one letter.
    bare = _NAME.sub("x", _TEXT.sub("", formula))
    return bool(_PROGRAM.search(bare) or _FUNCTION.search(bare))


def cell_acts(cell):
    """Return whether a cell of a text file becomes such a formula when a program opens it."""
    start = cell.lstrip("\ufeff \t\r\n\"'\u00a0")
    return start.startswith(_BEGINNING) and formula_acts(start)
