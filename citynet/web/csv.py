"""CSV that spreadsheets open rightly: UTF-8 with a byte order mark, and no cell that runs."""

import csv
import io
import re

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"
# A spreadsheet takes a cell that begins so for a formula, in some languages also in full width,
# and some skip blanks and control characters before they look.
FORMULA = re.compile(
    r"[\t\r]|[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
)
# Where a spreadsheet parts cells by semicolons, as in half of Europe, quotes do not hold a text of ours
# together: what stands after one, or on a new line, begins a cell, also behind quotes of its own. A
# number may.
INNER_FORMULA = re.compile(
    r"(?<=[;\n\r\t])([ \xa0\"]*)"
    r"(?=[=@\uff1d\uff20]|[+\-\uff0b\uff0d](?!\s|[\d.,]*[\s\"]*(?:[;\n\r]|$)))"
)
# A list begins like a formula too, and a spreadsheet would show an error in its place.
LIST = re.compile(r"\s*[-+] ")
HYPHEN_BULLET = re.compile(r"^(\s*)[-+] ", re.MULTILINE)
CHUNK = 64 * 1024


def guarded(value):
    """Return the value as it may stand in a cell: None is empty, text that looks like a formula is
    quoted, and a list gets bullets that no spreadsheet takes for a minus.

    Numbers stay numbers, so a negative amount is not quoted.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    if LIST.match(value):
        value = HYPHEN_BULLET.sub(r"\1• ", value)
    elif FORMULA.match(value):
        value = "'" + value
    return INNER_FORMULA.sub(r"\1'", value)


def lines(header, rows):
    """Yield the file in pieces of about 64 kB of text; ``rows`` may be a generator of any length."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow(guarded(name) for name in header)
    for row in rows:
        writer.writerow(guarded(value) for value in row)
        if buffer.tell() >= CHUNK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def joined(lines):
    """Yield short texts joined to pieces of about 64 kB: sending many small ones takes longer than
    making them."""
    pieces, size = [], 0
    for line in lines:
        pieces.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(pieces)
            pieces, size = [], 0
    if pieces:
        yield "".join(pieces)


def csv_response(request, filename, header, rows):
    """Answer ``request`` with a CSV file for saving, sent while the rows are still being read."""
    return download(request, filename, "text/csv; charset=utf-8", lines(header, rows))


def download(request, filename, content_type, pieces):
    """Return a streamed file for saving under ``filename`` (ASCII); a HEAD request reads no row."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    if request.method == "HEAD":
        # A stream, because of a whole answer its length would be told: none at all.
        pieces = ()
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)
