"""Requests for every address, parameter and form, with values that nobody should send.

What a request changes is undone after it, so that each finds the same library. The same seed asks the
same things.
"""

import gc
import random
import re
import sys
import time
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from unittest.mock import patch
from urllib.parse import quote

from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client

from policies.content import facets
from tests.addresses import of_secretariat
from tests.fuzz.surface import Surface
from tests.fuzz.values import BODIES, HEADERS, VALUES, some_file
from tests.sessions import begin_session

SECRETARIAT = ("moderator", "editor", "administrator")
FOR_ITS_PEOPLE = 0.9  # share of the requests for pages of the secretariat
ROLES = ("anonymous", "official", "coordinator", "stranger", "moderator", "editor", "administrator")
METHODS = {"get": 40, "post": 50, "head": 5, "options": 1, "put": 1, "delete": 1, "patch": 1}
SERVER_ERROR = 500
PROGRESS = 1000  # requests
# So many requests are answered before what they left is looked for: each looks by itself too often.
GARBAGE = 200
# They say truly that something is away, once changes have been undone behind the index's back.
HEALTH = frozenset({"healthz", "readyz"})
# Asked of pages that do not name them.
PARAMETERS = (
    *("q", "page", "p", "sort", "year", "case", "goal", "target", "next", "o", "e", "f", "state"),
    *(
        "all",
        "older",
        "newer",
        "kept",
        "kind",
        "country",
        "reviewer",
        "flag",
        "_popup",
        "_to_field",
    ),
    *("_changelist_filters", "utm_source", "id__in", "format", "language"),
    # Of programs, of feeds and of forms that no link leads to.
    *("per_page", "fields", "kinds", "when", "place", "text", "number", "view", "waits", "away"),
    *(
        "cooperation",
        "advice",
        "adoption",
        "title",
        "similar",
        "currency",
        "budget",
        "List-Unsubscribe",
    ),
    *(facet.name for facet in facets.FACETS),
)
NUMBER = re.compile(r"(?<=/)\d+(?=/)|(?<=/)[a-z]+-?[a-z]+(?=/$)")


@dataclass
class Failure:
    """A request that was answered by an error of the server, and how to ask for it again."""

    number: str
    role: str
    method: str
    path: str
    data: dict
    error: str


@dataclass
class Answers:
    """What was answered: by status, by address, and how long it took (seconds)."""

    seed: str
    statuses: Counter = field(default_factory=Counter)
    by_name: dict = field(default_factory=lambda: defaultdict(list))
    failures: list = field(default_factory=list)

    @property
    def total(self):
        return self.statuses.total()

    def add(self, other):
        self.statuses += other.statuses
        for name, rows in other.by_name.items():
            self.by_name[name] += rows
        self.failures += other.failures


def run(world, number, seed, tell=None):
    """Ask ``number`` times and return the :class:`Answers`; ``tell`` is told how far it has come."""
    asking, answers = _Asking(world, seed), Answers(seed)
    raised = []

    def note(**kwargs):
        raised.append(traceback.format_exception(*sys.exc_info()))

    got_request_exception.connect(note)
    gc.disable()
    try:
        for place in range(number):
            raised.clear()
            if place % GARBAGE == 0:
                gc.collect()
            name, role, method, path, data, status, seconds = asking.ask()
            answers.statuses[status] += 1
            answers.by_name[name].append((seconds, status, method, path))
            if status >= SERVER_ERROR and name not in HEALTH:
                error = "".join(raised[-1][-6:]) if raised else str(status)
                known = f"{seed}/{place}"
                failure = Failure(known, role, method, path, data, error)
                answers.failures.append(failure)
                if tell:
                    tell(f"{failure}\n{error}")
            if tell and answers.total % PROGRESS == 0:
                tell(f"{seed}: {answers.total} requests, {len(answers.failures)} answers 500")
    finally:
        gc.enable()
        got_request_exception.disconnect(note)
    return answers


class _Asking:
    """What is asked next, by chance, of what is known so far."""

    def __init__(self, world, seed):
        self.chance = random.Random(seed)
        self.surface = Surface.of(world.addresses)
        self.names = sorted(world.addresses)
        self.clients = {role: _client(world.people[role]) for role in ROLES}
        self.asked = set()  # (role, method, path) of what was asked without data
        self.looked = set()  # (role, name) of pages that were asked for a form

    def ask(self):
        chance = self.chance
        name = chance.choice(self.names)
        # Others do not get far there.
        desk = of_secretariat(name) and chance.random() < FOR_ITS_PEOPLE
        role = chance.choice(SECRETARIAT if desk else ROLES)
        method = chance.choices([*METHODS], METHODS.values())[0]
        path, data, options = self._path(chance.choice(self.surface.paths[name])), {}, {}
        if method == "post":
            path, data, options = self._form(role, name, path)
            if not data and chance.random() < 0.7:  # a page to read
                method = "get"
        if method != "post" or chance.random() < 0.2:
            path = self._with_query(name, path)
        headers = chance.choice(HEADERS) if chance.random() < 0.3 else {}
        while not data and not headers and (role, method, path) in self.asked:
            # The library is as it was, and so is the answer.
            path = self._with_query(name, path)
            headers = chance.choice(HEADERS)
        self.asked.add((role, method, path))
        status, seconds = self._answer(role, method, path, data, headers, options)
        return name, role, method, path, data, status, seconds

    def _answer(self, role, method, path, data, headers, options):
        """Return the status and the seconds that the whole answer took; what was changed is undone."""
        client = self.clients[role]
        cookies = client.cookies.copy()
        start = time.perf_counter()
        with transaction.atomic():
            try:
                with patch.object(transaction, "on_commit", _at_once):
                    if isinstance(data, bytes):
                        answer = client.generic("POST", path, data, headers=headers, **options)
                    else:
                        answer = getattr(client, method)(path, data, headers=headers)
                body = answer.getvalue()
            except UnicodeEncodeError:  # no browser can send it
                transaction.set_rollback(True)
                return 0, 0
            transaction.set_rollback(True)
        seconds = time.perf_counter() - start
        client.cookies = cookies
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        if method == "get" and html and answer.status_code == 200:
            self.surface.learn(role, answer.wsgi_request.path_info, body)
        return answer.status_code, seconds

    def _path(self, path):
        """Return an address, now and then with another number or word in it."""
        chance = self.chance
        if chance.random() < 0.85:
            return path
        other = quote(chance.choice(VALUES).encode("utf-8", "replace")[:200], safe="")
        return NUMBER.sub(lambda found: chance.choice((found[0], other, "1", "3")), path)

    def _with_query(self, name, path):
        chance, known = self.chance, self.surface.parameters[name]
        pairs = []
        for _pair in range(chance.randrange(4)):
            of_page = known and chance.random() < 0.7
            parameter = chance.choice([*known] if of_page else PARAMETERS)
            values = known[parameter] if of_page and chance.random() < 0.5 else VALUES
            pairs.append((parameter, chance.choice(values).encode("utf-8", "replace")))
        query = "&".join(f"{quote(parameter)}={quote(value)}" for parameter, value in pairs)
        if chance.random() < 0.05:
            query += chance.choice(("%FF", "=", "&&", "a[]=1", ";", "%ED%A0%80=x"))
        if not query:
            return path
        return f"{path}{'&' if '?' in path else '?'}{query}"

    def _form(self, role, name, path):
        """Return (path, data, options) of a form that is known to lead to an address."""
        chance = self.chance
        if not self.surface.forms[name] and (role, name) not in self.looked:
            self.looked.add((role, name))
            self._answer(role, "get", path, {}, {}, {})
        if chance.random() < 0.04:
            kind, body = chance.choice(BODIES)
            return path, body, {"content_type": kind}
        forms = [*self.surface.forms[name].values()]
        if not forms:
            return path, self._strays() if chance.random() < 0.3 else {}, {}
        form = chance.choice(forms)
        where = form.path if chance.random() < 0.8 else path
        return where, self._filled(form), {}

    def _filled(self, form):
        """Return what is sent for a form: as it is, or with one, some or many fields of anything."""
        chance = self.chance
        wrong = chance.choice((0, 1 / max(1, len(form.fields)), 0.1, 0.4))
        data = {}
        for name, values in form.fields.items():
            if chance.random() < wrong / 2:
                continue
            data[name] = values[0] if chance.random() < 0.8 else chance.choice(values)
            if chance.random() < wrong:
                data[name] = chance.choice(VALUES)
            if name in form.files and chance.random() < 0.8:
                data[name] = some_file(chance)
        if form.buttons and chance.random() < 0.9:
            button, value = chance.choice(form.buttons)
            data[button] = chance.choice(VALUES) if chance.random() < wrong else value
        return data | (self._strays() if chance.random() < 0.1 else {})

    def _strays(self):
        return {self.chance.choice(PARAMETERS): self.chance.choice(VALUES)}


def _at_once(run, **_options):
    """Do what waits for a commit that will never come."""
    run()


def _client(person):
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
        begin_session(client.session, person)
    return client
