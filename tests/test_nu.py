"""Every page as the Nu HTML checker reads it: ``make validate`` says where its jar is (VNU_JAR)."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from tests.addresses import make_world
from tests.conftest import signed_in

JAR = os.environ.get("VNU_JAR", "")
# What Django's own admin writes on two of its pages.
THEIRS = (
    "No “p” element in scope but a “p” end tag seen.",
    "Attribute “disabled” not allowed on element “div” at this point.",
)
# Tables that fold on phones say what their parts are: some browsers forget it of a table that is shown
# in another way.
FOLDED = tuple(
    f"The “role” attribute must not be used on a “{element}” element which has a “table” ancestor"
    for element in ("td", "th", "tr")
)
# Parts of pages, which scripts ask for.
PARTS = {"exchange:similar"}
# Pages in a state that no plain visit of theirs has: what was found, refused, compared, mapped.
STATES = (
    *(
        "/policies/?q=water&goal=6",
        "/policies/?view=table",
        "/policies/?view=map",
        "/policies/?q=zzz",
    ),
    *(
        "/policies/?citty=x",
        "/members/?q=surabaya",
        "/members/?q=zzz",
        "/members/?kind=x",
        "/nowhere/",
    ),
    *(
        "/policies/compare/?case=1&case=2",
        "/accounts/login/?next=/my/",
        "/my/teams/join/?q=surabaya",
    ),
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not JAR, reason="VNU_JAR names no checker: make validate does"),
]


def pages(world):
    """Yield (name of a file, text) of each page that each kind of person gets, the same ones once."""
    seen = set()
    for role in ("anonymous", "coordinator", "administrator"):
        person = world.people[role]
        client = signed_in(person) if person else Client()
        for name, address in [*world.addresses.items(), *((each, each) for each in STATES)]:
            if "logout" in name or name in PARTS:
                continue
            answer = client.get(address)
            if "text/html" not in answer.headers.get("Content-Type", "") or answer.streaming:
                answer.close()
                continue
            text = answer.content
            if text and answer.status_code not in (301, 302) and text not in seen:
                seen.add(text)
                yield f"{role}-{name}".replace("/", "_").replace(":", "_")[:150], text


def test_every_page_is_valid_html(reference, tmp_path):
    for name, text in pages(make_world()):
        (tmp_path / f"{name}.html").write_bytes(text)
    command = ["java", "-jar", JAR, "--errors-only", "--format", "json", "--exit-zero-always"]
    answer = subprocess.run(
        [*command, "--skip-non-html", str(tmp_path)], capture_output=True, text=True, check=True
    )
    found = {
        f"{Path(each['url']).name}: {each['message']} {each.get('extract', '')[:200]!r}"
        for each in json.loads(answer.stderr)["messages"]
        if not each["message"].startswith(THEIRS + FOLDED)
    }
    assert "\n".join(sorted(found)) == ""
