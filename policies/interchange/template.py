"""The empty workbook that the secretariat fills in: the table, and what belongs in each column."""

import io

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import columns

WIDTH, WIDE, NAME_WIDTH = 18, 60, 24
KINDS = {
    columns.TEXT: gettext_lazy("Text"),
    columns.NUMBER: gettext_lazy("Number"),
    columns.YEAR: gettext_lazy("Year, four digits"),
    columns.MONTH: gettext_lazy("Year, or year and month as text: 2013 or 2013-04"),
    columns.DATE: gettext_lazy("Date: 2024-05-31"),
    columns.NAMES: gettext_lazy("Several, a line each or with ; between them"),
    columns.TARGETS: gettext_lazy("Several, a line each: code | how it contributes"),
    columns.ENTRIES: gettext_lazy("Several, a line each; the parts with | between them"),
}


def template():
    """The workbook, as bytes. Cells are text, so that no program makes numbers or dates of codes."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        cases, notes = book.add_worksheet(_("Cases")), book.add_worksheet(_("Columns"))
        cases.freeze_panes(1, 0)
        notes.freeze_panes(1, 0)
        heads = [
            _("Column"),
            _("Needed"),
            _("What is written"),
            _("Parts"),
            _("Values"),
            _("Meaning"),
        ]
        notes.write_row(0, 0, heads, bold)
        for number, column in enumerate(columns.columns().values()):
            free = column.kind in (columns.NUMBER, columns.YEAR, columns.DATE)
            cases.set_column(number, number, WIDTH, None if free else text)
            cases.write_string(0, number, column.name, bold)
            notes.write_row(number + 1, 0, described(column), plain)
        notes.set_column(0, 0, NAME_WIDTH)
        notes.set_column(2, 5, WIDE)
    return data.getvalue()


def described(column):
    """What is said of a column: its name, whether it is needed, how it is written, its meaning."""
    values = "; ".join(f"{name}: {', '.join(each)}" for name, each in column.choices.items())
    return [
        column.name,
        _("yes") if column.required else "",
        str(KINDS[column.kind]),
        column.parts if column.keys else "",
        values,
        str(column.help),
    ]
