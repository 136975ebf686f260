"""Marks what a person searched for in a text."""

import re
from functools import lru_cache
from html import escape

from django.utils.safestring import mark_safe

from . import text, variants

# A character with the signs that belong to it, which are folded together.
_CLUSTERS = re.compile(
    "[\u0e4d\u0ecd][\u0e48-\u0e4b\u0ec8-\u0ecb]|[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?[\u0300-\u036f]*|.[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u0bd7\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0cc2\u0cd5\u0cd6\u0d3e"
    "\u0d57\u0dca\u0dcf\u0ddf\u102e\u1b35\u3099\u309a]*",
    re.DOTALL,
)
LETTERS = 3  # of a stem, with which nearly all of its words begin
_WORD = re.compile(r"[\w'’]*")
# Stem -> words that have it by no rule, such as "feet" that of "foot".
_OTHER_FORMS = {}
for _word in (*text.IRREGULAR, *variants.WORDS):
    _OTHER_FORMS.setdefault(text.stem(_word), []).append(_word)


@lru_cache(maxsize=256)
def _wanted(typed):
    """Return what is to be marked: the stems of words, the joined forms of two, and runs."""
    parts = [part for part in text.parse(typed) if not part.excluded]
    words = [word for part in parts if part.kind != "run" for word in part.words]
    stems = {text.stem(word) for word in words}
    joined = {form for _place, _number, form in variants.joined(words)} | {
        word for word in words if variants.split(word)
    }
    runs = []
    for part in parts:
        if part.kind == "run":
            runs += [
                part.words[0],
                *(piece for piece in text.pieces(part.words[0]) if len(piece) > 1),
            ]
    return frozenset(stems), frozenset(joined), tuple(dict.fromkeys(runs))


@lru_cache(maxsize=1024)
def _whole_words(words):
    """Return a pattern that finds these words where no letter or digit touches them."""
    any_of = "|".join(map(re.escape, words))
    return re.compile(f"(?<![0-9a-z])(?:{any_of})(?![0-9a-z])", re.IGNORECASE | re.ASCII)


def spans(content, stems, runs=(), joined=frozenset()):
    """Return (start, end) of each word whose stem is wanted, of words that are wanted as one, and of
    runs."""
    folded = text.fold(content)
    found = words_of(folded, stems)
    has_joined = joined and _has_joined(folded, joined)
    has_runs = any(run in folded for run in runs)
    if not (found or has_joined or has_runs):
        return []
    if (
        not has_joined
        and not has_runs
        and content.isascii()
        and "'" not in content
        and "`" not in content
    ):
        # Most texts: their words are written as they are folded, but for capitals.
        return [word.span() for word in _whole_words(frozenset(found)).finditer(content)]
    return _spans_in_clusters(content, found, joined, runs)


def words_of(folded, stems):
    """Return the words of a folded text whose stems are wanted."""
    spaced = text.split(folded)[0]
    if all(stem.isascii() for stem in stems):
        words = {found[0] for found in beginning_like(spaced, stems)}
    else:
        # An article may stand before the stem.
        words = spaced.split()
    return {word for word in words if text.stem(word) in stems}


def beginning_like(content, stems):
    """Yield the match of each word of a text in small letters that begins as words with these stems do:
    nearly all others need not be looked at."""
    for beginning in _beginnings(stems):
        at = content.find(beginning)
        while at >= 0:
            end = at + 1
            if not at or not content[at - 1].isalnum():
                word = _WORD.match(content, at)
                yield word
                # A word may have apostrophes: it is read once, not again from each of them on.
                end = max(end, word.end())
            at = content.find(beginning, end)


@lru_cache(maxsize=1024)
def _beginnings(stems):
    """Return how the words with these stems begin."""
    found = set()
    for stem in stems:
        # "Paediatric" is also "pediatric".
        for form in (stem, stem.replace("e", "ae", 1), *_OTHER_FORMS.get(stem, ())):
            found.add(form[: max(min(LETTERS, len(stem) - 1), 1)])
    return tuple(found)


def _has_joined(folded, joined):
    words = folded.split()
    forms = (form for _place, _number, form in variants.joined(words))
    return not joined.isdisjoint(words) or not joined.isdisjoint(forms)


def _spans_in_clusters(content, found, joined, runs):
    """Return the (start, end) pairs of wanted words in any text, letters with marks kept whole; ``found``
    are its folded words whose stems are wanted."""
    folded, starts, ends = [], [], []
    plain = text.split_elisions(content)
    for cluster in _CLUSTERS.finditer(plain):
        letters = _fold_cluster(cluster[0])
        folded.append(letters)
        starts += [cluster.start()] * len(letters)
        ends += [cluster.end()] * len(letters)
    folded = "".join(folded)
    words, at = [], []
    spans = []
    for token in text.TOKENS.finditer(folded):
        words.append(token[0])
        at.append(token.span())
        if token[0] in found:
            spans.append(token.span())
    for place, number, form in variants.joined(words):
        if form in joined:
            spans.append((at[place][0], at[place + number - 1][1]))
    for word, span in zip(words, at, strict=True):
        if word in joined:
            spans.append(span)
    for run in runs:
        spans += [match.span() for match in re.finditer(re.escape(run), folded)]
    return [(starts[start], ends[stop - 1]) for start, stop in spans]


@lru_cache(maxsize=10_000)
def _fold_cluster(cluster):
    return text.fold(cluster)


def highlight(content, words):
    """Return the text, escaped, with ``<mark>`` round what matches the words a person typed."""
    content = str(content)
    stems, joined, runs = _wanted(words)
    found = spans(content, stems, runs, joined) if stems or runs else []
    escaped = escape(content)
    if not found:
        return mark_safe(escaped)  # noqa: S308 - it is escaped
    # Most texts have nothing to escape: their pieces need not be looked at one by one.
    safe = str if escaped == content else escape
    pieces, end = [], 0
    for start, stop in _merged(found):
        pieces += [safe(content[end:start]), "<mark>", safe(content[start:stop]), "</mark>"]
        end = stop
    pieces.append(safe(content[end:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece is escaped above, or is safe


def _merged(spans):
    """Return spans in their order, those that touch as one."""
    merged = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
