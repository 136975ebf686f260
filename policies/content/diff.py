"""What changed between two revisions: words of the texts, and rows that came or went."""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from policies.models import months

from . import formats

# A word with the blanks behind it. Scripts that write no blanks between words go sign by sign.
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]\s*|\w+\s*|[^\w\s]\s*|\s+")
# Comparing takes time by the product of the lengths; beyond this a passage is shown whole.
MOST_COMPARISONS = 250_000

TEXTS = (
    ("title", _("Title")),
    ("summary", _("Summary")),
    ("challenge", _("Challenge")),
    ("solution", _("What was done")),
    ("results", _("Results")),
    ("lessons", _("Lessons")),
    ("transferability", _("Conditions for transfer")),
    ("budget_note", _("Note on the budget")),
    ("staff_note", _("Note on the staff")),
    ("budget_unavailable", _("Why there is no budget")),
    ("budget_usd_source", _("Source of the USD amount")),
    ("staff_unavailable", _("Why there is no staff number")),
    ("stakeholders_unavailable", _("Why there are no stakeholders")),
)
FACTS = (
    (_("Language"), lambda r: r.get_language_display()),
    (_("Stage"), lambda r: r.get_stage_display()),
    (_("Start"), lambda r: months.label(r.start)),
    (_("End"), lambda r: months.label(r.end)),
    (_("Budget"), lambda r: formats.money(r.budget_amount, r.budget_currency)),
    (_("Budget year"), lambda r: str(r.budget_year or "")),
    (_("Budget scope"), lambda r: r.get_budget_scope_display()),
    (_("Budget in USD"), lambda r: formats.money(r.budget_usd, "USD")),
    (_("Staff"), lambda r: formats.number(r.staff_fte)),
)
ROWS = (
    (_("Themes"), "theme_rows", lambda row: [row.theme.name]),
    (
        _("Targets"),
        "contributions",
        lambda row: [row.target_id, row.get_role_display(), row.how],
    ),
    (
        _("Budget lines"),
        "budget_lines",
        lambda row: [row.get_category_display(), formats.number(row.amount), row.note],
    ),
    (
        _("Funding sources"),
        "funding_sources",
        lambda row: [
            row.name,
            row.get_kind_display(),
            formats.number(row.amount),
            row.get_state_display(),
            row.note,
        ],
    ),
    (
        _("Staff roles"),
        "staff_roles",
        lambda row: [
            row.role,
            row.organisation,
            formats.number(row.people),
            _months(row.months),
        ],
    ),
    (
        _("Stakeholders"),
        "stakeholders",
        lambda row: [row.name, row.get_kind_display(), row.role, row.get_engagement_display()],
    ),
    (
        _("Phases"),
        "phases",
        lambda row: [row.name, months.label(row.start), months.label(row.end), row.note],
    ),
    (
        _("Indicators"),
        "indicators",
        lambda row: [
            row.name,
            row.unit,
            *_figure(_("before"), row.baseline, row.baseline_year),
            *_figure(_("planned"), row.planned, None),
            *_figure(_("result"), row.result, row.result_year),
            row.get_evidence_display(),
            row.source,
        ],
    ),
    (
        _("Sources"),
        "sources",
        lambda row: [row.title, row.url, row.accessed.isoformat() if row.accessed else ""],
    ),
)
# A stored file never changes, and its stored name is used for nothing else: it tells whether two rows
# show the same.
FILES = (
    (
        _("Photos"),
        "photos",
        "image",
        lambda row: [
            row.caption or row.original_name,
            row.caption and row.original_name,
            row.alt,
            row.credit,
            row.licence,
        ],
    ),
    (
        _("Files"),
        "attachments",
        "file",
        lambda row: [
            row.caption or row.original_name,
            row.caption and row.original_name,
            row.credit,
            row.licence,
        ],
    ),
)


@dataclass(frozen=True)
class TextChange:
    """A text with what was removed and what was added marked in it."""

    label: str
    html: SafeString


@dataclass(frozen=True)
class RowsChange:
    """Rows of a list that were removed and added, each in one phrase.

    ``changed`` are rows that are still the same thing, of which something else is said, as HTML.
    """

    label: str
    removed: list[str]
    added: list[str]
    changed: list[SafeString] = field(default_factory=list)


def compared(revisions):
    """Revisions with all that :func:`changes` reads, in a fixed number of queries."""
    return revisions.select_related("case__member").prefetch_related(
        "theme_rows__theme",
        *(name for _label, name, _parts in ROWS if name != "theme_rows"),
        *(name for _label, name, _file, _parts in FILES),
    )


def changes(old, new):
    """The texts, figures and rows that differ, in the order of the page; moved rows do not."""
    found = []
    for name, label in TEXTS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append(TextChange(label, words(before, after)))
    for label, value in FACTS:
        before, after = value(old), value(new)
        if before != after:
            found.append(TextChange(label, whole(before, after)))
    for label, name, parts in ROWS:
        before = [_phrase(parts(row)) for row in getattr(old, name).all()]
        after = [_phrase(parts(row)) for row in getattr(new, name).all()]
        removed, added = _without(before, after), _without(after, before)
        if removed or added:
            found.append(RowsChange(label, removed, added))
    for label, name, file, parts in FILES:
        before = _by_file(getattr(old, name).all(), file, parts)
        after = _by_file(getattr(new, name).all(), file, parts)
        removed = [phrase for key, phrase in before.items() if key not in after]
        added = [phrase for key, phrase in after.items() if key not in before]
        both = [key for key in after if key in before and before[key] != after[key]]
        if removed or added or both:
            changed = [words(before[key], after[key]) for key in both]
            found.append(RowsChange(label, removed, added, changed))
    return found


def words(old, new):
    """The new text as HTML, with ``<ins>`` round added words and ``<del>`` round removed ones.

    Texts too long to compare word by word are compared line by line, and shown whole where even
    that would take too long. Everything is escaped after it was compared.
    """
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    parts = []
    for before, after in _blocks(old_lines, new_lines):
        if before == after:
            parts.append(escape("".join(before)))
            continue
        old_words, new_words = TOKEN.findall("".join(before)), TOKEN.findall("".join(after))
        for gone, come in _blocks(old_words, new_words):
            same = gone == come
            parts.append(escape("".join(gone)) if same else whole("".join(gone), "".join(come)))
    return SafeString("".join(parts))


def whole(old, new):
    """Two values as HTML: the old one removed, the new one added; an empty one is left out."""
    removed = format_html("<del>{}</del>", old) if old else SafeString()
    added = format_html("<ins>{}</ins>", new) if new else SafeString()
    return removed + added


def _blocks(old, new):
    """Pairs of slices, equal ones and replaced ones, that make up both lists in order."""
    if len(old) * len(new) > MOST_COMPARISONS:
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


def _months(count):
    if count is None:
        return ""
    return ngettext("%(count)s month", "%(count)s months", int(count)) % {
        "count": formats.number(count)
    }


def _figure(label, value, year):
    if value is None:
        return []
    return [f"{label} {formats.number(value)}" + (f" ({year})" if year else "")]


def _phrase(parts):
    return ", ".join(str(part) for part in parts if part)


def _by_file(rows, file, parts):
    return {getattr(row, file).name: _phrase(parts(row)) for row in rows}


def _without(rows, others):
    """The rows that are not among the others; of equal rows as many as there are too many."""
    left = list(others)
    found = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return found
