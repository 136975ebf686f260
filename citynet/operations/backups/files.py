"""Uploaded files in a backup: those that the rows name, read and stored through the storage.

Stored files never change, so that whatever the rows of a moment name can be copied after it.
"""

import hashlib
import shutil
import tempfile

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import FileField

from .database import models

FOLDER = "files/"
# After so many unreadable files in a row the store itself is taken to be unavailable.
UNREADABLE_IN_A_ROW = 3
MEMORY = 16 * 1024 * 1024  # bytes; larger files are copied to the disk first


def named():
    """Return the names of all files that rows name, sorted."""
    names = set()
    for model in models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                rows = model._base_manager.using(connection.alias).exclude(**{field.name: ""})
                names.update(filter(None, rows.values_list(field.name, flat=True).iterator()))
    return sorted(names)


def dump(archive, names, say):
    """Add the files to the ``archive``; return {name: reason} of those that cannot be read.

    Raises ``OSError`` where the store as a whole does not answer, or the archive cannot be written.
    """
    missing, unreadable = {}, 0
    for done, name in enumerate(names, 1):
        with tempfile.SpooledTemporaryFile(MEMORY) as copy:
            try:
                with default_storage.open(name, "rb") as file:
                    shutil.copyfileobj(file, copy)
            except FileNotFoundError:
                missing[name] = "It is not there."
            # Every storage has errors of its own.
            except Exception as error:
                missing[name] = f"{type(error).__name__}: {error}"
                unreadable += 1
                if unreadable == UNREADABLE_IN_A_ROW:
                    raise OSError(f"The store for files does not answer: {error}") from error
            else:
                unreadable = 0
                archive.add(FOLDER + name, copy)
        say("files", done)
    return missing


def restore(archive, say):
    """Store every file of ``archive``; return the names of those that were not there.

    A file that is there with other bytes is a damaged one: what was checked takes its place.
    """
    added = []
    try:
        for done, member in enumerate(archive.names(FOLDER), 1):
            name = member.removeprefix(FOLDER)
            if default_storage.exists(name):
                if _digest(name) == archive.manifest["members"][member]:
                    continue
                default_storage.delete(name)
            added.append(name)
            _store(name, archive.open(member))
            say("files", done)
    except BaseException:
        remove(added)
        raise
    return added


def _store(name, content):
    with content:
        if default_storage.save(name, File(content, name)) != name:
            raise OSError(f"{name} cannot be stored under its name.")


def remove(names):
    """Take out what a restore has added before it failed."""
    for name in names:
        default_storage.delete(name)


def _digest(name):
    with default_storage.open(name, "rb") as file, tempfile.SpooledTemporaryFile(MEMORY) as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        return hashlib.file_digest(copy, "sha256").hexdigest()
