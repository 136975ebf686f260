"""From the database to a line."""

from policies.content import fields
from policies.models import Contribution


def row(revision):
    """The line of ``revision``, as a dict ready for JSON.

    Asks the database nothing when the revision comes from ``Revision.objects.with_content()``.
    Files are not part of the format. An amount in USD is given only where a source states it: the
    others follow from the amount, the currency and the year.
    """
    case = revision.case
    about_case = values(case, fields.CASE)
    synthetic = about_case.pop("synthetic")
    return {
        "source_id": about_case.pop("source_id"),
        "member": case.member.slug,
        **about_case,
        **content(revision),
        **({"synthetic": True} if synthetic else {}),
    }


def content(revision, rows=None):
    """The part of the line that is the revision's own.

    ``rows`` gives the lists by their names on the revision where they are not saved yet.
    """

    def listed(kind):
        name = kind.related_name
        return getattr(revision, name).all() if rows is None else rows[name]

    def objects(kind):
        return [values(each, kind.keys) for each in listed(kind)]

    budget = values(revision, fields.BUDGET)
    if not budget["usd_source"]:
        budget["usd"] = None
    return {
        **values(revision, fields.TEXTS),
        "themes": [each.theme.slug for each in listed(fields.THEMES)],
        "targets": [
            {
                "code": each.target_id,
                "primary": each.role == Contribution.Role.PRIMARY,
                **values(each, fields.TARGETS.keys),
            }
            for each in listed(fields.TARGETS)
        ],
        "budget": {
            **budget,
            "lines": objects(fields.BUDGET_LINES),
            "funding": objects(fields.FUNDING),
        },
        "manpower": {
            **values(revision, fields.MANPOWER),
            "roles": objects(fields.ROLES),
        },
        "stakeholders": objects(fields.STAKEHOLDERS),
        **values(revision, fields.OTHERS),
        "phases": objects(fields.PHASES),
        "indicators": objects(fields.INDICATORS),
        "sources": objects(fields.SOURCES),
    }


def values(instance, keys):
    """The values of ``instance`` by the names that they have in a line."""
    return {key.name: key.of(instance) for key in keys}
