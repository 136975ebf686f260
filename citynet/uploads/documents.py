"""What is inside a document: whether it is what its ending says, and only that.

The checks are cheap and look at structure, not at meaning. They refuse what can run when it is
opened (scripts, macros, embedded files) and what is two things at once.
"""

import re
import zipfile
import zlib

import pikepdf
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HEAD = 1024
# Of an office document: entries, bytes unpacked, and bytes of one part that is read here.
MAX_ENTRIES = 5000
MAX_UNPACKED = 200 * 1024**2
MAX_PART = 2 * 1024**2
# Bytes that packed objects of a PDF may unpack to; what is larger counts as damaged.
MAX_STREAM = 32 * 1024**2
pikepdf.settings.set_qpdf_limits(
    parser_max_nesting=100,
    flate_max_memory=MAX_STREAM,
    png_max_memory=MAX_STREAM,
    run_length_max_memory=MAX_STREAM,
    tiff_max_memory=MAX_STREAM,
)

END_OF_ZIP = b"PK\x05\x06"
END_OF_ZIP_LENGTH = 22
ENCRYPTED = 0x1

# Names in a PDF of what runs when it is opened, or of files within it.
ACTIVE = frozenset(
    f"/{name}"
    for name in ("JavaScript", "JS", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia")
)
TEXT_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

OPEN_XML = {
    "word": "word/document.xml",
    "excel": "xl/workbook.xml",
    "powerpoint": "ppt/presentation.xml",
}
MAIN_TYPES = {
    "word": b"wordprocessingml.document.main+xml",
    "excel": b"spreadsheetml.sheet.main+xml",
    "powerpoint": b"presentationml.presentation.main+xml",
}


def refuse(code, reason):
    raise ValidationError(reason, code=code)


def _not_inside(label):
    refuse(
        "content",
        _("By its name this is %(kind)s, but it is something else inside, or damaged.")
        % {"kind": label},
    )


def _mixed():
    refuse("mixed", _("This file is two things at once. Save it anew from the program it is from."))


def _protected():
    refuse("protected", _("This file is protected by a password. Save it without one."))


def check_pdf(file):
    """Whether ``file`` is a PDF that can be read, without anything that runs or hides in it."""
    file.seek(0)
    starts = file.read(HEAD).startswith(b"%PDF-")
    file.seek(max(0, file.size - 2 * HEAD))
    if not starts or b"%%EOF" not in file.read():
        _not_inside("PDF")
    if zipfile.is_zipfile(file):
        _mixed()
    file.seek(0)
    exceeded = pikepdf.settings.qpdf_limit_errors()
    try:
        with pikepdf.open(file) as document:
            is_active = any(map(_is_active, _objects(document)))
    except pikepdf.PasswordError:
        _protected()
    except pikepdf.PdfError:
        _not_inside("PDF")
    # Parts beyond a limit are passed over without an error, so nobody has looked at them.
    if pikepdf.settings.qpdf_limit_errors() > exceeded:
        _not_inside("PDF")
    if is_active:
        refuse(
            "active",
            _(
                "This PDF holds a script, a program call or another file. Print it to a new PDF "
                "and send that."
            ),
        )


def _objects(document):
    """Yield every object of a PDF; raises ``PdfError`` where some are packed and cannot be read."""
    for each in document.objects:
        if isinstance(each, pikepdf.Stream) and "/First" in each:
            each.read_bytes()
        yield each


def _is_active(value):
    """Return whether an object of a PDF runs something or holds a file; what it refers to is not
    followed."""
    if isinstance(value, pikepdf.Name):
        # Not as text: a name may be in any encoding.
        return value.unparse(resolved=True).decode("latin-1") in ACTIVE
    if isinstance(value, pikepdf.Array):
        return any(map(_is_active, _parts(value)))
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return not ACTIVE.isdisjoint(value.keys()) or any(map(_is_active, _parts(value.values())))
    return False


def _parts(values):
    return (value for value in values if not getattr(value, "is_indirect", False))


def check_docx(file):
    """Whether ``file`` is a Word document without macros."""
    _check_open_xml(file, "DOCX", "word")


def check_xlsx(file):
    """Whether ``file`` is an Excel workbook without macros."""
    _check_open_xml(file, "XLSX", "excel")


def check_pptx(file):
    """Whether ``file`` is a PowerPoint presentation without macros."""
    _check_open_xml(file, "PPTX", "powerpoint")


def _check_open_xml(file, label, program):
    with _archive(file, label) as archive:
        types = _part(archive, "[Content_Types].xml", label)
        names = [name.lower() for name in archive.namelist()]
        if b"macroenabled" in types.lower() or any(
            name.endswith("vbaproject.bin") for name in names
        ):
            _macros()
        if OPEN_XML[program] not in names or MAIN_TYPES[program] not in types:
            _not_inside(label)


def check_odt(file):
    """Whether ``file`` is an OpenDocument text without macros."""
    _check_odf(file, "ODT", b"application/vnd.oasis.opendocument.text")


def check_ods(file):
    """Whether ``file`` is an OpenDocument spreadsheet without macros."""
    _check_odf(file, "ODS", b"application/vnd.oasis.opendocument.spreadsheet")


def _check_odf(file, label, content_type):
    with _archive(file, label) as archive:
        if _part(archive, "mimetype", label).strip() != content_type:
            _not_inside(label)
        if "content.xml" not in archive.namelist():
            _not_inside(label)
        if any(name.startswith(("Basic/", "Scripts/")) for name in archive.namelist()):
            _macros()
        if b"encryption-data" in _part(archive, "META-INF/manifest.xml", label):
            _protected()


def _macros():
    refuse("macros", _("This file holds macros. Save it without them, for example as a PDF."))


def _archive(file, label):
    """Return the zip archive of an office document, if it is one and only one. Nothing is
    unpacked."""
    head = file.read(HEAD)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        refuse(
            "protected",
            _(
                "This file is protected by a password, or from an old program. Save it without a "
                "password in the newer format, or as a PDF."
            ),
        )
    if not head.startswith(b"PK\x03\x04"):
        _not_inside(label)
    file.seek(-END_OF_ZIP_LENGTH, 2)
    # Nothing may stand behind the archive, and no other kind of file may begin in its first entry.
    if not file.read().startswith(END_OF_ZIP) or b"%PDF-" in head:
        _mixed()
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        _not_inside(label)
    entries = archive.infolist()
    names = [entry.filename.lower() for entry in entries]
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or packed > file.size:
        refuse("bomb", _("This file unpacks to far more than its size. Save it anew, or as a PDF."))
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        refuse("paths", _("This file holds names that lead outside of it. Save it anew."))
    if len(set(names)) != len(names):
        _mixed()
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        _protected()
    return archive


def _part(archive, name, label):
    """Return a small part of an office document."""
    try:
        with archive.open(name) as part:
            return part.read(MAX_PART)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        _not_inside(label)


def check_csv(file):
    """Whether ``file`` is a table as text: UTF-8, or UTF-16 that says so, and nothing else."""
    data = file.read()
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        refuse(
            "encoding", _("This table is not in UTF-8. Save it as “CSV UTF-8” and send that file.")
        )
    if TEXT_CONTROL.search(text) or text.lstrip().startswith(("<", "%PDF-", "{\\rtf", "#!")):
        _not_inside("CSV")
    if not text.strip():
        refuse("empty", _("This file is empty."))
