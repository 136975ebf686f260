"""Imports of files by the secretariat: checked first, then imported.

Both passes yield their progress and save their result with the ``ImportRun``. Each
batch is a transaction of its own: whoever stops half way leaves whole batches, and a second run
finds what is there already by its ``source_id``.
"""

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePath

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from citynet.web.client_address import client_address
from members.record import audit
from policies.models import ImportRun
from policies.search import index
from policies.workflow.errors import WorkflowError

from . import Importer, LineError
from .columns import place
from .reading import read_lines
from .workbook import Workbook, WorkbookError

logger = logging.getLogger(__name__)

State = ImportRun.State
LINES, WORKBOOK = ".jsonl", ".xlsx"
ENDINGS = (LINES, WORKBOOK)
BATCH = 500  # rows of one transaction
# Errors stored with a run; the CSV file of errors lists all.
MAX_STORED_ERRORS = 5000
MAX_STORED_WARNINGS = 500
# A run without progress for this long is dead: its process was stopped.
TIMEOUT = timedelta(minutes=2)


class ImportRefused(WorkflowError):
    """The file is being imported already, or was not checked yet."""


@dataclass(frozen=True)
class Progress:
    """How far a pass is: rows read, rows with errors, and how many rows the file has (or None)."""

    read: int
    bad: int
    total: int | None = None
    finished: bool = False

    @property
    def percent(self):
        return None if not self.total else min(100, self.read * 100 // self.total)


def is_running(run):
    """Return whether the run is at work, as far as can be told."""
    return run.state == State.RUNNING and run.updated_at > timezone.now() - TIMEOUT


def may_run(run):
    """Return whether there is something to import, and nobody is doing so."""
    checked = run.counts.get("check")
    return bool(
        run.file
        and checked
        and not checked["refused"]
        and checked["rows"] > checked["bad"]
        and run.state in (State.CHECKED, State.STOPPED, State.RUNNING)
        and not is_running(run)
    )


def check(run):
    """Check every row and write nothing but the result; yield ``Progress`` after each batch.

    Raises ``ImportRefused`` while the file is being imported.
    """
    if is_running(run):
        raise ImportRefused
    return _check(run)


def _check(run):
    importer, tally = _importer(run, dry_run=True), Tally()
    for batch in passes(run, importer):
        tally.add(batch)
        yield Progress(tally.read, importer.counts["bad"])
    counts = tally.counts(importer) | {"refused": tally.refused, "warnings": tally.warned}
    _not_running(run).update(
        state=State.CHECKED,
        counts=run.counts | {"check": counts},
        errors=tally.kept,
        warnings=tally.warnings,
        updated_at=timezone.now(),
    )
    yield Progress(tally.read, importer.counts["bad"], finished=True)


def errors(run):
    """Yield every error of a pass that writes nothing, as [row, place, message]."""
    for batch in passes(run, _importer(run, dry_run=True)):
        yield from batch.errors


def may_carry_out(run, user):
    """Return whether ``user``, who may upload files, may import this one: what it publishes at once only who
    decides on texts, whoever has uploaded it."""
    return not run.publish or user.has_perm("policies.change_revision")


def carry_out(run, by):
    """Import the good rows; yield ``Progress`` after each batch. Raises ``ImportRefused``, and
    ``PermissionDenied`` where they are published by who may not decide on texts.

    However it ends, the run says how far it got, and the record who started it.
    """
    if not may_carry_out(run, by):
        raise PermissionDenied
    _begin(run, by)
    return _carry_out(run, by, client_address.get())


def _carry_out(run, by, address):
    total = run.counts["check"]["rows"]
    importer, tally, state = _importer(run), Tally(), State.STOPPED
    try:
        for batch in passes(run, importer):
            tally.add(batch)
            ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now())
            yield Progress(tally.read, importer.counts["bad"], total)
        state = State.STOPPED if tally.refused else State.DONE
    except Exception:
        logger.exception("The import %s stopped.", run.pk)
    finally:
        # The response was returned long ago, so the client address has to be set again.
        known = client_address.set(address)
        _end(run, by, state, tally.kept, tally.counts(importer), importer.drafts)
        client_address.reset(known)
        if run.publish:
            index.sync_quietly()
    yield Progress(tally.read, importer.counts["bad"], total, finished=state == State.DONE)


class Tally:
    """The results of a pass so far."""

    def __init__(self):
        self.kept, self.number, self.read, self.refused = [], 0, 0, False
        self.warnings, self.warned = [], 0

    def add(self, found):
        self.read, self.refused = found.read, found.refused
        self.number += len(found.errors)
        self.kept += found.errors[: MAX_STORED_ERRORS - len(self.kept)]
        self.warned += len(found.warnings)
        self.warnings += found.warnings[: MAX_STORED_WARNINGS - len(self.warnings)]

    def counts(self, importer):
        return dict(importer.counts) | {"rows": self.read, "errors": self.number}


@dataclass(frozen=True)
class Found:
    """The result of a batch: all rows so far, its errors and warnings as [row, place, message]."""

    read: int
    errors: list
    refused: bool = False
    warnings: list = field(default_factory=list)


def passes(run, importer):
    """Import the file of ``run`` with ``importer``; yield a ``Found`` after each transaction.

    A file that cannot be used as a whole is the one ``Found`` that is ``refused``.
    """
    read = 0
    try:
        with _opened(run) as (lines, where, notes):
            if notes:
                yield Found(0, [], warnings=[_as_row(note, str) for note in notes])
            for batch in importer.run_lines(lines):
                read = batch.read
                yield Found(
                    read,
                    [_as_row(error, where) for error in batch.errors],
                    warnings=[_as_row(each, where) for each in batch.warnings],
                )
    except WorkbookError as error:
        yield Found(read, [_as_row(each, str) for each in error.errors], refused=True)


def _importer(run, *, dry_run=False):
    return Importer(publish=run.publish, dry_run=dry_run, batch_size=BATCH)


def _as_row(error, where):
    return [error.line, where(error.field), error.message]


@contextmanager
def _opened(run):
    """Yield the lines of the file, a function that returns the place of a path in it, and what is not
    read of it."""
    try:
        file = run.file.open("rb")
    except OSError as error:
        raise WorkbookError(
            LineError(0, "", _("The file is no longer there. Upload it again."))
        ) from error
    with file:
        if PurePath(run.file.name).suffix == WORKBOOK:
            workbook = Workbook(file)
            try:
                yield (
                    workbook.lines(),
                    lambda path: place(path, workbook.letters),
                    workbook.notes,
                )
            finally:
                workbook.close()
        else:
            yield read_lines(file), str, ()


def _not_running(run):
    """Return a queryset with the run, empty while it is at work."""
    silent = timezone.now() - TIMEOUT
    return ImportRun.objects.filter(~Q(state=State.RUNNING) | Q(updated_at__lte=silent), pk=run.pk)


@transaction.atomic
def _begin(run, by):
    """Claim the run for this process: of two who start it, the second is refused."""
    if not may_run(run):
        raise ImportRefused
    taken = _not_running(run).update(state=State.RUNNING, errors=[], updated_at=timezone.now())
    if not taken:
        raise ImportRefused
    audit.record("library-imported", run, by=by, reason=_("Begun"))


@transaction.atomic
def _end(run, by, state, kept, counts, drafts):
    ImportRun.objects.filter(pk=run.pk).update(
        state=state,
        # What an earlier pass that stopped half way left is there too.
        drafts=sorted({*(run.drafts or []), *drafts}),
        errors=kept,
        counts=run.counts | {"run": counts},
        updated_at=timezone.now(),
    )
    audit.record("library-imported", run, by=by, reason=summary(state, counts))


def summary(state, counts):
    """Return the result in one line."""
    words = _(
        "%(created)d created, %(updated)d updated, %(unchanged)d unchanged, "
        "%(published)d published, %(bad)d bad"
    )
    return f"{State(state).label}: {words % counts}"
