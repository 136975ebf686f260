"""The empty workbook that the secretariat or a city fills in and the site imports."""

import io

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .columns import (
    DATE,
    ENTRIES,
    MONTH,
    NAMES,
    NUMBER,
    TARGETS,
    TEXT,
    TRUTH,
    WHOLE,
    YEAR,
    Column,
    columns,
)
from .library_book import CASE, list_kind, lists
from .lines import case_keys

# Nobody writes whether a case is a made-up one.
NOT_IN_TEMPLATE = {"synthetic"}
# Targets are mostly codes alone, which are quickest to write in a cell of the case.
IN_CELLS = {"Targets"}
WIDTH, WIDE, NAME_WIDTH = 18, 60, 32  # characters
ROWS_WITH_CHOICES = 1000
LONGEST_CHOICE = 255  # characters of all values that a spreadsheet offers in a cell
MEANINGS = {
    TEXT: gettext_lazy("Text"),
    NUMBER: gettext_lazy("Number"),
    WHOLE: gettext_lazy("Whole number"),
    YEAR: gettext_lazy("Year, four digits"),
    MONTH: gettext_lazy("Year, or year and month as text: 2013 or 2013-04"),
    DATE: gettext_lazy("Date: 2024-05-31"),
    TRUTH: gettext_lazy("true or false"),
    NAMES: gettext_lazy("Several, a line each or with ; between them"),
    TARGETS: gettext_lazy("Several, a line each: code | how it contributes"),
    ENTRIES: gettext_lazy("Several, a line each; the parts with | between them"),
}
FREE_KINDS = (NUMBER, WHOLE, YEAR, DATE, TRUTH)


def template(*, one_case=False):
    """Return the empty workbook as bytes; with ``one_case`` that of an author.

    Cells are text, so that no program makes numbers or dates of codes; those with few values offer
    them. The last sheet says what belongs in each column.
    """
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        every_sheet = list(sheets(one_case=one_case))
        for name, found in every_sheet:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(found):
                sheet.set_column(number, number, WIDTH, None if column.kind in FREE_KINDS else text)
                sheet.write_string(0, number, column.name, bold)
                _offer(sheet, number, column)
        notes = book.add_worksheet(_("Columns"))
        notes.freeze_panes(1, 0)
        heads = [
            _("Sheet"),
            _("Column"),
            _("Needed"),
            _("What is written"),
            _("Values"),
            _("Meaning"),
        ]
        notes.write_row(0, 0, heads, bold)
        described = [[name, *_described(each)] for name, found in every_sheet for each in found]
        for number, each in enumerate(described, start=1):
            notes.write_row(number, 0, each, plain)
        notes.set_column(0, 2, NAME_WIDTH)
        notes.set_column(3, 5, WIDE)
    return data.getvalue()


def sheets(*, one_case=False):
    """Yield (name, columns) of the sheets: the cases, and the lists inside them.

    Of an author nothing is asked that the page of the upload knows: member, and which case it is.
    """
    known = lists()
    own = {known[name].path for name in known if name not in IN_CELLS}
    yield (
        _("Cases"),
        [
            column
            for column in columns().values()
            if column.name not in NOT_IN_TEMPLATE
            and column.path not in own
            and not (one_case and _is_about_case(column))
        ],
    )
    of_case = _("The source_id of the case on the first sheet that the row belongs to.")
    for name, line_list in known.items():
        if name not in IN_CELLS:
            keys = [
                Column(
                    key.name,
                    key.name,
                    list_kind(key),
                    key.field,
                    help=key.field.help_text,
                    required=not key.field.blank,
                )
                for key in line_list.keys
            ]
            case = [] if one_case else [Column(CASE, CASE, TEXT, help=of_case, required=True)]
            yield name, [*case, *keys]


def _is_about_case(column):
    """Return whether a column says which case it is and whose, which no author has to write."""
    block = column.path.partition(".")[0]
    return block == "member" or column.path in {key.path for key in case_keys()}


def _offer(sheet, number, column):
    """Let a spreadsheet offer the values of a column; others may be written too, such as labels."""
    values = next(iter(column.choices.values()), []) if not column.keys else []
    values = [str(value) for value in values if value]
    if values and len(",".join(values)) <= LONGEST_CHOICE:
        rule = {"validate": "list", "source": values, "show_error": False}
        sheet.data_validation(1, number, ROWS_WITH_CHOICES, number, rule)


def _described(column):
    """Return what is said of a column: name, whether needed, how written, values, meaning."""
    values = "; ".join(", ".join(map(str, each)) for each in column.choices.values())
    return [
        column.name,
        _("yes") if column.required else "",
        str(MEANINGS[column.kind]),
        values,
        str(column.help),
    ]
