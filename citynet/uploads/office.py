"""Documents of office programs: Open XML (DOCX, XLSX, PPTX) and OpenDocument (ODT, ODS).

Both are archives of XML. Every XML part is read to its end, within a limit of elements, and nothing
is unpacked to the disk.
"""

import io
import re
import zipfile
import zlib
from contextlib import contextmanager
from urllib.parse import unquote
from xml.parsers import expat

from django.utils.translation import gettext as _

from . import formulas
from .documents import (
    HEAD,
    refuse,
    refuse_formula,
    refuse_mixed,
    refuse_other_content,
    refuse_protected,
)

# Entries, bytes unpacked, and elements of all XML together.
MAX_ENTRIES = 5000
MAX_UNPACKED = 200 * 1024**2
MAX_ELEMENTS = 8_000_000
MAX_FIELDS = 1024**2  # characters of all field codes in a part
CHUNK = 256 * 1024

END_OF_ZIP = b"PK\x05\x06"
END_OF_ZIP_LENGTH = 22
ENCRYPTED = 0x1

CONTENT_TYPES = "[content_types].xml"
# Content types of the main parts; its name is for the program to choose.
MAIN_TYPES = {
    "DOCX": "wordprocessingml.document.main+xml",
    "XLSX": "spreadsheetml.sheet.main+xml",
    "PPTX": "presentationml.presentation.main+xml",
}
# Parts of these content types, or relationships of these types, run when the document is opened,
MACROS = ("macroenabled", "vbaproject", "macrosheet")
# are files of another program,
OBJECTS = ("oleobject", "activex", "/control", "afchunk", "webextension")
# or fetch data.
CONNECTIONS = ("connections+xml", "querytable")
HYPERLINK, TEMPLATE, PACKAGE = "hyperlink", "attachedtemplate", "package"
# Addresses of a click that start something instead of leading somewhere.
STARTING_ACTIONS = ("ppaction://program", "ppaction://macro", "ppaction://ole")
# Elements that hold a formula as text: of cells, of names, of rules.
FORMULAS = frozenset({"f", "formula", "formula1", "formula2", "definedName"})
# Codes of fields in a text, which may be cut into pieces; quoted arguments do not count.
FIELD_THAT_ACTS = re.compile(
    r"\b(?:DDE|DDEAUTO|INCLUDETEXT|LINK)\b|\bQUOTE(?:\s+\d+){3}", re.IGNORECASE
)
QUOTED = re.compile(r'"[^"]*"')

ODF_TYPE = "application/vnd.oasis.opendocument."
ODF_OBJECTS = ("object-ole", "applet", "floating-frame")
ODF_DDE = ("dde-source", "dde-link", "dde-connection-decl")
SCRIPT_SPACE = "opendocument:xmlns:script:1.0"

DRIVE = re.compile(r"/*[a-z][:|]/")
SCHEME = re.compile(r"[a-z][a-z0-9+.\-]+:")


def _macros():
    refuse("macros", _("This file holds macros. Save it without them, for example as a PDF."))


def _objects():
    refuse(
        "embedded",
        _(
            "This file holds a file of another program inside. Put a picture in its place, or save "
            "it as a PDF."
        ),
    )


def _outside():
    refuse(
        "outside",
        _(
            "This file loads something from elsewhere when it is opened: a template, a picture or "
            "other data. Break the links, or save it as a PDF."
        ),
    )


def _bomb():
    refuse("bomb", _("This file unpacks to far more than its size. Save it anew, or as a PDF."))


def check_docx(file):
    """Whether ``file`` is a Word document without macros, objects and outside parts."""
    _check_open_xml(file, "DOCX")


def check_xlsx(file):
    """Whether ``file`` is an Excel workbook without macros, objects and outside data."""
    _check_open_xml(file, "XLSX")


def check_pptx(file):
    """Whether ``file`` is a PowerPoint presentation without macros, objects and outside parts."""
    _check_open_xml(file, "PPTX")


def check_odt(file):
    """Whether ``file`` is an OpenDocument text without macros, objects and outside parts."""
    _check_odf(file, "ODT", "text")


def check_ods(file):
    """Whether ``file`` is an OpenDocument spreadsheet without macros, objects and outside data."""
    _check_odf(file, "ODS", "spreadsheet")


# Open XML


def _check_open_xml(file, label, *, is_inside=False):
    with _archive(file, label) as archive:
        names = {name.lower(): name for name in archive.namelist() if not name.endswith("/")}
        if CONTENT_TYPES not in names:
            refuse_other_content(label)
        types = _ContentTypes()
        _read(archive, names.pop(CONTENT_TYPES), label, types.element, MAX_ELEMENTS)
        found = {name: types.of(name) for name in names}
        _check_types(found)
        if sum(MAIN_TYPES[label].lower() in each for each in found.values()) != 1:
            refuse_other_content(label)
        elements = 0
        for name, stored in names.items():
            if name.endswith((".xml", ".rels", ".vml")) or found[name].endswith(("+xml", "/xml")):
                part = _OpenXmlPart(name)
                elements += _read(archive, stored, label, part.element, MAX_ELEMENTS - elements)
                part.end()
            elif "/embeddings/" in name:
                _check_workbook_of_chart(archive, name, stored, is_inside=is_inside)


def _check_types(found):
    for name, content_type in found.items():
        if name.endswith("vbaproject.bin") or any(mark in content_type for mark in MACROS):
            _macros()
        if any(mark in content_type for mark in OBJECTS):
            _objects()
        if any(mark in content_type for mark in CONNECTIONS):
            _outside()


def _check_workbook_of_chart(archive, name, stored, *, is_inside):
    """Check the workbook that holds the figures of a chart; no other file may be in a document."""
    if is_inside or not name.endswith(".xlsx"):
        _objects()
    with _part(archive, stored, "XLSX") as part:
        content = io.BytesIO(part.read())
    content.size = content.getbuffer().nbytes
    _check_open_xml(content, "XLSX", is_inside=True)


class _ContentTypes:
    """The list of content types: by ending, and by name of a part."""

    def __init__(self):
        self.endings, self.parts = {}, {}

    def element(self, tag, attributes):
        content_type = attributes.get("ContentType", "").lower()
        if tag.endswith("Default"):
            self.endings[attributes.get("Extension", "").lower()] = content_type
        elif tag.endswith("Override"):
            self.parts[attributes.get("PartName", "").lower().lstrip("/")] = content_type

    def of(self, name):
        """Return the content type of a part, in small letters, or ""."""
        return self.parts.get(name) or self.endings.get(name.rpartition(".")[2], "")


class _OpenXmlPart:
    """What matters of an XML part: its relationships, formulas, fields and actions."""

    def __init__(self, name):
        self.name = name
        self.fields = []
        self.length = 0

    def element(self, tag, attributes):
        local = tag.rpartition(" ")[2]
        if local == "Relationship" and self.name.endswith(".rels"):
            self._relationship(attributes)
        elif local in ("ddeLink", "oleLink"):
            refuse_formula()
        elif local == "OLEObject":
            _objects()
        elif local in FORMULAS:
            return self._formula
        elif local == "instrText":
            return self._field
        elif local == "fldSimple":
            self._field(next((v for k, v in attributes.items() if k.endswith("instr")), ""))
        if attributes.get("action", "").lower().startswith(STARTING_ACTIONS):
            refuse_formula()
        return None

    def _relationship(self, attributes):
        kind = attributes.get("Type", "").lower()
        target = attributes.get("Target", "")
        if attributes.get("TargetMode", "").lower() == "external":
            # What a reader has to click on leads elsewhere, and a template on the own disk is no harm.
            is_own_template = kind.endswith(TEMPLATE) and not _is_elsewhere(target)
            if not (kind.endswith(f"/{HYPERLINK}") or is_own_template):
                _outside()
        elif any(mark in kind for mark in MACROS):
            _macros()
        elif any(mark in kind for mark in OBJECTS) or (
            kind.endswith(f"/{PACKAGE}") and "/charts/" not in f"/{self.name}"
        ):
            _objects()

    def _formula(self, text):
        if formulas.formula_acts(text):
            refuse_formula()

    def _field(self, text):
        self.fields.append(text)
        self.length += len(text)
        if self.length > MAX_FIELDS:
            _bomb()

    def end(self):
        if FIELD_THAT_ACTS.search(QUOTED.sub(" ", "".join(self.fields))):
            refuse_formula()


def _is_elsewhere(target):
    """Return whether an address leads off the machine of its reader, to a share of the network too."""
    target = unquote(target).strip().lower().replace("\\", "/")
    if target.startswith("file:"):
        path = target.removeprefix("file:")
        slashes = len(path) - len(path.lstrip("/"))
        return not DRIVE.match(path) and slashes not in (0, 1, 3)
    return target.startswith("//") or bool(SCHEME.match(target))


# OpenDocument


def _check_odf(file, label, kind):
    with _archive(file, label) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if "mimetype" not in names or "content.xml" not in names:
            refuse_other_content(label)
        with _part(archive, "mimetype", label) as part:
            if part.read(HEAD).strip() != f"{ODF_TYPE}{kind}".encode():
                refuse_other_content(label)
        if any(name.startswith(("Basic/", "Scripts/")) for name in names):
            _macros()
        elements = 0
        # The manifest first: of what is encrypted nothing else can be read.
        for name in sorted(names, key=lambda name: not name.startswith("META-INF/")):
            if name.endswith((".xml", ".rdf")):
                elements += _read(archive, name, label, _odf_element, MAX_ELEMENTS - elements)


def _odf_element(tag, attributes):
    local = tag.rpartition(" ")[2]
    if local == "encryption-data":
        refuse_protected()
    if local in ODF_OBJECTS:
        _objects()
    if local in ODF_DDE:
        refuse_formula()
    if SCRIPT_SPACE in tag or (local == "script" and "office:1.0" in tag):
        _macros()
    for name, value in attributes.items():
        key = name.rpartition(" ")[2]
        if key == "href":
            _odf_link(local, value)
        elif key == "media-type" and "oleobject" in value.lower():
            _objects()
        elif key == "formula" and formulas.formula_acts(value):
            refuse_formula()


def _odf_link(local, address):
    if address.lower().startswith(("vnd.sun.star.script:", "macro:")):
        _macros()
    # A reader clicks on "a"; all else is fetched by the program.
    if local != "a" and _is_elsewhere(address):
        _outside()


# Archives


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
        refuse_other_content(label)
    file.seek(-END_OF_ZIP_LENGTH, 2)
    # Nothing may stand behind the archive, and no other kind of file may begin in its first entry.
    if not file.read().startswith(END_OF_ZIP) or b"%PDF-" in head:
        refuse_mixed()
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        refuse_other_content(label)
    entries = archive.infolist()
    names = [entry.filename.lower() for entry in entries]
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or packed > file.size:
        _bomb()
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        refuse("paths", _("This file holds names that lead outside of it. Save it anew."))
    if len(set(names)) != len(names):
        refuse_mixed()
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        refuse_protected()
    return archive


class _Reader:
    """Reads an XML part in pieces.

    ``element`` is called with each tag and its attributes; where it returns a function, that one
    gets the text of the element. Entities and doctypes are refused, as both formats do.
    """

    def __init__(self, element, most):
        self.element, self.left = element, most
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, tag, attributes):
        self.left -= 1
        if self.left < 0:
            _bomb()
        take = self.element(tag, attributes)
        if take:
            self.texts, self.take = [], take
            self.parser.CharacterDataHandler = self.texts.append
            self.parser.EndElementHandler = self._end

    def _end(self, tag):
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None
        self.take("".join(self.texts))

    def _doctype(self, *declaration):
        raise expat.ExpatError("There is a doctype.")


def _read(archive, name, label, element, most):
    """Read an XML part of at most so many elements to its end, and return how many it has."""
    reader = _Reader(element, most)
    with _part(archive, name, label) as part:
        while chunk := part.read(CHUNK):
            reader.parser.Parse(chunk, False)
        reader.parser.Parse(b"", True)
    return most - reader.left


@contextmanager
def _part(archive, name, label):
    """Open a part of an archive; what cannot be read of it, or understood, refuses the file."""
    try:
        with archive.open(name) as part:
            yield part
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError),
        *(expat.ExpatError, LookupError, ValueError),
    ):
        refuse_other_content(label)
