"""Writing a case: start, overview, preview, submit, withdraw, confirm, notes."""

from http import HTTPStatus

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citynet.web.sign_in import signing_in_to
from members.models import Member
from members.teams import waiting
from policies.content import diff, sections
from policies.content.case_page import case_context
from policies.content.gaps import GAPS
from policies.forms import requests
from policies.forms.progress import progress
from policies.forms.registry import BY_SLUG
from policies.forms.start import NewForm, NoteForm, UpdateAnswerForm, WorkbookForm
from policies.interchange import own_workbook
from policies.models import CaseStudy, ReviewEvent, Revision
from policies.statistics import turnaround
from policies.workflow import authoring, corrections, target_suggestions, thread
from policies.workflow.errors import (
    EditConflict,
    EditRefused,
    IncompleteSubmission,
    TooManyDrafts,
    WorkflowError,
)
from sdg.models import Goal

from .form_recovery import edit_view

State = Revision.State
WRITABLE = authoring.WRITABLE
WITH_MODERATORS = (State.SUBMITTED, State.CHANGES_REQUESTED)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
MOST_ERRORS = 100  # of a workbook that are shown
MAX_DIGITS = 6  # digits; no case has more revisions
REASONS = ReviewEvent.objects.exclude(note="").order_by("created_at", "pk")


def editable(request, pk):
    """Return a case that the signed-in person may write; 404 for all others."""
    cases = CaseStudy.objects.editable_by(request.user).select_related("member", "live")
    return get_object_or_404(cases, pk=pk)


def current(case):
    """Return the open revision with all content; without one the public or the newest."""
    revisions = case.revisions.order_by("-number")
    found = (
        revisions.filter(state__in=Revision.OPEN_STATES).values_list("pk", flat=True).first()
        or case.live_id
        or revisions.values_list("pk", flat=True).first()
    )
    revision = (
        Revision.objects.with_content()
        .prefetch_related(Prefetch("events", REASONS, to_attr="reasons"))
        .get(pk=found)
    )
    revision.case = case
    return revision


def open_or_current(case):
    """Return the open revision without its rows, or ``current`` where there is none.

    Saving one section asks for no other; reading all of them takes longer than all else.
    """
    opened = case.revisions.filter(state__in=Revision.OPEN_STATES).order_by("-number").first()
    if opened is None:
        return current(case)
    opened.case = case
    return opened


def crumbs(case, revision, *, inner=True):
    own = [(_("My page"), reverse("my:home"))]
    return [*own, (revision.title, reverse("policies:edit", args=[case.pk]))] if inner else own


def _label_of_new(name):
    field = NewForm.base_fields.get(name)
    return field.label if field else ""


@signing_in_to(
    gettext_lazy("Sign in to publish a policy: then you come to the first page of your case.")
)
@edit_view(_label_of_new)
def new(request):
    """Start a case of one's own member."""
    members = list(authoring.writable_members(request.user).order_by("search_names"))
    if not members:
        messages.info(
            request,
            _(
                "Ask to join the team of your city or organisation; then you can begin to write at once."
            ),
        )
        return redirect(reverse("my:find", query={"for": "publish"}))
    form = NewForm(
        request.POST if request.method == "POST" else None, members=members, instance=Revision()
    )
    if request.method == "POST" and form.is_valid():
        content = {name: form.cleaned_data[name] for name in ("title", "summary", "language")}
        member = form.members[form.cleaned_data["member"]]
        try:
            draft = authoring.start_case(user=request.user, member=member, **content)
        except TooManyDrafts as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("policies:edit", draft.case_id)
    status = 422 if form.errors else 200
    in_team = Member.objects.of(request.user).exists()
    context = {
        "form": form,
        "waits": None if in_team else held_status(request.user, members[0]),
        "crumbs": [(_("My page"), reverse("my:home"))],
    }
    return render(request, "policies/author/new.html", context, status=status)


def _label_in_upload(name):
    field = WorkbookForm.base_fields.get(name)
    return field.label if field else ""


@signing_in_to(gettext_lazy("Sign in to upload the workbook: it becomes a draft of your city."))
@edit_view(_label_in_upload)
def new_from_workbook(request):
    """Start a case with what its author wrote in the blank workbook."""
    members = list(authoring.writable_members(request.user).order_by("search_names"))
    if not members:
        return redirect("policies:new")
    is_sent = request.method == "POST"
    form = WorkbookForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, members=members
    )
    wrong = []
    if is_sent and form.is_valid():
        member = form.members[form.cleaned_data["member"]]
        try:
            entry, notes = own_workbook.read(form.cleaned_data["upload"], member)
            draft = own_workbook.start(entry, user=request.user, member=member)
        except own_workbook.NotACase as refusal:
            wrong = refusal.errors[:MOST_ERRORS]
            form.add_error(
                "upload", _("It is not saved yet: correct what is listed, then send it again.")
            )
        except TooManyDrafts as refusal:
            form.add_error(None, str(refusal))
        else:
            for note in notes:
                messages.info(request, _("Not read: %(note)s") % {"note": note})
            messages.success(request, _("Your draft has what the workbook says."))
            return redirect("policies:edit", draft.case_id)
    context = {"form": form, "wrong": wrong, "crumbs": [(_("My page"), reverse("my:home"))]}
    status = 422 if form.errors else 200
    return render(request, "policies/author/workbook.html", context, status=status)


@signing_in_to(gettext_lazy("Sign in to work on this case with its team."))
@never_cache
@get_or_post
def overview(request, pk):
    """The state of a case and what to do next; POST opens a draft beside the public text."""
    case = editable(request, pk)
    gap = GAPS.get((request.POST or request.GET).get("gap"))
    if request.method == "POST":
        number = request.POST.get("number")
        kept = _revision_of(case, number) if number is not None else None
        try:
            authoring.open_draft(
                case,
                user=request.user,
                number=None if number is None else getattr(kept, "number", 0),
            )
        except WorkflowError as refusal:
            messages.error(request, str(refusal))
            return redirect("policies:edit", pk)
        return redirect(_field_of(gap, pk) if gap else reverse("policies:edit", args=[pk]))
    revision = current(case)
    if gap and revision.state in WRITABLE:
        return redirect(_field_of(gap, pk))
    return overview_page(request, case, revision)


def _field_of(gap, pk):
    """Return the address of the field that fills a gap in."""
    return f"{reverse('policies:section', args=[pk, gap.section])}#{gap.anchor}"


def overview_page(request, case, revision, *, note_form=None, answer_form=None, status=200):
    """Return the overview, with a form that has errors, if there is one."""
    noted = revision.state in WITH_MODERATORS
    is_waiting = revision.state == State.SUBMITTED
    prefetch_related_objects([case], "update_requests")
    context = {
        "case": case,
        "revision": revision,
        "text_attributes": sections.text_attributes(revision),
        "is_open": revision.is_open,
        "pace": waiting.in_words(turnaround.days_of_last_year()) if is_waiting else "",
        "is_writable": revision.state in WRITABLE,
        "progress": progress(revision) if revision.state in WRITABLE else None,
        "gap": request.GET.get("gap") if request.GET.get("gap") in GAPS else "",
        "gap_label": getattr(GAPS.get(request.GET.get("gap")), "label", ""),
        "reason": revision.reasons[-1] if revision.reasons else None,
        "proposals": corrections.waiting([revision]).get(revision.pk),
        "update_request": request_to_update(case),
        "answer_form": answer_form or UpdateAnswerForm(),
        "kept": kept_texts(case, revision),
        "thread": thread.of_team(case),
        "note_form": (note_form or NoteForm()) if noted else None,
        "speaks_for_city": speaks_for_city(case, request.user),
        "held": held_status(request.user, case.member) if case.held_by_id else None,
        "crumbs": crumbs(case, revision, inner=False),
    }
    return render(request, "policies/author/overview.html", context, status=status)


def held_status(user, member):
    """Return how the request of ``user`` to join stands, and what else one may do meanwhile."""
    asked = user.memberships.filter(member=member).order_by("-created_at", "-pk").first()
    is_waiting = asked is not None and asked.status == asked.Status.REQUESTED
    others = authoring.writable_members(user).exclude(pk=member.pk)
    proposal = user.proposals.filter(stand_in=member).first() if member.is_proposed else None
    if proposal and proposal.state == proposal.State.PROPOSED:
        return {
            "member": member,
            "proposal": proposal,
            "is_waiting": True,
            "who_decides": waiting.on_proposals(),
            "others": others.order_by("search_names"),
        }
    return {
        "member": member,
        "request": asked or proposal,
        "is_waiting": is_waiting,
        "who_decides": waiting.on_requests([asked])[asked.pk] if is_waiting else "",
        "others": others.order_by("search_names"),
    }


@never_cache
@get_or_post
def change_member(request, pk):
    """Let a case that the person writes alone be that of another member."""
    case = editable(request, pk)
    if request.method != "POST":
        return redirect("policies:edit", pk)
    slug = request.POST.get("member", "")
    member = authoring.writable_members(request.user).filter(slug=slug).first()
    if member is None:
        messages.warning(request, _("Ask to join that team first."))
        return redirect("policies:edit", pk)
    try:
        authoring.change_member(case, user=request.user, member=member)
    except EditRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("It is a case of %(member)s now.") % {"member": member})
    return redirect("policies:edit", pk)


def request_to_update(case):
    """Return the moderators' request to update the case that waits for its team, or None."""
    requests = case.update_requests.all()
    return next((each for each in requests if each.answered_at is None), None)


def kept_texts(case, revision):
    """Return the texts of a case that never became public, the newest first, but the one shown."""
    kept = case.revisions.filter(state__in=authoring.KEPT).exclude(pk=revision.pk)
    return kept.only("case", "number", "state", "title", "language", "updated_at").order_by(
        "-number"
    )


def speaks_for_city(case, user):
    """Return whether ``user``, who may write the case, is in its team, not of the secretariat."""
    compiled = case.provenance == CaseStudy.Provenance.SECRETARIAT
    return not compiled or CaseStudy.objects.of_team(user).filter(pk=case.pk).exists()


@never_cache
@require_safe
def preview(request, pk):
    """The current revision as readers will see it, or with a ``number`` a text that was kept."""
    case = editable(request, pk)
    if "number" in request.GET:
        kept = _revision_of(case, request.GET["number"])
        if kept is None or kept.state not in authoring.KEPT:
            raise Http404(_("There is no such revision."))
        key = kept.pk
    else:
        key = current(case).pk
    shown = Revision.objects.with_rows().get(pk=key)
    context = case_context(shown) | {"crumbs": crumbs(case, shown), "gaps_for": "team"}
    if case.live_id and (shown.is_open or shown.state in authoring.KEPT):
        public = diff.compared(Revision.objects.filter(pk=case.live_id)).get()
        context |= {"beside": public, "changes": diff.changes(public, shown)}
    return render(request, "policies/author/preview.html", context)


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
        seen = _revision_of(case, request.POST.get("number", ""))
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


def _revision_of(case, number):
    """Return the revision that a form names by its number, or None."""
    known = number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS
    return case.revisions.filter(number=number).first() if known else None


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


@never_cache
@require_safe
def targets(request):
    """Targets by words, code and goal, for the picker."""
    found = target_suggestions.find(
        request.GET.get("q", "")[:200], goal_number(request.GET.get("goal"))
    )
    answer = [
        {
            "code": target.code,
            "goal": target.goal_id,
            "label": target.label,
            "text": target.text,
        }
        for target in found
    ]
    return JsonResponse({"targets": answer, "message": found_message(len(answer))})


def goal_number(text):
    """Return the number of a goal that was typed, or None."""
    return int(text) if text in GOALS else None


GOALS = frozenset(map(str, range(1, 18)))


def found_message(count):
    return (
        _("No target was found. Try another word, or choose a goal.")
        if not count
        else _("Targets found: %(count)d") % {"count": count}
    )


def goals():
    """Return the goals for the picker's list."""
    return Goal.objects.order_by("number")
