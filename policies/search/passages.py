"""Where in a text the words of a question stand that a card in a list does not show."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from . import text, variants
from .highlight import beginning_like, spans, words_of

BEFORE, LONGEST = 60, 190  # characters of a passage, before its first word and in all
_BLANK = re.compile(r"\s+")
_ACCENTS = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")


class Wanted(NamedTuple):
    """One word or run of a question: its stems, or its pieces, any of which may be there."""

    stems: frozenset[str]
    runs: tuple[str, ...] = ()

    @property
    def is_plain(self):
        return all(stem.isascii() for stem in self.stems)


class Passage(NamedTuple):
    """A piece of a text that has words of a question, where it is from, and whether the text has more
    before and after it."""

    origin: object
    content: str
    has_before: bool = False
    has_after: bool = False


@lru_cache(maxsize=256)
def _wanted(typed):
    parts = [part for part in text.parse(typed) if not part.excluded]
    words = [word for part in parts if part.kind != "run" for word in part.words]
    joined = {}
    for place, number, form in variants.joined(words):
        for at in range(place, place + number):
            joined.setdefault(at, []).append(form)
    found = [
        Wanted(frozenset(map(text.stem, (word, *joined.get(place, ())))))
        for place, word in enumerate(words)
    ]
    for part in parts:
        if part.kind == "run":
            run = part.words[0]
            found.append(Wanted(frozenset(), tuple(dict.fromkeys((run, *text.pieces(run))))))
    return tuple(dict.fromkeys(found))


def missing(shown, typed):
    """Return what of the words that a person typed stands nowhere in what is ``shown``."""
    wanted = _wanted(typed)
    folded = text.fold(shown)
    there = {text.stem(word) for word in words_of(folded, _stems(wanted))}
    return tuple(
        part
        for part in wanted
        if there.isdisjoint(part.stems) and not any(run in folded for run in part.runs)
    )


@lru_cache(maxsize=256)
def _stems(wanted):
    return frozenset().union(*(part.stems for part in wanted))


def has_none(left, typed):
    """Return whether what is ``left`` are all the words that a person typed."""
    return len(left) == len(_wanted(typed))


def find(texts, left):
    """Return the :class:`Passage` with most of what is ``left`` of a question, the first of several;
    None where no text has any. ``texts`` are pairs of what a text is and the text."""
    best, most = None, 0
    for origin, content in texts:
        places = sorted(
            (*span, number) for number, part in enumerate(left) for span in _places(content, part)
        )
        for at, (start, stop, _number) in enumerate(places):
            inside = [row for row in places[at:] if row[1] <= start + LONGEST - BEFORE]
            count = len({number for _start, _stop, number in inside})
            if count > most:
                end = max((stop, *(row[1] for row in inside)))
                best, most = Passage(origin, *_cut(content, start, end)), count
        if most == len(left):
            break
    return best


def _places(content, part):
    """Return where in a text a part of a question stands."""
    if part.runs:
        return _runs(content, part.runs)
    if part.is_plain:
        found = _words(content, part.stems)
        if found or not _ACCENTS.search(content):
            return found
    return spans(content, part.stems)


def _words(content, stems):
    lowered = content.lower()
    if len(lowered) != len(content):
        lowered = content  # the small form of the Turkish "İ" is two characters
    return [
        word.span()
        for word in beginning_like(lowered, stems)
        if text.stem(text.fold(word[0]).strip()) in stems
    ]


def _runs(content, runs):
    for run in runs:
        if (start := content.find(run)) >= 0:
            return [(start, start + len(run))]
    return spans(content, frozenset(), runs) if text.UNSPACED.search(content) else []


def _cut(content, start, stop):
    """Return a text from a little before ``start`` to after ``stop``, in whole words, and whether there is
    more before and after."""
    begin, end = max(start - BEFORE, 0), min(max(start - BEFORE + LONGEST, stop), len(content))
    if begin and (blank := _BLANK.search(content, begin, start)):
        begin = blank.end()
    if end < len(content) and (blank := content.rfind(" ", stop, end)) > 0:
        end = blank
    # A sign that belongs to the letter before it is no beginning.
    while begin and unicodedata.category(content[begin])[0] == "M":
        begin -= 1
    while end < len(content) and unicodedata.category(content[end])[0] == "M":
        end += 1
    return " ".join(content[begin:end].split()), begin > 0, end < len(content)
