"""Goals, targets, members and cases that a person may be looking for, by their names."""

import logging
import re
import time
from dataclasses import dataclass

import tantivy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from members.models import Member
from policies.models import Revision
from sdg.models import Goal, Target

from . import files, index, text

logger = logging.getLogger(__name__)

CODE = re.compile(r"(\d{1,2})(\.[\da-z]{0,2})?")
MAX_CHARACTERS = 200  # of what was typed
CACHE_SECONDS = 60
MAX_TITLES = 50  # read to find a run of characters
MAX_PREFIXED = 100  # words of titles that begin with what was typed
# Of eight suggestions at least two are cases, where there are any.
SHARES = {"goal": 2, "target": 2, "member": 2}
# Beside a list of cases: pages of a kind. A word that more names share ("City") points to none.
MAX_OF_A_KIND = 3
TOO_MANY = 10
MIN_PREFIX = 4  # letters
# How well a name fits: it has the very words, other forms of them, a target's wording has the rest,
# or its words only begin with them.
EXACT, OTHER_FORM, IN_WORDING, BEGINS = range(4)


@dataclass(frozen=True)
class Suggestion:
    """A page a person may be looking for; ``kind`` is goal, target, member or case."""

    kind: str
    label: str
    detail: str
    url: str


@dataclass(frozen=True)
class NamedPage:
    """A goal, target or member with its folded names and wording, and its suggestion."""

    code: str
    name: str
    wording: str
    shown: Suggestion
    words: frozenset[str]
    stems: frozenset[str]
    wording_stems: frozenset[str]


def suggest(words, limit=8):
    """Return up to ``limit`` suggestions whose words begin with those typed; never raises."""
    words = words[:MAX_CHARACTERS]
    spaced, runs = text.split(text.fold(words))
    asked = spaced.split()
    if not asked and not runs:
        return []
    found = {kind: _beginnings(kind, words.strip(), asked, runs) for kind in SHARES}
    chosen = [one for kind, share in SHARES.items() for one in found[kind][:share]][:limit]
    chosen += _cases(asked, runs, limit - len(chosen))
    # Where there are few cases, more goals, targets and members are suggested.
    for kind, share in SHARES.items():
        chosen += found[kind][share:][: limit - len(chosen)]
    order = [*SHARES, "case"]
    return sorted(chosen, key=lambda one: order.index(one.kind))


def matching_pages(words, limit=6):
    """Return up to ``limit`` goals, targets and members that ``words`` name, the best first.

    All words have to be there. Names that only begin with them count where nothing fits better.
    """
    words = words[:MAX_CHARACTERS].strip()
    if CODE.fullmatch(words.lower()):
        found = [one for kind in SHARES for one in _by_code(kind, words.lower())]
        return found[:limit]
    parts = [part for part in text.parse(words) if not part.excluded]
    asked = [(word, text.stem(word)) for part in parts if part.kind != "run" for word in part.words]
    runs = [run for part in parts if part.kind == "run" for run in part.words]
    if not asked and not runs:
        return []
    graded = {kind: _graded(kind, asked, runs) for kind in SHARES}
    only_begins = all(grade == BEGINS for found in graded.values() for grade, shown in found)
    chosen = []
    for found in graded.values():
        fitting = [pair for pair in found if only_begins or pair[0] != BEGINS]
        if len(fitting) <= TOO_MANY:
            chosen += sorted(fitting, key=lambda pair: pair[0])[:MAX_OF_A_KIND]
    return [shown for grade, shown in sorted(chosen, key=lambda pair: pair[0])[:limit]]


def _graded(kind, asked, runs):
    """Return (how well it fits, suggestion) of each that fits at all."""
    # Hundreds are compared for every page: a call for each would take twice the time.
    needles = [
        (word, stem, f" {word}" if len(word) >= MIN_PREFIX else None) for word, stem in asked
    ]
    is_single = len(asked) == 1
    found = []
    for page in _pages(kind):
        if runs and not all(run in page.name for run in runs):
            continue
        worst = EXACT
        for word, stem, beginning in needles:
            if word in page.words:
                continue
            if stem in page.stems:
                grade = OTHER_FORM
            # A single word of a target's wording says too little of it.
            elif not is_single and stem in page.wording_stems:
                grade = IN_WORDING
            elif beginning and beginning in page.name:
                grade = BEGINS
            else:
                break
            worst = max(worst, grade)
        else:
            found.append((worst, page.shown))
    return found


def _beginnings(kind, typed, asked, runs):
    if CODE.fullmatch(typed.lower()):
        return _by_code(kind, typed.lower())
    needles = [*(f" {word}" for word in asked), *runs]
    begins = []
    for page in _pages(kind):
        if _has_all(page.name, needles):
            begins.append((0, page.shown))
        elif page.wording and _has_all(page.wording, needles):
            begins.append((1, page.shown))
    return [suggestion for place, suggestion in sorted(begins, key=lambda pair: pair[0])]


def _by_code(kind, code):
    """Return the goal or target of that code first, then targets whose codes begin with it."""
    begin = code if "." in code else f"{code}."
    found = [
        (page.code != code, page.shown)
        for page in _pages(kind)
        if page.code == code or (kind == "target" and page.code.startswith(begin))
    ]
    return [suggestion for place, suggestion in sorted(found, key=lambda pair: pair[0])]


def _has_all(folded, needles):
    """Return whether every needle is in the text: beginnings of its words, and runs."""
    for needle in needles:  # noqa: SIM110 - all() takes twice as long, and this runs for every key
        if needle not in folded:
            return False
    return True


_cache = {}
MAX_CACHED = 50


def _pages(kind):
    """Return all of a kind, cached for a minute."""
    key = (kind, str(files.root()), get_language())
    found = _cache.get(key)
    if found is None or time.monotonic() - found[0] > CACHE_SECONDS:
        if len(_cache) > MAX_CACHED:
            _cache.clear()
        _cache[key] = found = (time.monotonic(), list(_READ[kind]()))
    return found[1]


def _page(code, names, wording, shown):
    name, wording = text.fold(" ".join(names)), text.fold(wording)
    words = frozenset(name.split())
    return NamedPage(
        code,
        f" {name}",
        f" {wording}" if wording else "",
        shown,
        words,
        frozenset(text.stems(words)),
        frozenset(text.stems(wording.split())),
    )


def _translated(row, field):
    texts = {one.language: getattr(one, field) for one in row.texts.all()}
    return texts.get(get_language()) or getattr(row, field)


def _goals():
    for goal in Goal.objects.with_texts():
        title = _translated(goal, "title")
        label = _("Goal %(number)s: %(title)s") % {"number": goal.pk, "title": title}
        names = [label, goal.title, "SDG", str(goal.pk)]
        shown = Suggestion("goal", label, _translated(goal, "headline"), goal.get_absolute_url())
        yield _page(str(goal.pk), names, "", shown)


def _targets():
    for target in Target.objects.with_texts():
        label, wording = _translated(target, "label"), _translated(target, "text")
        shown = Suggestion("target", f"{target.pk} {label}", wording, target.get_absolute_url())
        yield _page(target.pk, [label, target.label], wording, shown)


def _members():
    for member in Member.objects.only("name", "local_name", "other_names", "slug", "country"):
        country = str(member.country_name)
        shown = Suggestion("member", member.name, country, member.get_absolute_url())
        yield _page("", member.names, "", shown)


_READ = {"goal": _goals, "target": _targets, "member": _members}


def _cases(asked, runs, limit):
    """Return live cases whose titles hold the words; the last word may be unfinished."""
    reader = index.reader()
    if reader is None or limit < 1:
        return []
    try:
        with index.engine_errors():
            keys = _case_keys(reader, asked, runs, limit)
    except index.IndexDamaged:
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
        found = reader.searcher.terms_with_prefix("titles", word, limit=MAX_PREFIXED)
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
        limit if not runs else MAX_TITLES,
        count=False,
        order_by_field="by_newest",
        order=tantivy.Order.Asc,
    ).hits
    return reader.searcher.fast_field_values("pk", [address for key, address in hits])
