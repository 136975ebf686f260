"""Numbers, amounts, months, dates and links as people write them, for forms, imports and pasted text.

Digits of every script, separators of every country, words for large numbers and signs of
currencies are understood where they can be read in one way only. Where there are two ways,
:class:`Ambiguous` names both; nothing is guessed. Every function raises ``ValidationError`` with a
message that says what to write.
"""

import calendar
import datetime
import gettext as catalogues
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import django.conf
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from policies.models import Revision, months

from .number_words import CURRENCIES, LETTERS_OF_MONEY, SCALES

# Separators that look different and mean the same.
SAME = str.maketrans(
    {
        **dict.fromkeys("，،‚", ","),
        "．": ".",
        **dict.fromkeys("’‘ʼ`´′＇", "'"),
        **dict.fromkeys("−–‒－﹣", "-"),
        "＋": "+",
        "％": "%",
        "／": "/",
        **dict.fromkeys("\t\n\r\u00a0\u2007\u2008\u2009\u202f\u3000", " "),
    }
)
POINTS = (".", ",", "\u066b")  # the last is the Arabic decimal separator
GROUPERS = (",", ".", "'", " ", "\u066c")  # and this one the Arabic thousands separator
INDIAN_GROUPERS = (",", " ", "\u066c")  # of lakh and crore: 12,34,56,789
NUMBER = r"[0-9.,\u066b](?:[0-9.,'\u066b\u066c ]*[0-9])?"
PART = re.compile(rf"({NUMBER})([^0-9]*)")
# What stands before the figure ("Rs. 500"), its sign, and all that follows.
FIGURE = re.compile(r"([^0-9+-]*)([+-]?)\s*([.,\u066b]?[0-9].*)")
# "Rp 1.500.000,-" and "Rs 500/-": the sum is a whole one.
WHOLE_SUM = re.compile(r"(?:[.,]-+|/[-=])\s*(?=\D*$)")

ISO_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?", re.ASCII)
NUMBERS = re.compile(r"[0-9]+", re.ASCII)
# What may stand between the numbers of a date, also as words: 2013年4月, tháng 4 năm 2013.
BETWEEN = re.compile(
    r"[\s/.,\-年月日년월일号號]|\b(?:tháng|năm|ngày|of|de|the)\b|(?<=[0-9])(?:st|nd|rd|th)\b"
)
# 2010/11 may be November 2010, or the year from 2010 to 2011.
SPAN_OF_YEARS = re.compile(r"([0-9]{4})\s*/\s*([0-9]{2})", re.ASCII)
YEAR_DIGITS, LAST_MONTH = 4, 12
ENGLISH = list(calendar.month_name)  # the process runs without a locale of its own

SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
# Without "www." only what ends as addresses do: report.pdf is none.
HOST = re.compile(
    r"(?:www\.\S+\.\S+|[^\s/@:?#]+\.(?:com|org|net|int|edu|gov|info|asia|city|[a-z]{2}|[^\x00-\x7f]{2,}))"
    r"(?::[0-9]+)?(?:[/?#]\S*)?",
    re.IGNORECASE,
)


class Ambiguous(ValidationError):
    """What was written can be read in two ways; ``readings`` are both, each clearly written."""

    def __init__(self, message, readings):
        super().__init__(message, code="ambiguous")
        self.readings = readings


class NoDate(Exception):
    """A text is no month and no date."""


@dataclass(frozen=True)
class Amount:
    """A number, with the currency that was written beside it (ISO 4217), or ""."""

    value: Decimal
    currency: str = ""


def digits(text):
    """Return a text with the digits and separators of every script as those of ASCII."""
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text
    ).translate(SAME)


def clear(number):
    """Return a decimal as text that everybody reads in the same way: never one point before three
    digits at the end."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, _point, part = text.partition(".")
    return f"{whole}.{part}0" if len(part) == 3 else text  # noqa: PLR2004 - a group has three


def _folded(text):
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


WORDS_OF_NUMBERS = {_folded(word): scale for word, scale in SCALES.items()}
WORDS_OF_MONEY = WORDS_OF_NUMBERS | {
    _folded(word): meaning for word, meaning in (CURRENCIES | LETTERS_OF_MONEY).items()
}


def number(text, places=4):
    """Return the ``Decimal`` that a text says; ``places`` is how many decimals the field keeps."""
    return _amount(text, places, WORDS_OF_NUMBERS).value


def amount(text, places=2):
    """Return the :class:`Amount` that a text says, with its currency where one is written."""
    return _amount(text, places, WORDS_OF_MONEY)


def whole(text):
    """Return the ``int`` that a text says."""
    try:
        value = number(text, 0)
    except ValidationError:
        value = None
    if value is None or value != value.to_integral_value():
        raise ValidationError(_("Write a whole number in digits."))
    return int(value)


def currency(text):
    """Return the code (ISO 4217) of a currency written by code, sign or name.

    What is not known comes back as it is, in capital letters: whether it is a currency, others
    decide.
    """
    text = " ".join(text.split())
    known = WORDS_OF_MONEY.get(_folded(text).rstrip("."), 0)
    if known == "":
        raise ValidationError(
            _("“%(sign)s” can mean several currencies. Write the code, for example %(code)s.")
            % {"sign": text, "code": "USD"}
        )
    return known if isinstance(known, str) else text.upper()


def _amount(text, places, words):
    typed = text.strip()
    text = _folded(WHOLE_SUM.sub(" ", digits(text)))
    sign = Decimal(1)
    match = FIGURE.fullmatch(text)
    if not match:
        raise _no_number(typed)
    before, minus, rest = match.groups()
    if before in POINTS:
        before, rest = "", before + rest
    if minus == "-":
        sign = Decimal(-1)
    parts = PART.findall(rest)
    scale, found = _words(before, words, typed)
    if scale != 1:
        raise _no_number(typed)
    if "".join(map("".join, parts)) != rest:
        raise _no_number(typed)
    total, previous, currencies = Decimal(0), None, [found]
    for digits_of_part, after in parts:
        scale, found = _words(after, words, typed)
        currencies.append(found)
        value = _value(digits_of_part, places, scale, typed)
        if previous is not None and (scale >= previous or value >= previous):
            raise _no_number(typed)
        total, previous = total + value, scale
    named = {code for code in currencies if code}
    if len(named) > 1:
        raise ValidationError(_("Two currencies are written here. Write the amount in one."))
    return Amount(sign * total, named.pop() if named else "")


def _words(text, known, typed):
    """Return (scale, currency) of the words beside a number; both may stand there, in any order."""
    scale, code = 1, None
    rest = text.strip(" .")
    while rest:
        word = next((each for each in _longest_first(known) if _begins(rest, each)), None)
        if word is None:
            raise _no_number(typed)
        value = known[word]
        if isinstance(value, str):
            code = code or value
        else:
            scale *= value
        rest = rest[len(word) :].lstrip(" .")
    return scale, code


def _longest_first(words):
    return sorted(words, key=len, reverse=True)


def _begins(text, word):
    """Return whether a text begins with a word that ends there; scripts without blanks go on."""
    after = text[len(word) : len(word) + 1]
    return text.startswith(word) and not (
        after.isalpha() and after < "\u0e00" and word[-1].isalpha()
    )


def _value(text, places, scale, typed):
    """Return what digits and separators say, times ``scale``; raise :class:`Ambiguous` where they
    say two numbers that a field with so many ``places`` could hold."""
    readings = {}
    for point in (None, *POINTS):
        before, found, after = text.partition(point) if point else (text, "", "")
        if point and (not found or not re.fullmatch(r"[0-9]+", after)):
            continue
        for grouper in (None, *GROUPERS):
            if grouper == point and point:
                continue
            digits_alone = _ungrouped(before, grouper)
            if digits_alone is not None:
                value = Decimal(f"{digits_alone or 0}.{after}" if after else digits_alone or 0)
                readings.setdefault(value, (point, grouper))
    if scale == 1:
        # Of whole things 4.200 are four thousand, and no amount has three digits after its point.
        readings = {
            value: how for value, how in readings.items() if _has_room(value, how, places)
        } or readings
    if len(readings) == 1:
        return next(iter(readings)) * scale
    if not readings:
        raise _no_number(typed)
    large, small = sorted(readings, reverse=True)
    if readings[large][1] == ",":
        # As this site writes thousands itself.
        return large * scale
    choices = {"text": typed, "large": clear(large * scale), "small": clear(small * scale)}
    raise Ambiguous(
        _("“%(text)s” can be read in two ways. Write %(large)s or %(small)s.") % choices,
        (choices["large"], choices["small"]),
    )


def _has_room(value, how, places):
    point, _grouper = how
    return point is None or (places > 0 and -value.normalize().as_tuple().exponent <= places)


def _ungrouped(text, grouper):
    """Return digits without their groups, or None where they are not grouped in this way."""
    if grouper is None:
        return text if re.fullmatch(r"[0-9]*", text) else None
    mark = re.escape(grouper)
    groups = rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
    if grouper in INDIAN_GROUPERS:
        groups += rf"|[1-9][0-9]?(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"
    return text.replace(grouper, "") if re.fullmatch(groups, text) else None


def _no_number(typed):
    return ValidationError(
        _(
            "“%(text)s” is not understood as a number. Write it in digits, with a point before "
            "decimals: 1250.5"
        )
        % {"text": typed[:60]}
    )


def month(text):
    """Return the month or year that a text says, as ``MonthField`` keeps it: "2013-04" or "2013"."""
    try:
        year_, month_, _day = _date(text)
    except NoDate:
        raise ValidationError(months.WRONG_MONTH) from None
    found = f"{year_}-{month_:02d}" if month_ else str(year_)
    months.validate_month(found)
    return found


def date(text):
    """Return the ``datetime.date`` that a text says."""
    try:
        return datetime.date(*_date(text))
    except (NoDate, ValueError):
        # Without a day, or without a month.
        raise ValidationError(_("Write a date: 2024-05-31.")) from None


def year(text):
    """Return the year that a text says, as a number."""
    found = re.fullmatch(r"([0-9]{4}) ?[年년]?", _folded(digits(text)))
    if not found:
        raise ValidationError(months.WRONG_YEAR)
    return int(found.group(1))


def _date(text):
    """Return (year, month or 0, day or 0)."""
    text = _folded(digits(text))
    exact = ISO_MONTH.fullmatch(text)
    if exact:
        return _checked(*(int(part) for part in exact.groups() if part))
    span = SPAN_OF_YEARS.fullmatch(text)
    if span and (int(span[1]) + 1) % 100 == int(span[2]) and int(span[2]) <= LAST_MONTH:
        month_ = f"{span[1]}-{span[2]}"
        raise Ambiguous(
            _("“%(text)s” can be a month or two years. Write %(month)s for %(label)s, or %(year)s.")
            % {"text": text, "month": month_, "label": months.label(month_), "year": span[1]},
            (month_, span[1]),
        )
    return _date_in_words(*_month_name(text))


def _date_in_words(named, text):
    """Return (year, month, day) of numbers in any order, and of the month that was ``named``."""
    found = NUMBERS.findall(text)
    years = [each for each in found if len(each) == YEAR_DIGITS]
    others = [int(each) for each in found if len(each) < YEAR_DIGITS - 1]
    is_known = (
        len(years) == 1 and len(others) + 1 == len(found) and len(others) <= (1 if named else 2)
    )
    if NUMBERS.sub("", BETWEEN.sub("", text)) or not is_known:
        raise NoDate
    year_ = int(years[0])
    if named or len(others) < 2:  # noqa: PLR2004 - month and day
        return _checked(year_, *([named] if named else []), *others)
    first, second = others
    if found[1] == years[0]:
        raise NoDate
    if found[0] == years[0] or first == second or second > LAST_MONTH:
        # The year first: then the month. Otherwise what is above twelve is the day.
        return _checked(year_, first, second)
    if first > LAST_MONTH:
        return _checked(year_, second, first)
    both = tuple(f"{year_}-{m:02d}-{d:02d}" for m, d in ((second, first), (first, second)))
    raise Ambiguous(
        _("“%(text)s” can be read in two ways. Write %(first)s or %(second)s.")
        % {"text": text, "first": both[0], "second": both[1]},
        both,
    )


def _checked(year_, month_=None, day=None):
    try:
        datetime.date(year_, 1 if month_ is None else month_, 1 if day is None else day)
    except ValueError:
        raise NoDate from None
    return year_, month_ or 0, day or 0


def _month_name(text):
    """Return the number of the month that a text names (0 for none), and the text without it."""
    if not re.search(r"[^\W\d_]", BETWEEN.sub("", text)):
        return 0, text
    for name in _longest_first(_month_names()):
        place = text.find(name)
        if place < 0:
            continue
        before, after = text[:place][-1:], text[place + len(name) :][:1]
        if not (before.isalpha() or after.isalpha() or unicodedata.combining(after or " ")):
            rest = f"{text[:place]} {text[place + len(name) :]}"
            return _month_names()[name], rest
    return 0, text


@cache
def _month_names():
    """Return the months by their names and abbreviations in the languages of cases.

    They are those of Django's own catalogues. A name that means different months is left out.
    """
    folder = Path(django.conf.__file__).parent / "locale"
    found = {"sept": {9}}
    for language in {*Revision.Language.values, "zh_Hans"}:
        catalogue = catalogues.translation("django", folder, [language], fallback=True)
        for place in range(1, LAST_MONTH + 1):
            english, short = ENGLISH[place], ENGLISH[place][:3].lower()
            names = {english, short, catalogue.gettext(english), catalogue.gettext(short)}
            names.add(catalogue.pgettext("alt. month", english))
            for name in names:
                # Japanese and Korean catalogues write digits there.
                if not re.search(r"[0-9]", name):
                    found.setdefault(_folded(name).strip("."), set()).add(place)
    return {name: places.pop() for name, places in found.items() if len(places) == 1}


def link(text):
    """Return a web address with its scheme: "www.city.example" is at https://www.city.example."""
    text = text.strip().removeprefix("<").removesuffix(">").strip()
    text = text.removeprefix("//")
    if not SCHEME.match(text) and HOST.fullmatch(text):
        return f"https://{text}"
    return text
