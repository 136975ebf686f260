"""Adoptions beside their originals in estimates: what they cost, what they changed, why they ended.

The newest report with a cost counts as a case of the adopter counts. What a report does not ask for,
as who took part, is not reported.
"""

from django.db.models import F, FilteredRelation, Q
from django.utils.translation import get_language

from exchange.models import Adoption, AdoptionChange
from policies.content.exchange_rates import to_usd
from policies.models import CaseStudy, Revision

from .adoptions import heading

# Of what stands in the summary of a text, all that is no property of the policy itself.
NOT_REPORTED = {
    "further_members": 0,
    "staff": "",
    "stakeholders": 0,
    "with_role": 0,
    "stakeholder_kinds": [],
    "funding": [],
    "funding_kinds": [],
    "evidence": "none",
    "evidence_kinds": [],
    "reporters": [],
    "documented": [],
}


# What is read of the newest report with a cost, and of the changes.
OF_COST = ("pk", "amount", "currency", "amount_year", "amount_basis", "staff_fte")
OF_CHANGES = ("pk", "aspect", "kind", "what", "reason")
# More of them, the newest, would be too many to be read beside each other, as of policies.
MOST = 300


def as_policies(revisions):
    """Return unsaved revisions: one for each public adoption, with a cost, of these live revisions.

    Each of ``revisions`` is given its public ``adoptions``, each with its ``stated_changes``; all in
    one query.
    """
    originals = {each.case_id: each for each in revisions}
    for each in revisions:
        each.adoptions = []
    found = []
    for adoption in _read(originals):
        case = adoption.case
        original = originals.get(case.pk) or originals[case.merged_into_id]
        original.adoptions.append(adoption)
        if adoption.cost_pk and adoption.stage not in Adoption.NOT_TAKEN_UP:
            found.append(_as_policy(adoption, original))
    return found


def _read(cases):
    """Return the public adoptions of these cases, ``MOST`` of them, in the order in which they were
    entered."""
    newest = Adoption.objects.public().filter(Q(case__in=cases) | Q(case__merged_into__in=cases))
    newest = newest.order_by("-pk").values("pk")[:MOST]
    rows = (
        Adoption.objects.filter(pk__in=newest)
        .annotate(costly=FilteredRelation("reports", condition=Q(reports__amount__isnull=False)))
        .annotate(
            **{f"cost_{name}": F(f"costly__{name}") for name in OF_COST},
            **{f"change_{name}": F(f"changes__{name}") for name in OF_CHANGES},
        )
    )
    # A line for each report with a cost and each change; the last one has the newest report.
    rows = rows.select_related("member", "case").order_by(
        "pk", "costly__date", "costly__pk", "changes__position", "changes__pk"
    )
    found, changes = {}, {}
    for row in rows:
        found[row.pk] = row
        if row.change_pk:
            change = {name: getattr(row, f"change_{name}") for name in OF_CHANGES}
            changes.setdefault(row.pk, {})[row.change_pk] = AdoptionChange(**change)
    for key, adoption in found.items():
        adoption.stated_changes = list(changes.get(key, {}).values())
    return found.values()


def _as_policy(adoption, original):
    # Numbers that no stored row has, for lists that are ordered by them.
    case = CaseStudy(pk=-adoption.pk, member=adoption.member, provenance=adoption.provenance)
    case.get_absolute_url = adoption.get_absolute_url
    amount, currency, year = adoption.cost_amount, adoption.cost_currency, adoption.cost_amount_year
    revision = Revision(
        pk=-adoption.cost_pk,
        case=case,
        title=heading(adoption, original.title),
        language=get_language(),
        start=adoption.started,
        budget_amount=amount,
        budget_currency=currency,
        budget_year=year,
        budget_basis=adoption.cost_amount_basis,
        budget_usd=to_usd(amount, currency, year),
        staff_fte=adoption.cost_staff_fte,
        decided_at=adoption.published_at,
        list_summary=original.list_summary | NOT_REPORTED,
    )
    revision.further_members = []
    return revision
