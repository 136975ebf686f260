"""What changed between two revisions: words of the texts, and rows that came or went."""

import dataclasses
from difflib import SequenceMatcher
from operator import eq

import regex
from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from policies.models import Photo, Revision, RevisionTheme, months
from policies.models.files import StoredFile
from policies.models.months import MonthField, YearField
from sdg.models import Target

from . import formats, unseen
from .fields import content_fields, is_prose, row_fields

# Words as Unicode parts them; scripts that write no blanks go sign by sign, marks with their letter.
WORD_BORDER = regex.compile(r"(?w)\b")
GRAPHEME = regex.compile(r"\X")
# Rows of whose names at least so much is the same are one row that was changed.
SAME_NAME = 0.5
MAX_LIKENESSES = 2500
MAX_NAMESAKES = 20
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
    ``order`` names the rows that are in both texts, as (before, now), where they stand in another
    order. ``photos`` are pictures that went and that came.
    """

    label: str
    removed: list[str]
    added: list[str]
    changed: list[SafeString] = dataclasses.field(default_factory=list)
    order: tuple[str, str] | None = None
    photos: tuple[list[Photo], list[Photo]] = ((), ())


def compared(revisions):
    """Return revisions with all that :func:`changes` reads, in a fixed number of queries."""
    return revisions.select_related("case__member").prefetch_related(
        *Revision.row_models(), "theme_rows__theme"
    )


def changes(old, new):
    """Return the fields and rows that differ, in the order of the models."""
    found = []
    for field in content_fields():
        label = str(capfirst(field.verbose_name))
        before, after = _shown(old, field), _shown(new, field)
        if before != after:
            mark = words if is_prose(field) else whole
            found.append(TextChange(label, mark(before, after)))
    for name, model in Revision.row_models().items():
        before, after = (_rows_there(revision, name) for revision in (old, new))
        pair = _pairs_of_files if issubclass(model, StoredFile) else _pairs_of_rows
        change = _rows_change(model, list(before), list(after), pair)
        if change:
            found.append(change)
    return found


def _rows_there(revision, name):
    """Return the rows of a list; what was taken down is in neither of two texts any more."""
    return [row for row in getattr(revision, name).all() if not getattr(row, "removed_on", None)]


def _rows_change(model, old, new, pair):
    """Return how two lists of rows differ, or None; ``pair(old, new)`` says which are the same."""
    pairs = pair(old, new)
    gone = [row for place, row in enumerate(old) if place not in pairs]
    come = [row for place, row in enumerate(new) if place not in pairs.values()]
    phrases = {
        before: (_phrase(old[before]), _phrase(new[after])) for before, after in pairs.items()
    }
    changed = [words(*both) for both in phrases.values() if both[0] != both[1]]
    moved = list(pairs.values()) != sorted(pairs.values())
    if not (gone or come or changed or moved):
        return None
    order = None
    if moved:
        names = (
            [_name(old[place]) for place in pairs],
            [_name(new[each]) for each in sorted(pairs.values())],
        )
        order = tuple(", ".join(each) for each in names)
    photos = (gone, come) if model is Photo else ((), ())
    return RowsChange(
        str(capfirst(model._meta.verbose_name_plural)),
        [_phrase(row) for row in gone],
        [_phrase(row) for row in come],
        changed,
        order,
        photos,
    )


def _pairs_of_files(old, new):
    """Return place before -> place now of files; the stored name tells which is which."""
    places = {_stored_name(row): place for place, row in enumerate(new)}
    names = [_stored_name(row) for row in old]
    return {place: places[name] for place, name in enumerate(names) if name in places}


def _pairs_of_rows(old, new):
    """Return place before -> place now of rows that are the same thing, in the order of ``old``.

    Equal ones first, then those of the same name, then those of a name that is mostly the same.
    """
    before, after = ([_phrase(row) for row in rows] for rows in (old, new))
    names = [_name(row) for row in old], [_name(row) for row in new]
    pairs = {}
    for mine, theirs, is_same in ((before, after, eq), (*names, eq), (*names, _is_alike)):
        left = [place for place in range(len(old)) if place not in pairs]
        free = [place for place in range(len(new)) if place not in pairs.values()]
        if len(left) * len(free) > MAX_LIKENESSES and is_same is _is_alike:
            break
        for place in left:
            same = [each for each in free if is_same(mine[place], theirs[each])]
            if same:
                likeness = [_likeness(before[place], after[each]) for each in same[:MAX_NAMESAKES]]
                pairs[place] = same[likeness.index(max(likeness))]
                free.remove(pairs[place])
    return dict(sorted(pairs.items()))


def _is_alike(one, other):
    return _likeness(one, other) >= SAME_NAME


def _likeness(one, other):
    """Return how much of two phrases is the same, 0 to 1."""
    if one == other:
        return 1
    return SequenceMatcher(None, tokens(one), tokens(other), autojunk=False).ratio()


def _name(row):
    """Return what a row is called in short."""
    return str(row.theme) if isinstance(row, RevisionTheme) else str(row)


def tokens(text):
    """Return a text in words, each with the blank behind it, never parting a letter from its marks."""
    ends = {match.end() for match in GRAPHEME.finditer(text)}
    borders = [match.start() for match in WORD_BORDER.finditer(text) if match.start() in ends]
    found = []
    for start, end in zip([0, *borders], [*borders, len(text)], strict=True):
        if text[start:end] == " " and found and not found[-1].isspace():
            found[-1] += " "
        elif start < end:
            found.append(text[start:end])
    return found


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
        old_words, new_words = tokens("".join(before)), tokens("".join(after))
        for gone, come in _blocks(old_words, new_words):
            same = gone == come
            parts.append("".join(gone) if same else whole("".join(gone), "".join(come)))
    return format_html_join("", "{}", ((part,) for part in parts))


def whole(old, new):
    """Return two values as HTML, the old one removed and the new one added, without empty ones.

    Where both look the same it is said what differs.
    """
    difference = unseen.difference(old, new)
    if difference:
        return format_html('{}<ins class="unseen">[{}]</ins>', new, difference)
    removed = format_html("<del>{}</del>", old) if old else ""
    added = format_html("<ins>{}</ins>", new) if new else ""
    return format_html("{}{}", removed, added)


def _blocks(old, new):
    """Yield pairs of slices, equal ones and replaced ones, that make up both lists in order."""
    if len(old) * len(new) > MAX_COMPARISONS:
        yield from _ends(old, new)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        yield old[old_start:old_end], new[new_start:new_end]


def _ends(old, new):
    """Return the common beginning, what differs in between, and the common end."""
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
