"""What the secretariat does with an entry: a page for each act, with its consequences and a form."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citynet.web.admin import ask, get_or_post
from exchange.content.know_how import is_open_to_all
from exchange.forms import desk as forms
from exchange.models import Adoption, Advice, Cooperation, Question
from exchange.models.querysets import MODERATE
from exchange.steps import adoptions, moderation, questions
from exchange.steps.errors import ExchangeError

ENTRIES = (Question, Advice, Adoption, Cooperation)
CHECKED = (Question, Advice, Cooperation)


@dataclass(frozen=True)
class Act:
    """An act on an entry: its button, its consequences, its form, and when it is possible."""

    name: str
    label: str
    about: str
    models: tuple
    form: type
    step: Callable
    done: str
    is_possible: Callable


def _waits(entry):
    return entry.state == "checking" and not entry.removed_at


def _is_flagged(entry):
    return moderation.flags_on(entry).filter(decided_at=None).exists()


def _forward(question, *, by, members, reason):
    return questions.ask_next(question, by=by, addressees=[(each, reason) for each in members])


def _close_as_duplicate(question, *, by, same_as):
    return questions.close_as_duplicate(question, same_as, by=by)


ACTS = {
    act.name: act
    for act in (
        Act(
            "approve",
            _("Approve"),
            _(
                "Those for whom it is meant read it at once, and the cities that are asked get their mail. "
                "Whatever its author writes from now on is there at once."
            ),
            CHECKED,
            forms.SureForm,
            moderation.approve,
            _("It is approved."),
            _waits,
        ),
        Act(
            "refuse",
            _("Refuse"),
            _("Only its team can read it, with your reason. Its author gets a mail."),
            CHECKED,
            forms.ReasonForm,
            moderation.refuse,
            _("It is refused; its author reads why."),
            _waits,
        ),
        Act(
            "dismiss-flags",
            _("Nothing is wrong: dismiss the flags"),
            _("If it was hidden, it is shown again. The same teams cannot flag it once more."),
            ENTRIES,
            forms.SureForm,
            moderation.dismiss_flags,
            _("The flags are dismissed."),
            _is_flagged,
        ),
        Act(
            "remove",
            _("Remove it"),
            _(
                "Its address is “not found” for everybody but its team, who read your reason. It is kept "
                "and can be restored at the same address."
            ),
            ENTRIES,
            forms.ReasonForm,
            moderation.remove,
            _("It is removed; its author reads why."),
            lambda entry: not entry.removed_at,
        ),
        Act(
            "restore",
            _("Restore it"),
            _("It is there again, at the same address. Its author gets a mail."),
            ENTRIES,
            forms.ReasonForm,
            moderation.restore,
            _("It is restored."),
            lambda entry: entry.removed_at,
        ),
        Act(
            "forward",
            _("Put it to further members"),
            _("Their teams get the whole question by mail; the asker sees who was asked, and why."),
            (Question,),
            forms.ForwardForm,
            _forward,
            _("The question is put to them."),
            lambda entry: entry.state in ("open", "answered") and not entry.removed_at,
        ),
        Act(
            "duplicate",
            _("It was asked before"),
            _("It is closed and leads to the question that was asked before."),
            (Question,),
            forms.DuplicateForm,
            _close_as_duplicate,
            _("It is closed, and leads to the other question."),
            lambda entry: entry.state in ("open", "answered") and is_open_to_all(entry),
        ),
        Act(
            "decide",
            _("Decide the dispute"),
            _(
                "Until then the entry says that it is disputed. Both cities get your decision by mail."
            ),
            (Adoption,),
            forms.DisputeForm,
            adoptions.decide_dispute,
            _("The dispute is decided."),
            lambda entry: entry.is_disputed and not entry.removed_at,
        ),
    )
}


def of_model(model):
    """Return the acts that entries of ``model`` know."""
    return [act for act in ACTS.values() if model in act.models]


def possible(user, entry):
    """Return the acts that ``user`` may do with ``entry`` now."""
    if not user.has_perm(MODERATE):
        return []
    return [act for act in of_model(type(entry)) if act.is_possible(entry)]


@get_or_post
def act_view(request, pk, *, name, model_admin):
    """The page of an act; where the entry does not allow it any more, back to the entry."""
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    act = ACTS[name]
    entry = model_admin.get_queryset(request).filter(pk=pk).first()
    if entry is None:
        raise Http404
    back = reverse(f"admin:exchange_{model_admin.opts.model_name}_change", args=[entry.pk])
    if not act.is_possible(entry):
        messages.warning(request, _("This is not possible now: somebody else may have decided."))
        return redirect(back)
    posted = (request.POST,) if request.method == "POST" else ()
    return ask(
        model_admin,
        request,
        entry,
        act.form(*posted, entry=entry),
        lambda data: act.step(entry, by=request.user, **data),
        refused=ExchangeError,
        back=back,
        done=act.done,
        title=act.label,
        about=act.about,
        button=act.label,
    )
