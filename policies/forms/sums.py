"""What the rows of a list add up to, beside the whole that they are a part of."""

from decimal import Decimal

from django.utils.translation import gettext as _

from citynet.web.formats import number
from policies.models import FundingSource, StaffRole

PERCENT = 100


def of_list(name, section_form, rows):
    """Return what the ``rows`` of the list ``name`` add up to and how that stands to the whole, in
    words; "" where nothing adds up."""
    if name not in ADDED:
        return ""
    column, whole_name, counts = ADDED[name]
    amounts = [
        row[column].understood_value
        for row in rows
        if row[column].understood_value is not None and counts(row, section_form)
    ]
    if not amounts:
        return ""
    total, whole = sum(amounts, Decimal()), section_form[whole_name].understood_value
    is_money = rows[0].fields[column].is_money
    currency = section_form.currency_of_amounts() if is_money else ""
    shown = {"sum": _unit(total, currency, is_money)}
    if whole in (None, 0):
        return _("Together %(sum)s.") % shown
    shown |= {"whole": _unit(whole, currency, is_money)}
    shown |= {"percent": number(round(total * PERCENT / whole))}
    if total < whole:
        shown["rest"] = _unit(whole - total, currency, is_money)
        return _("Together %(sum)s of %(whole)s (%(percent)s %%); %(rest)s is in no row.") % shown
    if total > whole:
        shown["rest"] = _unit(total - whole, currency, is_money)
        return _("Together %(sum)s, which is %(rest)s more than the whole of %(whole)s.") % shown
    return _("Together %(sum)s: that is the whole.") % shown


def _unit(value, currency, is_money):
    if is_money:
        return f"{number(value)} {currency}".strip()
    return _("%(count)s FTE") % {"count": number(value)}


def _always(_row, _section_form):
    return True


def _is_paid_in_the_currency(row, section_form):
    """Whether a funding source counts: not what was withdrawn, nor what is in another currency."""
    currency = row["currency"].understood_value or ""
    withdrawn = row["state"].value() == FundingSource.State.WITHDRAWN
    return not withdrawn and currency in ("", section_form.currency_of_amounts())


def _is_full_time(row, _section_form):
    return (row["counted"].value() or "") in ("", StaffRole.Counted.FTE)


# List -> the column that is added up, the field with the whole, and which rows count.
ADDED = {
    "budget_lines": ("amount", "budget_amount", _always),
    "funding_sources": ("amount", "budget_amount", _is_paid_in_the_currency),
    "staff_roles": ("people", "staff_fte", _is_full_time),
}
