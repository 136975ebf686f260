"""How amounts, numbers and times are written, in the reader's language and number format."""

import functools
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from django.utils import formats, numberformat, translation
from django.utils.translation import get_language

from policies.models import months

MILLION = Decimal(10) ** 6
BILLION = Decimal(10) ** 9
TRILLION = Decimal(10) ** 12

# A stated amount is shortened only where four digits say it exactly; a converted one is rounded.
SHORTENED = Context(prec=4, rounding=ROUND_HALF_EVEN)
CONVERTED = Context(prec=3, rounding=ROUND_HALF_EVEN)
# How most of the world groups digits.
THREES = 3
# From here on Django writes a number in powers of ten.
LONG = Decimal(10) ** 200
# Below this many dollars the cents matter: amounts per resident.
CENTS_BELOW = 10


# The active language, where it was asked already: asking Django takes longer than most of what is
# written, and a list of cards would ask it a thousand times.
_writing_in = ContextVar("language", default=None)


def current_language():
    """The active language."""
    return _writing_in.get() or get_language()


@contextmanager
def one_language():
    """For a block that writes much and never changes the language: it is asked only once."""
    token = _writing_in.set(get_language())
    try:
        yield
    finally:
        _writing_in.reset(token)


def remembered(function):
    """Keep what a function of plain values writes, for each language apart.

    The same words stand on every card of every list; looking them up again is most of their cost.
    A caller of many may give the active language: ``write(value, language=language)``.
    """

    @functools.lru_cache(maxsize=4096)
    def in_language(language, *values):
        token = _writing_in.set(language)
        try:
            return function(*values)
        finally:
            _writing_in.reset(token)

    @functools.wraps(function)
    def in_current_language(*values, language=None):
        return in_language(language or _writing_in.get() or get_language(), *values)

    return in_current_language


# Messages in the reader's language; the facts of cards are made of the same thirty.
_ = said = remembered(translation.gettext)
ngettext = counted = remembered(translation.ngettext)

# The year in which each month is written once, to be replaced by others.
ANY_YEAR = "2099"


@remembered
def month(value):
    """A month in words ("April 2013"), as ``months.label`` writes it; "" where unknown.

    A library has a few hundred, each on many cards, and Django takes long to write one.
    """
    if not months.is_exact(value or ""):
        return months.label(value)
    return _in_any_year(value[4:]).replace(ANY_YEAR, value[:4])


@remembered
def _in_any_year(rest):
    return months.label(ANY_YEAR + rest)


def number(value, *, language=None):
    """A number with the reader's separators, without trailing zeros: "26.9", "3,018,022".

    Gives "" for None and for what is no number. ``language`` is the active one, if it is known.
    """
    if type(value) is int:
        return _grouped(value, 0, language)
    value = _decimal(value)
    if value is None:
        return ""
    return _grouped(value, max(0, -value.normalize().as_tuple().exponent), language)


def whole_numbers():
    """A function that writes whole numbers as ``number`` does, for a caller with hundreds of them."""
    _point, grouping, separator = _separators()
    if grouping != THREES:
        return number
    return lambda value: f"{value:,}".replace(",", separator)


def money(amount, currency):
    """An amount as stated, after its ISO 4217 code: "KRW 13 billion", "USD 326,075".

    From a million up it is shortened, but only where that loses nothing. Gives "" for None.
    """
    amount = _decimal(amount)
    if amount is None:
        return ""
    exact = amount == SHORTENED.plus(amount)
    return _words(amount, currency) if amount >= MILLION and exact else _figures(amount, currency)


def usd(amount):
    """An amount that was converted to USD, rounded: "USD 11.9 million", "USD 57,010", "USD 1.18".

    From a million up it keeps four digits where they say it exactly, else three; below that whole
    dollars, and cents below ten dollars. Gives "" for None.
    """
    amount = _decimal(amount)
    if amount is None:
        return ""
    if amount >= MILLION:
        exact = amount == SHORTENED.plus(amount)
        return _words(amount if exact else CONVERTED.plus(amount), "USD")
    return _figures(amount.quantize(Decimal("0.01") if amount < CENTS_BELOW else Decimal(1)), "USD")


@remembered
def duration(count):
    """A number of months in words: "18 months", "2 years", "4 years, 5 months"; "" for None."""
    if count is None:
        return ""
    years, rest = divmod(count, 12)
    if not rest:
        return _years(years)
    if years <= 1:
        return _months(count)
    return _("%(years)s, %(months)s") % {"years": _years(years), "months": _months(rest)}


def period(start, end):
    """Start and end as far as they are known: "2003–2005", "April 2013", "Since 2013", or ""."""
    if not start and not end:
        return ""
    if not end:
        return _("Since %(month)s") % {"month": month(start)}
    if not start:
        return _("Until %(month)s") % {"month": month(end)}
    if start == end:
        return month(start)
    between = {"start": month(start), "end": month(end)}
    if months.is_exact(start) or months.is_exact(end):
        return _("%(start)s – %(end)s") % between
    return _("%(start)s–%(end)s") % between


@remembered
def _separators():
    """What numbers are written with, which ``number_format`` would look up for each anew."""
    names = ("DECIMAL_SEPARATOR", "NUMBER_GROUPING", "THOUSAND_SEPARATOR")
    return [formats.get_format(name, use_l10n=True) for name in names]


def _grouped(value, places, language=None):
    """A number with ``places`` digits after the point, in groups as the reader writes them."""
    point, grouping, separator = _separators(language=language)
    if grouping != THREES or abs(value) >= LONG:
        return numberformat.format(
            value, point, places, grouping, separator, force_grouping=True, use_l10n=True
        )
    # Numbers stand in every card and beside every choice; Django takes ten times as long.
    if not places:
        whole = f"{value:,}" if type(value) is int else f"{value or 0:,.0f}"
        return whole.replace(",", separator)
    whole, _point, rest = f"{value or 0:,.{places}f}".partition(".")
    whole = whole.replace(",", separator)
    return f"{whole}{point}{rest}" if rest else whole


@remembered
def _years(count):
    return ngettext("%(count)s year", "%(count)s years", count) % {"count": number(count)}


@remembered
def _months(count):
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": number(count)}


def _decimal(value):
    if value is None or isinstance(value, bool):
        return None
    if type(value) is not Decimal:
        try:
            value = Decimal(str(value))
        except InvalidOperation:
            return None
    return value if value.is_finite() else None


def _figures(amount, currency):
    """An amount in figures; with cents, both digits of them."""
    places = 0 if amount == amount.to_integral_value() else 2
    figures = _grouped(amount, places)
    return _("%(currency)s %(amount)s") % {"currency": currency, "amount": figures}


def _words(amount, currency):
    """An amount from a million up, in millions, billions or trillions."""
    if amount >= TRILLION:
        amount /= TRILLION
        text = ngettext(
            "%(currency)s %(amount)s trillion", "%(currency)s %(amount)s trillion", int(amount)
        )
    elif amount >= BILLION:
        amount /= BILLION
        text = ngettext(
            "%(currency)s %(amount)s billion", "%(currency)s %(amount)s billion", int(amount)
        )
    else:
        amount /= MILLION
        text = ngettext(
            "%(currency)s %(amount)s million", "%(currency)s %(amount)s million", int(amount)
        )
    return text % {"currency": currency, "amount": number(amount)}
