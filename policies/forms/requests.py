"""What the moderators ask for, at the section and field it is about, with what the team answered.

There is one thread a case (``policies.workflow.thread``). A line of it that begins with the name of a
section, of a field, or of both ("Budget and funding / Amount: …") stands at that place too; so does a
whole request that links to the section.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from django.utils import translation

from policies.interchange.columns import folded
from policies.models import ReviewEvent, Revision
from policies.workflow import thread

from .registry import BY_SLUG, SECTIONS

State = Revision.State
NAMED = re.compile(
    r"^\s*(?:[-*•]\s*)?(?P<where>[^:：\n]{2,90})[:：]\s*(?P<said>\S.*)$", re.MULTILINE
)
LINKED = re.compile(r"^\s*-[^\n]*/policies/\d+/edit/(?P<slug>[a-z-]+)/\s*$", re.MULTILINE)
BETWEEN = re.compile(r"\s+[/–—>]\s+")
# The line above the links (``policies.workflow.reviewing.compose_note``).
ABOUT = re.compile(r"\n*[^\n]+[:：]\s*\Z")


@dataclass(frozen=True)
class Placed:
    """A part of an entry of the thread, and the section and field that it is about.

    ``anchor`` is the id of the input or list, "" for the section as a whole.
    """

    entry: thread.Entry
    section: str
    anchor: str
    text: str


def open_requests(revision):
    """Return what is asked and answered about each section of a revision to which changes are asked,
    since it was last submitted: {slug: list of :class:`Placed`}. Empty in every other state."""
    if revision.state != State.CHANGES_REQUESTED:
        return {}
    submitted = (
        ReviewEvent.objects.filter(revision=revision, to_state=State.SUBMITTED)
        .order_by("-created_at")
        .values_list("created_at", flat=True)
        .first()
    )
    found = {}
    for entry in thread.of_team(revision.case):
        if entry.number == revision.number and (submitted is None or entry.at >= submitted):
            for each in placed(entry):
                found.setdefault(each.section, []).append(each)
    return {
        slug: said for slug, said in found.items() if any(e.entry.from_moderators for e in said)
    }


def placed(entry):
    """Return the parts of an entry that are about a section or field, as :class:`Placed`."""
    known = _places(translation.get_language())
    linked = LINKED.findall(entry.text)
    text = LINKED.sub("", entry.text).strip()
    if linked:
        text = ABOUT.sub("", text).strip()
    parts = [
        Placed(entry, *known[where], found["said"].strip())
        for found in NAMED.finditer(text)
        if (where := _where(found["where"])) in known
    ]
    named = {part.section for part in parts}
    whole = [
        Placed(entry, slug, "", text) for slug in linked if slug in BY_SLUG and slug not in named
    ]
    return [*parts, *whole]


def at_fields(said):
    """Return the requests of a section by the anchor of the field or list that they are about."""
    found = {}
    for each in said:
        if each.anchor and each.entry.from_moderators:
            found.setdefault(each.anchor, []).append(each.text)
    return found


def answer(slug, text):
    """Return what a team answers about a section as an entry of the thread."""
    section = BY_SLUG.get(slug)
    return f"{section.label}: {text}" if section else text


def _where(words):
    return tuple(folded(part) for part in BETWEEN.split(words.strip()))


@lru_cache(maxsize=20)
def _places(language):
    """Return {names: (section, anchor)}: of sections, of fields below them, and of fields alone where
    only one section has such a field; here and in English."""
    found, alone, counted = {}, {}, Counter()
    for spoken in dict.fromkeys(("en", language)):
        with translation.override(spoken):
            for section in SECTIONS:
                named = folded(str(section.label))
                found[named,] = (section.slug, "")
                for label, anchor in _fields(section):
                    found[named, folded(label)] = (section.slug, anchor)
                    if spoken == language:
                        counted[folded(label)] += 1
                    alone[folded(label),] = (section.slug, anchor)
    unique = {names: place for names, place in alone.items() if counted[names[0]] == 1}
    return unique | found


def _fields(section):
    """Yield label and anchor of the fields and lists of a section."""
    for name, field in section.form.base_fields.items():
        if field.label:
            yield str(field.label), f"id_{name}"
    for kind in section.lists:
        yield str(kind.label), f"rows-{kind.name}"
        yield str(kind.row), f"rows-{kind.name}"
