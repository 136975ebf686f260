"""What is sent that nobody should send: words, files, headers and whole bodies."""

import io
from functools import cache

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from policies.interchange.template import template
from tests import uploads
from tests.policies import lines, workbooks

VALUES = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "2",
        "11",
        "11.6",
        "1e309",
        "NaN",
        "9" * 30,
        "0x1",
        "1,5",
        "1.500.000",
    ),
    *(
        "true",
        "None",
        "null",
        "[]",
        "{}",
        "[[[[[",
        '{"a": 1}',
        "id",
        "__class__",
        "../../etc/passwd",
    ),
    *(
        "a",
        "the",
        "water",
        "budget",
        "SDG 11",
        "target 11.6",
        '"',
        '"water',
        "-",
        "-water",
        "*",
        "AND OR",
    ),
    *("(", ")", "a:b", "title:x", "^2", "~", "\\", "%", "%00", "%s", "{0}", "{{ 7*7 }}", "${7*7}"),
    *(
        "\x00",
        "a\x00b",
        "\x0b",
        "\r\n",
        "\ud800",
        "\ufffe",
        "\u200b",
        "\u202e100%",
        "\u0301",
        "é",
        "e\u0301",
    ),
    *(
        "한국어 가이드",
        "쓰레기 종량제",
        "पानी",
        "น้ำเสีย",
        "水",
        "ادارة المياه",
        "Đà Nẵng",
        "🚲",
        "👩‍👩‍👧‍👦",
        "ǅ",
        "ß",
        "İ",
    ),
    *(
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "//evil.example/",
        "https://[::1",
        "http://",
    ),
    *(
        "x" * 300,
        "ab " * 3000,
        "é" * 10_000,
        "\n" * 500,
        "'; DROP TABLE x; --",
        "=cmd|' /C calc'!A0",
    ),
    *(
        "2024-02-30",
        "2024-13",
        "0000-00",
        "9999-12-31",
        "2023/24",
        "03/2023",
        "-5",
        "٣٤",
        "１２３",
        "VND",
    ),
    *(
        "surabaya",
        "transport",
        "draft",
        "published",
        "approve",
        "decline",
        "new",
        "known",
        "decide",
        "on",
    ),
    *("person@city.example", "a@b", "ani@xn--.example", "@", "a" * 250 + "@city.example"),
)
BROKEN_FILES = (
    ("a.jpg", b""),
    ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
    ("a.pdf", b"%PDF-1.7\n%%EOF"),
    ("a.xlsx", b"PK\x03\x04" + b"\x00" * 60),
    ("a.jsonl", b'{"title": 1}\n[\n'),
    ("\u202e.svg", b"<svg>"),
    ("a.csv", "a;b\n=1+1;\ud55c\n".encode("utf-16")),
)
HEADERS = (
    {},
    {"accept": "application/json"},
    {"accept-language": "x" * 50 + ",*;q=y"},
    {"if-none-match": "*"},
    {"if-modified-since": "yesterday"},
    {"x-forwarded-for": "1, ::, x"},
    {"range": "bytes=9-1"},
    {"range": "bytes=0-0,-5", "if-range": "x"},
    {"range": "bytes=5-", "if-range": '"x"'},
    {"origin": "https://evil.example", "access-control-request-method": "PUT"},
    {"referer": "http://testserver/\x7f"},
    {"host": "testserver:99999"},
    {"cookie": 'sessionid="aaaaaaaa\\000"; csrftoken="\\000"; messages="\\377"'},
    {"cookie": "sessionid=\xff\xfe; messages=[[[[; ;=;;="},
    {"content-type": "multipart/form-data; boundary="},
)
# Whole bodies, (type, bytes), in the place of a form.
BODIES = (
    ("application/x-www-form-urlencoded", b"%FF=%FF&a=%00&=&&;"),
    ("application/x-www-form-urlencoded; charset=utf-99", b"a=1"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a'),
    ("multipart/form-data; boundary=x", b"--x\r\n\xff\xfe: \r\n\r\n--x--"),
    ("multipart/form-data", b"no boundary"),
    ("application/json", b'{"a": [[[['),
    ("application/json", b"\xff\xfe"),
    ("text/plain", "\ud55c".encode("utf-16")),
    ("", b""),
)


ONE_CASE = {
    "language": "English",
    "title": "Night buses",
    "summary": "Nine lines run through the night.",
    "stage": "Completed",
    "start": "April 2013",
    "themes": "Transport",
    "targets": "11.2 | Women get home",
    "budget_amount": "13,000,000",
    "budget_currency": "KRW",
}


@cache
def good_files():
    """Return (name, bytes) of files as people send them, of each kind that is taken somewhere."""
    return (
        *uploads.GOOD.items(),
        ("photo.jpg", uploads.telephone_photo()),
        ("moving.webp", uploads.animation()),
        ("telephone.heic", uploads.HEIC),
        ("cases.xlsx", workbooks.workbook(workbooks.row())),
        ("cases.jsonl", lines.encoded(lines.full())),
        ("case.xlsx", _own_workbook()),
    )


def _own_workbook():
    """The blank workbook as a city fills it in."""
    book = openpyxl.load_workbook(io.BytesIO(template(one_case=True)))
    heads = [cell.value for cell in book["Cases"][1]]
    for name, value in ONE_CASE.items():
        book["Cases"].cell(2, heads.index(name) + 1, value)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def some_file(chance):
    """Return a file: a good one, one with some bytes changed or cut off, or a broken one."""
    if chance.random() < 0.2:
        return SimpleUploadedFile(*chance.choice(BROKEN_FILES))
    name, content = chance.choice(good_files())
    if chance.random() < 0.6:
        content = bytearray(content)
        for _change in range(chance.randrange(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        if chance.random() < 0.3:
            del content[chance.randrange(len(content)) :]
    if chance.random() < 0.2:
        typed = chance.choice(VALUES)[:200] + chance.choice(("", ".jpg", ".pdf", ".xlsx"))
        # The client of the tests sends no file whose name ends in a slash, or is only points.
        name = typed if typed.rpartition("/")[2].strip(".") else name
    return SimpleUploadedFile(name, bytes(content))
