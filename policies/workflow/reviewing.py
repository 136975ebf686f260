"""What moderators do with a submission: assign, assess, write notes, decide.

Every function checks again, inside its transaction, what may have changed since the page was read.
"""

import hashlib
import json

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.notices.notifications import address
from members.record import audit
from policies.content.fields import values_of
from policies.models import Assessment, CaseStudy, DeskNote, Phrase, ReviewNote, Revision

from . import authoring, moderation, notifications
from .errors import ChangedMeanwhile

State = Revision.State

# Moderators and author exchange notes in these states; only submitted texts are decided.
IN_REVIEW = (State.SUBMITTED, State.CHANGES_REQUESTED)

DECISIONS = {
    State.PUBLISHED: moderation.publish,
    State.CHANGES_REQUESTED: moderation.request_changes,
    State.REJECTED: moderation.reject,
}
NOTE_REQUIRED = moderation.NOTE_REQUIRED


def fingerprint(revision):
    """Return a short text that differs once anything differs that a moderator was shown.

    That is the whole content, where the submission stands, and what is public beside it. Reads
    rows that are prefetched.
    """
    rows = {
        name: [
            [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
            for row in getattr(revision, name).all()
        ]
        for name in Revision.row_models()
    }
    fields = {name: str(value) for name, value in values_of(revision).items()}
    standing = [revision.pk, revision.version, revision.state, str(revision.submitted_at)]
    text = json.dumps([standing, revision.case.live_id, fields, rows], sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@transaction.atomic
def decide(revision, decision, *, by, note, seen, marks=None):
    """Publish, send back or reject the text that ``by`` has read, and return it as it is now.

    ``decision`` is one of ``DECISIONS``; ``seen`` is the :func:`fingerprint` of what was shown;
    ``marks`` are saved as by :func:`assess`.
    Raises ``ChangedMeanwhile`` when a colleague decided first or anything shown has changed, and
    ``ReasonRequired`` where a note is missing.
    """
    CaseStudy.objects.select_for_update().get(pk=revision.case_id)
    now = Revision.objects.with_content().get(pk=revision.pk)
    if now.state != State.SUBMITTED:
        raise ChangedMeanwhile(_what_happened(now))
    if fingerprint(now) != seen:
        raise ChangedMeanwhile(
            _(
                "The text, or the public text beside it, was changed after you opened this page. "
                "Read it again, then decide."
            )
        )
    assess(now, marks or {}, by=by)
    return DECISIONS[decision](now, by=by, note=note)


def _what_happened(revision):
    event = revision.events.last()
    facts = {"state": revision.get_state_display().lower()}
    if event is None:
        return _("This revision is %(state)s now.") % facts
    facts["name"] = event.actor_name
    return _("%(name)s acted first: this revision is %(state)s now.") % facts


def compose_note(note, phrases, sections, case):
    """Return a note to the author: saved phrases, own words, and links to the sections concerned."""
    parts = [*(phrase.text for phrase in phrases), note]
    if sections:
        lines = [
            f"- {section.label}: {settings.SITE_URL}"
            + address("policies:section", case.pk, section.slug)
            for section in sections
        ]
        parts.append("\n".join([_("It is about:"), *lines]))
    return "\n\n".join(part.strip() for part in parts if part.strip())


@transaction.atomic
def assign(keys, reviewer, *, by, message=""):
    """Assign the open submissions among ``keys`` to a reviewer, or with None back to the queue.

    A ``message`` goes with it, and stays as a note among moderators. Return how many were reassigned.
    Raises ``ValueError`` for somebody who may not decide.
    """
    if reviewer and not notifications.moderators().filter(pk=reviewer.pk).exists():
        raise ValueError("Only who may decide can be given a submission.")
    open_ones = Revision.objects.filter(pk__in=keys, state__in=IN_REVIEW)
    rows = [
        row
        for row in open_ones.select_for_update().order_by("pk").only("pk", "title", "reviewer")
        if row.reviewer_id != (reviewer and reviewer.pk)
    ]
    Revision.objects.filter(pk__in=[row.pk for row in rows]).update(reviewer=reviewer)
    reason = given_to(reviewer) if reviewer else _("Back to the queue")
    audit.record_all("assigned", rows, by=by, reason=reason)
    if message:
        DeskNote.objects.bulk_create(
            DeskNote(revision=row, by=by, by_name=by.get_full_name(), text=message) for row in rows
        )
    if rows and reviewer and reviewer != by:
        notifications.notify_of_assignment(rows, reviewer, by, message)
    return len(rows)


def given_to(reviewer):
    """Return what the record says of a submission that was given to ``reviewer``."""
    return _("To %(name)s") % {"name": reviewer.get_full_name()}


@transaction.atomic
def assess(revision, marks, *, by):
    """Save marks and remarks: ``{criterion: (mark, remark)}``; two empty ones delete theirs.

    Raises ``ChangedMeanwhile`` when the submission is no longer in review.
    """
    revision = _in_review(revision)
    for criterion, (mark, remark) in marks.items():
        if mark or remark:
            Assessment.objects.update_or_create(
                revision=revision,
                criterion=criterion,
                defaults={
                    "mark": mark,
                    "remark": remark,
                    "by": by,
                    "by_name": by.get_full_name(),
                },
            )
        else:
            revision.assessments.filter(criterion=criterion).delete()
    lines = [
        f"{Assessment.Criterion(criterion).label}: {Assessment.Mark(mark).label if mark else '–'}"
        for criterion, (mark, _remark) in marks.items()
    ]
    if lines:
        audit.record("assessed", revision, by=by, reason="\n".join(lines))


@transaction.atomic
def write_note(revision, text, *, by):
    """Write to the author of a submission, and return the note; a double click writes one.

    Raises ``ChangedMeanwhile`` when the submission is no longer in review.
    """
    revision = _in_review(revision)
    since = timezone.now() - authoring.DUPLICATE_WINDOW
    twin = revision.notes.filter(author=by, text=text, created_at__gte=since).first()
    if twin:
        return twin
    note = ReviewNote.objects.create(
        revision=revision,
        author=by,
        author_name=by.get_full_name(),
        from_moderators=True,
        text=text,
    )
    notifications.notify_of_note(note)
    return note


@transaction.atomic
def write_desk_note(revision, text, *, by):
    """Write to the other moderators about a text, and return the note; a double click writes one.

    Its reviewer and whoever wrote here before are told. Its team never reads it.
    """
    Revision.objects.select_for_update().get(pk=revision.pk)
    since = timezone.now() - authoring.DUPLICATE_WINDOW
    twin = revision.desk_notes.filter(by=by, text=text, created_at__gte=since).first()
    if twin:
        return twin
    wrote = revision.desk_notes.order_by().values("by")
    concerned = Q(pk__in=wrote) | Q(pk=revision.reviewer_id)
    people = list(notifications.moderators(by).filter(concerned).distinct())
    note = DeskNote.objects.create(revision=revision, by=by, by_name=by.get_full_name(), text=text)
    audit.record("desk-note", revision, by=by)
    notifications.notify_of_desk_note(note, people)
    return note


@transaction.atomic
def save_phrase(use, title, text, *, by):
    """Save a text to be used again, after the phrases for the same use, and return it."""
    phrase = Phrase.objects.create(
        use=use, title=title, text=text, position=Phrase.objects.filter(use=use).count()
    )
    audit.record("phrase-added", phrase, by=by, reason=text)
    return phrase


def _in_review(revision):
    """Return the revision, locked; raise ``ChangedMeanwhile`` when it is no longer in review."""
    CaseStudy.objects.select_for_update().get(pk=revision.case_id)
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    if revision.state not in IN_REVIEW:
        raise ChangedMeanwhile(_what_happened(revision))
    return revision
