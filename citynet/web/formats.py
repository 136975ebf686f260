"""How numbers are written, in the reader's number format."""

from decimal import Decimal, InvalidOperation

from django.utils.formats import number_format

SMALLEST_GROUPED = 1000


def number(value):
    """Return a number with the reader's separators, without trailing zeros: "26.9", "3,018,022".

    Return "" for None and for what is no number.
    """
    if type(value) is int:
        # Most numbers are counts too small for a separator, and pages have hundreds of them.
        if 0 <= value < SMALLEST_GROUPED:
            return str(value)
        return number_format(value, use_l10n=True, force_grouping=True)
    value = decimal(value)
    if value is None:
        return ""
    places = max(0, -value.normalize().as_tuple().exponent)
    return number_format(value, places, use_l10n=True, force_grouping=True)


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
