"""Files as people send them, good and bad, made for the tests."""

import base64
import io
import re
import struct
import zipfile
import zlib

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

# A HEIC of 64 by 48, red on its left and blue on its right, that names a camera.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB4gABAAAAAAAAAIcAAgAAAAACaQABAAAAAAAAADIAAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA"
    "/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAA"
    "AAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAA"
    "AA5jZHNjAAIAAQABAAAAwW1kYXQAAACDKAGvCeA98yL///I/N//8sM7L+8XEV7//x1vDv9SWD//kFXphKDArh8lk"
    "5X86O69N7SfNFIsXpVdE5Sx/JXlgTR3PlJw8q7STuatHlmbTes7yVvKkVOrE7Dl629jWHJUnZhbEUzFaSIQIdToT"
    "y3v9pesLqD+nDf35qor5QXPYyPuGh44AAAAGRXhpZgAATU0AKgAAAAgAAQEPAAIAAAAOAAAAGgAAAABTZWNyZXQg"
    "Y2FtZXJhAA=="
)
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def sent(name, content):
    return SimpleUploadedFile(name, content)


def picture(form="JPEG", size=(800, 600), mode="RGB", colour=None, **options):
    """The bytes of a picture."""
    written = io.BytesIO()
    image = Image.new(mode, size, colour) if colour is not None else Image.new(mode, size)
    image.save(written, form, **options)
    return written.getvalue()


def telephone_photo():
    """A JPEG of 300 by 200, red on its left, that says: taken here, by this camera, lying."""
    image = Image.new("RGB", (300, 200), "blue")
    image.paste("red", (0, 0, 150, 200))
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned a quarter to the right: the left comes up
    exif[MAKE] = "Secret camera"
    exif[GPS] = {1: "S", 2: (7.0, 14.0, 57.0), 3: "E", 4: (112.0, 45.0, 3.0)}
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif, quality=95, comment=b"Secret comment")
    return written.getvalue()


def animation(form="WEBP"):
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(written, form, save_all=True, append_images=frames[1:])
    return written.getvalue()


def png_chunk(kind, content):
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png_that_claims(width, height):
    """A small PNG whose head promises many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", head),
            png_chunk(b"IDAT", zlib.compress(bytes(1000))),
            png_chunk(b"IEND", b""),
        ]
    )


def pdf(objects=b"", tail=b""):
    """A PDF of one empty page, with ``objects`` from number 4 on."""
    body = b"".join(
        [
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
            b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
            b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
            b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n",
            objects,
        ]
    )
    places = [(int(found[1]), found.start()) for found in re.finditer(rb"(\d+) 0 obj\n", body)]
    table = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places)
    last = max(number for number, _place in places)
    return b"".join(
        [
            body,
            b"xref\n0 1\n0000000000 65535 f \n",
            table,
            b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n"
            % (last + 1, len(body)),
            tail,
        ]
    )


def pdf_object(content):
    return b"4 0 obj\n%b\nendobj\n" % content


def pdf_stream(head, content):
    return pdf_object(b"<< %b /Length %d >>\nstream\n%b\nendstream" % (head, len(content), content))


def packed_pdf(content, filler=0):
    """A PDF whose objects are packed in a stream: a page, and ``content`` beside it."""
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.Extra = document.make_indirect(pikepdf.Dictionary(content))
    if filler:
        # Every run of it packs to next to nothing.
        document.Root.Filler = document.make_indirect(pikepdf.String("x" * filler))
    written = io.BytesIO()
    document.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def locked_pdf(user, owner="somebody", packed=None):
    """A PDF that opens with the password ``user``, and objects ``packed`` in a stream."""
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.Extra = document.make_indirect(pikepdf.Dictionary(packed or {}))
    written = io.BytesIO()
    document.save(
        written,
        encryption=pikepdf.Encryption(owner=owner, user=user),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return written.getvalue()


def pdf_of_bombs(count, size):
    """A small PDF with so many packed streams of objects, each of which unpacks to ``size`` bytes."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]
    # For each object, from 0 on: of which kind it is, and where; kind 2 is in the stream before it.
    rows = [(0, 0)]
    body = b"%PDF-1.7\n"
    filler = zlib.compressobj()
    packed = filler.compress(b"%05d 0 << /Title (x) >>" % 0)
    packed += filler.compress(b" " * size) + filler.flush()
    head = b"<< /Type /ObjStm /N 1 /First 8 /Filter /FlateDecode /Length %d >>" % len(packed)
    for _number in range(count):
        objects += [b"%b\nstream\n%b\nendstream" % (head, packed), None]
    for number, content in enumerate(objects, 1):
        rows.append((2, number - 1) if content is None else (1, len(body)))
        if content is not None:
            body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(
        bytes([kind]) + place.to_bytes(4, "big") + bytes(2)
        for kind, place in [*rows, (1, len(body))]
    )
    last = len(rows)
    head = b"<< /Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Length %d >>" % (last + 1, len(table))
    stream = b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (last, head, table)
    return body + stream + b"startxref\n%d\n%%%%EOF\n" % len(body)


TYPES = {
    "docx": ("wordprocessingml.document", "word/document.xml"),
    "xlsx": ("spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": ("presentationml.presentation", "ppt/presentation.xml"),
}
MIMETYPES = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


def archive(parts, comment=b""):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts:
            zipped.writestr(name, content)
        zipped.comment = comment
    return written.getvalue()


def office(kind, more=(), **options):
    """A DOCX, XLSX, PPTX, ODT or ODS with ``more`` (name, content) parts."""
    if kind in MIMETYPES:
        parts = [
            ("mimetype", MIMETYPES[kind]),
            ("content.xml", "<document/>"),
            ("META-INF/manifest.xml", "<manifest/>"),
        ]
    else:
        content_type, main = TYPES[kind]
        types = f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{content_type}.main+xml"/>'
        parts = [("[Content_Types].xml", f"<Types>{types}</Types>"), (main, "<document/>")]
    return archive([*parts, *more], **options)


def cut_short(kind):
    """An ODT or ODS whose first entry, by its list, goes on after the end of the file."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as zipped:
        zipped.writestr("content.xml", "<document/>")
        zipped.writestr("mimetype", MIMETYPES[kind])
    whole = written.getvalue()
    entry = whole.rindex(b"PK\x01\x02")
    size = (len(whole) - whole.index(b"mimetype")).to_bytes(4, "little")
    return whole[: entry + 20] + size + size + whole[entry + 28 :]


EXECUTABLE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200) + b"This program cannot be run in DOS mode."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
GIF = picture("GIF", (10, 10), "P")
CSV = b"line,riders\n3,900\nJalan Pemuda,120\n"
GOOD = {
    "report.pdf": pdf(),
    "report.docx": office("docx"),
    "figures.xlsx": office("xlsx"),
    "talk.pptx": office("pptx"),
    "report.odt": office("odt"),
    "figures.ods": office("ods"),
    "figures.csv": CSV,
}
