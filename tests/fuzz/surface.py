"""What can be asked for: learned from the addresses and, while it is asked, from the pages.

A page names forms, links and parameters; so what a new page offers is asked for without being told.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, urljoin, urlsplit

import lxml.html
from django.urls import Resolver404, resolve

MAX_PATHS = 24  # of one address
MAX_FORMS = 12  # of one address
MAX_VALUES = 12  # of one parameter
TIMES_READ = 3  # each page, by each kind of person
SITE = "http://testserver"


@dataclass
class Form:
    """A form that is posted: to where, its fields with all that may be sent for them, its buttons."""

    path: str
    fields: dict
    buttons: list
    files: frozenset


@dataclass
class Surface:
    """Name of an address -> its paths, the forms that lead to it, and its parameters with values."""

    paths: dict
    forms: dict = field(default_factory=lambda: defaultdict(dict))
    parameters: dict = field(default_factory=lambda: defaultdict(dict))
    _read: Counter = field(default_factory=Counter)

    @classmethod
    def of(cls, addresses):
        return cls({name: [path] for name, path in addresses.items()})

    def learn(self, role, path, body):
        """Take in the forms and links of a page that ``role`` was shown at ``path``."""
        name = _name(path)
        if self._read[role, name] >= TIMES_READ:
            return
        self._read[role, name] += 1
        try:
            page = lxml.html.fromstring(body)
        except (lxml.etree.LxmlError, ValueError):  # an empty page, or one that is none
            return
        for form in page.iter("form"):
            self._learn_form(page, form, path)
        for link in page.xpath("//a/@href"):
            self._learn_link(urljoin(SITE + path, link))

    def _learn_link(self, link):
        parts = urlsplit(link)
        name = _name(parts.path)
        if not link.startswith(SITE + "/") or name is None:
            return
        self._add_path(name, parts.path)
        for parameter, value in parse_qsl(parts.query):
            self._add_parameter(name, parameter, value)

    def _learn_form(self, page, form, path):
        fields, buttons, files = _fields(page, form)
        for action in {form.get("action") or path, *form.xpath(".//button/@formaction")}:
            target = urljoin(SITE + path, action)
            parts = urlsplit(target)
            where = _name(parts.path)
            if not target.startswith(SITE + "/") or where is None:
                continue
            if form.get("method", "get").lower() == "post":
                known, kind = self.forms[where], (parts.path, *fields)
                if len(known) < MAX_FORMS:
                    known.setdefault(kind, Form(target.removeprefix(SITE), fields, buttons, files))
                continue
            self._add_path(where, parts.path)
            for parameter, values in fields.items():
                for value in values:
                    self._add_parameter(where, parameter, value)

    def _add_path(self, name, path):
        known = self.paths.setdefault(name, [])
        if path not in known and len(known) < MAX_PATHS:
            known.append(path)

    def _add_parameter(self, name, parameter, value):
        known = self.parameters[name].setdefault(parameter, [])
        if value not in known and len(known) < MAX_VALUES:
            known.append(value)


def _fields(page, form):
    """Return (name -> values, (name, value) of buttons, names that take a file) of a form."""
    fields, buttons, files = {}, [], set()
    elsewhere = page.xpath("//*[@form=$id]", id=form.get("id")) if form.get("id") else ()
    for each in [*form.xpath(".//input|.//select|.//textarea|.//button"), *elsewhere]:
        name, kind = each.get("name"), each.get("type")
        if not name or name == "csrfmiddlewaretoken":
            continue
        if each.tag == "button" or kind in ("submit", "image"):
            buttons.append((name, each.get("value", "")))
        elif each.tag == "select":
            options = [one.get("value", one.text_content()) for one in each.iter("option")]
            chosen = [one.get("value", "") for one in each.xpath(".//option[@selected]")]
            fields[name] = [*(chosen or options[:1]), *options, ""][: MAX_VALUES + 1]
        elif each.tag == "textarea":
            fields[name] = [each.text_content()]
        else:
            fields.setdefault(name, []).append(each.get("value", ""))
            if kind == "file":
                files.add(name)
    return fields, buttons, frozenset(files)


@lru_cache(maxsize=100_000)
def _name(path):
    """Return the name of the address with its namespaces; None where a path leads nowhere."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return None
