"""Links lead somewhere: every link on every page, for three roles."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from tests.addresses import make_world
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db

# Each role, and at least so many links on its pages.
ROLES = {"anonymous": 150, "official": 200, "administrator": 400}
# What ends the walk.
NOT_FOLLOWED = ("/accounts/logout/", "/admin/logout/")


# Public pages are the same for everybody, so they offer what is for the team of a case alone; and what
# waits for a decision has no public page yet.
EXPECTED = {"administrator": {"/policies/N/edit/", "/admin/r/N/N/"}}
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


@pytest.mark.parametrize("role", ROLES)
def test_links_of_every_page_lead_somewhere(client, reference, role):
    world = make_world()
    if world.people[role]:
        client = signed_in(world.people[role])
    found = {}
    for path in world.addresses.values():
        answer = client.get(path)
        # To its end, also of files: they are closed by that.
        body = answer.getvalue()
        is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        for link in links_of(body, path) if is_page else ():
            found.setdefault(link, path)
    broken = {}
    for link, page in sorted(found.items()):
        if not link.startswith(NOT_FOLLOWED):
            answer = client.get(link, follow=True)
            answer.getvalue()
            if answer.status_code != 200:
                broken[NUMBER.sub("N", link)] = (page, answer.status_code)
    assert {*broken} == EXPECTED.get(role, set()), broken
    assert len(found) > ROLES[role]
