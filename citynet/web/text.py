"""Texts that people send: what nobody can see is taken out; and their letters for addresses and order."""

import re
import unicodedata
from functools import lru_cache

from django.utils.text import slugify

# U+000B is the line break of slides, the others those of old machines and of word processors.
LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Control characters, direction overrides and isolates, and marks without a shape or a use in text.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc]"
)
# Letters of flags are invisible, and belong to the flag before them; elsewhere they hide text.
HIDDEN_LETTERS = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]"
)
# Scripts without blanks between words mark there where a line may break.
WITHOUT_BLANKS = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\uaa60-\uaa7f"
BREAKS = re.compile(f"(?<=[{WITHOUT_BLANKS}])\u200b(?=[{WITHOUT_BLANKS}])|(\u200b)")
# Joiners shape the letters before them, in many scripts but not after Latin ones, blanks or signs.
JOINERS = re.compile("(?<![^\x00-\u058f\\s\u2000-\u206f])[\u200c\u200d]+")
# Direction marks have a use only beside letters that run from right to left.
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f]")
FROM_THE_RIGHT = re.compile("[\u05d0-\u05f2\u0620-\u064a\u066e-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# A text that holds none of these needs no look at all.
SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\x85\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc\U000e0000-\U000e007f]"
)
# Letters that are no plain letter with a mark, and so are not told from one by Unicode.
PLAIN = str.maketrans(
    {
        **dict.fromkeys("đðɖ", "d"),
        **dict.fromkeys("ĐÐƉ", "D"),
        **dict.fromkeys("ıɪ", "i"),
        **dict(zip("øØłŁħĦŧŦəƏĸɓƒ", "oOlLhHtTeEkbf", strict=True)),
        **dict(
            zip(
                "ßẞþÞæÆœŒŋŊ",
                ["ss", "SS", "th", "Th", "ae", "Ae", "oe", "Oe", "ng", "Ng"],
                strict=True,
            )
        ),
    }
)


LONGEST_NUMBER = 18  # digits of a number that every database can compare


def is_key(text):
    """Return whether a text that was sent can be the key of a row."""
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER


def clean_text(text):
    """Return a text without what nobody can see, its lines parted by line feeds.

    Marks that a script needs stay where it needs them. Halves of characters are left alone: who
    takes the text refuses them.
    """
    if not SUSPECT.search(text):
        return text
    text = UNSEEN.sub("", LINE_BREAKS.sub("\n", text))
    text = HIDDEN_LETTERS.sub(r"\1", text)
    text = BREAKS.sub(lambda found: "" if found[1] else "\u200b", text)
    text = JOINERS.sub("", text)
    return text if FROM_THE_RIGHT.search(text) else DIRECTION_MARKS.sub("", text)


def plain_letters(text):
    """Return a text with Latin letters as in ASCII ("Đà Nẵng": "Da Nang"); other scripts stay."""
    return "".join(
        char
        for char in unicodedata.normalize("NFKD", text.translate(PLAIN))
        if not unicodedata.combining(char) or char > "\u036f"
    )


def address_part(text, most):
    """Return a text as part of an address, of at most ``most`` characters; "" where no Latin letter
    or digit is in it."""
    return slugify(plain_letters(text))[:most].strip("-_")


@lru_cache(maxsize=10_000)
def order_key(text):
    """Return what names are put in order by: small letters and digits, marks and signs apart.

    Readers look for Đồng Nai among the names with D, whatever the database takes Đ for.
    """
    plain = plain_letters(text).casefold()
    return "".join(char if char.isalnum() else " " for char in plain).strip()
