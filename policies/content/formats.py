"""How amounts, numbers and times are written, in the reader's language and number format."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citynet.web.formats import decimal, in_digits, number
from policies.models import months

__all__ = ["duration", "money", "number", "period", "usd"]

THOUSAND = Decimal(1000)
MILLION = Decimal(10) ** 6
BILLION = Decimal(10) ** 9
TRILLION = Decimal(10) ** 12

# A stated amount is shortened only where four digits say it exactly; a converted one is rounded.
SHORTENED = Context(prec=4, rounding=ROUND_HALF_EVEN)
CONVERTED = Context(prec=3, rounding=ROUND_HALF_EVEN)
# Below this many dollars the cents matter: amounts per resident.
CENTS_BELOW = 10


def money(amount, currency):
    """Return an amount as stated, after its ISO 4217 code: "KRW 13 billion", "USD 326,075".

    From a million up it is shortened, but only where that loses nothing. Return "" for None.
    """
    amount = decimal(amount)
    if amount is None:
        return ""
    exact = amount == SHORTENED.plus(amount)
    return _in_words(amount, currency) if amount >= MILLION and exact else _digits(amount, currency)


def usd(amount):
    """Return an amount that was converted to USD, rounded: "USD 11.9 million", "USD 57,010".

    From a million up it keeps four digits where they say it exactly, else three; below that whole
    dollars, and cents below ten dollars ("USD 1.18"). Return "" for None.
    """
    amount = decimal(amount)
    if amount is None:
        return ""
    if amount >= MILLION:
        exact = amount == SHORTENED.plus(amount)
        return _in_words(amount if exact else CONVERTED.plus(amount), "USD")
    return _digits(amount.quantize(Decimal("0.01") if amount < CENTS_BELOW else Decimal(1)), "USD")


def duration(count):
    """Return a number of months in words: "18 months", "4 years, 5 months"; "" for None."""
    if count is None:
        return ""
    years, rest = divmod(count, 12)
    if not rest:
        return _years(years)
    if years <= 1:
        return _months(count)
    return _("%(years)s, %(months)s") % {"years": _years(years), "months": _months(rest)}


def period(start, end):
    """Return start and end as far as known: "2003–2005", "April 2013", "Since 2013", or ""."""
    if not start and not end:
        return ""
    if not end:
        return _("Since %(month)s") % {"month": months.label(start)}
    if not start:
        return _("Until %(month)s") % {"month": months.label(end)}
    if start == end:
        return months.label(start)
    between = {"start": months.label(start), "end": months.label(end)}
    if months.is_exact(start) or months.is_exact(end):
        return _("%(start)s – %(end)s") % between
    return _("%(start)s–%(end)s") % between


def figure(value):
    """Return what was counted or measured: in digits, from a billion up "2.83 trillion" where that
    loses nothing; "" for None."""
    value = decimal(value)
    if value is None or abs(value) < BILLION or value != SHORTENED.plus(value):
        return number(value)
    scale = TRILLION if abs(value) >= TRILLION else BILLION
    text = _("%(count)s trillion") if scale == TRILLION else _("%(count)s billion")
    return text % {"count": number(value / scale)}


def in_words(value):
    """Return a number with no separator that could be a decimal one: "4 thousand 200", "1 million
    284 thousand 500"; "" below a thousand and for None.

    Readers of some languages take "4,200" for four and a fifth.
    """
    value = decimal(value)
    if value is None or abs(value) < THOUSAND:
        return ""
    rest, parts = abs(value), []
    for scale, text in (
        (TRILLION, _("%(count)s trillion")),
        (BILLION, _("%(count)s billion")),
        (MILLION, _("%(count)s million")),
        (THOUSAND, _("%(count)s thousand")),
    ):
        count, rest = divmod(rest, scale)
        if count:
            parts.append(text % {"count": format(count, "f")})
    if rest:
        parts.append(number(rest))
    return ("-" if value < 0 else "") + " ".join(parts)


def _years(count):
    return ngettext("%(count)s year", "%(count)s years", count) % {"count": number(count)}


def _months(count):
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": number(count)}


def _digits(amount, currency):
    """Return an amount in digits; with cents, both digits of them."""
    places = 0 if amount == amount.to_integral_value() else 2
    digits = in_digits(round(amount, places), places)
    return _("%(currency)s %(amount)s") % {"currency": currency, "amount": digits}


def _in_words(amount, currency):
    """Return an amount from a million up, in millions, billions or trillions."""
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
