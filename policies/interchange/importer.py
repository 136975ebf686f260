"""Import lines in batches: the good ones are written, the bad ones listed with their errors."""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from policies.models import FormerTheme, Theme
from sdg.models import Target

from .applying import (
    WRITTEN,
    Action,
    LineRefused,
    Step,
    case_changes,
    decide,
    known_cases,
    meant,
    write,
)
from .cleaning import Cleaner
from .identity import Directory, SourceIds
from .reading import LineError, UnreadableLine, parse, read_lines
from .warnings import refusals_of, warnings_of

BATCH_SIZE = 500  # lines
BATCH_BYTES = 8_000_000
COUNTED_AS = {
    Action.CREATE: "created",
    Action.DRAFT: "updated",
    Action.REWRITE: "updated",
    Action.PUBLISH: "updated",
    Action.NOTHING: "unchanged",
}


@dataclass
class Batch:
    """What became of some lines: ``read`` counts all lines so far. What ``warnings`` are about was
    imported all the same."""

    read: int
    errors: list[LineError]
    warnings: list[LineError]


class Importer:
    """Imports the lines of a file, each as a case of its own or as the next text of one.

    A line whose ``source_id`` is known changes nothing when the case already says the same.
    Otherwise it becomes a draft: a public text is never changed; with ``publish`` it is replaced
    the way moderators replace it. A draft that a person writes, or that is being reviewed, is not
    touched: that is an error of the line, and so is what cannot be true of a text that would become
    public at once. With ``update=False`` known cases are left alone.

    ``counts`` says how many lines were created, updated, unchanged or bad, and how many of them
    were published. Whoever publishes calls ``index.sync()`` at the end.
    """

    def __init__(self, *, publish=False, update=True, dry_run=False, batch_size=BATCH_SIZE):
        self.publish, self.update, self.dry_run = publish, update, dry_run
        self.batch_size = batch_size
        self.at = timezone.now()
        self.counts = Counter(created=0, updated=0, unchanged=0, published=0, bad=0)
        self.drafts = []  # keys of the revisions that were written and not published
        self._line_of = {}
        self._members, self._source_ids = Directory(), SourceIds()
        former = FormerTheme.objects.select_related("theme")
        self._themes = {each.slug: each.theme for each in former}
        self._themes |= {theme.slug: theme for theme in Theme.objects.all()}
        self._targets = set(Target.objects.values_list("code", flat=True))

    def run(self, stream):
        """Import the lines of a binary ``stream``; yield a ``Batch`` after each transaction."""
        return self.run_lines(read_lines(stream))

    def run_lines(self, every_line):
        """Import an iterable of ``Line`` s, read as they are needed; yield a ``Batch`` after each
        transaction."""
        lines, size, read = [], 0, 0
        for line in every_line:
            lines.append(line)
            size += line.size
            if len(lines) == self.batch_size or size >= BATCH_BYTES:
                read += len(lines)
                yield Batch(read, *self._import_batch(lines))
                lines, size = [], 0
        if lines:
            yield Batch(read + len(lines), *self._import_batch(lines))

    def _import_batch(self, lines):
        """Import some lines in one transaction; return their errors and their warnings in order."""
        entries, errors = [], []
        for line in lines:
            entry, found = self._read(line)
            errors += found
            if entry:
                entries.append(entry)
        with transaction.atomic():
            steps, found = self._plan(entries)
            done = [step for step in steps if step.action is not Action.NOTHING]
            refusals = refusals_of(done) if self.publish else []
            refused = {each.line for each in refusals}
            steps = [step for step in steps if step.entry.line not in refused]
            warnings = warnings_of([step for step in done if step.entry.line not in refused])
            if not self.dry_run:
                self._members.save_new([step.entry for step in steps])
                write(steps, publish_at=self.at if self.publish else None)
                if not self.publish:
                    written = [step.entry.revision for step in steps if step.action in WRITTEN]
                    self.drafts += [revision.pk for revision in written]
        for step in steps:
            self._count(step)
        placed = {line.number: line.placed for line in lines}
        found += [placed[each.line](each) for each in refusals]
        errors = sorted(errors + found, key=lambda error: error.line)
        self.counts["bad"] += len({error.line for error in errors})
        return errors, [placed[each.line](each) for each in warnings]

    def _read(self, line):
        """Return the ``Entry`` of a line, or None, and its errors."""
        if line.content is None and line.errors:
            return None, list(line.errors)
        cleaner = Cleaner(
            line.number,
            members=self._members,
            themes=self._themes,
            targets=self._targets,
            is_typed=line.content is not None,
        )
        entry = None
        try:
            data = parse(line) if line.content is None else line.content
        except UnreadableLine as error:
            cleaner.add("", error)
        else:
            if isinstance(data.get("source_id"), str):
                data["source_id"] = self._source_ids.as_known(data["source_id"])
            entry = cleaner.entry(data)
            self._refuse_second("source_id", data.get("source_id"), cleaner)
            self._refuse_second("id", entry and entry.number, cleaner)
        errors = [*line.errors, *_others(cleaner.errors, line.errors)]
        return (None if errors else entry), [line.placed(error) for error in errors]

    def _refuse_second(self, name, value, cleaner):
        if value and isinstance(value, str | int):
            first = self._line_of.setdefault((name, value), cleaner.line)
            if first != cleaner.line:
                cleaner.add(name, _("Line %(line)d has the same one.") % {"line": first})

    def _plan(self, entries):
        """Return the steps that good lines ask for, and the errors of those that cannot be
        applied."""
        steps, errors = [], []
        known = known_cases(entries, with_revisions=self.update)
        by_source_id = {each.case.source_id: each for each in known.values() if each.case.source_id}
        for entry in entries:
            try:
                steps.append(self._step(entry, meant(entry, known, by_source_id)))
            except LineRefused as refusal:
                errors.append(LineError(entry.line, refusal.field, refusal.message))
        return steps, errors

    def _step(self, entry, known):
        if known is None:
            return Step(entry, Action.CREATE)
        if not self.update:
            return Step(entry, Action.NOTHING, known)
        action = decide(entry, known, publish=self.publish)
        changes = case_changes(entry, known, publish=self.publish)
        return Step(entry, action, known, changes)

    def _count(self, step):
        counted_as = COUNTED_AS[step.action]
        if step.case_changes and counted_as == "unchanged":
            counted_as = "updated"
        self.counts[counted_as] += 1
        self.counts["published"] += self.publish and step.action is not Action.NOTHING


def _others(errors, known):
    """Return the errors that are not about values that have one among ``known``."""
    paths = tuple(error.field for error in known)
    return [
        error
        for error in errors
        if not any(
            error.field == path or error.field.startswith((f"{path}.", f"{path}["))
            for path in paths
        )
    ]
