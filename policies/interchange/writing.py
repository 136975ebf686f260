"""Steps into the database: a fixed number of queries, but for one for each draft written anew."""

from itertools import chain

from django.utils import timezone

from policies.content import fields
from policies.models import CaseStudy, Revision
from policies.workflow import moderation

from .planning import Action

WRITTEN = {Action.CREATE, Action.DRAFT, Action.REWRITE}
# The name under which imported texts are published: no person decided on each of them.
DECIDER = "Secretariat"


def write(steps, *, publish_at=None):
    """Carry out ``steps`` inside the caller's transaction; publish the texts where a time is given.

    Sets the case and the revision of each entry to those in the database.
    """
    by_action = {action: [] for action in Action}
    for step in steps:
        by_action[step.action].append(step)
    _create_cases([step.entry for step in by_action[Action.CREATE]])
    for step in steps:
        if step.known:
            step.entry.case = step.entry.revision.case = step.known.case
    _change_cases([step for step in steps if step.case_changes])
    _number(by_action[Action.DRAFT])
    new = [step.entry.revision for step in by_action[Action.CREATE] + by_action[Action.DRAFT]]
    Revision.objects.bulk_create(new)
    _rewrite(by_action[Action.REWRITE])
    for kind in fields.ALL_ROWS:
        written = [step.entry.rows[kind.related_name] for step in steps if step.action in WRITTEN]
        kind.model.objects.bulk_create(list(chain.from_iterable(written)))
    _copy_files(by_action[Action.DRAFT])
    for step in by_action[Action.PUBLISH]:
        step.entry.revision = step.known.open
    public = [step.entry.revision for step in steps if step.action is not Action.NOTHING]
    if publish_at and public:
        moderation.publish_all(public, name=DECIDER, at=publish_at)


def _create_cases(entries):
    for entry in entries:
        case = entry.case
        case.member = entry.member
        case.slug = CaseStudy.slug_for(entry.revision.title)
        entry.revision.case = case
    CaseStudy.objects.bulk_create([entry.case for entry in entries])


def _change_cases(steps):
    for step in steps:
        for name, value in step.case_changes.items():
            setattr(step.entry.case, name, value)
    CaseStudy.objects.bulk_update(
        [step.entry.case for step in steps], ["provenance", "confirmed_at", "synthetic"]
    )


def _number(steps):
    """Number the further revisions of cases."""
    for step in steps:
        step.entry.revision.number = step.known.last.number + 1


def _rewrite(steps):
    """Give drafts another text; their pictures and papers stay."""
    drafts = [step.known.open for step in steps]
    for kind in fields.ALL_ROWS if drafts else ():
        kind.model.objects.filter(revision__in=drafts).delete()
    names = [key.attribute for key in fields.CONTENT]
    for step in steps:
        draft, revision = step.known.open, step.entry.revision
        revision.pk, revision.number = draft.pk, draft.number
        revision.version, revision.updated_at = draft.version + 1, timezone.now()
        revision.save(update_fields=[*names, "version", "updated_at"])


def _copy_files(steps):
    """Pictures and papers are not in the file: they follow from the text before."""
    for name in ("photos", "attachments"):
        rows = []
        for step in steps:
            before = step.known.live or step.known.last
            for row in getattr(before, name).all():
                row.pk, row.revision = None, step.entry.revision
                rows.append(row)
        if rows:
            type(rows[0]).objects.bulk_create(rows)
