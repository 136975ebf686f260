"""What the secretariat does with cases besides deciding on submissions.

Each function is a transaction that locks what it changes, checks again whether it is still possible,
writes the record, notifies the people concerned and returns the case. ``seen`` is the :func:`edition`
of the case that the person has looked at, "" where that is not known: of two people who act at once,
the second gets ``ChangedMeanwhile``. What a case does not allow raises ``ActionRefused``, a missing
reason ``ReasonRequired``.
"""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.record import audit
from policies.models import CaseStudy, Revision, UpdateRequest
from policies.search import index

from . import authoring, confirmation, moderation, notifications, removal
from .errors import ActionRefused, ChangedMeanwhile, ReasonRequired


def edition(case):
    """Return a short text that differs once anybody has curated the case."""
    featured = case.featured_at.isoformat() if case.featured_at else ""
    return f"{case.live_id or ''}.{case.member_id}.{case.merged_into_id or ''}.{featured}"


@transaction.atomic
def feature(case, *, by, reason="", seen=""):
    """Show a public case on the home page."""
    case = _locked(case, seen)
    if not case.live_id:
        raise ActionRefused(_("Only a public case can be shown on the home page."))
    if case.featured_at:
        raise ActionRefused(_("The case is on the home page already."))
    return _featured(case, timezone.now(), "featured", by, reason)


@transaction.atomic
def unfeature(case, *, by, reason="", seen=""):
    """Take a case off the home page again."""
    case = _locked(case, seen)
    if not case.featured_at:
        raise ActionRefused(_("The case is not on the home page."))
    return _featured(case, None, "unfeatured", by, reason)


@transaction.atomic
def unpublish(case, *, by, reason, public_reason="", seen=""):
    """Unpublish the public text of a case; readers are told ``public_reason``."""
    case = _locked(case, seen)
    if not case.live_id:
        raise ActionRefused(_("The case is not public."))
    moderation.unpublish(case.live, by=by, note=reason, public_reason=public_reason)
    return _locked(case)


@transaction.atomic
def take_down(case, *, row=None, passage="", field="", by, reason, seen=""):
    """Take a photo or file (``row``), or a passage, out of all texts of a case, also former ones."""
    case = _locked(case, seen)
    if row is not None:
        return removal.take_down_file(row, by=by, reason=reason)
    return removal.take_down_passage(case, passage, field=field, by=by, reason=reason)


@transaction.atomic
def restore(case, revision, *, by, reason, seen=""):
    """Make an earlier text of a case public again; the one that is public now stays citable."""
    case = _locked(case, seen)
    if revision.case_id != case.pk:
        raise ActionRefused(_("This is a text of another case."))
    moderation.restore(revision, by=by, note=reason)
    return _locked(case)


@transaction.atomic
def merge_cases(duplicate, into, *, by, reason, seen=""):
    """Let ``into`` take the place of ``duplicate``, and return the duplicate.

    The duplicate is unpublished, its open draft is withdrawn, and all its addresses lead to
    ``into``; so do those of cases that were merged into the duplicate earlier.
    """
    _need(reason)
    locked = CaseStudy.objects.select_for_update().filter(pk__in=[duplicate.pk, into.pk])
    locked = {case.pk: case for case in locked.order_by("pk")}
    into = locked[into.pk]
    duplicate = _locked(duplicate, seen)
    if duplicate.pk == into.pk:
        raise ActionRefused(_("A case cannot be merged into itself."))
    if duplicate.merged_into_id:
        number = {"number": duplicate.merged_into_id}
        raise ActionRefused(_("The case was merged into case %(number)s already.") % number)
    if into.merged_into_id:
        number = {"number": into.merged_into_id}
        raise ActionRefused(
            _("That case was itself merged: choose case %(number)s, which took its place.") % number
        )
    if not into.live_id:
        raise ActionRefused(_("Only a public case can take the place of another one."))
    with translation.override(settings.LANGUAGE_CODE):
        note = _("Merged into “%(title)s”, %(address)s\n\n%(reason)s") % {
            "title": into.live.title,
            "address": settings.SITE_URL + into.get_absolute_url(),
            "reason": reason,
        }
    if duplicate.live_id:
        moderation.unpublish(duplicate.live, by=by, note=note)
    for draft in duplicate.revisions.filter(state__in=Revision.OPEN_STATES):
        moderation.withdraw(draft, by=by, note=note)
    CaseStudy.objects.filter(merged_into=duplicate).update(merged_into=into)
    duplicate = _locked(duplicate)
    duplicate.merged_into, duplicate.featured_at = into, None
    duplicate.save(update_fields=["merged_into", "featured_at"])
    audit.record("case-merged", duplicate, by=by, reason=note)
    return duplicate


@transaction.atomic
def unmerge(case, *, by, reason, seen=""):
    """Undo a merge. The case is not public until a text of it is restored."""
    _need(reason)
    case = _locked(case, seen)
    if not case.merged_into_id:
        raise ActionRefused(_("The case was not merged into another one."))
    case.merged_into = None
    case.save(update_fields=["merged_into"])
    audit.record("case-unmerged", case, by=by, reason=reason)
    return case


@transaction.atomic
def move_case(case, member, *, by, reason, seen=""):
    """Move a case to another member, whose team writes it from now on, submissions included.

    What the old team has written and never submitted stays with it, as a case of its own. A
    confirmation by the old member does not count for the new one.
    """
    _need(reason)
    case = _locked(case, seen)
    old = case.member
    if old == member:
        raise ActionRefused(_("The case belongs to %(member)s already.") % {"member": member})
    _leave_drafts(case)
    text = case.revisions.filter(pk=case.live_id).first() or case.revisions.last()
    before = list(notifications.team(text, by)) if text else []
    case.member, case.confirmed_at, case.confirmed_by = member, None, None
    case.save(update_fields=["member", "confirmed_at", "confirmed_by"])
    with translation.override(settings.LANGUAGE_CODE):
        note = _("Moved from %(old)s to %(new)s.\n\n%(reason)s") % {
            "old": old,
            "new": member,
            "reason": reason,
        }
    if text:
        text.case = case
        notifications.notify_of_move(text, before, note, by)
    audit.record("case-moved", case, by=by, reason=note)
    transaction.on_commit(partial(index.write_cases, [case.pk]))
    return case


def _leave_drafts(case):
    """Make a case of their own, of the same member, of texts that only their team may know."""
    known = case.revisions.known_to_secretariat().order_by().values("pk")
    drafts = list(case.revisions.exclude(pk__in=known).order_by("number"))
    if not drafts:
        return
    own = CaseStudy.objects.create(
        member=case.member,
        slug=CaseStudy.slug_for(drafts[-1].title),
        created_by=drafts[-1].created_by,
    )
    for number, draft in enumerate(drafts, 1):
        draft.case, draft.number = own, number
        draft.save(update_fields=["case", "number"])


@transaction.atomic
def ask_for_update(case, *, by, reason, seen=""):
    """Ask the team of a public case to bring it up to date, with the reason."""
    _need(reason)
    case = _locked(case, seen)
    if not case.live_id:
        raise ActionRefused(_("The case is not public."))
    if case.update_requests.open().exists():
        raise ActionRefused(_("Its team is asked already."))
    request = UpdateRequest.objects.create(
        case=case, reason=reason, by=by, by_name=by.get_full_name()
    )
    with translation.override(settings.LANGUAGE_CODE):
        text = _("Please bring this policy up to date, or say that it is still true.")
    notifications.notify_of_update_request(request, f"{text}\n\n{reason}")
    audit.record("update-asked", case, by=by, reason=reason)
    return case


@transaction.atomic
def take_back_update_request(case, *, by, reason="", seen=""):
    """Ask the team of a case for an update no longer."""
    case = _locked(case, seen)
    request = confirmation.answer_update_request(
        case, UpdateRequest.Answer.TAKEN_BACK, by=by, text=reason
    )
    if request is None:
        raise ActionRefused(_("Nothing is asked of its team."))
    with translation.override(settings.LANGUAGE_CODE):
        text = _("The moderators no longer ask you to update this policy.")
    request.case = case
    notifications.notify_of_update_request(request, f"{text}\n\n{reason}".strip())
    return case


@transaction.atomic
def compile_case(member, *, by, reason="", **basics):
    """Start a case of ``member`` that the secretariat writes from public sources; return the draft.

    The second of two clicks returns the draft of the first one.
    """
    provenance = CaseStudy.Provenance.SECRETARIAT
    draft = authoring.recent_draft(by, member, basics, provenance)
    if draft is None:
        draft = authoring.first_draft(by, member, provenance, basics)
        audit.record("case-compiled", draft.case, by=by, reason=reason)
    return draft


def _featured(case, at, action, by, reason):
    case.featured_at = at
    case.save(update_fields=["featured_at"])
    audit.record(action, case, by=by, reason=reason)
    return case


def _need(reason):
    if not reason.strip():
        raise ReasonRequired


def _locked(case, seen=""):
    """Return the case as it is now, locked. Raises ``ChangedMeanwhile`` when it is not what was ``seen``."""
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    if seen not in ("", edition(case)):
        raise ChangedMeanwhile(
            _("Somebody has changed this case since you opened the page. Look at it again.")
        )
    return case
