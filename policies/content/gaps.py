"""What a case does not report: where its team fills it in, and how others ask its city.

Asking belongs to an app that this one does not know: it registers itself by :func:`register_asking`.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Gap:
    """Something that is missing: ``label`` says what, ``section`` and ``anchor`` where it is filled in,
    ``asks`` by which name the city is asked for it ("" where nobody is)."""

    label: str
    section: str
    anchor: str
    asks: str = ""


GAPS = {
    "challenge": Gap(_("Challenge"), "challenge-solution", "id_challenge"),
    "solution": Gap(_("What was done"), "challenge-solution", "id_solution"),
    "targets": Gap(_("Targets it serves"), "targets-themes", "contributions"),
    "scale": Gap(_("Scale"), "basics", "id_scale", "budget"),
    "stage": Gap(_("Stage"), "time", "id_stage", "duration"),
    "duration": Gap(_("Start and end"), "time", "id_start", "duration"),
    "budget": Gap(_("Budget"), "budget", "id_budget_amount", "budget"),
    "budget-year": Gap(_("Year of the amount"), "budget", "id_budget_year", "budget"),
    "budget-scope": Gap(_("What the amount covers"), "budget", "id_budget_scope", "budget"),
    "budget-basis": Gap(_("Planned, approved or spent"), "budget", "id_budget_basis", "budget"),
    "budget-lines": Gap(_("Budget lines"), "budget", "budget_lines", "budget"),
    "funding": Gap(_("Funding sources"), "budget", "funding_sources", "budget"),
    "staff": Gap(_("Staff"), "manpower", "id_staff_fte", "staff"),
    "staff-roles": Gap(_("Staff roles"), "manpower", "staff_roles", "staff"),
    "stakeholders": Gap(_("Stakeholders"), "stakeholders", "stakeholders", "stakeholders"),
    "results": Gap(_("Results"), "results", "id_results", "results"),
    "indicators": Gap(_("Indicators"), "results", "indicators", "results"),
    "lessons": Gap(_("Lessons"), "lessons", "id_lessons", "results"),
    "transferability": Gap(
        _("Conditions for transfer"), "lessons", "id_transferability", "results"
    ),
    "sources": Gap(_("Sources"), "files", "sources"),
}
# What may be asked for; the names are part of addresses.
ASKED = ("budget", "staff", "duration", "stakeholders", "results")

# The function of :func:`register_asking`, once there is one.
_asking = []


def register_asking(address):
    """Let others ask: ``address`` is called with a case and one of ``ASKED``, or "" for anything, and
    returns where the city of the case is asked for it, "" where it cannot be."""
    _asking[:] = [address]


def asking(case, name):
    """Return where the city of a case is asked for the gap ``name``; "" where nobody can be."""
    asks = GAPS[name].asks
    return _asking[0](case, asks) if _asking and asks else ""


def asking_of_anything(case):
    """Return where the city of a case is asked about the case; "" where nobody can be."""
    return _asking[0](case, "") if _asking else ""


def filling(case, name):
    """Return where the team of a case fills the gap ``name`` in: its field, in a draft."""
    return reverse("policies:edit", args=[case.pk], query={"gap": name})
