"""What every answer says of itself, what no page holds, and where its links lead."""

import functools
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.addresses import PUBLIC
from tests.sweeps import TIMES

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; manifest-src 'self'"
)
PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), "
    "fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), "
    "payment=(), picture-in-picture=(), publickey-credentials-create=(self), "
    "publickey-credentials-get=(self), screen-wake-lock=(), usb=(), xr-spatial-tracking=()"
)
EVERY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}
SANDBOX = "sandbox; default-src 'none'"


def strict_transport(settings):
    """Promise https for a year, as a site does that has it."""
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def said(answer, *, policy=POLICY, is_open=False):
    """What an answer says of the headers that every answer has, as far as it is wrong; ``is_open`` of
    public data that pages of other sites may read."""
    expected = EVERY | {"Content-Security-Policy": policy}
    if is_open:
        expected |= {
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
    # Directives may come in any order.
    parts = sorted(answer.get("Content-Security-Policy", "").split("; "))
    found = {name: answer.get(name) for name in expected}
    if parts == sorted(policy.split("; ")):
        found["Content-Security-Policy"] = policy
    return {name: found[name] for name in expected if found[name] != expected[name]}


def is_page(answer):
    return answer.get("Content-Type", "").startswith("text/html")


class Finder(HTMLParser):
    """Collects what a strict content security policy forbids, and where links lead."""

    def __init__(self):
        super().__init__()
        self.found, self.links = [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and attributes.get("href") is not None:
            self.links.append(attributes["href"])
        # A data block is no script: it is not run.
        if tag == "script" and "src" not in attributes and attributes.get("type") not in DATA:
            self.found.append("script")
        if tag == "style" or "style" in attributes:
            self.found.append(f"style of {tag}")
        self.found += [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "action"):
            address = attributes.get(name) or ""
            if re.match(r"(?i)javascript:", address):
                self.found.append(address)
            loaded = tag in ("script", "img", "form") or "stylesheet" in attributes.get("rel", "")
            if loaded and re.match(r"(?i)(https?:)?//", address):
                self.found.append(address)


DATA = {"application/json", "application/ld+json"}


@functools.lru_cache(maxsize=1)
def _read(text):
    finder = Finder()
    finder.feed(text)
    return finder


def forbidden(text):
    return _read(text).found


def kind_of(link):
    """Return the name of the page that a link leads to, and the names of its parameters."""
    parts = urlsplit(link)
    try:
        page = resolve(parts.path).view_name
    except Resolver404:
        page = parts.path
    return page, *sorted({name for name, _value in parse_qsl(parts.query)})


# So many rows, or choices of values, are enough of a page.
OF_A_KIND = 5 if TIMES > 1 else 1
# What ends the walk.
NOT_FOLLOWED = ("/accounts/logout/", "/admin/logout/")
NUMBER = re.compile(r"\d+")


class Links:
    """The links within the site on the pages that somebody saw: address -> a page with it."""

    def __init__(self):
        self.found, self.on_public_pages, self.seen = {}, set(), set()

    def read(self, answer, path, *, is_public):
        """Note the links, without fragments, of what this path answered."""
        self.seen.add(path)
        for link in _read(answer.body if is_page(answer) else "").links:
            parts = urlsplit(urljoin(f"https://testserver{path}", link))
            if parts.netloc == "testserver" and parts.scheme in {"http", "https"}:
                inside = parts._replace(scheme="", netloc="", fragment="").geturl()
                self.found.setdefault(inside, path)
                if is_public:
                    self.on_public_pages.add(inside)

    def broken(self, client, *, visitor):
        """Follow the links and return {link: (a page with it, status)} of the broken ones.

        From public pages to public pages visitors follow them for everybody.
        """
        broken, followed = {}, Counter()
        for link, page in sorted(self.found.items()):
            kind = kind_of(link)
            is_known = link in self.seen or followed[kind] == OF_A_KIND
            if not visitor and link in self.on_public_pages and kind[0] in PUBLIC:
                is_known = True
            if is_known or link.startswith(NOT_FOLLOWED):
                continue
            followed[kind] += 1
            answer = client.get(link, follow=True, secure=True)
            # To its end, also of files: they are closed by that.
            answer.getvalue()
            if answer.status_code != 200:
                broken[NUMBER.sub("N", link)] = (page, answer.status_code)
        return broken
