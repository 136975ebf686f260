"""What editors in chief do with a case: each act asks first, says what follows, and wants a reason."""

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
from policies.models import CaseStudy
from policies.workflow import curation, moderation
from policies.workflow.errors import WorkflowError

RIGHT = "policies.change_casestudy"
TEMPLATE = "admin/policies/casestudy/act.html"


@dataclass(frozen=True)
class Act:
    """One thing to do with a case: its button, what follows, its form, and when it can be done."""

    name: str
    label: str
    question: str
    follows: tuple
    form: type
    do: Callable
    done: str
    is_possible: Callable


def _has_former_text(case):
    return (
        not case.merged_into_id and case.revisions.filter(state__in=moderation.RESTORABLE).exists()
    )


ACTS = {
    act.name: act
    for act in (
        Act(
            "feature",
            _("Show on the home page"),
            _("Show this case on the home page?"),
            (_("It is shown above the newest policies, where the four cases chosen last appear."),),
            forms.OptionalReasonForm,
            curation.feature,
            _("The case is on the home page."),
            lambda case: case.live_id and not case.featured_at,
        ),
        Act(
            "unfeature",
            _("Take off the home page"),
            _("Take this case off the home page?"),
            (_("It stays public."),),
            forms.OptionalReasonForm,
            curation.unfeature,
            _("The case is no longer on the home page."),
            lambda case: case.featured_at,
        ),
        Act(
            "unpublish",
            _("Take off the site"),
            _("Take the public text off the site?"),
            (
                _(
                    "Nobody can read the case or any earlier text of it, and searches do not find it."
                ),
                _("Its team is told, with your reason. The text is kept and can be restored."),
            ),
            forms.ReasonForm,
            curation.unpublish,
            _("The case is off the site."),
            lambda case: case.live_id,
        ),
        Act(
            "restore",
            _("Restore an earlier text"),
            _("Make an earlier text public again?"),
            (
                _("What is public now is superseded, and stays readable in the history."),
                _("Its team is told, with your reason. An open draft stays as it is."),
            ),
            forms.RestoreForm,
            curation.restore,
            _("The text is public again."),
            _has_former_text,
        ),
        Act(
            "merge",
            _("Merge into another case"),
            _("Merge this case into another one?"),
            (
                _("All addresses of this case lead to the case that stays, for good."),
                _("Its public text is taken off the site; an open draft of it is withdrawn."),
                _("Nothing is copied: what only this case says is lost to readers."),
                _("Its team is told, with your reason."),
            ),
            forms.MergeForm,
            curation.merge_cases,
            _("The case is merged; its addresses lead to the one that stays."),
            lambda case: not case.merged_into_id,
        ),
        Act(
            "unmerge",
            _("Undo the merge"),
            _("Undo the merge and make this a case of its own again?"),
            (_("It is not public until you restore a text of it."),),
            forms.ReasonForm,
            curation.unmerge,
            _("It is a case of its own again. Restore a text of it to make it public."),
            lambda case: case.merged_into_id,
        ),
        Act(
            "move",
            _("Move to another member"),
            _("Move this case to another member?"),
            (
                _("It is shown and found with the new member at once."),
                _(
                    "The team of the new member writes it from now on, open drafts included; the one "
                    "of the old member no longer does. Both are told, with your reason."
                ),
                _("What the old member has confirmed no longer counts as confirmed."),
            ),
            forms.MoveForm,
            curation.move_case,
            _("The case belongs to the new member."),
            lambda case: not case.merged_into_id,
        ),
    )
}


def possible(user, case):
    """The acts that ``user`` can do with a case now."""
    if not user.has_perm(RIGHT):
        return []
    return [act for act in ACTS.values() if act.is_possible(case)]


@require_http_methods(["GET", "HEAD", "POST"])
def act_view(request, pk, *, model_admin, name):
    """Ask, and then do what was asked for; who was slower than a colleague is told."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    act = ACTS[name]
    case = get_object_or_404(CaseStudy.objects.select_related("member", "live"), pk=pk)
    back = redirect("admin:policies_casestudy_change", pk)
    sent = request.POST if request.method == "POST" else None
    if sent is None and not act.is_possible(case):
        messages.warning(request, _("This cannot be done with the case as it is now."))
        return back
    form = forms.filled(act.form, sent, case=case, initial={"seen": curation.edition(case)})
    status = HTTPStatus.OK
    if form.is_bound:
        if form.is_valid():
            try:
                form.act(act.do, request.user)
            except WorkflowError as refusal:
                return _refused(model_admin, request, act, case.pk, refusal)
            messages.success(request, act.done)
            return back
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(model_admin, request, act, case, form, status)


def _refused(model_admin, request, act, pk, refusal):
    """Say why nothing was done; the reason that was typed stays, beside the case as it is now."""
    case = CaseStudy.objects.select_related("member", "live").get(pk=pk)
    if not act.is_possible(case):
        messages.error(request, str(refusal))
        return redirect("admin:policies_casestudy_change", pk)
    typed = request.POST.copy()
    typed["seen"] = curation.edition(case)
    form = forms.filled(act.form, typed, case=case)
    form.add_error(None, str(refusal))
    return _page(model_admin, request, act, case, form, HTTPStatus.CONFLICT)


def _page(model_admin, request, act, case, form, status):
    return page(
        model_admin,
        request,
        TEMPLATE,
        title=act.question,
        obj=case,
        status=status,
        act=act,
        case=case,
        text=case.live or case.revisions.last(),
        form=form,
    )
