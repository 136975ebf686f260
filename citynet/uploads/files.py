"""Files that people send: their names, their sizes, and what they may be.

A file is taken by its ending *and* by what is in it. Nothing is run, unpacked or passed on to
another program. Every check raises ``ValidationError`` with a reason that tells what to do.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from . import documents, office

MAX_NAME = 120
MAX_ENDING = 10
# Joiners that scripts of Asia need; all other invisible characters can lie about a name.
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Kind:
    """A kind of document: its name for people, its content type, and the check of what is in it."""

    label: str
    content_type: str
    check: Callable


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
KINDS = {
    ".pdf": Kind("PDF", "application/pdf", documents.check_pdf),
    ".docx": Kind("DOCX", f"{_OPEN_XML}wordprocessingml.document", office.check_docx),
    ".xlsx": Kind("XLSX", f"{_OPEN_XML}spreadsheetml.sheet", office.check_xlsx),
    ".pptx": Kind("PPTX", f"{_OPEN_XML}presentationml.presentation", office.check_pptx),
    ".odt": Kind("ODT", f"{_ODF}text", office.check_odt),
    ".ods": Kind("ODS", f"{_ODF}spreadsheet", office.check_ods),
    ".csv": Kind("CSV", "text/csv", documents.check_csv),
}


def clean_name(name):
    """Return a file's name without folders and invisible characters, at most ``MAX_NAME`` long.

    What could turn a name round or hide its ending is taken out: "photo\\u202egnp.exe" becomes
    "photognp.exe".
    """
    name = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        char for char in name if char in JOINERS or not unicodedata.category(char).startswith("C")
    )
    path = PurePath(" ".join(name.split()).strip(". ") or "file")
    ending = path.suffix[:MAX_ENDING]
    return path.stem[: MAX_NAME - len(ending)].strip() + ending


def kind_of(name):
    """Return the :class:`Kind` that the ending of ``name`` says, or None."""
    return KINDS.get(PurePath(name).suffix.lower())


def kinds():
    """Return the kinds that can be sent, for people: "PDF, DOCX, …"."""
    return ", ".join(kind.label for kind in KINDS.values())


def check(file, name):
    """Check a sent ``file`` with the cleaned ``name``. Raises ``ValidationError`` with the reason."""
    if not file.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if file.size > settings.MAX_FILE_BYTES:
        raise ValidationError(
            _("This file has %(size)s; at most %(most)s can be sent.")
            % {"size": filesizeformat(file.size), "most": filesizeformat(settings.MAX_FILE_BYTES)},
            code="too-large",
        )
    kind = kind_of(name)
    if kind is None:
        raise ValidationError(
            _("Files of this kind cannot be sent. These can: %(kinds)s.") % {"kinds": kinds()},
            code="extension",
        )
    file.seek(0)
    kind.check(file)
    file.seek(0)


class UploadLimit(TemporaryFileUploadHandler):
    """Writes no more of a file to the disk than the largest size that the view accepts.

    The rest is read, counted and thrown away, so that nobody fills the disk. The file says the size
    that was sent, which is over the limit, and its form tells so.
    """

    def __init__(self, request=None):
        super().__init__(request)
        view = getattr(request, "resolver_match", None) and request.resolver_match.func
        names = getattr(view, "upload_limits", ("MAX_IMAGE_BYTES", "MAX_FILE_BYTES"))
        self.most = max(getattr(settings, name) for name in names) + self.chunk_size
        self.received = 0

    def new_file(self, *args, **kwargs):
        self.received = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received <= self.most:
            super().receive_data_chunk(raw_data, start)
