"""How a line of the log is written: which request it belongs to, and nothing about people.

One line is one record, whatever a text holds: nobody can forge another with a line break. What looks
like an e-mail address, an address of a machine or a query string is blacked out, also in tracebacks;
that is a second net under the rule that nobody logs such things in the first place.
"""

import ipaddress
import json
import logging
import re
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from . import request_log

E_MAIL = re.compile(r"[^\s@<>()\[\]{},;:=\"'\\]+@[^\s@<>()\[\]{},;:=\"'\\]+\.\w+")
QUERY = re.compile(r"\?[^\s?=&'\"]+=[^\s'\"]*")
PERHAPS_IP = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?![\w:])"
)
# PostgreSQL names the values of the row that it refuses.
VALUES = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Names of pages, methods and ids, which make up most lines, need not be looked through.
PLAIN = re.compile(r"[A-Za-z_]+(?:[:-][A-Za-z_]+)*|[0-9A-Za-z-]{8,64}")
REDACTED = "[…]"


def clean(text):
    """Return ``text`` without what may tell who somebody is, and of control characters with line breaks
    only."""
    if PLAIN.fullmatch(text):
        return text
    text = VALUES.sub(rf"\1: {REDACTED}", text)
    if "@" in text:
        text = E_MAIL.sub(REDACTED, text)
    if "?" in text:
        text = QUERY.sub(f"?{REDACTED}", text)
    text = PERHAPS_IP.sub(_black_out, text)
    return CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _black_out(found):
    text = found[0]
    try:
        address = ipaddress.ip_address(text.rstrip(".:") if "." in text else text)
    except ValueError:
        return text
    # Where our own servers listen is no secret, and the person on duty has to know it.
    return text if address.is_loopback or address.is_unspecified else REDACTED


def command():
    """Return the name of the management command that this process runs; empty in a web server."""
    if Path(sys.argv[0]).name in {"manage.py", "django-admin"} and len(sys.argv) > 1:
        return sys.argv[1]
    return ""


# What all lines of one run of a command have in common.
RUN = {"run_id": secrets.token_hex(8), "command": command()} if command() else {}


def facts_of(record):
    """Return what the record is about: its request or command, and the facts that it was given."""
    facts = dict(RUN)
    request_id = request_log.current_id()
    if request_id:
        facts |= {"request_id": request_id, "route": _route_of(record)}
    facts |= getattr(record, "facts", {})
    return {key: clean(fact) if isinstance(fact, str) else fact for key, fact in facts.items()}


def _route_of(record):
    # Django logs what a request came to after all middleware is done with it.
    stats = request_log.current()
    return request_log.route_of(stats.request if stats else getattr(record, "request", None))


def message_of(record):
    """Return the text of the record. Django names the path of a page: only its route is kept."""
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if path is None or not isinstance(record.args, tuple):
        return clean(record.getMessage())
    named = {path, path.encode("unicode_escape").decode("ascii")}
    route = request_log.route_of(request) or "-"
    args = tuple(route if argument in named else argument for argument in record.args)
    return clean(str(record.msg) % args if args else str(record.msg))


class JsonFormatter(BaseJsonFormatter):
    """One JSON object a line. Extras of a record are left out unless they are its ``facts``."""

    _encode = json.JSONEncoder(default=str).encode

    def jsonify_log_record(self, log_data):
        return self._encode(log_data)

    def add_fields(self, log_data, record, message_dict):
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(
            timespec="milliseconds"
        )
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = message_of(record)
        log_data.update(facts_of(record))
        for key in ("exc_info", "stack_info"):
            if message_dict.get(key):
                log_data[key] = clean(message_dict[key])


class LineFormatter(logging.Formatter):
    """A line to be read by people; what belongs to it, such as a traceback, is indented below it."""

    def format(self, record):
        when = datetime.fromtimestamp(record.created, UTC).isoformat(" ", "milliseconds")
        facts = " ".join(f"{key}={value}" for key, value in facts_of(record).items())
        parts = [f"{when} {record.levelname} {record.name} {message_of(record)} {facts}".rstrip()]
        if record.exc_info:
            parts.append(clean(self.formatException(record.exc_info)))
        if record.stack_info:
            parts.append(clean(self.formatStack(record.stack_info)))
        return "\n    ".join("\n".join(parts).split("\n"))
