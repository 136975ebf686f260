"""Requests for every address, parameter and form, with values that nobody should send.

What a request changes is undone after it, so that each finds the same library. The same seed asks the
same things.
"""

import random
import re
import sys
import time
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from urllib.parse import quote

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from policies.content import facets
from tests.addresses import of_secretariat
from tests.sessions import begin_session

SECRETARIAT = ("moderator", "editor", "administrator")
FOR_ITS_PEOPLE = 0.9  # share of the requests for pages of the secretariat
ROLES = ("anonymous", "official", "coordinator", "stranger", "moderator", "editor", "administrator")
SERVER_ERROR = 500
# They say truly that something is away, once changes have been undone behind the index's back.
HEALTH = frozenset({"healthz", "readyz"})
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
FILES = (
    *(
        ("a.jpg", b""),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40),
        ("a.pdf", b"%PDF-1.7\n%%EOF"),
    ),
    *(
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 60),
        ("a.jsonl", b'{"title": 1}\n[\n'),
        ("\u202e.svg", b"<svg>"),
    ),
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
    {"referer": "http://testserver/\x7f"},
)
PARAMETERS = (
    *(
        "q",
        "page",
        "p",
        "sort",
        "year",
        "case",
        "goal",
        "target",
        "next",
        "o",
        "e",
        "f",
        "state",
        "all",
    ),
    *(
        "older",
        "newer",
        "kept",
        "kind",
        "country",
        "reviewer",
        "flag",
        "_changelist_filters",
        "utm_source",
    ),
)
FIELD = re.compile(r'<(?:input|textarea|select|button)\b[^>]*?\bname="([^"]+)"([^>]*)')
NUMBER = re.compile(r"(?<=/)\d+(?=/)|(?<=/)[a-z]+-?[a-z]+(?=/$)")


@dataclass
class Failure:
    """A request that was answered by an error of the server, and how to ask for it again."""

    number: int
    role: str
    method: str
    path: str
    data: dict
    error: str


@dataclass
class Answers:
    """What was answered: by status, by address, and how long it took (seconds)."""

    seed: int
    statuses: Counter = field(default_factory=Counter)
    by_name: dict = field(default_factory=lambda: defaultdict(list))
    failures: list = field(default_factory=list)

    @property
    def total(self):
        return self.statuses.total()


def run(world, number, seed):
    """Ask ``number`` times and return the :class:`Answers`."""
    chance, answers, fields = random.Random(seed), Answers(seed), {}
    parameters = (*PARAMETERS, *(facet.name for facet in facets.FACETS))
    clients = {role: _client(world.people[role]) for role in ROLES}
    raised = []

    def note(**kwargs):
        raised.append(traceback.format_exception(*sys.exc_info()))

    got_request_exception.connect(note)
    try:
        for place in range(number):
            name = chance.choice(list(world.addresses))
            # Others do not get far there.
            desk = of_secretariat(name) and chance.random() < FOR_ITS_PEOPLE
            role = chance.choice(SECRETARIAT if desk else ROLES)
            method = chance.choice(("get", "get", "post", "post", "head"))
            path = _path(chance, world.addresses[name])
            if method != "post" or chance.random() < 0.3:
                path = _with_query(chance, path, parameters)
            data = {}
            if method == "post":
                if (role, name) not in fields:
                    fields[role, name] = _fields(clients[role], world.addresses[name])
                data = _filled(chance, fields[role, name])
            raised.clear()
            status, seconds = _ask(clients[role], method, path, data, chance.choice(HEADERS))
            answers.statuses[status] += 1
            answers.by_name[name].append((seconds, status, method, path))
            if status >= SERVER_ERROR and name not in HEALTH:
                error = "".join(raised[-1][-6:]) if raised else str(status)
                answers.failures.append(Failure(place, role, method, path, data, error))
    finally:
        got_request_exception.disconnect(note)
    return answers


def _client(person):
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
        begin_session(client.session, person)
    return client


def _ask(client, method, path, data, headers):
    """Return the status and the seconds that the whole answer took; what was changed is undone."""
    cookies = client.cookies.copy()
    start = time.perf_counter()
    with transaction.atomic():
        try:
            answer = getattr(client, method)(path, data, headers=headers)
        except UnicodeEncodeError:  # no browser can send it
            transaction.set_rollback(True)
            return 0, 0
        answer.getvalue()
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer.status_code, time.perf_counter() - start


def _path(chance, path):
    """Return an address, now and then with another number or word in it."""
    if chance.random() < 0.8:
        return path
    other = quote(chance.choice(VALUES).encode("utf-8", "replace")[:200], safe="")
    return NUMBER.sub(lambda found: chance.choice((found[0], other, "1", "3")), path)


def _with_query(chance, path, parameters):
    pairs = [
        f"{chance.choice(parameters)}={quote(chance.choice(VALUES).encode('utf-8', 'replace'))}"
        for _pair in range(chance.randrange(4))
    ]
    if chance.random() < 0.05:
        pairs.append(chance.choice(("%FF", "=", "&&", "a[]=1", ";", "%ED%A0%80=x")))
    return f"{path}?{'&'.join(pairs)}" if pairs else path


def _fields(client, path):
    """Return (name, attributes) of the fields of all forms on a page, with their present values."""
    with transaction.atomic():
        answer = client.get(path)
        page = answer.getvalue().decode(errors="replace")
        transaction.set_rollback(True)
    return sorted(
        {(name, rest) for name, rest in FIELD.findall(page) if name != "csrfmiddlewaretoken"}
    )


def _filled(chance, fields):
    """Return what is sent for a form: most fields as they are, others with anything, some left out."""
    data = {}
    for name, attributes in fields:
        if chance.random() < 0.15:
            continue
        value = re.search(r'value="([^"]*)"', attributes)
        data[name] = value[1] if value else "1"
        if chance.random() < 0.3:
            data[name] = chance.choice(VALUES)
        if 'type="file"' in attributes and chance.random() < 0.8:
            data[name] = SimpleUploadedFile(*chance.choice(FILES))
    if chance.random() < 0.2:
        data[chance.choice(PARAMETERS)] = chance.choice(VALUES)
    return data
