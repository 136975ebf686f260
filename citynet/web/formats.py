"""How numbers are written, in the reader's number format."""

from decimal import Decimal, InvalidOperation

from django.utils import numberformat
from django.utils.formats import get_format

from .languages import cached_per_language

SMALLEST_GROUPED = 1000
THOUSANDS = 3  # digits of a group
LONGEST = 100  # digits; longer ones are written with an exponent
COMMA, POINT = ord(","), ord(".")


def number(value):
    """Return a number with the reader's separators, without trailing zeros: "26.9", "3,018,022".

    Return "" for None and for what is no number.
    """
    if type(value) is int:
        # Most numbers are counts too small for a separator, and pages have hundreds of them.
        return str(value) if 0 <= value < SMALLEST_GROUPED else in_digits(value, 0)
    value = decimal(value)
    if value is None:
        return ""
    return in_digits(value, max(0, -value.normalize().as_tuple().exponent))


def in_digits(value, places):
    """Return a number with ``places`` digits after the point, in groups as the reader writes them."""
    point, grouping, separator = _separators()
    if grouping == THOUSANDS and (type(value) is int or value.adjusted() < LONGEST):
        # Most of them; Django's own way takes ten times as long.
        return f"{value or 0:,.{places}f}".translate({COMMA: separator, POINT: point})
    return numberformat.format(
        value, point, places, grouping, separator, force_grouping=True, use_l10n=True
    )


@cached_per_language
def _separators():
    """Return the decimal separator, the size of groups and their separator.

    Django's ``number_format`` asks for the language three times over for each number.
    """
    names = ("DECIMAL_SEPARATOR", "NUMBER_GROUPING", "THOUSAND_SEPARATOR")
    return tuple(get_format(name, use_l10n=True) for name in names)


def decimal(value):
    """Return a value as a finite Decimal, or None where it is no such number."""
    if value is None or isinstance(value, bool):
        return None
    if type(value) is not Decimal:
        try:
            value = Decimal(str(value))
        except InvalidOperation:
            return None
    return value if value.is_finite() else None
