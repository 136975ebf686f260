"""How a question is read: its words, codes of goals and targets, and the limits that it names.

A code narrows the list as its facet does. A limit ("under one million dollars") is only offered.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from policies.content import bands

from . import text

GOALS = range(1, 18)


@dataclass(frozen=True)
class Limit:
    """A limit that a question names: parameter of the address, its values, and the words for it."""

    name: str
    values: tuple[str, ...]
    said: str


@dataclass(frozen=True)
class Understood:
    """``codes`` are facet -> values; ``little`` the words that were left out as they say nothing."""

    parts: tuple[text.Part, ...] = ()
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    little: tuple[str, ...] = ()

    @property
    def words(self):
        """What is searched, as a person would type it."""
        return " ".join(written(part) for part in self.parts)


def written(part):
    """Return a part as a person would type it."""
    words = " ".join(part.words)
    if part.kind == "phrase" or part.strict:
        words = f'"{words}"'
    return f"-{words}" if part.excluded else words


# "SDG 11", "goal 11", "Goal 11.6", "SDG11.6", the target of the indicator 11.6.2, and the word for a
# goal in other languages.
_GOAL_WORD = (
    "(?:sdgs?|goals?|targets?|ods|odd|tpb|목표|目标|目標|ゴール|เป้าหมาย(?:ที่)?|mục tiêu|tujuan|layunin|लक्ष्य"
    "|লক্ষ্য|අරමුණ|គោលដៅ|зорилго|ہدف)"
)
_TARGET = re.compile(
    rf"(?<![\w.,$-])(?:{_GOAL_WORD}\s*[-#:]?\s*)?(\d{{1,2}})\s?\.\s?(\d{{1,2}}|[a-d])(?:\.\d)?(?![\w%°]|[.,]\d)"
    r"(?!\s*(?:percent|per cent|thousand|million|billion|mw|kw|gw|km|kg|ha|m2|m|tons?|tonnes?|times|years?"
    r"|months?|people|usd|us\$|dollars?)\b)",
    re.IGNORECASE,
)
_GOAL = re.compile(
    rf"(?<!\w){_GOAL_WORD}\s*[-#:]?\s*(\d{{1,2}})(?![\d%]|\s?\.\s?\w)", re.IGNORECASE
)

_WRITTEN = {
    word: number
    for number, words in {
        0.5: "half a",
        1: "a,one",
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten",
        12: "twelve",
        15: "fifteen",
        20: "twenty",
        25: "twenty-five",
        30: "thirty",
        40: "forty",
        50: "fifty",
        100: "a hundred,one hundred,hundred",
    }.items()
    for word in words.split(",")
}
_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
}
_NUMBER = (
    r"(?P<number>\d{1,3}(?:[,\s]\d{3})+|\d+(?:\.\d+)?|"
    + "|".join(sorted(map(re.escape, _WRITTEN), key=len, reverse=True))
    + r")\s*(?P<scale>(?:k|thousand|mn|mio|million|m|bn|billion|b)\b)?"
)
_LEAST = r"over|above|more than|at least|minimum(?: of)?|from"
_MOST = (
    r"under|below|less than|fewer than|at most|up to|(?:no|not) more than|max(?:imum)?(?: of)?|within"
    r"|cheaper than|for|with|budget of|of|in"
)
_COMPARED = rf"(?:\b(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))\s+)?(?:a\s+budget\s+of\s+)?"
_ABOUT = r"(?:(?:about|around|some|roughly|nearly|almost|approximately)\s+)?"
_DOLLARS = r"(?:us\s*dollars?|dollars?|usd|us\$|\$)"
_BUDGET = re.compile(
    rf"{_COMPARED}{_ABOUT}(?:(?P<before>us\s?\$|usd|\$)\s*)?(?<![\w.]){_NUMBER}(?(before)|\s*{_DOLLARS})(?!\w)",
    re.IGNORECASE,
)
_POPULATION = re.compile(
    rf"(?:\b(?:cit(?:y|ies)|towns?|municipalit(?:y|ies)|places?|populations?)\s+(?:of|with)\s+{_ABOUT}{_NUMBER}"
    rf"(?:\s*(?:people|inhabitants|residents|citizens))?|\b{_ABOUT}{_NUMBER.replace('<number>', '<other>').replace('<scale>', '<size>')}"
    rf"\s*(?:inhabitants|residents|citizens|population))(?![\w%])",
    re.IGNORECASE,
)
_STAFF = re.compile(
    rf"{_COMPARED}{_ABOUT}(?:a\s+(?:team|staff)\s+of\s+)?(?<![\w.]){_NUMBER}\s*"
    r"(?:staff(?:\s+members)?|employees|officers|workers|fte|full-time (?:staff|equivalents))(?!\w)",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?:within|in|under|less than|at most|up to|(?:no|not) more than)\s+{_NUMBER}\s*(?P<unit>months?|years?)(?!\w)",
    re.IGNORECASE,
)
_START = re.compile(r"\b(?:since|after|from)\s+(?P<number>(?:19|20)\d\d)(?![\w.,-])", re.IGNORECASE)
_QUOTED = re.compile(r'-?["“„«][^"“”„«»]*["”»]')
MIN_POPULATION = 1000
MONTHS = {"m": 1, "y": 12}


@lru_cache(maxsize=256)
def understand(typed, targets):
    """Return how a question is read; ``targets`` are the codes that exist."""
    # What is quoted is meant word for word.
    rest = _QUOTED.sub(lambda found: "\x00" * len(found[0]), _plain_digits(typed))
    limits, codes = [], {}
    spans = []
    for reads in (_limits, _codes):
        for span, found in reads(rest, typed, targets):
            spans.append(span)
            rest = rest[: span[0]] + "\x00" * (span[1] - span[0]) + rest[span[1] :]
            if isinstance(found, Limit):
                limits.append(found)
            else:
                facet, value = found
                codes[facet] = (*codes.get(facet, ()), value)
    words = _without(typed, spans)
    parts = text.parse(words)
    if not codes and not any(not text.is_little(part) for part in parts):
        # Limits alone are searched as the words that they are.
        words, parts = typed, text.parse(typed)
    searched = {word for part in parts for word in part.words}
    little = [word for word in text.fold(words).split() if word not in searched]
    if codes and parts and all(map(text.is_little, parts)):
        parts = ()
    return Understood(parts, codes, tuple(limits), tuple(dict.fromkeys(little)))


def _without(typed, spans):
    for start, end in spans:
        typed = typed[:start] + " " * (end - start) + typed[end:]
    return typed


def _plain_digits(typed):
    """Return text as long as before with the digits of all scripts as 0 to 9."""
    if typed.isascii():
        return typed
    return "".join(
        str(unicodedata.digit(letter)) if unicodedata.category(letter) == "Nd" else letter
        for letter in typed.replace("．", ".").replace("＄", "$")
    )


def _codes(rest, _typed, targets):
    for found in _TARGET.finditer(rest):
        code = f"{int(found[1])}.{found[2].lower()}"
        if code in targets and not rest[: found.start()].lower().rstrip().endswith("pm"):
            yield found.span(), ("target", code)
    for found in _GOAL.finditer(rest):
        if int(found[1]) in GOALS:
            yield found.span(), ("goal", str(int(found[1])))


def _limits(rest, typed, _targets):
    for found in _BUDGET.finditer(rest):
        amount = _figure(found["number"], found["scale"])
        name = "budget_min" if found["least"] else "budget_max"
        yield found.span(), Limit(name, (_plain(amount),), _said(typed, found))
        break
    for found in _POPULATION.finditer(rest):
        people = _figure(found["number"] or found["other"], found["scale"] or found["size"])
        if people >= MIN_POPULATION:
            band = bands.POPULATION.of(people)
            yield found.span(), Limit("population", (band,), _said(typed, found))
            break
    for found in _STAFF.finditer(rest):
        name = "staff_min" if found["least"] else "staff_max"
        number = _plain(_figure(found["number"], found["scale"]))
        yield found.span(), Limit(name, (number,), _said(typed, found))
        break
    for found in _DURATION.finditer(rest):
        longest = _figure(found["number"], found["scale"]) * MONTHS[found["unit"][0].lower()]
        names = bands.DURATION.names[: sum(edge <= longest for edge in bands.DURATION.edges)]
        if names:
            yield found.span(), Limit("duration", tuple(names), _said(typed, found))
            break
    for found in _START.finditer(rest):
        yield found.span(), Limit("start_from", (found["number"],), _said(typed, found))
        break


def _figure(number, scale):
    number = number.lower()
    figure = _WRITTEN.get(number)
    if figure is None:
        figure = float(re.sub(r"[,\s]", "", number))
    return figure * _SCALES.get((scale or "").lower(), 1)


def _plain(figure):
    return f"{figure:.2f}".rstrip("0").rstrip(".")


def _said(typed, found):
    return " ".join(typed[found.start() : found.end()].split())
