"""Words: the same folding for what is indexed, what is asked and what is highlighted."""

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import tantivy

MAX_WORD_BYTES = 64  # longer words are not indexed
MAX_CACHED_STEMS = 200_000

# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = str.maketrans(
    {
        "đ": "d",
        "ð": "d",
        "ø": "o",
        "ł": "l",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "þ": "th",
        "ħ": "h",
    }
)
# Nuku'alofa, Xi’an, city's: one word with and without the sign.
_INSIDE_WORDS = frozenset("'’‘ʻʼ`´")
_ACCENTS = re.compile("[\u0300-\u036f]")

# Scripts written without spaces between words, and Korean, whose particles stick to the names.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)

_STOP_WORDS = (
    "a an and are as at be by do does for from how in into is of on or that the their this to was"
    " were what when where which will with"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


class _Folding(dict):
    """Character by character: lower case, no accents, a space for what is no part of a word."""

    def __missing__(self, code):
        self[code] = folded = self._fold(chr(code))
        return folded

    def _fold(self, character):
        category = unicodedata.category(character)
        if character in _INSIDE_WORDS or (category == "Cf" and character != "\u200b"):
            return None
        if category[0] not in "LNM":
            return " "
        if _ACCENTS.match(character):
            return None
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", character.lower()))
        plain = unicodedata.normalize("NFC", plain.translate(_LETTERS)).lower()
        return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in plain)


# Between passages, so that a phrase does not reach from one into the next: a control character
# that no question holds and that stays a word of its own.
_BREAK_SIGN = "\x1f"
BREAK = f" {_BREAK_SIGN} "

_FOLDING = _Folding({ord(_BREAK_SIGN): _BREAK_SIGN})


def fold(text):
    """Return text in lower case without accents; whatever separates words becomes a space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.translate(_FOLDING)


def split(folded):
    """Return folded text as (text whose words have spaces between them, runs).

    A run is a stretch of characters of a script that is written without spaces between words.
    """
    if folded.isascii():
        return folded, []
    runs = UNSPACED.findall(folded)
    return (UNSPACED.sub(" ", folded), runs) if runs else (folded, runs)


def pairs(run):
    """Return the overlapping pairs of characters of a run, which it is indexed and found by."""
    return [run[i : i + 2] for i in range(len(run) - 1)]


def analyzers():
    """Return the analyzers of the index by name. Texts are folded before: the index only cuts at spaces."""
    whitespace = tantivy.Tokenizer.whitespace
    words = tantivy.TextAnalyzerBuilder(whitespace()).filter(
        tantivy.Filter.remove_long(MAX_WORD_BYTES)
    )
    return {"words": words.build(), "values": tantivy.TextAnalyzerBuilder(whitespace()).build()}


_ENGLISH = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
_LOCK = threading.Lock()

# Forms of one word that the rules of the stemmer do not bring together.
_IRREGULAR = {
    "analyses": "analysis",
    "buses": "bus",
    "busses": "bus",
    "children": "child",
    "childrens": "child",
    "crises": "crisis",
    "criteria": "criterion",
    "feet": "foot",
    "gases": "gas",
    "lenses": "lens",
    "lives": "life",
    "men": "man",
    "mens": "man",
    "paid": "pay",
    "wharves": "wharf",
    "women": "woman",
    "womens": "woman",
}


class _Stems(dict):
    """Word -> stem. Most words are repeated, so this is far cheaper than stemming in the index;
    and a plain dictionary is a third faster than ``lru_cache``."""

    def __missing__(self, word):
        if len(word) > MAX_WORD_BYTES:
            return word  # is not indexed
        if len(self) > MAX_CACHED_STEMS:
            self.clear()
        with _LOCK:
            found = _ENGLISH.analyze(_IRREGULAR.get(word, word))[0]
        # Most words are their own stem: the same text twice would be twice as far to fetch.
        self[word] = found = word if found == word else found
        return found


# A folded word without its English ending.
stem = _Stems().__getitem__


def stems(words):
    """Return the stem of each of these folded words."""
    return map(stem, words)


@dataclass(frozen=True)
class Part:
    """One thing a person asked for: a word, a run of an unspaced script, or a phrase of words."""

    kind: str  # "word", "run" or "phrase"
    words: tuple[str, ...]
    excluded: bool = False


_QUOTES = str.maketrans("“”„‟«»＂", '"' * 7)
_PIECES = re.compile(r'(?<!\S)(-?)"([^"]+)"|(\S+)')


@lru_cache(maxsize=256)
def parse(typed):
    """Return the parts of what a person typed; its only operators are quotes and a leading "-".

    Short words that say nothing ("the", "of") are left out unless there is nothing else.
    """
    parts = {}
    typed = typed.translate(_QUOTES).replace(_BREAK_SIGN, " ")
    for minus, phrase, piece in _PIECES.findall(typed):
        excluded = bool(minus) or (not phrase and piece.startswith("-"))
        spaced, runs = split(fold(phrase or piece))
        words = tuple(spaced.split())
        # "11.2" and "COVID-19" mean the numbers side by side.
        together = phrase or excluded or any(word.isdigit() for word in words)
        if len(words) > 1 and together:
            parts[Part("phrase", words, excluded)] = None
        else:
            parts.update((Part("word", (word,), excluded), None) for word in words)
        parts.update((Part("run", (run,), excluded), None) for run in runs)
    telling = [
        part
        for part in parts
        if part.excluded or part.kind != "word" or part.words[0] not in STOP_WORDS
    ]
    return tuple(telling or parts)
