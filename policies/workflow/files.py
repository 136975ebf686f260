"""Attaching, describing, ordering and removing photos and files of an open revision.

Who may do so, and when, is decided as for the text (see ``authoring``). A stored file never
changes and may belong to several revisions, so removing a row deletes no file; those without a row
are deleted by the command ``delete_unused_files``.
"""

import logging
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from policies.models import Attachment, Photo
from policies.models.files import stored_name

from . import authoring
from .errors import TooManyFiles

logger = logging.getLogger(__name__)

MAX_PHOTOS = 12
MAX_FILES = 12
LIMITS = {Photo: MAX_PHOTOS, Attachment: MAX_FILES}


class _SentTwice(Exception):
    """The last row is the same already: a double click."""

    def __init__(self, row):
        self.row = row


def attach_photo(revision, *, user, picture, name, **texts):
    """Add a :class:`citynet.uploads.images.Picture` behind the photos of an open revision.

    ``name`` is the cleaned name under which it was sent; ``texts`` are alt, caption, credit and
    licence. The second of two clicks returns what the first one added. Raises
    ``EditRefused`` and ``TooManyFiles``; then nothing is stored.
    """
    try:
        with _stored() as store:
            photo = Photo(
                image=store(stored_name(Photo, "large.webp"), ContentFile(picture.large)),
                small=store(stored_name(Photo, "small.webp"), ContentFile(picture.small)),
                width=picture.width,
                height=picture.height,
                size=len(picture.large),
                original_name=name,
                **texts,
            )
            return _add(revision, user, photo, "image", texts)
    except _SentTwice as twice:
        return twice.row


def attach_file(revision, *, user, file, name, **texts):
    """Add a checked ``file`` behind the files of an open revision, as :func:`attach_photo` does."""
    try:
        with _stored() as store:
            attachment = Attachment(
                file=store(stored_name(Attachment, name), file),
                size=file.size,
                original_name=name,
                **texts,
            )
            return _add(revision, user, attachment, "file", texts)
    except _SentTwice as twice:
        return twice.row


@transaction.atomic
def describe(row, *, user, **texts):
    """Change the texts of a photo or file. Raises ``EditRefused``."""
    revision = authoring.locked_draft(row.revision, user)
    type(row).objects.filter(pk=row.pk).update(**texts)
    _changed(revision)


@transaction.atomic
def remove(row, *, user):
    """Take a photo or file out of its revision. Raises ``EditRefused``."""
    revision = authoring.locked_draft(row.revision, user)
    row.delete()
    _changed(revision)


@transaction.atomic
def move(row, *, user, step):
    """Move a photo or file by ``step`` places (-1 is up); at the end of the list it stays.

    Raises ``EditRefused``.
    """
    revision = authoring.locked_draft(row.revision, user)
    rows = list(type(row).objects.filter(revision=revision))
    if row not in rows:
        return
    place = rows.index(row)
    rows.insert(max(0, place + step), rows.pop(place))
    for position, each in enumerate(rows):
        each.position = position
    type(row).objects.bulk_update(rows, ["position"])
    _changed(revision)


@transaction.atomic
def _add(revision, user, row, column, texts):
    revision = authoring.locked_draft(revision, user)
    rows = type(row).objects.filter(revision=revision)
    last = rows.last()
    if last and _is_same(last, row, column, texts):
        raise _SentTwice(last)
    if rows.count() >= LIMITS[type(row)]:
        raise TooManyFiles(limit_message(type(row)))
    row.revision = revision
    row.position = (rows.aggregate(last=Max("position"))["last"] or 0) + 1
    row.save()
    _changed(revision)
    return row


def _is_same(last, row, column, texts):
    """Return whether two rows have the same name, the same ``texts`` and the same file in
    ``column``."""
    names = ("original_name", "size", *texts)
    if any(getattr(last, name) != getattr(row, name) for name in names):
        return False
    with getattr(last, column).open("rb") as stored, getattr(row, column).open("rb") as sent:
        return stored.read() == sent.read()


def limit_message(model):
    """Return what to say when no more rows of ``model`` fit."""
    if model is Photo:
        return _("A case has at most %(most)d photos. Remove one first.") % {"most": MAX_PHOTOS}
    return _("A case has at most %(most)d files. Remove one first.") % {"most": MAX_FILES}


def _changed(revision):
    revision.version += 1
    revision.save(update_fields=["version", "updated_at"])


@contextmanager
def _stored():
    """Yield a function that stores a file and returns its name; undo all when the block fails."""
    names = []

    def store(name, content):
        names.append(default_storage.save(name, content))
        return names[-1]

    try:
        yield store
    except BaseException:
        for name in names:
            try:
                default_storage.delete(name)
            except OSError:
                # Deleted later by ``delete_unused_files``.
                logger.warning("%s could not be deleted", name, exc_info=True)
        raise
