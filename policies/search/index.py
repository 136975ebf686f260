"""The index on this machine's disk: opened for reading, and brought in step with the database."""

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import tantivy
from django.conf import settings
from django.db import connection
from django.utils import translation

from citynet.operations import replicas
from policies.models import Revision

from . import files, reading, schema, text

logger = logging.getLogger(__name__)

BATCH = 1000
# Memory for documents that are not on the disk yet, in bytes: a whole library, or some changes. A
# library of 100,000 cases fits into the large one, so it is one segment, which is read faster than three.
LARGE_HEAP, SMALL_HEAP = 400_000_000, 15_000_000
LARGE_SYNC = 5000  # documents beyond which the large one is taken
SECONDS_BETWEEN_REPAIRS = 60
MAX_INDEXED_AT_ONCE = 1000  # cases that are indexed while somebody waits


class IndexDamaged(Exception):
    """The files of the index cannot be read."""


@contextmanager
def engine_errors():
    """Raise ``IndexDamaged`` for whatever tantivy raises on damaged files, panics included."""
    try:
        yield
    except (ValueError, OSError, RuntimeError) as error:
        raise IndexDamaged(str(error)) from error
    except BaseException as error:
        # A panic of the engine is no Exception.
        if type(error).__module__ == "pyo3_runtime":
            raise IndexDamaged(str(error)) from error
        raise


@dataclass(frozen=True, eq=False)
class OpenIndex:
    """One generation of the index, open for reading; ``cache`` holds what is derived from it."""

    generation: tuple
    index: Any
    schema: Any
    searcher: Any
    cache: dict = field(default_factory=dict)


def _open(folder):
    index = tantivy.Index.open(str(folder))
    for name, analyzer in text.analyzers().items():
        index.register_tokenizer(name, analyzer)
    index.config_reader("manual")
    return index


_readers = {}
MAX_OPEN = 3
_opening = threading.Lock()


def reader():
    """Return the index as it is on the disk now, or None where this code can read none."""
    generation = files.generation()
    if generation is None or generation[1].code != schema.code_fingerprint():
        return None
    found = _readers.get(generation[0])
    if found is not None and found.generation == generation:
        return found
    with _opening:
        return _reload(generation)


def _reload(generation):
    directory, pointer = generation[:2]
    found = _readers.get(directory)
    try:
        with engine_errors():
            if found is not None and found.generation[1] == pointer:
                index = found.index
                index.reload()
            else:
                index = _open(files.root() / pointer.folder)
            opened = OpenIndex(generation, index, index.schema, index.searcher())
    except IndexDamaged:
        logger.exception("The search index cannot be opened")
        _readers.pop(directory, None)
        return None
    if len(_readers) > MAX_OPEN:
        _readers.clear()
    _readers[directory] = opened
    return opened


def count():
    """Return the number of revisions in the index; 0 where there is no index."""
    opened = reader()
    return opened.searcher.num_docs if opened else 0


def sync(*, rebuild=False, progress=None):
    """Make the indexed set equal to the set of live revisions.

    Waits for another process that writes. ``progress`` is called with (done, of) after each batch.
    Return how many documents were added (changed ones included) and how many were removed.
    """
    directory = files.root()
    files.mark_pending(directory)
    with files.writer_lock(directory, wait=True):
        changed = _write_pending(directory, rebuild=rebuild, progress=progress)
    _write_if_free(directory)
    return changed


def sync_quietly():
    """``sync`` for use after a commit: never raises and never waits, as :func:`write_cases`."""
    _write_quietly([files.ALL])


def write_cases(keys):
    """Bring the documents of these cases in step with the database, for use after a commit.

    Never raises and never waits: a process that is writing just now finds a note to write these
    cases too.
    """
    _write_quietly(keys)


def _write_quietly(notes):
    try:
        directory = files.root()
        for note in notes:
            files.mark_pending(directory, note)
        _write_if_free(directory)
    except Exception:
        logger.exception("The search index could not be brought up to date")


def _write_if_free(directory):
    # Check again after the lock is released: a process that found it taken has left its note
    # before.
    while files.is_pending(directory):
        with files.writer_lock(directory, wait=False) as held:
            if not held:
                return
            _write_pending(directory)


def _write_pending(directory, *, rebuild=False, progress=None):
    """Write what was noted until there are no more notes; the caller holds the lock.

    Return how many documents were added and removed.
    """
    added = removed = 0
    # Names of countries are indexed in one language, whatever the publisher reads; and a replica
    # may not know yet what is public.
    with translation.override(settings.LANGUAGE_CODE), replicas.primary():
        while files.is_pending(directory) or rebuild:
            notes = files.take_pending(directory)
            try:
                more = _write_noted(directory, notes, rebuild=rebuild, progress=progress)
            except BaseException:
                # Others count on it that their notes are followed.
                for note in notes:
                    files.mark_pending(directory, note)
                raise
            rebuild = False
            added, removed = added + more[0], removed + more[1]
    return added, removed


def _write_noted(directory, notes, *, rebuild, progress):
    """Write the cases that ``notes`` name; all of them where the index is damaged."""
    # A note for all is no number; neither is a stray file, which must not stop the others.
    by_case = not rebuild and all(note.isdecimal() for note in notes)
    cases = [int(note) for note in notes] if by_case else None
    try:
        return _write_once(directory, cases, rebuild=rebuild, progress=progress)
    except IndexDamaged:
        if rebuild:
            raise
        logger.warning("The search index is damaged and is rebuilt", exc_info=True)
        return _write_once(directory, None, rebuild=True, progress=progress)


def _write_once(directory, cases, *, rebuild, progress):
    """Write the documents of some cases, or of all that differ where ``cases`` is None."""
    reference = schema.Reference()
    pointer = files.read_pointer(directory)
    current = (schema.code_fingerprint(), reference.fingerprint())
    if rebuild or pointer is None or (pointer.code, pointer.reference) != current:
        return _rebuild(directory, reference, current, progress)
    with engine_errors():
        index = _open(directory / pointer.folder)
    if cases is not None:
        live = reading.live_stamps(Revision.objects.live().filter(case__in=cases))
        _write(index, reference, ("case", cases), live, progress)
        return len(live), len(cases) - len(live)
    with engine_errors():
        indexed = _indexed_stamps(index)
    live = reading.live_stamps()
    gone = [key for key, stamp in indexed.items() if live.get(key) != stamp]
    new = {key: stamp for key, stamp in live.items() if indexed.get(key) != stamp}
    if gone or new:
        _write(index, reference, ("pk", gone), new, progress)
    files.remove_others(directory, pointer.folder)
    return len(new), sum(key not in live for key in gone)


def _rebuild(directory, reference, fingerprints, progress):
    before = count()
    folder = files.new_folder(directory)
    with engine_errors():
        tantivy.Index(schema.build(), str(folder))
        index = _open(folder)
    live = reading.live_stamps()
    _write(index, reference, ("pk", []), live, progress)
    files.write_pointer(directory, files.Pointer(folder.name, *fingerprints))
    files.remove_others(directory, folder.name)
    return len(live), before


def _indexed_stamps(index):
    """Return {pk of a revision: stamp} of every document; raise ``IndexDamaged`` where one is
    there twice."""
    searcher = index.searcher()
    hits = searcher.search(
        tantivy.Query.all_query(), max(1, searcher.num_docs), order_by_field="pk"
    ).hits
    addresses = [address for key, address in hits]
    stamps = searcher.fast_field_values("stamp", addresses)
    found = dict(zip((key for key, address in hits), stamps, strict=True))
    if len(found) != searcher.num_docs:
        raise IndexDamaged("Some documents are there twice")
    return found


def _write(index, reference, gone, new, progress):
    """Remove and add documents in one commit: readers see all of it or nothing.

    ``gone`` names a field and the numbers in it whose documents go.
    """
    documents = schema.Writer(reference)
    live = reading.Reader()
    heap = LARGE_HEAP if len(new) > LARGE_SYNC else SMALL_HEAP
    with engine_errors():
        writer = index.writer(heap, 1)
    field, numbers = gone
    for number in numbers:
        # Deleting by term does nothing where the field holds unsigned numbers.
        writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, field, number))
    keys, done = iter(new), 0
    while batch := list(islice(keys, BATCH)):
        for revision in live.read(batch):
            writer.add_document(documents.document(revision, new[revision.pk]))
        done += len(batch)
        if progress:
            progress(done, len(new))
    with engine_errors():
        writer.commit()
        writer.garbage_collect_files()
        writer.wait_merging_threads()


_repaired = {}


def repair(*, rebuild=False):
    """Try to restore an index that was found missing or damaged; at most once a minute.

    A small library is indexed at once, a large one in the background. Never raises.
    """
    directory = str(files.root())
    now = time.monotonic()
    if now - _repaired.get(directory, -SECONDS_BETWEEN_REPAIRS) < SECONDS_BETWEEN_REPAIRS:
        return
    _repaired[directory] = now
    logger.warning("The search index is missing, damaged or out of date: trying to repair it")
    if rebuild:
        (files.root() / files.POINTER).unlink(missing_ok=True)
    sync_soon()


def sync_soon():
    """``sync_quietly`` where the whole library may have to be indexed.

    A large one is indexed in the background, and the index as it was is read meanwhile. Should
    this process end before, the next sync does the work.
    """
    if Revision.objects.live().count() <= MAX_INDEXED_AT_ONCE:
        sync_quietly()
    else:
        threading.Thread(target=_sync_in_background, name="search-sync", daemon=True).start()


def _sync_in_background():
    try:
        sync_quietly()
    finally:
        connection.close()
