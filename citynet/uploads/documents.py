"""What is inside a document: whether it is what its ending says, and only that.

The checks look at structure, not at meaning. They refuse what runs or loads something from
elsewhere when it is opened, files within files, and what is two things at once. What cannot be read
to its end within the limits of time and memory is not accepted.
"""

import csv
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import formulas, pdf_inside

HEAD = 1024
# Of the end of a PDF, where servers and mail programs leave blanks and NULs.
TAIL = 64 * 1024
SECONDS = 30
TEXT_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# How other kinds of files begin. Readers of PDF pass over up to 1,024 bytes of anything.
OTHER_KINDS = (
    *(b"GIF8", b"\x89PNG", b"\xff\xd8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*", b"8BPS"),
    *(b"PK", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0"),
    *(b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!", b"<", b"{\\rtf"),
    *(b"ID3", b"OggS", b"%!PS"),
)
DELIMITERS = ",;\t"


def refuse(code, reason):
    raise ValidationError(reason, code=code)


def refuse_other_content(label):
    refuse(
        "content",
        _("By its name this is %(kind)s, but it is something else inside, or damaged.")
        % {"kind": label},
    )


def refuse_mixed():
    refuse("mixed", _("This file is two things at once. Save it anew from the program it is from."))


def refuse_protected():
    refuse("protected", _("This file is protected by a password. Save it without one."))


def refuse_formula():
    refuse(
        "active",
        _(
            "This table holds a formula that starts a program or loads something from elsewhere. "
            "Save it with the values only."
        ),
    )


def check_pdf(file):
    """Whether ``file`` is a PDF that can be read, without anything that runs or hides in it."""
    file.seek(0)
    content = file.read()
    before, header, _rest = content[: HEAD + len(b"%PDF-")].partition(b"%PDF-")
    end = content[-TAIL:].rstrip(b"\0 \t\r\n")[-2 * HEAD :]
    if not header or b"%%EOF" not in end:
        refuse_other_content("PDF")
    before = before.removeprefix(b"\xef\xbb\xbf").lstrip(b"\0 \t\r\n")
    if before.startswith(OTHER_KINDS) or b"ftyp" in before[:12]:
        refuse_mixed()
    if zipfile.is_zipfile(file):
        refuse_mixed()
    match _inside_pdf(content):
        case pdf_inside.PROTECTED:
            refuse_protected()
        case pdf_inside.DAMAGED:
            refuse_other_content("PDF")
        case pdf_inside.ACTIVE:
            refuse(
                "active",
                _(
                    "This PDF holds a script, a program call or another file. Print it to a new "
                    "PDF and send that."
                ),
            )
        case None:
            refuse(
                "limits",
                _(
                    "This PDF takes too long to be looked through. Print it to a new PDF and send "
                    "that."
                ),
            )


def _inside_pdf(content):
    """Return what ``pdf_inside`` says, or None where it was stopped by a limit."""
    script = Path(pdf_inside.__file__)
    try:
        done = subprocess.run(  # noqa: S603 - our own script; the file is only its input
            [sys.executable, "-I", str(script)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode().strip() if done.returncode == 0 else None


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
        refuse_other_content("CSV")
    if not text.strip():
        refuse("empty", _("This file is empty."))
    if formulas.MAY_ACT.search(text) and any(map(formulas.cell_acts, _cells(text))):
        refuse_formula()


def _cells(text):
    """Yield the cells of a table, by each delimiter that programs take for one."""
    for delimiter in DELIMITERS:
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                yield from row
        except csv.Error:
            # A cell longer than programs take, or a carriage return inside: line by line then.
            for line in text.splitlines():
                yield from line.split(delimiter)
