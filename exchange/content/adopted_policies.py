"""Adoptions that state a cost, as policies of the adopting cities: for estimates.

The newest report with a cost counts as a case of the adopter counts. What a report does not ask for,
as who took part, is not reported.
"""

from django.db.models import Q
from django.utils.translation import get_language

from exchange.models import Adoption, AdoptionReport
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


def as_policies(revisions):
    """Return unsaved revisions: one for each public adoption, with a cost, of these live revisions."""
    originals = {each.case_id: each for each in revisions}
    adoptions = Adoption.objects.public().taken_up().with_reports()
    adoptions = adoptions.filter(Q(case__in=originals) | Q(case__merged_into__in=originals))
    reports = AdoptionReport.objects.filter(pk__in=adoptions.order_by().values("cost"))
    found = []
    for report in reports.select_related("adoption__member", "adoption__case").order_by("pk"):
        case = report.adoption.case
        original = originals.get(case.pk) or originals[case.merged_into_id]
        found.append(_as_policy(report, original))
    return found


def _as_policy(report, original):
    adoption = report.adoption
    # Numbers that no stored row has, for lists that are ordered by them.
    case = CaseStudy(pk=-adoption.pk, member=adoption.member, provenance=adoption.provenance)
    case.get_absolute_url = adoption.get_absolute_url
    revision = Revision(
        pk=-report.pk,
        case=case,
        title=heading(adoption, original.title),
        language=get_language(),
        start=adoption.started,
        budget_amount=report.amount,
        budget_currency=report.currency,
        budget_year=report.amount_year,
        budget_basis=report.amount_basis,
        budget_usd=to_usd(report.amount, report.currency, report.amount_year),
        staff_fte=report.staff_fte,
        decided_at=adoption.published_at,
        list_summary=original.list_summary | NOT_REPORTED,
    )
    revision.further_members = []
    return revision
