"""Figures that an answer states, as readers see them, and whether the case states them too."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policies.content import formats

# Where a figure belongs in the draft of a case: section and field of each.
PLACES = {
    "amount": ("budget", "id_budget_amount"),
    "people": ("manpower", "id_staff_fte"),
    "months": ("time", "id_start"),
}


def figures(advice):
    """Return (label, value, detail) of each figure that an answer states; details may be empty."""
    found = []
    if advice.amount is not None:
        year_and_basis = [str(advice.amount_year or ""), basis(advice.amount_basis)]
        value = formats.money(advice.amount, advice.currency)
        found.append((_("Amount"), value, ", ".join(filter(None, year_and_basis))))
    if advice.people_fte is not None:
        found.append((_("People"), formats.number(advice.people_fte), _("full-time equivalents")))
    if advice.months is not None:
        months = ngettext("%(count)s month", "%(count)s months", advice.months)
        found.append((_("Time"), months % {"count": formats.number(advice.months)}, ""))
    return found


def basis(value):
    """Return the basis of an amount as it stands behind a year: "spent"; "" where it is not known."""
    return {"planned": _("planned"), "approved": _("approved"), "spent": _("spent")}.get(value, "")


def not_in_case(advice, live):
    """Return which figures of an answer its case does not state: keys of :data:`PLACES`.

    ``live`` is the public revision of the case.
    """
    if live is None:
        return []
    missing = []
    if advice.amount is not None and live.budget_amount is None:
        missing.append("amount")
    if advice.people_fte is not None and live.staff_fte is None:
        missing.append("people")
    if advice.months is not None and not (live.start and live.end):
        missing.append("months")
    return missing
