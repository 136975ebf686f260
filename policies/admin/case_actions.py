"""What editors in chief do with a case: a page for each action, with its consequences and a form."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from citynet.web.admin import page
from policies.forms import curation as forms
from policies.models import CaseStudy, Revision
from policies.workflow import curation, moderation
from policies.workflow.errors import WorkflowError

PERMISSION = "policies.change_casestudy"
TEMPLATE = "admin/policies/casestudy/action.html"


@dataclass(frozen=True)
class CaseAction:
    """An action on a case: its button, its consequences, its form, and when it is possible."""

    name: str
    label: str
    question: str
    consequences: tuple
    form: type
    function: Callable
    done: str
    is_possible: Callable
    # Consequences that a case has only while a text of it is public, or only while none is.
    if_public: tuple = ()
    if_not_public: tuple = ()
    permission: str = PERMISSION

    def all_consequences(self, case):
        return (*(self.if_public if case.live_id else self.if_not_public), *self.consequences)


def _was_public(case):
    states = (*Revision.CITABLE_STATES, Revision.State.UNPUBLISHED)
    return case.revisions.filter(state__in=states).exists()


def _has_former_text(case):
    return (
        not case.merged_into_id and case.revisions.filter(state__in=moderation.RESTORABLE).exists()
    )


def _is_asked(case):
    return case.update_requests.open().exists()


ACTIONS = {
    action.name: action
    for action in (
        CaseAction(
            "ask-update",
            _("Ask for an update"),
            _("Ask its team to bring this case up to date?"),
            (
                _("Its team is told by mail, with your reason, and sees it at the case."),
                _("The case stays public. It is in the queue until the team has answered."),
                _(
                    "A new text that is submitted answers it, and so does “still true” or an answer in words."
                ),
            ),
            forms.ReasonForm,
            curation.ask_for_update,
            _("Its team is asked."),
            lambda case: case.live_id and not _is_asked(case),
            permission="policies.change_revision",
        ),
        CaseAction(
            "take-back-update",
            _("Ask for no update any more"),
            _("Ask for no update any more?"),
            (_("Its team is told."),),
            forms.OptionalReasonForm,
            curation.take_back_update_request,
            _("Nothing is asked of its team any more."),
            _is_asked,
            permission="policies.change_revision",
        ),
        CaseAction(
            "feature",
            _("Show on the home page"),
            _("Show this case on the home page?"),
            (_("It is shown above the newest policies, where the four cases chosen last appear."),),
            forms.OptionalReasonForm,
            curation.feature,
            _("The case is on the home page."),
            lambda case: case.live_id and not case.featured_at,
        ),
        CaseAction(
            "unfeature",
            _("Remove from the home page"),
            _("Remove this case from the home page?"),
            (_("It stays public."),),
            forms.OptionalReasonForm,
            curation.unfeature,
            _("The case is no longer on the home page."),
            lambda case: case.featured_at,
        ),
        CaseAction(
            "unpublish",
            _("Unpublish"),
            _("Unpublish this case?"),
            (
                _(
                    "Nobody can read the case or any earlier text of it, and searches do not find it."
                ),
                _(
                    "Its addresses say that it was unpublished, when, and what you let readers know."
                ),
                _("Its team is told, with your reason. The text is kept and can be restored."),
            ),
            forms.UnpublishForm,
            curation.unpublish,
            _("The case is unpublished."),
            lambda case: case.live_id,
        ),
        CaseAction(
            "take-down",
            _("Take down a photo, file or passage"),
            _("Take something down from all public texts of this case?"),
            (
                _(
                    "It is removed from every revision, from exports and from the search, for good. The day and "
                    "the reason are shown in its place; all else stays and can still be cited."
                ),
                _("Stored files are deleted, and open drafts lose it too."),
                _("The record keeps who did it and why, not what it was."),
            ),
            forms.TakeDownForm,
            curation.take_down,
            _("It is taken down from all texts of the case."),
            _was_public,
            permission="policies.take_down",
        ),
        CaseAction(
            "restore",
            _("Restore an earlier text"),
            _("Make an earlier text public again?"),
            (_("Its team is told, with your reason. An open draft stays as it is."),),
            forms.RestoreForm,
            curation.restore,
            _("The text is public again."),
            _has_former_text,
            (_("What is public now is superseded, and stays readable in the history."),),
            (_("Nothing of the case is public now; this text becomes so at once."),),
        ),
        CaseAction(
            "merge",
            _("Merge into another case"),
            _("Merge this case into another one?"),
            (
                _("All addresses of this case lead to the case that stays, for good."),
                _("An open draft of it is withdrawn."),
                _("Nothing is copied: what only this case says is lost to readers."),
                _("Its team is told, with your reason."),
            ),
            forms.MergeForm,
            curation.merge_cases,
            _("The case is merged; its addresses lead to the one that stays."),
            lambda case: not case.merged_into_id,
            (_("Its public text is unpublished."),),
        ),
        CaseAction(
            "unmerge",
            _("Undo the merge"),
            _("Undo the merge and make this a case of its own again?"),
            (_("It is not public until you restore a text of it."),),
            forms.ReasonForm,
            curation.unmerge,
            _("It is a case of its own again. Restore a text of it to make it public."),
            lambda case: case.merged_into_id,
        ),
        CaseAction(
            "move",
            _("Move to another member"),
            _("Move this case to another member?"),
            (
                _(
                    "The team of the new member writes it from now on, submissions included; the one "
                    "of the old member no longer does. Both are told, with your reason."
                ),
                _(
                    "What the old team has written and not submitted stays with it, as a case of its "
                    "own."
                ),
                _("What the old member has confirmed no longer counts as confirmed."),
            ),
            forms.MoveForm,
            curation.move_case,
            _("The case belongs to the new member."),
            lambda case: not case.merged_into_id,
            if_public=(_("It is shown and found with the new member at once."),),
        ),
    )
}


def possible(user, case):
    """Return the actions that are possible with a case now, for ``user``."""
    allowed = [action for action in ACTIONS.values() if user.has_perm(action.permission)]
    return [action for action in allowed if action.is_possible(case)]


@require_http_methods(["GET", "HEAD", "POST"])
def action_view(request, pk, *, model_admin, name):
    """Show what follows and ask; on POST do it, or say why it is no longer possible."""
    action = ACTIONS[name]
    if not request.user.has_perm(action.permission):
        raise PermissionDenied
    known = CaseStudy.objects.known_to_secretariat().select_related("member", "live")
    case = get_object_or_404(known, pk=pk)
    back = redirect("admin:policies_casestudy_change", pk)
    sent = request.POST if request.method == "POST" else None
    if sent is None and not action.is_possible(case):
        messages.warning(request, _("This cannot be done with the case as it is now."))
        return back
    form = forms.filled(action.form, sent, case=case, initial={"seen": curation.edition(case)})
    status = HTTPStatus.OK
    if form.is_bound:
        if form.is_valid():
            try:
                form.run(action.function, request.user)
            except WorkflowError as refusal:
                return _refused(model_admin, request, action, case.pk, refusal)
            messages.success(request, action.done)
            for told in form.left_over():
                messages.warning(request, told)
            return back
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(model_admin, request, action, case, form, status)


def _refused(model_admin, request, action, pk, refusal):
    """Say why nothing was done; keep what was typed, beside the case as it is now."""
    case = CaseStudy.objects.select_related("member", "live").get(pk=pk)
    if not action.is_possible(case):
        messages.error(request, str(refusal))
        return redirect("admin:policies_casestudy_change", pk)
    typed = request.POST.copy()
    typed["seen"] = curation.edition(case)
    form = forms.filled(action.form, typed, case=case)
    form.add_error(None, str(refusal))
    return _page(model_admin, request, action, case, form, HTTPStatus.CONFLICT)


def _page(model_admin, request, action, case, form, status):
    return page(
        model_admin,
        request,
        TEMPLATE,
        title=action.question,
        obj=case,
        status=status,
        action=action,
        consequences=action.all_consequences(case),
        case=case,
        text=case.live or case.revisions.known_to_secretariat().last(),
        form=form,
    )
