"""Adoptions beside their originals in estimates: what they cost, what they changed, why they ended.

The newest report with a cost counts as a case of the adopter counts. What a report does not ask for,
as who took part, is not reported.
"""

from functools import cache

from django.db.models import Q
from django.utils.translation import get_language

from exchange.models import Adoption
from policies.content.estimate import MEMBER_COLUMNS
from policies.content.exchange_rates import to_usd
from policies.models import CaseStudy, Revision

from .adoptions import grouped, heading, joined_lines

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


# What is read of an adoption, its case and its member.
READ = (
    *("stage", "reason", "started", "provenance", "published_at", "case__merged_into"),
    *(f"member__{name}" for name in MEMBER_COLUMNS),
)
# Only the newest: more could not be read beside each other.
MAX_ADOPTIONS = 300


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
        if adoption.cost_report and adoption.stage not in Adoption.NOT_ADOPTED:
            found.append(_as_policy(adoption, original))
    return found


def _read(cases):
    """Return the public adoptions of these cases, ``MAX_ADOPTIONS`` of them, in the order in which they were
    entered."""
    about = Q(case__in=cases) | Q(case__merged_into__in=cases)
    public, lines = _queries()
    return grouped(lines.filter(pk__in=public.filter(about).values("pk")[:MAX_ADOPTIONS]))


@cache
def _queries():
    """Return the queries that are narrowed to a class, of public adoptions and of what is read of them:
    to put them together takes longer than to ask them."""
    lines = Adoption.objects.select_related("member", "case").only(*READ)
    return Adoption.objects.public().order_by("-pk"), joined_lines(lines)


def _as_policy(adoption, original):
    # Numbers that no stored row has, for lists that are ordered by them.
    case = CaseStudy(pk=-adoption.pk, member=adoption.member, provenance=adoption.provenance)
    case.get_absolute_url = adoption.get_absolute_url
    cost = adoption.cost_report
    amount, currency, year = cost.amount, cost.currency, cost.amount_year
    revision = Revision(
        pk=-cost.pk,
        case=case,
        title=heading(adoption, original.title),
        language=get_language(),
        start=adoption.started,
        budget_amount=amount,
        budget_currency=currency,
        budget_year=year,
        budget_basis=cost.amount_basis,
        budget_usd=to_usd(amount, currency, year),
        staff_fte=cost.staff_fte,
        decided_at=adoption.published_at,
        list_summary=original.list_summary | NOT_REPORTED,
    )
    revision.further_members = []
    return revision
