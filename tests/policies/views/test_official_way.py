"""From no account to a submitted case without a script: how many pages and clicks it takes."""

import re
from html import unescape

import pytest
from django.core import mail
from django.test import Client

from members.models import Membership
from members.teams import memberships
from policies.models import Revision
from tests.factories import MemberFactory, MembershipFactory
from tests.policies.authors import fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

EMAIL = "ani@lanes.example"
# What is typed into each section that needs something, and into all pages before.
SECTIONS = {
    "basics": {"summary": "Nine lanes are lit."},
    "challenge-solution": {"challenge": "Dark lanes.", "solution": "Lanterns."},
    "targets-themes": {
        "themes": ["transport"],
        "contributions-TOTAL_FORMS": "1",
        "contributions-0-target": "11.2",
        "primary": "11.2",
    },
    "time": {"stage": "under-way", "start": "2019-05"},
    "budget": {"budget_amount": "1 250 000", "budget_currency": "php", "budget_year": "2019"},
    "manpower": {"staff_fte": "3.5"},
    "stakeholders": {"paste-stakeholders": "Name\tKind\nWalkers’ union\tCommunity\n"},
    "results": {},
    "lessons": {},
    "files": {},
}


class Visitor:
    """Somebody with a browser without scripts: follows links and sends forms, and counts both."""

    def __init__(self):
        self.client, self.pages, self.clicks, self.at = Client(), 0, 0, None

    def open(self, address):
        self.at = self.client.get(address, follow=True)
        self.pages += 1
        assert self.at.status_code == 200
        return self.at.text

    def follow(self, words):
        """Click on the link with these words."""
        link = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>{re.escape(words)}', self.at.text)
        self.clicks += 1
        return self.open(unescape(link[1]))

    def send(self, address, data):
        """Press the button of a form."""
        self.at = self.client.post(address, data, follow=True)
        self.pages += 1
        self.clicks += 1
        assert self.at.status_code == 200, self.at.text
        return self.at.text

    @property
    def path(self):
        return (
            self.at.redirect_chain[-1][0]
            if self.at.redirect_chain
            else self.at.request["PATH_INFO"]
        )


@pytest.fixture
def city():
    member = MemberFactory(name="Lanes", slug="lanes", email_domain="lanes.example")
    MembershipFactory(member=member, role="coordinator")
    return member


def to_the_draft(visitor):
    """Sign up, ask to join, and begin the case while the request waits."""
    visitor.open("/")
    visitor.follow("Publish")
    assert "Sign in to publish a policy" in visitor.follow("Create an account")
    data = {"name": "Ani Rahma", "email": EMAIL, "password1": "lanterns along nine lanes"}
    visitor.send("/accounts/signup/", data | {"next": "/policies/new/"})
    visitor.open(re.search(r"http://\S+?(/accounts/confirm\S+)", mail.outbox[-1].body)[1])
    visitor.send(visitor.path, {})
    # It leads on to what one came for: the team first, found by the address.
    assert visitor.path == "/my/teams/join/?for=publish"
    visitor.follow("Ask to join Lanes")
    assert "Your verified address at lanes.example is one of Lanes" in visitor.at.text
    visitor.send("/my/teams/join/lanes/?for=publish", {"message": ""})
    assert visitor.path == "/policies/new/"
    data = {key: value[0] for key, value in fields_of(visitor.at, None).items()}
    member = Membership.objects.get(user__email=EMAIL).member_id
    text = visitor.send(
        "/policies/new/", data | {"member": member, "title": "Lanterns", "language": "en"}
    )
    assert "Only you can see this draft." in text


def write(visitor):
    """Go through all sections with “save and continue”."""
    visitor.open(f"{visitor.path}basics/")
    visitor.clicks += 1
    for slug, typed in SECTIONS.items():
        assert f"/edit/{slug}/" in visitor.path
        here = visitor.path
        sent = fields_of(visitor.at) | typed
        if slug == "stakeholders":
            visitor.send(here, sent | {"row": "paste:stakeholders"})
            sent = fields_of(visitor.at)
            visitor.send(here, sent | {"row": "add-pasted:stakeholders"})
            sent = fields_of(visitor.at)
        visitor.send(here, sent | {"then": "next"})
    assert "/edit/review/" in visitor.path


def test_from_no_account_to_a_submitted_case_without_a_script(city):
    visitor = Visitor()
    to_the_draft(visitor)
    assert (visitor.pages, visitor.clicks) == (9, 7)
    write(visitor)
    assert (visitor.pages, visitor.clicks) == (22, 20)
    assert "Submit to the moderators" not in visitor.at.text
    leader = city.memberships.get(role="coordinator").user
    memberships.approve(Membership.objects.get(user__email=EMAIL), leader)
    review = visitor.open(visitor.path)
    assert "Everything that is needed is there." in review
    seen = re.search(r'name="seen" value="([^"]+)"', review)[1]
    submitted = visitor.send(visitor.path.replace("edit/review/", "submit/"), {"seen": seen})
    assert "What happens now" in submitted
    assert Revision.objects.get().state == "submitted"
    assert (visitor.pages, visitor.clicks) == (24, 21)
