"""What lists show of a revision beyond its own columns, kept with it from its publication on.

A list of twenty cases would otherwise read five tables for it. The summary holds codes and counts
only: names of themes, targets, members and countries are read when they are shown, so that they
follow their rows and the reader's language.
"""

from django.db.models import prefetch_related_objects

from policies.models import Indicator, Revision
from policies.models.querysets import row_lists

from . import completeness

# Counts the forms that a summary has had. After a change run ``manage.py rebuild_summaries``; until
# then lists work out the summaries themselves.
VERSION = 6
ROWS = (
    "joint_members",
    "budget_lines",
    "phases",
    "photos",
    "attachments",
    "contributions",
    "theme_rows__theme",
    "staff_roles",
    "stakeholders",
    "funding_sources",
    "indicators",
    "sources",
)
BATCH = 500
REPORTED = Indicator.Evidence.REPORTED


def summarise(revision):
    """Return the summary of a revision, ready for JSON; reads its rows and its member."""
    stakeholders = list(revision.stakeholders.all())
    funding = list(revision.funding_sources.all())
    indicators = list(revision.indicators.all())
    lead = revision.case.member_id
    return {
        "version": VERSION,
        # Its lists without a row.
        "empty": [name for name in Revision.row_models() if not getattr(revision, name).all()],
        "further_members": len({row.member_id for row in revision.joint_members.all()} - {lead}),
        # In the author's order.
        "targets": [row.target_id for row in revision.contributions.all()],
        "themes": [row.theme.slug for row in revision.theme_rows.all()],
        "staff": _staff(revision),
        "stakeholders": len(stakeholders),
        "with_role": sum(bool(row.role) for row in stakeholders),
        "stakeholder_kinds": _distinct(row.kind for row in stakeholders),
        "leading_kinds": _distinct(row.kind for row in stakeholders if row.leads),
        "funding": [[row.name, row.state] for row in funding],
        "funding_kinds": _distinct(row.kind for row in funding),
        "evidence": _evidence(revision, indicators),
        "evidence_kinds": _distinct(row.evidence for row in indicators),
        "reporters": _distinct(row.reporter for row in indicators),
        "documented": [check.name for check in completeness.checks(revision) if check.done],
    }


def read_rows(revision):
    """Read the lists of a public revision, in a query for each that is not known to be empty."""
    stored = revision.list_summary
    empty = stored["empty"] if stored.get("version") == VERSION else ()
    prefetch_related_objects([revision], *row_lists(Revision.row_models(), empty=empty))


def _staff(revision):
    """Return what is said of the staff beside a total: "roles", else "note", else ""."""
    if revision.staff_roles.all():
        return "roles"
    return "note" if revision.staff_note.strip() else ""


def summary_of(revision):
    """Return the stored summary of a revision, or a new one where there is none of this form."""
    stored = revision.list_summary
    return stored if stored.get("version") == VERSION else summarise(revision)


def up_to_date(stored):
    """Return {pk: summary} of revisions whose stored summaries are given in the same way.

    Those of another form are worked out anew, in a fixed number of queries.
    """
    stale = [key for key, found in stored.items() if found.get("version") != VERSION]
    if not stale:
        return stored
    whole = Revision.objects.filter(pk__in=stale).select_related("case__member")
    return stored | {each.pk: summarise(each) for each in whole.prefetch_related(*ROWS)}


def complete(revisions):
    """Give revisions of lists that lack a summary of this form one, in memory, in a fixed number of
    queries."""
    summaries = up_to_date({each.pk: each.list_summary for each in revisions})
    for revision in revisions:
        revision.list_summary = summaries[revision.pk]


def rebuild(revisions, progress=None):
    """Store the summaries of a queryset of any length where they differ; return how many did.

    ``progress`` is called with (done, changed) after each batch.
    """
    done = changed = last = 0
    revisions = revisions.select_related("case__member").order_by("pk")
    while batch := list(revisions.filter(pk__gt=last)[:BATCH]):
        changed += _store(batch)
        done, last = done + len(batch), batch[-1].pk
        if progress:
            progress(done, changed)
    return changed


def _store(revisions):
    """Store the summaries of a few revisions where they differ; return how many did."""
    prefetch_related_objects(revisions, *ROWS)
    changed = []
    for revision in revisions:
        summary = summarise(revision)
        if summary != revision.list_summary:
            revision.list_summary = summary
            changed.append(revision)
    # In small parts: a statement compares each of its rows with each.
    Revision.objects.bulk_update(changed, ["list_summary"], batch_size=50)
    return len(changed)


def _is_told_by_others(indicators):
    """Return whether all that is reported of results is said to come from others than the city."""
    tellers = [
        row.reporter for row in indicators if row.result is not None and row.evidence == REPORTED
    ]
    return not {"", Indicator.Reporter.CITY}.intersection(tellers)


def _distinct(values):
    return list(dict.fromkeys(value for value in values if value))


def _evidence(revision, indicators):
    """Return what the results rest on: the strongest evidence of any result, or what there is."""
    results = {row.evidence for row in indicators if row.result is not None}
    for value in reversed(Indicator.Evidence.values):
        if value in results:
            return "elsewhere" if value == REPORTED and _is_told_by_others(indicators) else value
    if results:
        return "unnamed"
    if any(row.planned is not None for row in indicators):
        return "planned"
    return "words" if revision.results else "none"
