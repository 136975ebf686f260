"""What changed between two revisions: words of the texts, and rows that came or went."""

import dataclasses
import re
from difflib import SequenceMatcher

from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from policies.models import Revision, months
from policies.models.files import StoredFile
from policies.models.months import MonthField, YearField
from sdg.models import Target

from . import formats
from .fields import content_fields, is_prose, row_fields

# A word with the blanks behind it. Scripts that write no blanks between words go sign by sign.
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]\s*|\w+\s*|[^\w\s]\s*|\s+")
# Comparing takes time by the product of the lengths in words; longer passages are shown whole.
MAX_COMPARISONS = 250_000

# What a row is called stands in front of what else it says.
NAMES = {"name", "caption", "original_name"}
# Values that say nothing without another one.
WITH_ANOTHER = {
    "budget_amount": lambda r: formats.money(r.budget_amount, r.budget_currency),
    "budget_usd": lambda r: formats.money(r.budget_usd, "USD"),
    "budget_currency": lambda r: r.budget_currency if r.budget_amount is None else "",
}
# How values are written; a kind of field stands before those that it is one of.
WRITERS = (
    (MonthField, months.label),
    (YearField, str),
    (models.IntegerField, formats.number),
    (models.DecimalField, formats.number),
    (models.BooleanField, lambda value: _("yes") if value else _("no")),
)


@dataclasses.dataclass(frozen=True)
class TextChange:
    """A text with what was removed and what was added marked in it."""

    label: str
    html: SafeString


@dataclasses.dataclass(frozen=True)
class RowsChange:
    """Rows of a list that were removed and added, each in one phrase.

    ``changed`` are rows that are still the same thing, of which something else is said, as HTML.
    """

    label: str
    removed: list[str]
    added: list[str]
    changed: list[SafeString] = dataclasses.field(default_factory=list)


def compared(revisions):
    """Return revisions with all that :func:`changes` reads, in a fixed number of queries."""
    return revisions.select_related("case__member").prefetch_related(
        *Revision.row_models(), "theme_rows__theme"
    )


def changes(old, new):
    """Return the fields and rows that differ, in the order of the models; moved rows do not."""
    found = []
    for field in content_fields():
        label = str(capfirst(field.verbose_name))
        before, after = _shown(old, field), _shown(new, field)
        if before != after:
            mark = words if is_prose(field) else whole
            found.append(TextChange(label, mark(before, after)))
    for name, model in Revision.row_models().items():
        before, after = getattr(old, name).all(), getattr(new, name).all()
        compare = _compare_files if issubclass(model, StoredFile) else _compare_rows
        removed, added, changed = compare(before, after)
        if removed or added or changed:
            label = str(capfirst(model._meta.verbose_name_plural))
            found.append(RowsChange(label, removed, added, changed))
    return found


def _compare_rows(old, new):
    before, after = [_phrase(row) for row in old], [_phrase(row) for row in new]
    return _without(before, after), _without(after, before), []


def _compare_files(old, new):
    """Return what was removed, added and changed among files; the stored name tells which is which."""
    before = {_stored_name(row): _phrase(row) for row in old}
    after = {_stored_name(row): _phrase(row) for row in new}
    removed = [phrase for name, phrase in before.items() if name not in after]
    added = [phrase for name, phrase in after.items() if name not in before]
    both = [name for name in after if name in before and before[name] != after[name]]
    return removed, added, [words(before[name], after[name]) for name in both]


def words(old, new):
    """Return the new text as HTML, with ``<ins>`` round added words and ``<del>`` round removed ones.

    Texts too long to compare word by word are compared line by line, and shown whole where even
    that would take too long. Texts are compared first and escaped afterwards.
    """
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    parts = []
    for before, after in _blocks(old_lines, new_lines):
        if before == after:
            parts.append("".join(before))
            continue
        old_words, new_words = TOKEN.findall("".join(before)), TOKEN.findall("".join(after))
        for gone, come in _blocks(old_words, new_words):
            same = gone == come
            parts.append("".join(gone) if same else whole("".join(gone), "".join(come)))
    return format_html_join("", "{}", ((part,) for part in parts))


def whole(old, new):
    """Return two values as HTML, the old one removed and the new one added, without empty ones."""
    removed = format_html("<del>{}</del>", old) if old else ""
    added = format_html("<ins>{}</ins>", new) if new else ""
    return format_html("{}{}", removed, added)


def _blocks(old, new):
    """Pairs of slices, equal ones and replaced ones, that make up both lists in order."""
    if len(old) * len(new) > MAX_COMPARISONS:
        yield from _ends(old, new)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        yield old[old_start:old_end], new[new_start:new_end]


def _ends(old, new):
    """The common beginning, what differs in between, and the common end."""
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    yield old[:head], new[:head]
    yield old[head : len(old) - tail], new[head : len(new) - tail]
    yield old[len(old) - tail :], new[len(new) - tail :]


def _shown(instance, field):
    """Return the value of a field as people read it; "" where it is unknown."""
    value = getattr(instance, field.attname)
    if isinstance(instance, Revision) and field.name in WITH_ANOTHER:
        return WITH_ANOTHER[field.name](instance)
    if value is None or value == "":
        return ""
    if field.choices:
        return str(getattr(instance, f"get_{field.name}_display")())
    if field.is_relation and field.related_model is not Target:  # whose key is its code
        return str(getattr(instance, field.name))
    write = next((write for kind, write in WRITERS if isinstance(field, kind)), str)
    return write(value)


def _phrase(row):
    """Return what a row says, its name first; numbers are told apart by the names of their
    fields."""
    fields = row_fields(type(row))
    if isinstance(row, StoredFile):
        # What a file is like follows from the file.
        fields = [field for field in fields if isinstance(field, models.CharField)]
    parts = []
    for field in sorted(fields, key=lambda field: field.name not in NAMES):
        shown = _shown(row, field)
        is_number = isinstance(field, models.IntegerField | models.DecimalField)
        parts.append(f"{field.verbose_name} {shown}" if shown and is_number else shown)
    return ", ".join(filter(None, parts))


def _stored_name(row):
    """Return the name under which the file of a row is stored, the same in every copy of the
    row."""
    field = next(each for each in row_fields(type(row)) if isinstance(each, models.FileField))
    return getattr(row, field.name).name


def _without(rows, others):
    """Return the rows that are not among the others; of equal rows as many as there are too
    many."""
    left = list(others)
    found = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return found
