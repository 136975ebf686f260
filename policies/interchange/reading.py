"""From bytes to lines to JSON objects; errors carry the number of their line."""

import decimal
import json
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

MAX_LINE = 2_000_000  # bytes
MARK = b"\xef\xbb\xbf"  # Windows programs put it before UTF-8
MAX_MESSAGE = 300  # characters
ENTRY = re.compile(r"(?P<path>[\w.]+)\[(?P<number>[0-9]+)\](?:\.(?P<part>.+))?")


@dataclass(frozen=True)
class LineError:
    """One thing that is wrong with a line: where ("budget.funding[2].amount"), and what."""

    line: int
    field: str
    message: str

    def __str__(self):
        return ": ".join(filter(None, [f"line {self.line}", self.field, self.message]))


class UnreadableLine(ValueError):
    """The line is no JSON object of this format."""


@dataclass(frozen=True)
class Line:
    """A line of a file as it was read; ``data`` is None where it was too long to keep.

    Rows of a workbook come as the object that they stand for, ``content``, with the ``errors`` of
    cells that could not be read. ``size`` is in bytes.
    """

    number: int
    data: bytes | None
    content: dict | None = None
    errors: tuple[LineError, ...] = ()
    size: int = field(default=0, compare=False)
    # Where the rows of lists stand that have a sheet of their own, by the path of the list.
    places: dict = field(default_factory=dict, compare=False)

    def placed(self, error):
        """Return an error with the sheet and row of a list in place of its path."""
        found = ENTRY.fullmatch(error.field)
        rows = self.places.get(found["path"]) if found else None
        if not rows:
            return error
        part = found["part"]
        where = f"{rows[int(found['number'])]}, {part}" if part else rows[int(found["number"])]
        return LineError(error.line, where, error.message)


def read_lines(stream):
    """Yield the lines of a binary ``stream`` that are not blank, without holding more than one."""
    number = 0
    while data := stream.readline(MAX_LINE + 2):
        number += 1
        whole = data.endswith(b"\n") or len(data) < MAX_LINE + 2
        if not whole:
            _skip_rest(stream)
        if number == 1:
            data = data.removeprefix(MARK)
        data = data.rstrip(b"\r\n")
        if len(data) > MAX_LINE:
            yield Line(number, None)
        elif data.strip():
            yield Line(number, data, size=len(data))


def _skip_rest(stream):
    while data := stream.readline(MAX_LINE):
        if data.endswith(b"\n"):
            return


def parse(line):
    """Return the JSON object of a line, as a dict; numbers keep all their digits.

    Raises ``UnreadableLine`` with a message for people.
    """
    if line.data is None:
        raise UnreadableLine(_("The line is longer than %(size)d bytes.") % {"size": MAX_LINE})
    try:
        text = line.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableLine(
            _("Not UTF-8 at byte %(place)d.") % {"place": error.start + 1}
        ) from error
    try:
        data = _decoder.decode(text)
    except UnreadableLine:
        raise
    except json.JSONDecodeError as error:
        where = {"reason": error.msg.removesuffix(" at"), "place": error.pos + 1}
        raise UnreadableLine(_("Not JSON: %(reason)s at character %(place)d.") % where) from error
    except ValueError as error:
        raise UnreadableLine(_("A number has too many digits.")) from error
    except RecursionError as error:
        raise UnreadableLine(_("Lists and objects are nested too deeply.")) from error
    if not isinstance(data, dict):
        raise UnreadableLine(_("The line must be a JSON object."))
    return data


def shown(text):
    """Return ``text`` from a file, short and without what could disturb a terminal."""
    text = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:400])
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE] + "…"


def _number(text):
    try:
        return decimal.Decimal(text)
    except decimal.InvalidOperation as error:
        raise UnreadableLine(
            _("%(number)s is too large a number.") % {"number": shown(text)}
        ) from error


def _refuse(name):
    raise UnreadableLine(_("Not JSON: %(name)s is no number.") % {"name": name})


def _object(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableLine(_("The key “%(key)s” is there twice.") % {"key": shown(twice)})
    return found


_decoder = json.JSONDecoder(parse_float=_number, parse_constant=_refuse, object_pairs_hook=_object)
