"""Marks what a person searched for in a text."""

import re
from functools import lru_cache
from html import escape

from django.utils.safestring import mark_safe

from . import text

# Everything between spaces and the usual punctuation; what is inside is folded as in the index.
_CHUNKS = re.compile(r"[^\s!-&(-/:-@\[-_{-~«»“”„…–—·،。、「」()]+")
_WORDS = re.compile(r"\w+")


@lru_cache(maxsize=256)
def _wanted(typed):
    """Return what is to be marked: the stems of words, and runs of unspaced scripts."""
    parts = [part for part in text.parse(typed) if not part.excluded]
    stems = {text.stem(word) for part in parts if part.kind != "run" for word in part.words}
    return stems, tuple(part.words[0] for part in parts if part.kind == "run")


@lru_cache(maxsize=65_536)
def _stems(chunk):
    """Return the stem of each word in the chunk."""
    return tuple(text.stems(text.fold(chunk).split()))


@lru_cache(maxsize=1024)
def _whole_words(words):
    """Return a pattern that finds these words where no letter or digit touches them."""
    any_of = "|".join(map(re.escape, words))
    return re.compile(f"(?<![0-9a-z])(?:{any_of})(?![0-9a-z])", re.IGNORECASE | re.ASCII)


def _spans(content, wanted):
    """Return (start, end) of each word whose stem is wanted."""
    # A stem begins with the same letter as its word, so most words need not be looked up.
    firsts = {stem[0] for stem in wanted}
    words = {word for word in text.fold(content).split() if word[0] in firsts}
    found = {word for word in words if text.stem(word) in wanted}
    if not found:
        return []
    if content.isascii() and "'" not in content and "`" not in content:
        # Most texts: their words are written as they are folded, but for capitals.
        return [word.span() for word in _whole_words(frozenset(found)).finditer(content)]
    return _spans_in_chunks(content, wanted, found)


def _spans_in_chunks(content, wanted, found):
    """Yield the same for any text; ``found`` are its folded words whose stems are wanted."""
    for chunk in _CHUNKS.finditer(content):
        typed = chunk[0]
        if typed.isascii() and typed.isalpha():
            if typed.lower() in found:
                yield chunk.span()
            continue
        stems = _stems(typed)
        if len(stems) == 1:
            if stems[0] in wanted:
                yield chunk.span()
        elif not wanted.isdisjoint(stems):
            # Rare punctuation inside: look at each word by itself.
            for word in _WORDS.finditer(typed):
                if not wanted.isdisjoint(_stems(word[0])):
                    yield chunk.start() + word.start(), chunk.start() + word.end()


def highlight(content, words):
    """Return the text, escaped, with ``<mark>`` round what matches the words a person typed."""
    content = str(content)
    stems, runs = _wanted(words)
    spans = list(_spans(content, stems)) if stems else []
    for run in runs:
        spans += [found.span() for found in re.finditer(re.escape(run), content, re.IGNORECASE)]
    escaped = escape(content)
    if not spans:
        return mark_safe(escaped)  # noqa: S308 - it is escaped
    # Most texts have nothing to escape: their pieces need not be looked at one by one.
    safe = str if escaped == content else escape
    pieces, end = [], 0
    for start, stop in sorted(spans):
        if start < end:
            continue
        pieces += [safe(content[end:start]), "<mark>", safe(content[start:stop]), "</mark>"]
        end = stop
    pieces.append(safe(content[end:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece is escaped above, or is safe
