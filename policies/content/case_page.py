"""The whole text of a revision as pages show it: to readers, authors and moderators."""

from dataclasses import replace

from django.utils import timezone

from citynet.web import maps

from . import citations, completeness, money, sections
from .key_facts import key_facts, residents
from .timeline import timeline

DOT = "18"


def case_context(revision):
    """Return the context of the templates that show the whole text of a revision."""
    today = timezone.localdate()
    checks = completeness.checks(revision)
    indicators = sections.indicator_rows(revision)
    photos = revision.photos.all()
    cited = citations.citation(revision)
    return {
        "revision": revision,
        "case": revision.case,
        "member": revision.case.member,
        "text_attributes": sections.text_attributes(revision),
        "facts": key_facts(revision),
        "timeline": timeline(revision, today),
        "funding": money.funding(revision),
        "lines": money.lines(revision),
        "resident": money.resident(revision),
        "person_served": money.person_served(revision),
        "in_usd": money.in_usd(revision),
        "groups": sections.stakeholder_groups(revision),
        "indicators": indicators,
        "indicators_have_gaps": any(
            not (row.before and row.planned and row.result and row.evidence) for row in indicators
        ),
        "roles_have_gaps": any(
            not row.organisation or row.people is None or row.months is None
            for row in revision.staff_roles.all()
        ),
        "resident_gap": _gap_of_resident(revision),
        "in_usd_gap": _gap_of_usd(revision),
        "has_series": any(row.series for row in indicators),
        "sources": sections.source_links(revision),
        "photos": photos,
        "shared_photo": next((photo for photo in photos if not photo.removal), None),
        "attachments": revision.attachments.all(),
        "confirmation": sections.confirmation_status(revision.case, today),
        "checks": checks,
        "documented": sum(check.done for check in checks),
        "cited": cited,
        "citation": citations.in_words(cited),
    } | _place(revision.case.member)


def _gap_of_resident(revision):
    """Return which gap keeps the budget from being divided by residents; "" for none of the case."""
    if not residents(revision):
        return ""
    return _gap_of_usd(revision) or ("" if revision.scale else "scale")


def _gap_of_usd(revision):
    """Return which gap keeps the budget from being known in US dollars."""
    if revision.budget_usd is not None or revision.budget_unavailable:
        return ""
    return "budget" if revision.budget_amount is None else "budget-year"


def _place(member):
    """Return the dot on the map, or the member as outside of it; nothing where its place is unknown."""
    if not maps.on_map(member):
        return {"outside": maps.outside([member])}
    # The dot says where, not how many.
    member.case_count = 0
    return {
        "points": [
            replace(point, title=member.name, radius=DOT)
            for point in maps.points([member], mini=True, here=member)
        ]
    }
