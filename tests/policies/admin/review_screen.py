"""Reading the review screen and pressing its buttons, for the tests of reviewing."""

import re

from django.urls import reverse

from policies.models import Revision
from policies.workflow import reviewing


def address(revision, page="review"):
    return reverse(f"admin:policies_revision_{page}", args=[revision.pk])


def seen(client, revision):
    """The hidden fingerprint of the page."""
    page = client.get(address(revision)).text
    return re.search(r'name="decision-seen" value="(\w+)"', page)[1]


def send(client, revision, act="decide", **fields):
    """Press a button of the page, with the fields of its form."""
    return client.post(address(revision), {"act": act, **fields})


def decide(client, revision, decision, note="", **fields):
    """Choose on the page as it would be shown now, and send the decision."""
    sent = {"decision-decision": decision, "decision-note": note} | fields
    if "decision-seen" not in sent:
        shown = Revision.objects.with_content().get(pk=revision.pk)
        sent["decision-seen"] = reviewing.fingerprint(shown)
    return send(client, revision, **sent)


def state_of(revision):
    return Revision.objects.get(pk=revision.pk).state


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def text(html):
    """What stands in HTML, without tags, in single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
