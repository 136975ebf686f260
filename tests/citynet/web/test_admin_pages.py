"""What every page of the secretariat keeps to, whatever it is about."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from tests.addresses import make_world, of_secretariat


class Finder(HTMLParser):
    """Collects what a strict content security policy forbids."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        # A data block is no script: it is not run.
        if tag == "script" and "src" not in attributes and attributes.get("type") != DATA:
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


DATA = "application/json"


def forbidden(text):
    finder = Finder()
    finder.feed(text)
    return finder.found


def is_page(answer):
    return answer["Content-Type"].startswith("text/html")


@pytest.fixture
def pages(reference):
    """The addresses of the secretariat by their names."""
    found = make_world().addresses
    return {name: address for name, address in found.items() if of_secretariat(name)}


def test_every_page_keeps_to_the_content_security_policy(administrator_client, pages):
    """It says so, has nothing that the policy forbids, and has a name and a language."""
    seen = 0
    for name, address in pages.items():
        for method in ("get", "post"):
            if (name, method) == ("admin:logout", "post"):
                continue
            answer = getattr(administrator_client, method)(address)
            if not is_page(answer) or answer.status_code in (301, 302, 405):
                continue
            seen += 1
            policy = answer["Content-Security-Policy"]
            # The order of the rules differs from process to process.
            rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
            assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'")
            assert "unsafe" not in policy
            # Progress is shown by a page that is sent piece by piece.
            text = answer.getvalue().decode()
            assert (name, method, forbidden(text)) == (name, method, [])
            if method == "get" and answer.status_code == 200 and not name.endswith("_preview"):
                title = re.search(r"<title>\s*(.*?)\s*</title>", text, re.DOTALL)[1]
                assert title.endswith("Urban SDG Knowledge Platform"), name
                assert '<html lang="en' in text, name
    assert seen > 100


def test_finder_finds_what_is_forbidden():
    finder = Finder()
    finder.feed(
        '<script>1</script><style></style><p style="x" onclick="y"><a href="javascript:1">'
        '<script src="https://cdn.example/x.js"></script><script type="application/json">{}</script>'
        '<script src="/static/x.js"></script><a href="https://city.example/">'
    )
    assert finder.found == [
        *("script", "style of style", "style of p", "onclick", "javascript:1"),
        "https://cdn.example/x.js",
    ]


def test_no_page_is_kept_by_caches(administrator_client):
    for name in ("index", "members_user_changelist", "members_event_changelist"):
        answer = administrator_client.get(reverse(f"admin:{name}"))
        assert "no-store" in answer["Cache-Control"]
