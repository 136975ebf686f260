"""Rows that are pasted into a list from a spreadsheet or a table of a document.

Nothing is added before it was shown: which column goes where, what is understood and what is not.
"""

import csv
import re
from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policies.content import parsing
from policies.interchange.columns import folded
from policies.interchange.understanding import labelled

from .base import MAX_SENT_ROWS
from .fields import BULLETS

MAX_CHARACTERS = 100_000  # of a pasted text
MAX_COLUMNS = 30
TAB, BAR = "\t", "|"
# Bullets and numbers that word processors put before the lines of a list, in a column of their own.
MARK = re.compile(rf"(?:{BULLETS}|[0-9]{{1,3}}[.)])", re.ASCII)
RULE = re.compile(r"[\s:|+=-]+")  # below the head of a table in plain text


@dataclass
class Pasted:
    """What was pasted into a list: ``columns`` has for each column the name of the field that it fills,
    or "" where it is left out; ``rows`` the cells; ``notes`` what is not understood or does not fit."""

    text: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  # label by name
    values: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def heads(self):
        """Return (number, name of its field) of each column."""
        return [*enumerate(self.columns)]


def read(kind, data, filled=0):
    """Return what was pasted into the list ``kind`` of the sent ``data``, as :class:`Pasted`.

    The list has ``filled`` rows already. Where the person has chosen what a column is, that holds;
    else the heads in the first row say it, or else the order of the fields.
    """
    text = data.get(f"paste-{kind.name}", "")
    bound = kind.form().visible_fields()
    pasted = Pasted(text[:MAX_CHARACTERS], fields={each.name: str(each.label) for each in bound})
    if len(text) > MAX_CHARACTERS:
        pasted.notes.append(_("This is too long to be read at once: paste it in parts."))
    rows = _cells(pasted.text)
    names = _heads(rows[0], bound) if rows else []
    if names:
        rows = rows[1:]
    width = min(max(map(len, rows), default=0), MAX_COLUMNS)
    order = names or [each.name for each in bound]
    pasted.columns = [
        _chosen(data, kind, number, pasted.fields, [*order, *[""] * MAX_COLUMNS][number])
        for number in range(width)
    ]
    room = max(kind.most - filled, 0)
    if len(rows) > room:
        message = ngettext(
            "%(count)d row is pasted; %(room)d more fit, and the rest is left out.",
            "%(count)d rows are pasted; %(room)d more fit, and the rest is left out.",
            len(rows),
        )
        pasted.notes.append(message % {"count": len(rows), "room": room})
    pasted.rows = [[*row, *[""] * width][:width] for row in rows[: min(room, MAX_SENT_ROWS)]]
    form_fields = kind.form.base_fields
    for number, row in enumerate(pasted.rows, start=1):
        pasted.values.append(_values(kind, form_fields, number, pasted, row))
    return pasted


def _chosen(data, kind, number, known, otherwise):
    """Return the field of a column: as chosen in the preview, or as it seems."""
    chosen = data.get(f"paste-{kind.name}-{number}")
    return chosen if chosen == "" or chosen in known else otherwise


def _is_rule(line):
    return "---" in line and RULE.fullmatch(line) is not None


def _cells(text):
    """Return the rows of a pasted text, without empty ones, marks of lists and rules of tables."""
    lines = [line for line in text.splitlines() if line.strip() and not _is_rule(line)]
    if any(TAB in line for line in lines):
        # A cell with a line end or a tab in it is quoted; a single sign of inches is not.
        quoting = csv.QUOTE_NONE if text.count('"') % 2 else csv.QUOTE_MINIMAL
        rows = [*csv.reader(text.splitlines(keepends=True), delimiter=TAB, quoting=quoting)]
    else:
        parted = next((sign for sign in (BAR, ";") if all(sign in line for line in lines)), None)
        rows = [line.strip().strip(BAR).split(parted) if parted else [line] for line in lines]
    found = []
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if len(cells) > 1 and MARK.fullmatch(cells[0]):
            cells = cells[1:]
        elif cells:
            cells[0] = re.sub(rf"^{MARK.pattern}\s+", "", cells[0])
        if any(cells):
            found.append(cells)
    return found


def _heads(cells, bound):
    """Return the name of the field of each head where the first row has heads, else []."""
    known = {}
    for each in bound:
        for name in (each.name, str(each.label)):
            known.setdefault(folded(name), each.name)
    said = [cell for cell in cells if cell]
    names = [known.get(folded(cell), "") for cell in cells]
    is_head = len({*filter(None, names)}) * 2 >= len(said) and any(names)
    # A field is filled by one column only.
    return (
        [name if name not in names[:i] else "" for i, name in enumerate(names)] if is_head else []
    )


def _values(kind, form_fields, number, pasted, row):
    """Return the values of a row by field, as the form takes them; notes what is not understood."""
    values = {}
    for name, cell in zip(pasted.columns, row, strict=True):
        if not name or not cell:
            continue
        value = _value(kind.form._meta.model._meta.get_field(name), form_fields[name], cell)
        if value is None:
            message = _("Row %(number)d, %(label)s: “%(cell)s” is none of the values.")
            label = pasted.fields[name]
            pasted.notes.append(message % {"number": number, "label": label, "cell": cell[:80]})
        else:
            values[name] = value
    return values


def _value(model_field, form_field, cell):
    """Return a cell as an input of the field takes it, or None where that is not possible.

    What the field itself understands is left as it was written: the form judges it.
    """
    if isinstance(form_field, forms.ChoiceField):
        value = labelled(model_field).get(folded(cell))
        return value if value is None else str(value)
    if isinstance(model_field, models.DateField):
        try:
            return parsing.date(cell).isoformat()
        except ValidationError:
            return None
    return cell
