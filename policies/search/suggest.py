"""Suggestions while a person types: goals, targets, members and cases."""

import logging
import re
import time
from dataclasses import dataclass

import tantivy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.models import Member
from sdg.models import Goal, Target

from ..models import Revision
from . import files, index, text

logger = logging.getLogger(__name__)

CODE = re.compile(r"(\d{1,2})(\.[\da-z]{0,2})?")
LONGEST = 200  # characters that are looked at
KEPT_SECONDS = 60
LOOKED_AT = 50  # cases whose titles are looked at for a run of characters
PREFIXES = 100  # words of titles that begin with what was typed
# Of eight suggestions at least two are cases, where there are any.
SHARES = {"goal": 2, "target": 2, "member": 2}


@dataclass(frozen=True)
class Suggestion:
    """A page a person may be looking for; ``kind`` is goal, target, member or case."""

    kind: str
    label: str
    detail: str
    url: str


def suggest(words, limit=8, *, cases=True):
    """Up to ``limit`` suggestions whose words begin with those typed. Never raises on any words.

    Beside a list of cases, ``cases=False`` leaves them out, and asks the database nothing.
    """
    words = words[:LONGEST]
    spaced, runs = text.split(text.fold(words))
    asked = spaced.split()
    if not asked and not runs:
        return []
    found = {kind: _places(kind, words.strip(), asked, runs) for kind in SHARES}
    chosen = [one for kind, share in SHARES.items() for one in found[kind][:share]][:limit]
    if cases:
        chosen += _cases(asked, runs, limit - len(chosen))
    # Where other kinds have little to say, the goals, targets and members get the space.
    for kind, share in SHARES.items():
        chosen += found[kind][share:][: limit - len(chosen)]
    order = [*SHARES, "case"]
    return sorted(chosen, key=lambda one: order.index(one.kind))


def _places(kind, typed, asked, runs):
    code = CODE.fullmatch(typed.lower())
    needles = [*(f" {word}" for word in asked), *runs]
    begins = []
    for key, head, rest, suggestion in _things(kind):
        if code:
            exact = key == typed.lower()
            if exact or (
                kind == "target" and key.startswith(typed.lower() if code[2] else f"{code[1]}.")
            ):
                begins.append((not exact, suggestion))
        elif _has_all(head, needles):
            begins.append((0, suggestion))
        elif rest and _has_all(rest, needles):
            begins.append((1, suggestion))
    return [suggestion for place, suggestion in sorted(begins, key=lambda pair: pair[0])]


def _has_all(folded, needles):
    """Whether every needle is in the text: words that begin one of its words, and runs."""
    for needle in needles:  # noqa: SIM110 - all() takes twice as long, and this runs for every key
        if needle not in folded:
            return False
    return True


_kept = {}
MOST_KEPT = 50


def _things(kind):
    """(code, name folded, other words folded, suggestion) of all of a kind; kept for a minute."""
    key = (kind, str(files.root()), get_language())
    found = _kept.get(key)
    if found is None or time.monotonic() - found[0] > KEPT_SECONDS:
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        _kept[key] = found = (time.monotonic(), list(_READ[kind]()))
    return found[1]


def _words(*texts):
    return " " + text.fold(" ".join(texts))


def _translated(row, field):
    texts = {one.language: getattr(one, field) for one in row.texts.all()}
    return texts.get(get_language()) or getattr(row, field)


def _goals():
    for goal in Goal.objects.with_texts():
        title = _translated(goal, "title")
        label = _("Goal %(number)s: %(title)s") % {"number": goal.pk, "title": title}
        name = _words(label, goal.title, "SDG", str(goal.pk))
        shown = Suggestion("goal", label, _translated(goal, "headline"), goal.get_absolute_url())
        yield str(goal.pk), name, "", shown


def _targets():
    for target in Target.objects.with_texts():
        label, wording = _translated(target, "label"), _translated(target, "text")
        shown = Suggestion("target", f"{target.pk} {label}", wording, target.get_absolute_url())
        yield target.pk, _words(label, target.label), _words(wording), shown


def _members():
    for member in Member.objects.only("name", "local_name", "slug", "country"):
        country = str(member.country_name)
        shown = Suggestion("member", member.name, country, member.get_absolute_url())
        yield "", _words(member.name, member.local_name), "", shown


_READ = {"goal": _goals, "target": _targets, "member": _members}


def _cases(asked, runs, limit):
    """Live cases whose titles hold the words; the last word may be unfinished."""
    reader = index.reader()
    if reader is None or limit < 1:
        return []
    try:
        with index.engine_errors():
            keys = _case_keys(reader, asked, runs, limit)
    except index.Damaged:
        logger.exception("The search index cannot be read")
        return []
    rows = Revision.objects.live().filter(pk__in=keys).select_related("case__member")
    rows = sorted(rows, key=lambda row: keys.index(row.pk))
    return [
        Suggestion("case", row.title, row.case.member.name, row.case.get_absolute_url())
        for row in rows
        if all(run in text.fold(row.title) for run in runs)
    ][:limit]


def _case_keys(reader, asked, runs, limit):
    fields, query = reader.schema, tantivy.Query
    clauses = [query.term_query(fields, "titles", word) for word in asked[:-1]]
    for word in asked[-1:]:
        found = reader.searcher.terms_with_prefix("titles", word, limit=PREFIXES)
        terms = [term for term, frequency in found]
        clauses.append(query.term_set_query(fields, "titles", terms))
    for run in runs:
        pairs = text.pairs(run) or [run]
        clauses.append(
            query.phrase_query(fields, "runs", pairs)
            if len(pairs) > 1
            else query.term_query(fields, "runs", pairs[0])
        )
    hits = reader.searcher.search(
        query.boolean_query([(tantivy.Occur.Must, clause) for clause in clauses]),
        limit if not runs else LOOKED_AT,
        count=False,
        order_by_field="by_newest",
        order=tantivy.Order.Asc,
    ).hits
    return reader.searcher.fast_field_values("pk", [address for key, address in hits])
