"""What an author does with a case as a whole: submit, withdraw, confirm it, and write to the moderators."""

from http import HTTPStatus

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from policies.forms import requests
from policies.forms.progress import progress
from policies.forms.registry import BY_SLUG
from policies.forms.start import NoteForm, UpdateAnswerForm
from policies.workflow import authoring
from policies.workflow.errors import (
    EditConflict,
    IncompleteSubmission,
    WorkflowError,
)

from .author import (
    crumbs,
    current,
    editable,
    get_or_post,
    held_status,
    overview_page,
    revision_of,
    speaks_for_city,
)
from .form_recovery import edit_view


@never_cache
@get_or_post
def submit(request, pk):
    """Submit the open revision to the moderators, or say what is missing first."""
    case = editable(request, pk)
    if request.method != "POST":
        return redirect("policies:section", pk, "review")
    try:
        authoring.submit(current(case), user=request.user, seen=request.POST.get("seen", ""))
    except IncompleteSubmission as refusal:
        return review_page(request, case, refusal.revision, status=422)
    except EditConflict as refusal:
        messages.warning(
            request,
            _("The text was changed after you opened this page. Read it again, then submit it."),
        )
        return review_page(request, case, refusal.revision, status=409)
    except WorkflowError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, _("Thank you. It is with the moderators now, and you will hear from them.")
        )
    return redirect("policies:edit", pk)


def review_page(request, case, revision, *, status=200):
    """The last page of the form: what is missing, what to look at again, and the button."""
    context = {
        "case": case,
        "revision": revision,
        "progress": progress(revision),
        "slug": "review",
        "refused": status == HTTPStatus.UNPROCESSABLE_ENTITY,
        "seen": authoring.edition(revision),
        "held": held_status(request.user, case.member) if case.held_by_id else None,
        "crumbs": crumbs(case, revision),
    }
    return render(request, "policies/author/review.html", context, status=status)


@never_cache
@get_or_post
def withdraw(request, pk):
    """Withdraw the open revision; asks first."""
    case = editable(request, pk)
    revision = current(case)
    if request.method == "POST":
        # The page may have been opened before the draft that is open now.
        seen = revision_of(case, request.POST.get("number", ""))
        try:
            authoring.withdraw(seen or revision, user=request.user)
        except WorkflowError as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(
                request,
                _(
                    "It is withdrawn. What you wrote is kept on this page, and you can go on from it."
                ),
            )
        return redirect("policies:edit", pk)
    if not revision.is_open:
        return redirect("policies:edit", pk)
    context = {"case": case, "revision": revision, "crumbs": crumbs(case, revision)}
    return render(request, "policies/author/withdraw.html", context)


@never_cache
@get_or_post
def confirm(request, pk):
    """Say that the public text is still true; shows what is being confirmed first."""
    case = editable(request, pk)
    if request.method == "POST":
        try:
            number = request.POST.get("number", "")
            authoring.confirm_still_true(case, user=request.user, number=number)
        except WorkflowError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("Thank you. Readers see that your city confirmed it today.")
            )
        return redirect("policies:edit", pk)
    if not case.live_id or not speaks_for_city(case, request.user):
        return redirect("policies:edit", pk)
    context = {"case": case, "revision": case.live, "crumbs": crumbs(case, case.live)}
    return render(request, "policies/author/confirm.html", context)


def _label_of_note(name, pk):
    return _("Write to the moderators") if name == "text" else ""


@edit_view(_label_of_note)
def notes(request, pk):
    """Write to the moderators about the open submission."""
    case = editable(request, pk)
    address = f"{reverse('policies:edit', args=[pk])}#notes"
    if request.method != "POST":
        return redirect(address)
    form, about = NoteForm(request.POST), request.POST.get("about", "")
    if not form.is_valid():
        return overview_page(request, case, current(case), note_form=form, status=422)
    text = requests.answer(about, form.cleaned_data["text"])
    authoring.add_note(case, user=request.user, text=text)
    messages.success(request, _("The moderators are told of your note."))
    if about in BY_SLUG:
        address = f"{reverse('policies:section', args=[pk, about])}#asked"
    return redirect(address)


def _label_of_answer(name, pk):
    return UpdateAnswerForm.base_fields["text"].label if name == "update-text" else ""


@edit_view(_label_of_answer)
def answer_update(request, pk):
    """Answer the moderators' request for an update in words."""
    case = editable(request, pk)
    address = f"{reverse('policies:edit', args=[pk])}#update"
    if request.method != "POST":
        return redirect(address)
    form = UpdateAnswerForm(request.POST)
    if not form.is_valid():
        return overview_page(request, case, current(case), answer_form=form, status=422)
    authoring.answer_update_request(case, user=request.user, text=form.cleaned_data["text"])
    messages.success(request, _("The moderators are told of your answer."))
    return redirect(address)
