"""Marks what a person searched for in a text."""

import re
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import mark_safe

from . import text

# Everything between spaces and the usual punctuation; what is inside is folded as in the index.
_CHUNKS = re.compile(r"[^\s!-&(-/:-@\[-_{-~«»“”„…–—·،。、「」()]+")
_WORDS = re.compile(r"\w+")


@lru_cache(maxsize=256)
def _wanted(typed):
    """What is to be marked: stems, words as they are, and runs of unspaced scripts."""
    parts = [part for part in text.parse(typed) if not part.excluded]
    stems = frozenset(text.stem(part.words[0]) for part in parts if part.kind == "word")
    forms = frozenset(word for part in parts if part.kind == "phrase" for word in part.words)
    runs = tuple(part.words[0] for part in parts if part.kind == "run")
    return stems, forms, runs


@lru_cache(maxsize=65_536)
def _folded(chunk):
    """(word, its stem) of each word in the chunk."""
    return tuple((word, text.stem(word)) for word in text.fold(chunk).split())


def _spans(content, stems, forms):
    for chunk in _CHUNKS.finditer(content):
        found = _folded(chunk[0])
        if len(found) > 1:
            # Rare punctuation inside: look at each word by itself.
            for word in _WORDS.finditer(chunk[0]):
                if any(form in forms or stem in stems for form, stem in _folded(word[0])):
                    yield chunk.start() + word.start(), chunk.start() + word.end()
        elif found and (found[0][0] in forms or found[0][1] in stems):
            yield chunk.span()


def highlight(content, words):
    """The text, escaped, with ``<mark>`` round what matches the words that a person typed."""
    content = str(content)
    stems, forms, runs = _wanted(words)
    spans = list(_spans(content, stems, forms)) if stems or forms else []
    for run in runs:
        spans += [found.span() for found in re.finditer(re.escape(run), content, re.IGNORECASE)]
    if not spans:
        return escape(content)
    pieces, end = [], 0
    for start, stop in sorted(spans):
        if start < end:
            continue
        pieces += [escape(content[end:start]), "<mark>", escape(content[start:stop]), "</mark>"]
        end = stop
    pieces.append(escape(content[end:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece is escaped above
