"""The only module that changes the state of a revision.

Every change happens inside a transaction, writes an event row and the notices to the people
concerned, and updates the search index once it is committed.
"""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from members.record import audit
from policies.content import summary
from policies.models import (
    CaseStudy,
    Correction,
    ReviewEvent,
    ReviewNote,
    Revision,
    UpdateRequest,
)
from policies.search import index

from . import confirmation, notifications, screening, thread
from .errors import ReasonRequired, TransitionRefused

State = Revision.State

# What may follow what. Buttons, tests and documents are derived from this table.
TRANSITIONS = {
    State.DRAFT: (State.SUBMITTED, State.PUBLISHED, State.WITHDRAWN),
    State.SUBMITTED: (State.PUBLISHED, State.CHANGES_REQUESTED, State.REJECTED, State.WITHDRAWN),
    State.CHANGES_REQUESTED: (State.SUBMITTED, State.WITHDRAWN),
    State.PUBLISHED: (State.SUPERSEDED, State.UNPUBLISHED),
    State.SUPERSEDED: (State.PUBLISHED,),
    State.REJECTED: (),
    State.WITHDRAWN: (),
    State.UNPUBLISHED: (State.PUBLISHED,),
}

# Negative decisions require a note.
NOTE_REQUIRED = (State.CHANGES_REQUESTED, State.REJECTED, State.UNPUBLISHED)

# Texts that were public once: only ``restore`` makes them public again, with a reason.
RESTORABLE = (State.SUPERSEDED, State.UNPUBLISHED)


# Whoever published may take it back for so long.
UNDO_WITHIN = timedelta(hours=1)

# What the moderators decide on a submission.
DECISIONS = tuple(
    (State.SUBMITTED, to) for to in (State.PUBLISHED, State.CHANGES_REQUESTED, State.REJECTED)
)


def submit(revision, *, by=None, name="", note=""):
    """Submit a draft, or one sent back for changes, to the moderators."""
    return _move(revision, State.SUBMITTED, by, name, note)


def withdraw(revision, *, by=None, name="", note=""):
    """Withdraw an open revision; the public text, if there is one, stays."""
    return _move(revision, State.WITHDRAWN, by, name, note)


def request_changes(revision, *, by=None, name="", note):
    """Send a submission back to its author with a note that says what is missing."""
    return _move(revision, State.CHANGES_REQUESTED, by, name, note)


def reject(revision, *, by=None, name="", note):
    """Reject a submission for good, with the reason."""
    return _move(revision, State.REJECTED, by, name, note)


def publish(revision, *, by=None, name="", note=""):
    """Make this revision the public text of its case; the one before it stays citable."""
    return _move(revision, State.PUBLISHED, by, name, note)


def unpublish(revision, *, by=None, name="", note, public_reason=""):
    """Unpublish the public text of a case, with the reason.

    ``public_reason`` is what readers are told in its place.
    """
    return _move(revision, State.UNPUBLISHED, by, name, note, public_reason=public_reason)


def restore(revision, *, by=None, name="", note):
    """Make a text public again that was public before, with the reason.

    Where another text of the case is public now, that one is superseded and stays citable.
    """
    return _move(revision, State.PUBLISHED, by, name, note, restoring=True)


@transaction.atomic
def publish_corrected(case, corrected, write, *, by, proposed_by, note):
    """Make a new text public that both sides agree on, and return it: the public text of a locked
    ``case`` with a correction that the moderators proposed and the city accepted.

    ``corrected`` is the revision, not saved; ``write`` saves its rows. An open draft stays open.
    """
    now = timezone.now()
    _record(case.live, State.SUPERSEDED, by, by.get_full_name(), "", now)
    corrected.state, corrected.submitted_at = State.PUBLISHED, now
    corrected.decided_at, corrected.decided_by_name = now, proposed_by
    corrected.save()
    write(corrected)
    corrected.case = case
    corrected.list_summary = summary.summarise(Revision.objects.get(pk=corrected.pk))
    corrected.save(update_fields=["list_summary"])
    event = ReviewEvent.objects.create(
        revision=corrected,
        actor=by,
        actor_name=by.get_full_name(),
        from_state=State.DRAFT,
        to_state=State.PUBLISHED,
        note=note,
        created_at=now,
    )
    _follow_public_text(case, corrected)
    case.live = corrected
    case.save(update_fields=["live"])
    audit.record(State.PUBLISHED, corrected, by=by, reason=note)
    transaction.on_commit(partial(index.write_cases, [case.pk]))
    notifications.notify_of_event(event)
    return corrected


def undoable(revision, user, now=None):
    """Return the event by which ``user`` published a revision less than an hour ago, or None."""
    event = revision.events.last()
    since = (now or timezone.now()) - UNDO_WITHIN
    may = (
        event is not None
        and (event.from_state, event.to_state) == (State.SUBMITTED, State.PUBLISHED)
        and event.actor_id == user.pk
        and event.created_at > since
        and revision.state == State.PUBLISHED
    )
    return event if may else None


@transaction.atomic
def undo_publication(revision, *, by):
    """Let what ``by`` has published within the last hour wait for a decision again, and return it.

    What was public before is so again. Mail about it that is not sent yet is not sent; the team reads
    of it in a note. Raises ``TransitionRefused`` for others, later, and where a draft is open.
    """
    case = CaseStudy.objects.select_for_update().get(pk=revision.case_id)
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    revision.case = case
    event = undoable(revision, by)
    if event is None or case.live_id != revision.pk:
        raise TransitionRefused(
            _("Only whoever published it can undo that, within an hour and while it is public.")
        )
    if case.revisions.filter(state__in=Revision.OPEN_STATES).exists():
        raise TransitionRefused(
            _("Its team has begun a new draft already. Unpublish the case instead.")
        )
    followed = ReviewEvent.objects.filter(
        revision__case=case,
        revision__state=State.SUPERSEDED,
        to_state=State.SUPERSEDED,
        created_at=event.created_at,
    )
    before = followed.select_related("revision").last()
    # Neither is decided anew: no event of the review, and the days of before stay.
    revision.state = State.SUBMITTED
    revision.decided_at, revision.decided_by, revision.decided_by_name = None, None, ""
    revision.list_summary = {}
    revision.save()
    case.live = before.revision if before else None
    if before:
        Revision.objects.filter(pk=before.revision_id).update(state=State.PUBLISHED)
    else:
        case.featured_at = None
    confirmation.unconfirm(case, revision)
    case.save(update_fields=["live", "featured_at", "confirmed_at", "confirmed_by"])
    notifications.forget_unsent(event)
    with translation.override(settings.LANGUAGE_CODE):
        text = str(
            _(
                "The publication was undone by the moderators: your text waits for their decision again."
            )
        )
    note = ReviewNote.objects.create(
        revision=revision,
        author=by,
        author_name=by.get_full_name(),
        from_moderators=True,
        text=text,
    )
    notifications.notify_of_note(note)
    audit.record("publication-undone", revision, by=by)
    transaction.on_commit(partial(index.write_cases, [case.pk]))
    return revision


@transaction.atomic
def publish_all(revisions, *, name, note="", at=None, confirmed=()):
    """Publish many drafts at once, in a fixed number of queries: for imported files.

    What was public before stays citable; the teams whose public text it was are told, and no
    confirmation of it stays, but for the cases ``confirmed`` (keys), whose new text it is about. The
    caller runs ``index.sync()`` when the last batch is in.
    """
    at = at or timezone.now()
    revisions = list(revisions)
    if any(revision.state != State.DRAFT for revision in revisions):
        raise TransitionRefused(_("Only drafts can be published together."))
    cases = CaseStudy.objects.select_for_update().in_bulk([each.case_id for each in revisions])
    replaced = Revision.objects.filter(
        pk__in=[case.live_id for case in cases.values() if case.live_id]
    )
    replaced = list(replaced.only("pk", "title", "case"))
    if replaced:
        theirs = [each.case_id for each in replaced if cases[each.case_id].confirmed_at]
        if theirs := set(theirs).difference(confirmed):
            CaseStudy.objects.filter(pk__in=theirs).update(confirmed_at=None, confirmed_by=None)
        Revision.objects.filter(pk__in=[each.pk for each in replaced]).update(
            state=State.SUPERSEDED, updated_at=at
        )
        _record_all(replaced, State.PUBLISHED, State.SUPERSEDED, name, "", at)
    Revision.objects.filter(pk__in=[each.pk for each in revisions]).update(
        state=State.PUBLISHED, submitted_at=at, decided_at=at, decided_by_name=name, updated_at=at
    )
    _record_all(revisions, State.DRAFT, State.PUBLISHED, name, note, at)
    # One statement with a lookup for each case; ``bulk_update`` would grow with their square.
    published = Revision.objects.filter(pk__in=[each.pk for each in revisions])
    summary.rebuild(published)
    CaseStudy.objects.filter(pk__in=cases).update(
        live=Subquery(published.filter(case=OuterRef("pk")).values("pk"))
    )
    if replaced:
        notifications.notify_of_replacement(
            published.filter(case__in=[r.case_id for r in replaced])
        )


def _record_all(revisions, before, after, name, note, at):
    ReviewEvent.objects.bulk_create(
        [
            ReviewEvent(
                revision_id=revision.pk,
                actor_name=name,
                from_state=before,
                to_state=after,
                note=note,
                created_at=at,
            )
            for revision in revisions
        ],
        batch_size=500,
    )
    audit.record_all(after, revisions, name=name, reason=note)


@transaction.atomic
def _move(revision, to, by, name, note, *, restoring=False, public_reason=""):
    """Change the state of ``revision`` and return it as it is now in the database.

    ``restoring`` says that it was public before and becomes so again. Raises ``ReasonRequired``, and
    ``TransitionRefused`` when the state no longer allows it: the case row is locked first, so of two
    people who decide at once the second one is refused.
    """
    name = name or (by.get_full_name() if by else "")
    if not name:
        raise ValueError("A decision needs a person or a name.")
    if (restoring or to in NOTE_REQUIRED) and not note.strip():
        raise ReasonRequired
    case = CaseStudy.objects.select_for_update().get(pk=revision.case_id)
    revision = Revision.objects.select_for_update().get(pk=revision.pk)
    # The case that is changed below, not a copy of it from before.
    revision.case = case
    _check(case, revision, to, restoring=restoring)
    now = timezone.now()
    _follow_title(case, revision, to)
    if to == State.PUBLISHED and case.live_id:
        _record(case.live, State.SUPERSEDED, by, name, "", now)
    if to == State.PUBLISHED:
        revision.list_summary = summary.summarise(revision)
    event = _record(revision, to, by, name, note, now, public_reason)
    if to == State.PUBLISHED:
        _follow_public_text(case, revision)
        confirmation.follow_text(case, revision, restoring=restoring)
        case.live = revision
    elif to == State.UNPUBLISHED:
        case.live = case.featured_at = None
        confirmation.answer_update_request(case, UpdateRequest.Answer.TAKEN_BACK, by=by, name=name)
    if to in (State.PUBLISHED, State.UNPUBLISHED):
        case.save(update_fields=["live", "featured_at", "confirmed_at", "confirmed_by"])
        transaction.on_commit(partial(index.write_cases, [case.pk]))
    if to == State.SUBMITTED:
        screening.screen(revision)
        confirmation.answer_update_request(case, UpdateRequest.Answer.EDIT, by=by, name=name)
    thread.keep_or_forget_text(revision)
    notifications.notify_of_event(event)
    return revision


def _check(case, revision, to, *, restoring):
    """Raise ``TransitionRefused`` where the locked rows do not allow the change."""
    if to not in TRANSITIONS[revision.state] or restoring != (revision.state in RESTORABLE):
        raise TransitionRefused(
            _("This revision is already %(state)s.")
            % {"state": revision.get_state_display().lower()}
        )
    if to in (State.SUBMITTED, State.PUBLISHED) and case.merged_into_id:
        raise TransitionRefused(
            _("This case was merged into case %(number)s.") % {"number": case.merged_into_id}
        )


def _follow_title(case, revision, to):
    """Let the address follow the title until the first publication: nobody knows it before.

    Not earlier than it is submitted, because the secretariat sees addresses, but no drafts.
    """
    slug = CaseStudy.slug_for(revision.title)
    is_known = to in (State.SUBMITTED, State.PUBLISHED)
    if not is_known or case.slug == slug or case.live_id:
        return
    if case.revisions.filter(state__in=RESTORABLE).exists():
        return
    case.slug = slug
    case.save(update_fields=["slug"])


def _follow_public_text(case, revision):
    """Let corrections of the public text that nobody has answered be about the text after it."""
    if case.live_id:
        proposed = Correction.objects.filter(state=Correction.State.PROPOSED)
        proposed.filter(revision=case.live_id).update(revision=revision)


def _record(revision, to, by, name, note, now, public_reason=""):
    event = ReviewEvent.objects.create(
        revision=revision,
        actor=by,
        actor_name=name,
        from_state=revision.state,
        to_state=to,
        note=note,
        public_reason=public_reason,
        created_at=now,
    )
    revision.state = to
    if to == State.SUBMITTED:
        revision.submitted_at = now
    elif to in (State.PUBLISHED, State.REJECTED):
        revision.decided_at, revision.decided_by, revision.decided_by_name = now, by, name
    revision.save(
        update_fields=[
            "state",
            "list_summary",
            "submitted_at",
            "decided_at",
            "decided_by",
            "decided_by_name",
            "updated_at",
        ]
    )
    restored = event.from_state in RESTORABLE
    reason = _recorded_note(event)
    action, called = "restored" if restored else to, ""
    if event.from_state == State.DRAFT and to == State.WITHDRAWN:
        # The secretariat reads the record, and no title that was never submitted.
        with translation.override(settings.LANGUAGE_CODE):
            called = _("Draft of case %(number)s") % {"number": revision.case_id}
    audit.record(action, revision, by=by, name=name, reason=reason, called=called)
    return event


def _recorded_note(event):
    """Return the note of an event, and whether the same person submitted and decided."""
    if event.actor is None or (event.from_state, event.to_state) not in DECISIONS:
        return event.note
    submission = event.revision.events.filter(to_state=State.SUBMITTED).last()
    if submission is None or submission.actor_id != event.actor_id:
        return event.note
    with translation.override(settings.LANGUAGE_CODE):
        own = _("Submitted and decided by the same person.")
        return f"{event.note}\n\n{own}".strip()
