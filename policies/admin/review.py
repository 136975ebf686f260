"""The review screen: one submission, read and decided in one place."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from policies.content.case_page import case_context
from policies.forms.corrections import CorrectionForm
from policies.forms.review import ChecklistForm, DecisionForm, DeskForm
from policies.models import ReviewEvent, Revision
from policies.workflow import corrections, moderation, reviewing
from policies.workflow.errors import ChangedMeanwhile, WorkflowError

from . import review_page

State = Revision.State

CONFLICT, INVALID = HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY

DONE = {
    State.PUBLISHED: gettext_lazy("Published: “%(title)s” can be found at once."),
    State.CHANGES_REQUESTED: gettext_lazy("“%(title)s” is back with its author, with your note."),
    State.REJECTED: gettext_lazy("“%(title)s” is rejected, and the author is told why."),
}


def may_decide(user):
    """Return whether a person may read and decide submissions."""
    return user.has_perm("policies.change_revision")


@require_http_methods(["GET", "HEAD", "POST"])
def review(request, pk):
    """A submission with all that a decision needs; POST runs the action of the button.

    The page is one form: whatever button is pressed, nothing written on it is lost.
    """
    revision = _permitted(request, pk)
    if request.method != "POST":
        return _page(request, revision)
    action = ACTIONS.get(request.POST.get("act", ""))
    checklist = ChecklistForm(request.POST, assessments=revision.assessments.all())
    if action is None or not checklist.is_valid():
        return _page(request, revision, status=INVALID, checklist=checklist)
    try:
        # The page of a decided text shows no checklist to be filled in.
        marks = checklist.marks() if revision.state in reviewing.IN_REVIEW else {}
        return action(request, revision, marks)
    except WorkflowError as refusal:
        return _refused(request, pk, str(refusal))


@require_safe
def preview(request, pk):
    """A submission as readers will see it."""
    revision = _permitted(request, pk)
    return render(
        request, "admin/policies/revision/preview.html", case_context(revision) | {"crumbs": []}
    )


def _permitted(request, pk):
    """Return the revision for who may decide (403 for others); 404 for drafts, which are private."""
    if not may_decide(request.user):
        raise PermissionDenied
    get_object_or_404(Revision.objects.submitted_once(), pk=pk)
    return _reload(pk)


def _reload(pk):
    revision = review_page.readable(pk)
    if revision is None:
        raise Http404(_("There is no such revision."))
    return revision


def _page(request, revision, *, status=HTTPStatus.OK, **typed):
    if request.method == "POST":
        sent = request.POST
        kept = {
            "decision": DecisionForm.typed(sent),
            "correction": CorrectionForm.typed(sent, revision),
            "desk": DeskForm.typed(sent),
        }
        if status != HTTPStatus.OK:
            kept["checklist"] = ChecklistForm(sent, assessments=revision.assessments.all())
        typed = kept | typed
    context = review_page.context(request, revision, **typed)
    return render(request, "admin/policies/revision/review.html", context, status=status)


def _refused(request, pk, why):
    """Return the page as it is now, with why nothing was done and all that was written."""
    kept = DecisionForm.typed(request.POST)
    # The choice and the fingerprint were about another text; the note is kept.
    kept.initial |= {"seen": "", "decision": ""}
    return _page(request, _reload(pk), status=CONFLICT, decision=kept, problem=why)


def _done(request, revision, told="", place="", **typed):
    """Say what was done, and show again what else was written on the page."""
    if told:
        messages.success(request, told)
    kept = {
        "correction": CorrectionForm.typed(request.POST, revision),
        "desk": DeskForm.typed(request.POST),
    } | typed
    begun = DecisionForm.typed(request.POST).is_begun or kept["desk"].is_begun
    if begun or kept["correction"]:
        return _page(request, _reload(revision.pk), **kept)
    return _back(revision, place)


def _back(revision, place=""):
    address = reverse("admin:policies_revision_review", args=[revision.pk])
    return redirect(f"{address}#{place}" if place else address)


def _assess(request, revision, marks):
    """Save the marks of the checklist; a text that is public has none to be filled in."""
    if marks:
        reviewing.assess(revision, marks, by=request.user)


def _undo(request, revision, marks):
    """Take back what the same person has just published."""
    moderation.undo_publication(revision, by=request.user)
    messages.success(
        request, _("The publication is undone: the submission waits for a decision again.")
    )
    return _back(revision)


def _decide(request, revision, marks):
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, revision, decision=form, status=INVALID)
    sent = form.cleaned_data
    try:
        decided = reviewing.decide(
            revision,
            sent["decision"],
            by=request.user,
            note=form.text(revision.case),
            seen=sent["seen"],
            marks=marks,
        )
    except ChangedMeanwhile:
        if _clicked_twice(request, revision.pk, sent["decision"]):
            return _back(revision)
        raise
    messages.success(request, DONE[sent["decision"]] % {"title": decided.title})
    return _back(decided)


def _clicked_twice(request, pk, decision):
    """Return whether the refused decision is the one that the same person has just made."""
    last = ReviewEvent.objects.filter(revision=pk).last()
    return last is not None and (last.actor_id, last.to_state) == (request.user.pk, decision)


def _write_note(request, revision, marks):
    form = DecisionForm(request.POST, act="note")
    if not form.is_valid():
        return _page(request, revision, decision=form, status=INVALID)
    reviewing.assess(revision, marks, by=request.user)
    reviewing.write_note(revision, form.text(revision.case), by=request.user)
    messages.success(request, _("The team is told of your note. Nothing is decided yet."))
    return _back(revision, "review-history")


def _save_phrase(request, revision, marks):
    if not request.user.has_perm("policies.add_phrase"):
        raise PermissionDenied
    form = DecisionForm(request.POST, act="phrase")
    if not form.is_valid():
        return _page(request, revision, decision=form, status=INVALID)
    reviewing.assess(revision, marks, by=request.user)
    sent = form.cleaned_data
    phrase = reviewing.save_phrase(
        sent["decision"], sent["phrase_title"], sent["note"], by=request.user
    )
    told = _("“%(title)s” is saved as a phrase and ticked. Nothing is decided yet.")
    messages.success(request, told % {"title": phrase.title})
    kept = DecisionForm.typed(request.POST)
    kept.initial |= {
        "note": "",
        "phrase_title": "",
        "phrases": [each.pk for each in (*sent["phrases"], phrase)],
    }
    return _page(request, _reload(revision.pk), decision=kept)


def _save_checklist(request, revision, marks):
    reviewing.assess(revision, marks, by=request.user)
    told = _("The checklist is saved. Nothing is decided yet.")
    return _done(request, revision, told, "review-checklist")


def _open_correction(request, revision, marks):
    """Open the form for one field, with its current value."""
    _assess(request, revision, marks)
    field = request.POST.get("correct", "")
    if field not in corrections.FIELDS:
        return _page(request, revision, status=INVALID)
    form = CorrectionForm(revision=revision, initial={"field": field})
    if field != corrections.THEMES:
        form.fields["after"].widget.attrs["autofocus"] = True
    return _page(request, _reload(revision.pk), correction=form)


def _correct(request, revision, marks):
    form = CorrectionForm(request.POST, revision=revision)
    if not (form.is_valid() and form.propose(request.user)):
        return _page(request, revision, correction=form, status=INVALID)
    _assess(request, revision, marks)
    told = _("The correction of “%(field)s” is proposed; the author can accept it.")
    told %= {"field": corrections.label(form.cleaned_data["field"])}
    return _done(request, revision, told, "review-corrections", correction=None)


def _write_desk_note(request, revision, marks):
    form = DeskForm(request.POST)
    if not form.is_valid():
        return _page(request, revision, desk=form, status=INVALID)
    _assess(request, revision, marks)
    reviewing.write_desk_note(revision, form.cleaned_data["text"], by=request.user)
    told = _("The note is kept. Only moderators read it.")
    return _done(request, revision, told, "review-desk", desk=DeskForm())


def _hand_over(request, revision, marks):
    form = DeskForm(request.POST, act="hand-over")
    if not form.is_valid():
        return _page(request, revision, desk=form, status=INVALID)
    _assess(request, revision, marks)
    reviewing.assign([revision.pk], form.chosen, by=request.user, message=form.cleaned_data["text"])
    told = _("It is given to %(name)s.") % {"name": form.chosen.get_full_name()}
    return _done(request, revision, told, "review-desk", desk=DeskForm())


def _take(request, revision, marks):
    return _assign(request, revision, marks, request.user, _("It is assigned to you now."))


def _give_back(request, revision, marks):
    return _assign(request, revision, marks, None, _("It is back in the queue."))


def _assign(request, revision, marks, reviewer, told):
    reviewing.assess(revision, marks, by=request.user)
    changed = reviewing.assign([revision.pk], reviewer, by=request.user)
    return _done(request, revision, told if changed else "")


# The functions of the buttons.
ACTIONS = {
    "decide": _decide,
    "note": _write_note,
    "phrase": _save_phrase,
    "checklist": _save_checklist,
    "open-correction": _open_correction,
    "correct": _correct,
    "undo": _undo,
    "desk-note": _write_desk_note,
    "hand-over": _hand_over,
    "take": _take,
    "give-back": _give_back,
}
