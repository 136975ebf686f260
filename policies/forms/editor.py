"""A section as it is edited: its fields and lists, as stored, as typed, or typed and reordered.

What a section holds is compared as text, so that two people who save the same are no conflict.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from policies.content.diff import words
from policies.content.values import plain
from policies.models import Revision

from . import paste, sums
from .base import MAX_SENT_ROWS, row_set


class Editor:
    """The forms of one section.

    Without ``data`` they show what ``revision`` holds. With ``data`` they are what a person sent;
    ``Editor.typed`` shows what was sent without judging it.
    """

    def __init__(self, section, revision, data=None, *, shown=None):
        self.section, self.revision = section, revision
        self.is_bound = data is not None
        self.notes = []
        values, lists = shown or ({}, {})
        if not self.is_bound and not shown:
            values = section.form.stored(revision)
            lists = stored_rows(section, revision)
        self.form = section.form(data, initial=values, instance=Revision())
        self.lists = [
            RowEditor(
                kind,
                row_set(kind.form, kind.most, kind.row_set)(
                    data, initial=lists.get(kind.name), prefix=kind.name
                ),
            )
            for kind in section.lists
        ]

    @classmethod
    def typed(cls, section, revision, data, operation=""):
        """Return an editor of what was sent, after a row operation; nothing is checked or saved.

        Return the editor and the id of the row to go on with.
        """
        form = section.form(instance=Revision())
        values = _sent(form, data)
        lists = {kind.name: _sent_rows(kind, data) for kind in section.lists}
        kinds = {kind.name: kind for kind in section.lists}
        act, _colon, name = operation.partition(":")
        is_added = act == "add-pasted" and name in kinds
        if is_added:
            place = _add_pasted(kinds[name], lists, data)
        else:
            place = _apply(operation, lists, kinds)
        editor = cls(section, revision, shown=(values, lists))
        editor.preview(data, name if is_added else "")
        return editor, place

    def preview(self, data, added=""):
        """Show what was pasted into the lists, apart from the one whose rows were ``added``."""
        for each in self.lists:
            name = each.kind.name
            if name != added and data.get(f"paste-{name}", "").strip():
                filled = sum(any(_texts(form).values()) for form in each.rows.forms)
                each.pasted = paste.read(each.kind, data, filled)

    def is_unsaved(self):
        """Return whether what is shown differs from what is stored; empty rows do not count."""
        return self.shown() != Editor(self.section, self.revision).shown()

    def shown(self):
        """Return what the page shows, as text: fields and rows in which something stands."""
        forms = {each.kind.name: each.rows.forms for each in self.lists}
        rows = {name: [_texts(form) for form in of_list] for name, of_list in forms.items()}
        return _texts(self.form), {name: [*filter(None, of_list)] for name, of_list in rows.items()}

    def is_valid(self):
        # All are validated, so that all errors are shown.
        is_right = self.form.is_valid()
        source_count = self._source_count()
        for form in (form for each in self.lists for form in each.rows.forms):
            form.currency = self.form.currency_of_amounts()
            form.source_count = source_count
        return all([is_right, *(each.rows.is_valid() for each in self.lists)])

    def write(self, revision):
        """Store what is right of the section in ``revision``: lists at once, columns when the
        caller saves it. ``notes`` then holds what the person is to be told."""
        self.form.write(revision)
        for each in self.lists:
            stored = list(getattr(revision, each.kind.name).all())
            self.notes += each.rows.write(revision, stored, self.form)

    def content(self):
        """Return what was sent, as text, in the form of :func:`content`."""
        fields = {name: _typed(self.form, name) for name in self._compared()}
        lists = {
            each.kind.name: [
                {name: _typed(form, name) for name in form.fields} for form in each.rows.filled()
            ]
            for each in self.lists
        }
        if "primary" in fields:
            codes = [row["target"] for row in lists["contributions"]]
            if len(codes) == 1:
                fields["primary"] = codes[0]
            elif fields["primary"] not in codes:
                fields["primary"] = ""
        return {"fields": fields, "lists": lists}

    def understood(self):
        """Return how what was typed is understood, as (id of the input, label, text, whether it was
        written in another way)."""
        forms = [self.form, *(form for each in self.lists for form in each.rows.forms)]
        return [
            (field.auto_id, field.label, field.echo, field.was_reworded)
            for form in forms
            for field in form
            if getattr(field, "echo", "")
        ]

    def sums(self):
        """Return what the rows of each list add up to, in words, by the name of the list."""
        return {
            each.kind.name: sums.of_list(each.kind.name, self.form, each.rows.forms)
            for each in self.lists
            if each.kind.name in sums.ADDED
        }

    def place(self, findings):
        """Put each finding (``plausibility.Finding``) about what is stored beside its input or list,
        and return the messages by the id of it."""
        rows = {
            each.kind.name: each.rows.filled() if self.is_bound else each.rows.forms
            for each in self.lists
        }
        found = {}
        for finding in findings:
            name, _dash, rest = finding.field.partition("-")
            anchor = finding.anchor
            if rest:
                number, _dash, column = rest.partition("-")
                anchor = f"id_{rows[name][int(number)].add_prefix(column)}"
            found.setdefault(anchor, []).append(finding.message)
        for form in [self.form, *(form for forms in rows.values() for form in forms)]:
            for field in form:
                field.doubts = found.get(field.auto_id, ())
        for each in self.lists:
            each.doubts = found.get(f"rows-{each.kind.name}", ())
        return found

    def ask(self, requests):
        """Put what the moderators ask, by the id of an input or list, beside it."""
        for field in self.form:
            field.asked = requests.get(field.auto_id, ())
        for each in self.lists:
            each.asked = requests.get(f"rows-{each.kind.name}", ())

    def problems(self):
        """Return errors as (id of the input, label, message), in the order of the page."""
        return [*_problems_of(self.form), *(p for each in self.lists for p in each.problems())]

    def differences(self, revision):
        """Return where what was sent differs from what ``revision`` holds: :class:`Difference` list."""
        mine, theirs = self.content(), content(self.section, revision)
        found = [
            _difference(self.form.fields[name].label, theirs["fields"][name], mine["fields"][name])
            for name in mine["fields"]
            if mine["fields"][name] != theirs["fields"][name]
        ]
        for each in self.lists:
            ours, others = mine["lists"][each.kind.name], theirs["lists"][each.kind.name]
            if ours != others:
                found.append(_difference(each.kind.label, _lines(others), _lines(ours)))
        return found

    def _source_count(self):
        """Return how many sources the case names, or None where no row rests on one."""
        if any("source_number" in each.kind.form.base_fields for each in self.lists):
            return len(self.revision.sources.all())
        return None

    def _compared(self):
        return self.section.form.stored(self.revision)


@dataclass(frozen=True)
class Difference:
    """A field that two people filled in differently, with the words that differ marked."""

    label: str
    theirs: str
    mine: str
    html: str


class RowEditor:
    """A list of rows with what the page says about it."""

    pasted = None

    def __init__(self, kind, rows):
        self.kind, self.rows = kind, rows

    @property
    def takes_pasted(self):
        """Whether rows can be pasted: targets are chosen from a list."""
        return "target" not in self.kind.form.base_fields

    @property
    def is_full(self):
        return len(self.rows.forms) >= self.kind.most

    @property
    def help_texts(self):
        """Return the label and help of each field of a row."""
        fields = self.rows.empty_form.visible_fields()
        return [(field.label, field.help_text) for field in fields]

    def problems(self):
        general = [(f"rows-{self.kind.name}", "", each) for each in self.rows.non_form_errors()]
        return general + [
            (anchor, f"{self.kind.row} {number}{f', {label}' if label else ''}", message)
            for number, form in enumerate(self.rows.forms, start=1)
            for anchor, label, message in _problems_of(form, f"{self.kind.name}-{number - 1}")
        ]


def content(section, revision):
    """Return what a section of ``revision`` holds, as text: {"fields": {…}, "lists": {…: [{…}]}}."""
    stored = section.form.stored(revision)
    return {
        "fields": {name: as_text(value) for name, value in stored.items()},
        "lists": {
            name: [{key: as_text(value) for key, value in row.items()} for row in rows]
            for name, rows in stored_rows(section, revision).items()
        },
    }


def fingerprint(section, revision):
    """Return a short text that differs once a section of ``revision`` holds something else."""
    text = json.dumps(content(section, revision), sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def is_empty(section, revision):
    """Return whether nobody has written anything in a section."""
    held = content(section, revision)
    ignored = section.form.always_filled
    fields = any(value for name, value in held["fields"].items() if name not in ignored)
    return not fields and not any(held["lists"].values())


def stored_rows(section, revision):
    return {
        kind.name: [kind.form.stored(row) for row in getattr(revision, kind.name).all()]
        for kind in section.lists
    }


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(sorted(value))
    return str(value)


def label_of(section, name):
    """Return what the page of a section calls a field that was sent, or "" where it has none."""
    prefix, _dash, rest = name.partition("-")
    number, _dash, column = rest.partition("-")
    for kind in section.lists:
        if kind.name == prefix and number.isdecimal() and column in kind.form.base_fields:
            label = kind.form.base_fields[column].label
            return f"{kind.row} {int(number) + 1}: {label}"
    field = section.form.base_fields.get(name)
    return field.label if field else ""


def _sent(form, data):
    """Return the raw values of a form's fields."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }


def _sent_rows(kind, data):
    total = data.get(f"{kind.name}-TOTAL_FORMS", "")
    count = int(total) if total.isdecimal() and len(total) < 5 else 0  # noqa: PLR2004 - no such list
    return [
        _sent(kind.form(prefix=f"{kind.name}-{number}"), data)
        for number in range(min(count, MAX_SENT_ROWS))
    ]


def _add_pasted(kind, lists, data):
    """Put the pasted rows behind those of their list, and return the id of the first of them."""
    rows = [row for row in lists[kind.name] if any(row.values())]
    pasted = paste.read(kind, data, len(rows))
    lists[kind.name] = rows + pasted.values
    return f"{kind.name}-{len(rows)}" if pasted.values else f"rows-{kind.name}"


def _apply(operation, lists, kinds):
    """Do "add:phases", "remove:phases:2", "up:…" or "down:…"; anything else changes nothing."""
    act, _colon, rest = operation.partition(":")
    name, _colon, what = rest.partition(":")
    rows = lists.get(name)
    if rows is None:
        return ""
    if act == "add":
        if what and any(row.get("target") == what for row in rows):
            return f"rows-{name}"
        if len(rows) < kinds[name].most:
            rows.append({"target": what} if what else {})
        return f"{name}-{len(rows) - 1}"
    place = int(what) if what.isdecimal() and len(what) < 4 else len(rows)  # noqa: PLR2004 - as above
    if place >= len(rows):
        return f"rows-{name}"
    if act == "remove":
        del rows[place]
        return f"rows-{name}"
    other = place + {"up": -1, "down": 1}.get(act, 0)
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        place = other
    return f"{name}-{place}"


def _texts(form):
    """Return the fields of a form in which something stands, as they are shown."""
    values = {field.name: field.value() for field in form}
    return {name: as_text(value) for name, value in values.items() if value not in (None, "", [])}


def _typed(form, name):
    """Return what was sent for a field, as text; as it was typed where it is wrong."""
    return as_text(form.cleaned_data.get(name, form[name].value()))


def _problems_of(form, anchor="section"):
    for message in form.non_field_errors():
        yield anchor, "", message
    for field in form:
        for message in field.errors:
            yield (
                (anchor if field.is_hidden else field.id_for_label or field.auto_id),
                field.label,
                message,
            )


def _difference(label, theirs, mine):
    return Difference(label or _("Primary target"), theirs, mine, words(theirs, mine))


def _lines(rows):
    return "\n".join(", ".join(filter(None, row.values())) for row in rows)
