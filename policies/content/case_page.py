"""The whole text of a revision as pages show it: to readers, authors and moderators."""

from dataclasses import replace

from django.utils import timezone

from citynet.web import maps

from . import citations, completeness, money, sections
from .key_facts import key_facts
from .timeline import timeline

DOT = "18"


def case_context(revision):
    """Return the context of the templates that show the whole text of a revision."""
    today = timezone.localdate()
    checks = completeness.checks(revision)
    indicators = sections.indicator_rows(revision)
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
        "has_series": any(row.series for row in indicators),
        "sources": sections.source_links(revision),
        "photos": revision.photos.all(),
        "attachments": revision.attachments.all(),
        "confirmation": sections.confirmation_status(revision.case, today),
        "checks": checks,
        "documented": sum(check.done for check in checks),
        "citation": citations.in_words(citations.citation(revision)),
    } | _place(revision.case.member)


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
