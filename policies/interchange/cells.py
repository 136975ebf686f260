"""From a cell of a workbook to the value that a line of the interchange format has there."""

import datetime
import math
import re
from decimal import Decimal

from django.utils.translation import gettext as _
from openpyxl.utils.escape import unescape

from . import columns
from .columns import BAR

__all__ = ["CellError", "unescape", "value"]

# A spreadsheet shows and keeps so many digits; what comes after is noise of its binary numbers.
DIGITS = 15
FORMULA, FAULT = "f", "e"
# Formats that show a whole number as it is.
PLAIN_FORMATS = {"General", "@", "0"}
# A comma at the end of the digits shows thousands or millions; texts in a format say nothing of it.
SCALED = re.compile(r"[0#?],+(?![0#?,])")
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
PERCENT = "%"
SEPARATORS = re.compile("[;,]")
MIDNIGHT = datetime.time()


class CellError(ValueError):
    """The cell has no value for its column; the message says what to write instead."""


def value(column, cell):
    """Return the value of ``cell`` for ``column``; None where it is empty. Raises ``CellError``."""
    if cell.data_type == FORMULA:
        raise CellError(
            _("A formula: nothing is calculated here. Copy the column and paste it as values.")
        )
    if cell.data_type == FAULT:
        raise CellError(_("The spreadsheet shows an error here: %(error)s") % {"error": cell.value})
    found = cell.value
    if found is None or (isinstance(found, str) and not found.strip()):
        return None
    if isinstance(found, str):
        found = unescape(found)
    elif isinstance(found, bool):
        if column.kind != columns.TRUTH:
            raise CellError(_("This is true or false; nothing of the kind is asked here."))
    elif isinstance(found, int | float):
        _check_format(column, cell)
    return READ_BY_KIND[column.kind](column, found)


def _check_format(column, cell):
    """Raise ``CellError`` where a number is shown as something else than it is."""
    format_ = cell.number_format or "General"
    if column.kind == columns.TEXT and format_ not in PLAIN_FORMATS:
        raise CellError(
            _(
                "A number that its format “%(format)s” shows in another way. Format the cell as text "
                "and write what it is to say."
            )
            % {"format": format_}
        )
    signs = QUOTED.sub("", format_)
    if PERCENT in signs:
        raise CellError(
            _(
                "Shown as a percentage, it is %(number)s here. Write it as a plain number: 45 for 45 %%."
            )
            % {"number": cell.value}
        )
    if SCALED.search(signs):
        raise CellError(
            _("Shown in thousands or millions, it is %(number)s here. Write the whole number.")
            % {"number": cell.value}
        )


def _text(column, found):
    if isinstance(found, str):
        return found
    if isinstance(found, int):
        return str(found)
    raise CellError(_("This is a date or a number with decimals. Write it as text."))


def _number(column, found):
    """Return a number, or a text that says one in a way that is understood later."""
    if isinstance(found, str):
        return found.strip()
    if isinstance(found, int):
        return found
    if isinstance(found, float) and math.isfinite(found):
        return Decimal(f"{found:.{DIGITS}g}")
    raise CellError(_("This is a date or a time, not a number."))


def _year(column, found):
    if isinstance(found, float) and found.is_integer():
        return int(found)
    if isinstance(found, int | str):
        return found.strip() if isinstance(found, str) else found
    raise CellError(_("This is a date or a number with decimals. Write the year: 2024"))


def _month(column, found):
    """Return a month or a year. Of a typed "2013-04" spreadsheets make the first of April by
    themselves."""
    if isinstance(found, str):
        return found.strip()
    if isinstance(found, int):
        return str(found)
    day = _day(found)
    if day and day.day == 1:
        return f"{day:%Y-%m}"
    if day:
        raise CellError(
            _("This is the day %(day)s. Write a month or a year as text: %(month)s")
            % {"day": day.isoformat(), "month": f"{day:%Y-%m}"}
        )
    raise CellError(_("Write a year (2013) or a year and month (2013-04)."))


def _date(column, found):
    if isinstance(found, str):
        return found.strip()
    day = _day(found)
    if day:
        return day.isoformat()
    raise CellError(_("Write a date: 2024-05-31"))


def _truth(column, found):
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    words |= {_("yes").casefold(): True, _("no").casefold(): False}
    answer = words.get(str(found).strip().casefold())
    if answer is None:
        raise CellError(_("Write true or false."))
    return answer


def _day(found):
    """Return the day of a cell that holds a date without a time of the day, or None."""
    if isinstance(found, datetime.datetime):
        return found.date() if found.time() == MIDNIGHT else None
    return found if isinstance(found, datetime.date) else None


def _listed(found, *, has_commas=False):
    """Return the entries of a cell: a line each, or parted by ";" where they are only names, or by
    commas where names have none."""
    if not isinstance(found, str):
        raise CellError(
            _("This is a number or a date. Format the cell as text and write it again.")
        )
    parted_by_lines = BAR in found or "\n" in found.strip() or "\r" in found.strip()
    if parted_by_lines:
        entries = found.splitlines()
    else:
        entries = SEPARATORS.split(found) if has_commas else found.split(";")
    return [entry.strip() for entry in entries if entry.strip()]


def _names(column, found):
    return _listed(found, has_commas=True)


def _targets(column, found):
    if isinstance(found, int | float):
        raise CellError(
            _(
                "A number: 16.1 and 16.10 would be the same one. Format the column as text and "
                "write the codes again."
            )
        )
    return _entries(column, found, has_commas=True)


def _entries(column, found, *, has_commas=False):
    """Return a list of objects: the parts of each entry, in the order of the column's keys."""
    entries = []
    for number, entry in enumerate(_listed(found, has_commas=has_commas), start=1):
        parts = [part.strip() for part in entry.split(BAR)]
        if len(parts) > len(column.keys):
            raise CellError(
                _("Entry %(number)d has %(count)d parts; there are at most %(most)d: %(parts)s")
                % {
                    "number": number,
                    "count": len(parts),
                    "most": len(column.keys),
                    "parts": column.parts,
                }
            )
        # Empty parts are not reported, and so are those that were left out at the end.
        entries.append(
            {key.name: part for key, part in zip(column.keys, parts, strict=False) if part}
        )
    return entries


READ_BY_KIND = {
    columns.TEXT: _text,
    columns.NUMBER: _number,
    columns.WHOLE: _number,
    columns.YEAR: _year,
    columns.MONTH: _month,
    columns.DATE: _date,
    columns.TRUTH: _truth,
    columns.NAMES: _names,
    columns.TARGETS: _targets,
    columns.ENTRIES: _entries,
}
