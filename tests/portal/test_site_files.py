"""What browsers, telephones and password managers ask for by themselves; and the project's own card."""

import re
import tomllib

import pytest
import yaml
from defusedxml import ElementTree
from django.conf import settings as site
from django.contrib.staticfiles import finders
from django.core import mail
from PIL import Image

from members.accounts.adapter import verify
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_manifest_names_icons_of_the_size_it_says(client):
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    assert answer["Cache-Control"] == "public, max-age=86400"
    data = answer.json()
    assert (data["name"], data["start_url"]) == ("Urban SDG Knowledge Platform", "/")
    sizes = []
    for icon in data["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix("/static/"))) as picture:
            sizes.append((icon["purpose"], icon["sizes"], picture.size))
    assert sizes == [
        ("any", "192x192", (192, 192)),
        ("any", "512x512", (512, 512)),
        ("maskable", "512x512", (512, 512)),
    ]


def test_pages_name_icons_manifest_and_search(client):
    page = client.get("/about/").text
    links = re.findall(
        r'<link rel="(icon|apple-touch-icon|manifest|search)"[^>]*href="([^"]+)"', page
    )
    assert links == [
        ("icon", "/static/img/favicon.ico"),
        ("icon", "/static/img/favicon.svg"),
        ("apple-touch-icon", "/static/img/apple-touch-icon.png"),
        ("manifest", "/manifest.webmanifest"),
        ("search", "/opensearch.xml"),
    ]
    for _rel, address in links[:3]:
        assert finders.find(address.removeprefix("/static/"))
    assert client.get("/favicon.ico").url == "/static/img/favicon.ico"


def test_opensearch_leads_to_the_list_and_its_feed(client, settings):
    settings.CONTACT_EMAIL = "office@city.example"
    found = ElementTree.fromstring(client.get("/opensearch.xml").content)
    assert len(found.find(f"{SEARCH}ShortName").text) <= 16
    assert found.find(f"{SEARCH}Contact").text == "office@city.example"
    templates = {url.get("type"): url.get("template") for url in found.iter(f"{SEARCH}Url")}
    host = "http://localhost:8000"
    assert templates == {
        "text/html": f"{host}/policies/?q={{searchTerms}}&page={{startPage?}}",
        "application/atom+xml": f"{host}/policies/feed/?q={{searchTerms}}",
        "application/opensearchdescription+xml": f"{host}/opensearch.xml",
    }


def test_password_managers_are_led_to_the_form(client):
    assert client.get("/.well-known/change-password").url == "/accounts/password/change/"


def test_mail_of_accounts_is_answered_to_the_office(client, settings):
    settings.CONTACT_EMAIL = "office@city.example"
    verify(person := UserFactory())
    client.post("/accounts/password/reset/", {"email": person.email})
    (sent,) = mail.outbox
    assert (sent.to, sent.reply_to) == ([person.email], ["office@city.example"])


def test_head_says_what_get_says(client):
    """All but the body, so that link checkers and download managers are told the truth."""
    for address in ("/", "/policies/?q=water", "/sdgs/11.6/", "/manifest.webmanifest", "/nowhere/"):
        get, head = client.get(address), client.head(address)
        assert (head.status_code, head.content) == (get.status_code, b"")
        names = get.headers.keys() - {"X-Request-ID", "Expires", "Date"}
        assert {name: head.get(name) for name in names} == {name: get[name] for name in names}


def test_the_project_says_the_same_of_itself_everywhere():
    project = tomllib.loads((site.BASE_DIR / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((site.BASE_DIR / "CITATION.cff").read_text())
    card = yaml.safe_load((site.BASE_DIR / "publiccode.yml").read_text())
    assert (site.BASE_DIR / "LICENSE").read_text().startswith("BSD 3-Clause License\n")
    assert {project["license"], citation["license"], card["legal"]["license"]} == {"BSD-3-Clause"}
    assert {project["version"], citation["version"], card["softwareVersion"]} == {
        project["version"]
    }
    # What the standard demands of such a card (publiccode.yml 0.4).
    needed = "publiccodeYmlVersion name url platforms categories developmentStatus softwareType"
    assert {*needed.split(), "description", "legal", "maintenance", "localisation"} <= card.keys()
    texts = card["description"]["en"]
    assert len(texts["shortDescription"]) <= 150
    assert 150 <= len(texts["longDescription"]) <= 10_000
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
