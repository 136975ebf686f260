"""What makes HTML invalid however the browser mends it; every page is read by ``make validate``."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from tests.conftest import signed_in
from tests.factories import LiveRevisionFactory, MembershipFactory

pytestmark = pytest.mark.django_db

# What ends a paragraph by itself: a "</p>" after it closes none.
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "details",
        "div",
        "dl",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)


class Reader(HTMLParser):
    """Notes what stands where it may not."""

    def __init__(self):
        super().__init__()
        self.wrong, self.is_in_paragraph = [], False

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        role = known.get("role")
        if tag in BLOCKS:
            if self.is_in_paragraph:
                self.wrong.append(f"<{tag}> in <p>, line {self.getpos()[0]}")
            self.is_in_paragraph = tag == "p"
        if tag in ("ul", "ol") and role not in (None, "list", "listbox", "group"):
            self.wrong.append(f"<{tag} role={role}>")
        if tag == "input" and known.get("type") == "search" and role:
            self.wrong.append(f"<input type=search role={role}>")
        if known.get("type") == "hidden" and any(name.startswith("aria-") for name in known):
            self.wrong.append(f"<input type=hidden> {known['name']} with a description")
        if tag == "th" and self.rawdata[self.rawdata.find(self.get_starttag_text()) :].startswith(
            f"{self.get_starttag_text()}</th>"
        ):
            self.wrong.append("empty <th>")

    def handle_endtag(self, tag):
        if tag == "p":
            self.is_in_paragraph = False


def wrong_in(text):
    reader = Reader()
    # What a template or a script holds is no part of the page yet.
    reader.feed(re.sub(r"<(script|template|svg)\b.*?</\1>", "", text, flags=re.DOTALL))
    return reader.wrong


def test_reader_sees_what_is_wrong():
    text = (
        "<ul role=status></ul><input type=search role=combobox><p>a<p>b</p></p><th></th>"
        "<p>a<div>b</div></p><input type=hidden name=a aria-describedby=b>"
    )
    assert len(wrong_in(text)) == 6
    assert wrong_in("<p>a</p><div><p>b</p><ul role=list></ul></div><th>x</th>") == []


def test_pages_hold_nothing_that_is_invalid(client, reference, synced):
    live = LiveRevisionFactory(targets=["11.6"], themes=["transport"])
    synced()
    membership = MembershipFactory(member=live.case.member, role="coordinator")
    public = [
        *(
            "/",
            "/policies/?q=water",
            "/policies/?view=table",
            "/policies/?q=zzz",
            "/sdgs/coverage/",
        ),
        *("/policies/estimate/?target=11.6", "/members/", "/exchange/", "/exchange/questions/"),
        *(
            "/seminars/",
            "/sdgs/reviews/",
            "/news/",
            "/calls/",
            "/data/",
            live.case.get_absolute_url(),
        ),
        f"/policies/compare/?case={live.case_id}",
    ]
    found = {address: wrong_in(client.get(address).text) for address in public}
    inside = signed_in(membership.user)
    # With a message of what was done.
    inside.post(reverse("account_name"), {"name": "Ani Rahma"})
    for address in (
        "/accounts/",
        "/my/",
        "/my/alerts/",
        "/my/notices/",
        "/my/exchange/",
        "/exchange/ask/",
        f"/my/teams/{membership.member.slug}/",
    ):
        found[address] = wrong_in(inside.get(address).text)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
