"""Words: the same folding for what is indexed, what is asked and what is highlighted."""

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import tantivy

from .variants import one_spelling

MAX_WORD_CHARACTERS = 64  # longer words are not indexed
MAX_CHARACTER_BYTES = 4
MAX_CACHED_STEMS = 200_000

# Letters that Unicode does not take apart into a base and an accent; and letters that are written
# in two ways: the Arabic yeh, kaf and heh of Persian and Urdu, the endings of Arabic words, the
# hamza that many leave out, and the Devanagari sign of a nasal vowel.
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
        "ى": "ي",
        "ی": "ي",
        "ې": "ي",
        "ے": "ي",
        "ک": "ك",
        "ڪ": "ك",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "ۃ": "ه",
        "ٱ": "ا",
        "ء": "",
        "ـ": "",
        "ँ": "ं",
        "ஶ": "ஸ",
    }
)
# In Thai and Lao the ring of "am" is often typed before the sign of the tone and not after it.
_RING_BEFORE_TONE = re.compile("([\u0e4d\u0ecd])([\u0e48-\u0e4b\u0ec8-\u0ecb])")
# Nuku'alofa, Xi’an, city's: one word with and without the sign.
_INSIDE_WORDS = frozenset("'’‘ʻʼ`´")
# l'eau, d’Italie, dell'acqua: an article and a word, in French and Italian.
_ELISIONS = re.compile(
    r"(?<!\w)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|all|d(?:all|ell)|nell|sull|un)"
    r"(['’])(?=[aeiouyhàâáäæèéêëìíîïòóôöœùúûü])",
    re.IGNORECASE,
)
# Signs above and below letters that writers may leave out: accents, the points and vowels of Hebrew
# and Arabic, inherent vowels of Khmer, variants of Mongolian and of Han characters.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f"
    "\U000e0100-\U000e01ef]"
)
_NUKTA = 7  # combining class of the dot of Indic letters

# Scripts written without spaces between words, and Korean, whose particles stick to the names.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
UNSPACED = re.compile(f"[{_UNSPACED}]+")
# Words and runs of a folded text where they stand.
TOKENS = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}\\s]+")

# What says nothing of a policy: little words, and those that a question is wrapped in.
_STOP_WORDS = (
    "a about against an and any anything are as at be been but by can could did do does for from had"
    " has have how i if in into is it its me more most my near of on or our out over please should so"
    " some something such than that the their them then there these they this those to under up us was"
    " we were what when where which who why will with without would you your"
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
        if category == "Nd":
            return str(unicodedata.digit(character))
        if category[0] not in "LNM":
            return " "
        plain = _without_marks(unicodedata.normalize("NFKD", character.lower()))
        plain = unicodedata.normalize("NFC", plain.translate(_LETTERS)).lower()
        return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in plain)


def _without_marks(text):
    return "".join(c for c in _MARKS.sub("", text) if unicodedata.combining(c) != _NUKTA)


# Between passages, so that a phrase does not reach from one into the next: a control character
# that no question holds and that stays a word of its own.
_BREAK_SIGN = "\x1f"
BREAK = f" {_BREAK_SIGN} "

_FOLDING = _Folding({ord(_BREAK_SIGN): _BREAK_SIGN})


def fold(text):
    """Return text in lower case without accents; whatever separates words becomes a space."""
    if not text.isascii():
        text = _RING_BEFORE_TONE.sub(r"\2\1", unicodedata.normalize("NFKC", text))
    return split_elisions(text).translate(_FOLDING)


def split_elisions(text):
    """Return text with a blank for the apostrophe of an article: as long as before."""
    if "'" not in text and "’" not in text:
        return text
    return _ELISIONS.sub(lambda found: f"{found[0][:-1]} ", text)


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


# Of Japanese, what carries meaning: Han characters and katakana; hiragana are mostly endings.
_JAPANESE = re.compile("[\u3040-\u30ff]")
_CARRYING = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff]+|[\u30a0-\u30ff]{2,}")
_HAN = re.compile("[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_HANGUL = re.compile("[\uac00-\ud7af]+")
MAX_PIECE = (
    6  # characters of a run that are taken for one word, where a letter is less than a syllable
)
PIECE = 5


def pieces(run):
    """Return the parts of a run that some of its words may be: the run has no borders of words."""
    found = _CARRYING.findall(run) if _JAPANESE.search(run) else [run]
    parts = []
    for each in found or [run]:
        if _HAN.fullmatch(each):
            parts += pairs(each) or [each]
        elif len(each) <= MAX_PIECE or _HANGUL.fullmatch(each) or found != [run]:
            parts.append(each)
        else:
            parts += [each[i : i + PIECE] for i in range(len(each) - PIECE + 1)]
    return list(dict.fromkeys(parts))


def analyzers():
    """Return the analyzers of the index by name. Texts are folded before: the index only cuts at spaces."""
    whitespace = tantivy.Tokenizer.whitespace
    words = tantivy.TextAnalyzerBuilder(whitespace()).filter(
        tantivy.Filter.remove_long(MAX_WORD_CHARACTERS * MAX_CHARACTER_BYTES)
    )
    return {"words": words.build(), "values": tantivy.TextAnalyzerBuilder(whitespace()).build()}


_ENGLISH = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    .filter(tantivy.Filter.stemmer("english"))
    .build()
)
_LOCK = threading.Lock()

# The article and what is written together with it: "al-", "wal-", "bil-", "lil-".
_ARABIC_ARTICLE = re.compile("^(?:[وفبك]?ال|لل)(?=[\u0621-\u064a]{3})")

# Forms of one word that the rules of the stemmer do not bring together, or whose first letters are others.
IRREGULAR = {
    "analyses": "analysis",
    "buses": "bus",
    "busses": "bus",
    "children": "child",
    "childrens": "child",
    "crises": "crisis",
    "criteria": "criterion",
    "dying": "die",
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
        if len(word) > MAX_WORD_CHARACTERS:
            return word  # is not indexed
        if len(self) > MAX_CACHED_STEMS:
            self.clear()
        if word.isascii():
            with _LOCK:
                found = _ENGLISH.analyze(one_spelling(IRREGULAR.get(word, word)))[0]
        else:
            found = _ARABIC_ARTICLE.sub("", word)
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
    """One thing a person asked for: a word, a run of an unspaced script, or a phrase of words.

    A ``strict`` one, which stood in quotes, has to be there; an ``excluded`` one must not.
    """

    kind: str  # "word", "run" or "phrase"
    words: tuple[str, ...]
    excluded: bool = False
    strict: bool = False


_QUOTES = str.maketrans("“”„‟«»＂", '"' * 7)
_PIECES = re.compile(r'(?<!\S)(-?)"([^"]+)"|(\S+)')
# Fine dust is one word, however it is written.
_FINE_DUST = re.compile(r"\bPM[ -]?2[.,]5\b", re.IGNORECASE)
# Particles at the end of a Korean word.
_PARTICLES = re.compile("(?<=[가-힣]{2})(?:에서|으로|까지|부터|에게|[을를이가은는의에로와과도만])$")


@lru_cache(maxsize=256)
def parse(typed):
    """Return the parts of what a person typed; its only operators are quotes and a leading "-".

    Short words that say nothing ("the", "of") are left out unless there is nothing else.
    """
    parts = {}
    typed = _FINE_DUST.sub("PM25", typed.translate(_QUOTES).replace(_BREAK_SIGN, " "))
    for minus, phrase, piece in _PIECES.findall(typed):
        strict = bool(phrase) and not minus
        excluded = bool(minus) or (not phrase and piece.startswith("-"))
        spaced, runs = split(fold(phrase or piece))
        words = tuple(spaced.split())
        # "COVID-19" means the numbers side by side.
        together = phrase or excluded or any(word.isdigit() for word in words)
        if len(words) > 1 and together:
            parts[Part("phrase", words, excluded, strict)] = None
        else:
            parts.update((Part("word", (word,), excluded, strict), None) for word in words)
        runs = runs if phrase else [_PARTICLES.sub("", run) for run in runs]
        parts.update((Part("run", (run,), excluded, strict), None) for run in runs)
    telling = [part for part in parts if not is_little(part)]
    return tuple(telling or parts)


def is_little(part):
    """Return whether a part is a little word that says nothing by itself."""
    return (
        part.kind == "word"
        and not part.excluded
        and not part.strict
        and part.words[0] in STOP_WORDS
    )
