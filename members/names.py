"""How names of places and organisations are compared: in any script, spelling and length."""

import unicodedata
from difflib import SequenceMatcher

# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h"}
)
# Nuku'alofa, Xi’an: one name with and without the sign.
_INSIDE_WORDS = frozenset("'’‘ʻʼ`´ʿʾ")
# Marks that make another letter: voicing of kana, and what joins the consonants of Indian scripts.
_TELLING = {8, 9}

# What a place or its body is called beside its name; people leave it out or add it.
GENERIC = frozenset(
    [
        "the",
        "of",
        "and",
        "for",
        "a",
        "city",
        "cities",
        "town",
        "township",
        "municipality",
        "municipal",
        "metropolitan",
        "metropolis",
        "government",
        "govt",
        "council",
        "corporation",
        "authority",
        "administration",
        "office",
        "capital",
        "province",
        "prefecture",
        "prefectural",
        "district",
        "county",
        "region",
        "state",
        "kota",
        "kabupaten",
        "pemerintah",
        "kotamadya",
        "thanh",
        "pho",
        "tp",
        "uy",
        "ban",
        "nhan",
        "dan",
        "si",
        "shi",
        "gun",
        "gu",
        "do",
        "to",
        "nagar",
        "nigam",
        "mahanagarpalika",
        "mahanagar",
        "palika",
        "nagarpalika",
        "lungsod",
        "ng",
        "bayan",
        "people",
        "peoples",
        "committee",
    ]
)
# The same where it is written on to the name: 서울특별시, 京都市.
_ENDINGS = (
    *("특별자치시", "특별자치도", "특별시", "광역시", "시청", "시"),
    *("特別市", "特别市", "直轄市", "市役所", "市政府", "市", "県", "縣", "县", "都", "府"),
)
MIN_LETTERS = 2  # that remain of a name without its ending
MIN_NEAR = 4  # letters; shorter names differ by more than a slip
# Ratio of ``SequenceMatcher``: one letter in five may differ, of long names one in seven.
NEAR, NEAR_LONG, LONG = 0.8, 0.85, 8


def fold(text):
    """Return the words of a name without capitals, accents and signs: "da nang" for "Đà-Nẵng"."""
    folded = []
    for letter in unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS):
        mark = unicodedata.combining(letter)
        if letter in _INSIDE_WORDS or unicodedata.category(letter) == "Cf":
            continue
        if mark and mark not in _TELLING:
            continue
        folded.append(letter if unicodedata.category(letter)[0] in "LNM" else " ")
    return " ".join(unicodedata.normalize("NFC", "".join(folded)).split())


def joined(text):
    """Return a name folded and in one piece, so that "Ha Noi" is "Hanoi"."""
    return fold(text).replace(" ", "")


def core(folded):
    """Return the words of a folded name that tell it from others: "dhaka" of "dhaka city
    corporation"; all of them where no others are there."""
    words = folded.split()
    return [_without_ending(word) for word in words if word not in GENERIC] or words


def _without_ending(word):
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + MIN_LETTERS:
            return word.removesuffix(ending)
    return word


def identity(name):
    """Return what two writings of one and the same name share: blanks, case, the form of Unicode
    and what nobody sees aside. Accents and signs tell names apart."""
    seen = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def tidy(name):
    """Return a name as it is kept: composed letters, no blanks but single ones inside."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def searchable(names):
    """Return names as one text to look into: each folded, in one piece, and by its core, between
    bars."""
    forms = {}
    for name in names:
        folded = fold(name)
        words = core(folded)
        for form in (folded, " ".join(words)):
            forms |= {form: None, form.replace(" ", ""): None}
    return f"|{'|'.join(filter(None, forms))}|"


def near_to(asked):
    """Return a function that says whether a name differs from ``asked`` by no more than a slip of
    the pen; both are ``joined``."""
    matcher = SequenceMatcher(None, "", asked, autojunk=False)
    least = NEAR if len(asked) < LONG else NEAR_LONG

    def is_near(name):
        if min(len(asked), len(name)) < MIN_NEAR:
            return asked == name
        matcher.set_seq1(name)
        # The first two are quick and never smaller than the third.
        return all(
            ratio() >= least
            for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
        )

    return is_near
