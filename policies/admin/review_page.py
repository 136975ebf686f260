"""The context of the review page, in a fixed number of queries."""

from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from policies.content import completeness, diff, plausibility
from policies.content.case_page import case_context
from policies.forms.review import ChecklistForm, DecisionForm, DeskForm
from policies.models import CaseStudy, DeskNote, Revision
from policies.workflow import corrections, moderation, reviewing, screening, thread

State = Revision.State


@dataclass(frozen=True)
class Author:
    """Who submitted a text, with the outcomes of this person's earlier submissions."""

    person: User | None
    name: str
    is_first: bool
    public: int
    rejected: int
    sent_back: int
    member_public: int  # public cases of the member, whoever wrote them


def readable(pk):
    """Return the revision with all that the page shows and the fingerprint covers, or None."""
    shown = Revision.objects.filter(pk=pk).with_rows().prefetch_related("photos", "attachments")
    return shown.select_related(
        "case__member", "case__live", "reviewer", "created_by", "requested_text"
    ).first()


def context(request, revision, **typed):
    """Return the context of the page; ``typed`` are forms that were sent and are invalid."""
    public = _public_beside(revision)
    requested = thread.text_at_request(revision)
    is_waiting = revision.state == State.SUBMITTED
    in_review = revision.state in reviewing.IN_REVIEW
    today = timezone.now()
    author = author_of(revision)
    assessments = list(revision.assessments.all())
    content = case_context(revision)
    undoable = moderation.undoable(revision, request.user)
    assigned_to_other = revision.reviewer_id not in {None, request.user.pk}
    forms = {
        "decision": DecisionForm(),
        "checklist": ChecklistForm(assessments=assessments),
        "desk": DeskForm(),
    }
    return {
        **admin.site.each_context(request),
        **content,
        **forms,
        **typed,
        "title": _("Review"),
        # The page needs the width.
        "is_nav_sidebar_enabled": False,
        "opts": Revision._meta,
        "public": public,
        "changes": diff.changes(public, revision) if public else None,
        "requested": requested,
        "answered": diff.changes(requested, revision) if requested else None,
        "seen": reviewing.fingerprint(revision),
        "is_waiting": is_waiting,
        "in_review": in_review,
        "may_correct": corrections.may_be_corrected(revision),
        "undoable": undoable,
        "undo_until": undoable and undoable.created_at + moderation.UNDO_WITHIN,
        "days": (today - revision.submitted_at).days if revision.submitted_at else None,
        "missing": [check for check in content["checks"] if not check.done],
        "done_percent": f"{100 * content['documented'] / completeness.MAX_SCORE:.1f}",
        "assessments": assessments,
        "findings": plausibility.checks(revision),
        "alike": screening.look_alikes(revision),
        "author": author,
        "is_own": author.person == request.user or _in_team(request.user, revision),
        "assigned_to_other": assigned_to_other and in_review,
        "history": thread.of_desk(revision.case),
        "desk_notes": DeskNote.objects.filter(revision__case=revision.case).select_related(
            "revision"
        ),
        "corrections": _corrections(revision),
        "correctable": corrections.choices(),
        "next": None if is_waiting else next_waiting(request.user, revision),
        "may_save_phrases": request.user.has_perm("policies.add_phrase"),
    }


def _public_beside(revision):
    """Return the public text that the revision would replace, or None."""
    if not revision.is_open or not revision.case.live_id:
        return None
    return diff.compared(Revision.objects.filter(pk=revision.case.live_id)).get()


def author_of(revision):
    """Return who submitted the revision, as an :class:`Author`."""
    person = screening.author(revision)
    submission_event = revision.events.filter(to_state=State.SUBMITTED).last()
    counted = {"public": 0, "rejected": 0, "sent_back": 0}
    if person:
        theirs = Q(created_by=person) | Q(events__actor=person, events__to_state=State.SUBMITTED)
        rows = Revision.objects.filter(
            pk__in=Revision.objects.filter(theirs).exclude(pk=revision.pk).values("pk")
        )
        counted = rows.aggregate(
            public=Count("case", filter=Q(state__in=screening.WAS_PUBLIC), distinct=True),
            rejected=Count("pk", filter=Q(state=State.REJECTED), distinct=True),
            sent_back=Count(
                "pk", filter=Q(events__to_state=State.CHANGES_REQUESTED), distinct=True
            ),
        )
    return Author(
        person=person,
        name=str(person) if person else (submission_event.actor_name if submission_event else ""),
        is_first=screening.is_first_of(person),
        member_public=CaseStudy.objects.live().filter(member=revision.case.member_id).count(),
        **counted,
    )


def _in_team(user, revision):
    return user.memberships.active().filter(member=revision.case.member_id).exists()


def _corrections(revision):
    """Return what was proposed so far, as (correction, label, marked words)."""
    return [
        (each, corrections.label(each.field), diff.words(each.before, each.after))
        for each in revision.corrections.all()
    ]


def next_waiting(user, besides):
    """Return the submission that waits longest, unassigned or assigned to ``user``, or None."""
    return (
        Revision.objects.awaiting_review()
        .filter(Q(reviewer=None) | Q(reviewer=user))
        .exclude(pk=besides.pk)
        .select_related("case__member")
        .first()
    )
