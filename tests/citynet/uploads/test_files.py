"""Documents: what is taken, what is refused and why, and what becomes of their names."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.urls import ResolverMatch, resolve

from citynet.uploads import documents, files
from tests import uploads
from tests.uploads import (
    CSV,
    archive,
    locked_pdf,
    office,
    packed_pdf,
    pdf,
    pdf_object,
    pdf_stream,
    sent,
)

# Objects of a PDF that are packed into a stream.
OBJECTS = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def is_taken(name, content):
    try:
        files.check(sent(name, content), name)
    except ValidationError:
        return False
    return True


def refusal_of(name, content):
    with pytest.raises(ValidationError) as refusal:
        files.check(sent(name, content), name)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


@pytest.mark.parametrize("name", uploads.GOOD)
def test_document_is_taken(name):
    file = sent(name, uploads.GOOD[name])
    files.check(file, name)
    assert file.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        "Straße,人口\n1,2\n".encode(),
        b"\xef\xbb\xbf" + CSV,
        CSV.decode().encode("utf-16"),
        "जल,1\n".encode("utf-16"),
    ],
)
def test_table_in_unicode_is_taken(content):
    assert is_taken("a.csv", content)


@pytest.mark.parametrize(
    "content",
    [
        # The view to open with is no program, and a picture may hold any bytes.
        pdf(pdf_object(b"<< /OpenAction [3 0 R /Fit] >>")),
        pdf(pdf_stream(b"/Subtype /Image", b"\x00/JS \x01/Launch /JavaScript(")),
        pdf(pdf_object(b"<< /JSName /Launcher /Title (/JavaScript) /URI (http://a.example/JS) >>")),
        pdf(b"4 0 obj\n<< /Next 5 0 R >>\nendobj\n5 0 obj\n<< /Prev 4 0 R >>\nendobj\n"),
        pdf(pdf_object(b"<< /\xff\xfe /\xfe >>")),
        pdf(pdf_object(b"/\xfe")),
        packed_pdf({"/Title": "A report"}),
        locked_pdf(user=""),
        # Readers mend a table of contents that points elsewhere.
        pdf().replace(b"startxref\n", b"startxref\n1"),
    ],
)
def test_harmless_pdf_is_taken(content):
    assert is_taken("a.pdf", content)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "empty"),
        ("a.exe", uploads.EXECUTABLE, "extension"),
        ("a.pdf.exe", pdf(), "extension"),
        ("a.svg", uploads.SVG, "extension"),
        ("a.html", uploads.HTML, "extension"),
        ("a.zip", archive([("a", "b")]), "extension"),
        ("a.docm", office("docx"), "extension"),
        ("a.jpg", uploads.picture(), "extension"),
        ("a", pdf(), "extension"),
        ("pdf", pdf(), "extension"),
        # PDF
        ("a.pdf", uploads.EXECUTABLE, "content"),
        ("a.pdf", uploads.HTML, "content"),
        ("a.pdf", uploads.GIF + pdf(), "content"),
        ("a.pdf", pdf()[:-10], "content"),
        ("a.pdf", office("docx"), "content"),
        ("a.pdf", pdf(tail=archive([("a.txt", "b")])), "mixed"),
        ("a.pdf", pdf().replace(b"/Root 1 0 R", b""), "content"),
        ("a.pdf", pdf(pdf_object(b"<< /S /JavaScript /JS (app.alert(1)) >>")), "active"),
        ("a.pdf", pdf(pdf_object(b"<< /S /J#61vaScript >>")), "active"),
        ("a.pdf", pdf(pdf_object(b"<</JS(app.alert(1))>>")), "active"),
        ("a.pdf", pdf(pdf_object(b"[ << /A << /S /Launch /F (cmd.exe) >> >> ]")), "active"),
        ("a.pdf", pdf(pdf_stream(b"/Type /EmbeddedFile", b"MZ")), "active"),
        ("a.pdf", pdf(pdf_object(b"<< /Names << /EmbeddedFiles 3 0 R >> >>")), "active"),
        ("a.pdf", pdf(pdf_object(b"<< /Subtype /RichMedia >>")), "active"),
        ("a.pdf", pdf(pdf_object(b"[" * 90 + b"/JS" + b"]" * 90)), "active"),
        ("a.pdf", pdf(pdf_object(b"[" * 200 + b"]" * 200)), "content"),
        ("a.pdf", packed_pdf({"/JS": "app.alert(1)"}), "active"),
        ("a.pdf", packed_pdf({"/Title": "x"}, filler=33 * 1024**2), "content"),
        ("a.pdf", pdf(pdf_stream(OBJECTS, uploads.zlib.compress(bytes(33 * 1024**2)))), "content"),
        ("a.pdf", pdf(pdf_stream(OBJECTS, b"not packed")), "content"),
        ("a.pdf", locked_pdf(user="secret"), "protected"),
        # Office
        ("a.docx", uploads.EXECUTABLE, "content"),
        ("a.docx", pdf(), "content"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "protected"),
        ("a.docx", archive([("a.txt", "b")]), "content"),
        ("a.docx", office("xlsx"), "content"),
        ("a.xlsx", office("docx"), "content"),
        ("a.pptx", office("docx"), "content"),
        ("a.docx", office("odt"), "content"),
        ("a.docx", office("docx")[:-40], "mixed"),
        ("a.docx", office("docx")[:200] + b"PK\x05\x06" + bytes(18), "content"),
        ("a.docx", office("docx") + uploads.HTML, "mixed"),
        ("a.docx", office("docx", comment=b"<script>alert(1)</script>"), "mixed"),
        ("a.docx", office("docx", [("word/vbaProject.bin", b"macro")]), "macros"),
        ("a.docx", office("docx", [("word/VBAPROJECT.BIN", b"macro")]), "macros"),
        (
            "a.docx",
            archive([("[Content_Types].xml", MAIN), ("word/document.xml", "<document/>")]),
            "macros",
        ),
        ("a.docx", office("docx", [("word/media/a.bin", bytes(210 * 1024**2))]), "bomb"),
        ("a.xlsx", office("xlsx", [(f"xl/{n}.xml", "") for n in range(5000)]), "bomb"),
        ("a.docx", office("docx", [("../../etc/passwd", "root")]), "paths"),
        ("a.docx", office("docx", [("/etc/passwd", "root")]), "paths"),
        ("a.docx", office("docx", [("word/DOCUMENT.xml", "<other/>")]), "mixed"),
        # OpenDocument
        ("a.odt", office("ods"), "content"),
        ("a.ods", office("odt"), "content"),
        ("a.odt", archive([("mimetype", uploads.MIMETYPES["odt"])]), "content"),
        ("a.odt", office("odt", [("Basic/Standard/Module1.xml", "macro")]), "macros"),
        ("a.odt", office("odt", [("Scripts/python/a.py", "macro")]), "macros"),
        (
            "a.ods",
            archive(
                [
                    ("mimetype", uploads.MIMETYPES["ods"]),
                    ("content.xml", "?"),
                    ("META-INF/manifest.xml", "<manifest:encryption-data/>"),
                ]
            ),
            "protected",
        ),
        # CSV
        ("a.csv", CSV + b"\x00", "content"),
        ("a.csv", "Straße".encode("latin-1"), "encoding"),
        ("a.csv", uploads.EXECUTABLE, "encoding"),
        ("a.csv", uploads.HTML, "content"),
        ("a.csv", b"  \n" + uploads.SVG, "content"),
        ("a.csv", b"%PDF-1.7\n%%EOF", "content"),
        ("a.csv", b"#!/bin/sh\nrm -r /", "content"),
        ("a.csv", b" \n\n", "empty"),
        ("a.csv", b"\xff\xfea", "encoding"),
    ],
)
def test_document_is_refused_with_its_reason(name, content, code):
    assert refusal_of(name, content) == code


def test_archive_with_a_password_is_refused():
    content = bytearray(office("docx"))
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    assert refusal_of("a.docx", bytes(content)) == "protected"


def test_archive_whose_entries_overlap_is_a_bomb():
    content = bytearray(office("docx", [("word/a.xml", "a" * 1000)]))
    place = content.rindex(b"PK\x01\x02")
    content[place + 20 : place + 24] = (10_000_000).to_bytes(4, "little")
    assert refusal_of("a.docx", bytes(content)) == "bomb"


def test_part_that_is_not_what_the_archive_says_is_refused():
    content = bytearray(office("docx"))
    content[60] ^= 0xFF
    assert refusal_of("a.docx", bytes(content)) == "content"


def test_packing_that_nobody_knows_is_refused():
    content = bytearray(office("docx"))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(mark) + place] = 77
    assert refusal_of("a.docx", bytes(content)) == "content"


def test_parts_are_read_up_to_a_limit_only(monkeypatch):
    monkeypatch.setattr(documents, "MAX_PART", 5)
    assert refusal_of("a.docx", office("docx")) == "content"


def test_limit_of_bytes(settings):
    settings.MAX_FILE_BYTES = len(CSV)
    assert is_taken("a.csv", CSV)
    settings.MAX_FILE_BYTES -= 1
    assert refusal_of("a.csv", CSV) == "too-large"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd\x00.png", "passwd.png"),
        ("C:\\Users\\me\\bus.jpg", "bus.jpg"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\u200bb\ufeff\r\n\t c.pdf", "ab c.pdf"),
        ("  .hidden.pdf", "hidden.pdf"),
        ("نقشه\u200cها.pdf", "نقشه\u200cها.pdf"),
        ("🚌 bus.jpg", "🚌 bus.jpg"),
        (unicodedata.normalize("NFD", "Hà Nội.pdf"), "Hà Nội.pdf"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
        ("a." + "b" * 300, "a." + "b" * 9),
        ("../", "file"),
        ("", "file"),
        ("...", "file"),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_name_is_cleaned(name, cleaned):
    assert files.clean_name(name) == cleaned
    assert len(cleaned) <= files.MAX_NAME


def test_kinds_are_named_for_people():
    assert files.kinds() == "PDF, DOCX, XLSX, PPTX, ODT, ODS, CSV"
    assert files.kind_of("a.PDF").label == "PDF"
    assert files.kind_of("a.exe") is None


@pytest.mark.parametrize(("limits", "most"), [(None, 100_000), (("MAX_IMPORT_BYTES",), 300_000)])
def test_what_is_far_too_large_is_thrown_away_and_counted(settings, rf, limits, most):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    settings.MAX_IMAGE_BYTES = settings.MAX_FILE_BYTES = 100_000
    settings.MAX_IMPORT_BYTES = 300_000

    def view(request):
        """What the guards and the view get to see."""

    if limits:
        view.upload_limits = limits
    request = rf.post("/", {"upload": sent("a.csv", bytes(1_000_000))})
    request.resolver_match = ResolverMatch(view, (), {})
    with request.FILES["upload"] as file:
        assert file.size == 1_000_000
        assert most < len(file.read()) <= most + files.UploadLimit.chunk_size


def test_only_imports_accept_more_than_documents():
    limits = {
        path: getattr(resolve(path).func, "upload_limits", None)
        for path in ("/policies/1/edit/files/photos/add/", "/admin/policies/importrun/add/")
    }
    assert limits == {
        "/policies/1/edit/files/photos/add/": None,
        "/admin/policies/importrun/add/": ("MAX_IMPORT_BYTES",),
    }
