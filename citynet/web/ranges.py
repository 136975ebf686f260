"""A part of a file, for downloads that go on where they broke off (RFC 9110, section 14)."""

import re
from http import HTTPStatus

from django.http import HttpResponse

# One part; what asks for several, or in another unit, gets the whole file.
ONE_PART = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
CHUNK = 64 * 1024


def in_part(request, answer, file):
    """Return the part of ``answer`` that was asked for, or all of it.

    ``answer`` is a ``FileResponse`` of ``file`` with its length and ETag.
    """
    answer["Accept-Ranges"] = "bytes"
    found = ONE_PART.fullmatch(request.headers.get("Range", "").strip())
    is_same = request.headers.get("If-Range") in (None, answer.get("ETag"))
    if request.method != "GET" or not found or not is_same or not any(found.groups()):
        return answer
    size = int(answer["Content-Length"])
    first, last = found.groups()
    if first:
        start, end = int(first), min(int(last or size), size - 1)
    else:
        # The last so many bytes.
        start, end = max(size - int(last), 0), size - 1
    if start > end:
        answer.close()
        refusal = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refusal["Content-Range"] = f"bytes */{size}"
        return refusal
    file.seek(start)
    answer.streaming_content = _pieces(file, end - start + 1)
    answer.status_code = HTTPStatus.PARTIAL_CONTENT
    answer["Content-Length"] = str(end - start + 1)
    answer["Content-Range"] = f"bytes {start}-{end}/{size}"
    return answer


def _pieces(file, left):
    while left and (piece := file.read(min(left, CHUNK))):
        left -= len(piece)
        yield piece
