"""Whether a city stands by its public text: what it confirms, and its answers to requests to update it."""

from django.utils import timezone

from members.record import audit
from policies.models import CaseStudy, Revision

State = Revision.State


def answer_update_request(case, answer, *, by, name="", text=""):
    """Note that the open request to update a case is answered, if there is one; return it."""
    request = case.update_requests.open().select_for_update().first()
    if request is None:
        return None
    request.answer, request.answer_text = answer, text
    request.answered_at, request.answered_by = timezone.now(), by
    request.answered_by_name = name or by.get_full_name()
    request.save()
    audit.record(
        "update-answered", case, by=by, name=name, reason=text or request.get_answer_display()
    )
    return request


def _own_submission(case, revision):
    """Return by which event the city itself submitted the text of a compiled case, or None."""
    if case.provenance != CaseStudy.Provenance.SECRETARIAT:
        return None
    submission = revision.events.filter(to_state=State.SUBMITTED).last()
    if (
        submission
        and submission.actor
        and submission.actor.memberships.active().filter(member=case.member_id)
    ):
        return submission
    return None


def follow_text(case, revision, *, restoring):
    """Let the confirmation of a case be about ``revision``, which becomes public now, or was public before
    and becomes so again; ``case.live`` is still what was public until now."""
    if restoring:
        _forget_of_other_text(case, revision)
    else:
        _confirm_own_text(case, revision)


def _confirm_own_text(case, revision):
    """Mark a compiled case as confirmed where the city itself submitted the text."""
    if submission := _own_submission(case, revision):
        case.confirmed_at = timezone.localdate(submission.created_at)
        case.confirmed_by = submission.actor


def unconfirm(case, revision):
    """Undo what :func:`follow_text` confirmed."""
    submission = _own_submission(case, revision)
    if submission and case.confirmed_by_id == submission.actor_id:
        case.confirmed_at = case.confirmed_by = None


def _forget_of_other_text(case, revision):
    """Take away a confirmation that was given after ``revision`` had ceased to be public: the city has
    confirmed another text."""
    ended = revision.events.filter(to_state__in=(State.SUPERSEDED, State.UNPUBLISHED)).last()
    if case.confirmed_at is None or ended is None:
        return
    day = timezone.localdate(ended.created_at)
    if case.confirmed_at > day or (case.confirmed_at == day and case.live_id):
        case.confirmed_at = case.confirmed_by = None
