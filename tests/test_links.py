"""Links lead somewhere: every link on every page, for three roles."""

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.addresses import PUBLIC, make_world
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db

# Each role, and at least so many links on its pages.
ROLES = {"anonymous": 150, "official": 200, "administrator": 400}
# So many rows, or choices of values, are enough of a page.
OF_A_KIND = 5
# What ends the walk.
NOT_FOLLOWED = ("/accounts/logout/", "/admin/logout/")


# Public pages are the same for everybody, so they offer what is for the team of a case alone.
EXPECTED = {("administrator", "/policies/N/edit/")}
NUMBER = re.compile(r"\d+")


class Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        address = dict(attributes).get("href")
        if tag == "a" and address is not None:
            self.found.append(address)


def links_of(page, path):
    """Return the addresses within the site to which a page links, without fragments."""
    parser = Links()
    parser.feed(page.decode())
    inside = set()
    for link in parser.found:
        parts = urlsplit(urljoin(f"http://testserver{path}", link))
        if parts.netloc == "testserver" and parts.scheme == "http":
            inside.add(parts._replace(scheme="", netloc="", fragment="").geturl())
    return inside


def kind_of(link):
    """Return the name of the page that a link leads to, and the names of its parameters."""
    parts = urlsplit(link)
    try:
        page = resolve(parts.path).view_name
    except Resolver404:
        page = parts.path
    return page, *sorted({name for name, _value in parse_qsl(parts.query)})


def test_links_of_every_page_lead_somewhere(reference):
    world = make_world()
    public, broken, counts = {}, {}, {}
    for role in ROLES:
        client = signed_in(world.people[role]) if world.people[role] else Client()
        # Public pages need to be looked at once, as a visitor.
        found = dict(public)
        for name, path in world.addresses.items():
            if public and name in PUBLIC:
                continue
            answer = client.get(path)
            # To its end, also of files: they are closed by that.
            body = answer.getvalue()
            is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
            for link in links_of(body, path) if is_page else ():
                found.setdefault(link, path)
        counts[role] = len(found)
        followed = Counter()
        for link, page in sorted(found.items()):
            kind = kind_of(link)
            is_known = link in public and kind[0] in PUBLIC
            if link.startswith(NOT_FOLLOWED) or is_known or followed[kind] == OF_A_KIND:
                continue
            followed[kind] += 1
            answer = client.get(link, follow=True)
            answer.getvalue()
            if answer.status_code != 200:
                broken[role, NUMBER.sub("N", link)] = (page, answer.status_code)
        public = public or found
    assert {*broken} == EXPECTED, broken
    assert all(counts[role] > least for role, least in ROLES.items()), counts
