"""The files of the index: the folder in use, the lock of the writer, the current generation.

``settings.SEARCH_INDEX_DIR`` holds one folder with the index in use, a small file ``current`` that
names it, and the lock. A rebuild fills a new folder and then changes ``current``, so readers go on
with the old one until the new one is whole.
"""

import fcntl
import json
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

POINTER = "current"
LOCK = "lock"
PENDING = "pending"  # a folder with a file for each case that has changed, or one for all
ALL = "all"


@dataclass(frozen=True)
class Pointer:
    """What ``current`` says: the folder, and what its documents were made with."""

    folder: str
    code: str
    reference: str


def root():
    return Path(settings.SEARCH_INDEX_DIR)


def read_pointer(directory):
    """Return the pointer of the index in ``directory``, or None where none can be read."""
    path = _below(directory, POINTER)
    try:
        found = path.stat()
        return _parse_pointer(path, found.st_ino, found.st_mtime_ns)
    except (OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=16)
def _parse_pointer(path, _inode, _changed):
    # The file is read again only when it was replaced.
    return Pointer(**json.loads(path.read_text()))


@lru_cache(maxsize=64)
def _below(directory, *names):
    # A page asks for the generation many times, and making a path takes longer than looking at it.
    return Path(directory, *names)


def write_pointer(directory, pointer):
    temporary = directory / f"{POINTER}.new"
    temporary.write_text(json.dumps(asdict(pointer)))
    temporary.replace(directory / POINTER)


def generation():
    """Return a key that changes with every commit to the index in use; None without an index."""
    directory = os.fspath(settings.SEARCH_INDEX_DIR)
    pointer = read_pointer(directory)
    if pointer is None:
        return None
    try:
        meta = _below(directory, pointer.folder, "meta.json").stat()
    except OSError:
        return None
    return directory, pointer, meta.st_ino, meta.st_mtime_ns, meta.st_size


def new_folder(directory):
    """Create an empty folder for a new index and return its path."""
    folder = directory / f"index-{time.time_ns()}"
    folder.mkdir(parents=True)
    return folder


def remove_others(directory, keep):
    """Delete the folders of earlier or abandoned indexes."""
    for folder in directory.glob("index-*"):
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)


def mark_pending(directory, what=ALL):
    """Note that a case, named by its key, or that anything has changed in the database."""
    folder = directory / PENDING
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(what)).touch()


def is_pending(directory):
    """Return whether a change was noted that nobody has begun to write yet."""
    return any((directory / PENDING).glob("*"))


def take_pending(directory):
    """Return the names of what was noted, and remove the notes.

    The caller reads the database afterwards: a change that is noted from now on is a new note.
    """
    notes = list((directory / PENDING).glob("*"))
    for note in notes:
        note.unlink(missing_ok=True)
    return {note.name for note in notes}


@contextmanager
def writer_lock(directory, *, wait):
    """Hold the right to write: yield True, or False at once when another process holds it and
    ``wait`` is false.

    The system takes the lock back when its holder dies, so it cannot be left behind.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / LOCK).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
