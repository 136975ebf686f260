"""Uploaded files in a backup: those that the rows name, read and kept through the storage.

Stored files never change, so that whatever the rows of a moment name can be copied after it.
"""

import hashlib

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import FileField

from .archive import CHUNK, Unreadable
from .state import models

FOLDER = "files/"
# So many files in a row that are there and cannot be read: it is the store.
AWAY = 3


def named():
    """The names of all files that rows name, sorted."""
    names = set()
    for model in models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                rows = model._base_manager.using(connection.alias).exclude(**{field.name: ""})
                names.update(filter(None, rows.values_list(field.name, flat=True).iterator()))
    return sorted(names)


def write(archive, names, progress):
    """Add the files to the ``archive``; gives [name, reason] of those that cannot be read.

    Raises ``OSError`` where the store as a whole does not answer.
    """
    missing, unreadable = [], 0
    for done, name in enumerate(names, 1):
        try:
            with _opened(name) as file:
                archive.add(FOLDER + name, file)
            unreadable = 0
        except FileNotFoundError:
            missing.append([name, "It is not there."])
        except Unreadable as error:
            missing.append([name, str(error)])
            unreadable += 1
            if unreadable == AWAY:
                raise OSError(f"The store for files does not answer: {error}") from error
        progress("files", done)
    return missing


def _opened(name):
    try:
        return default_storage.open(name, "rb")
    except FileNotFoundError:
        raise
    except Exception as error:
        # Every storage has errors of its own.
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def restore(archive, progress):
    """Keep every file of ``archive`` in the storage; gives the names of those that were not there.

    A file that is there with other bytes is a damaged one: what was checked takes its place.
    """
    added = []
    try:
        for done, member in enumerate(archive.names(FOLDER), 1):
            name = member.removeprefix(FOLDER)
            with archive.open(member) as content:
                if _differs(name, content):
                    default_storage.delete(name)
                if not default_storage.exists(name):
                    added.append(name)
                    _keep(name, content)
            progress("files", done)
    except BaseException:
        remove(added)
        raise
    return added


def _keep(name, content):
    content.seek(0)
    kept = default_storage.save(name, File(content, name))
    if kept != name:
        default_storage.delete(kept)
        raise OSError(f"{name} cannot be kept under its name.")


def remove(names):
    """Take out what a restore has added before it failed."""
    for name in names:
        default_storage.delete(name)


def _differs(name, content):
    if not default_storage.exists(name):
        return False
    with default_storage.open(name, "rb") as there:
        return _digest(there) != _digest(content)


def _digest(file):
    digest = hashlib.sha256()
    while piece := file.read(CHUNK):
        digest.update(piece)
    return digest.digest()
