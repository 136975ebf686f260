"""A case as its author sees it: where it stands, what to do next, and how readers will see it."""

from django.contrib import messages
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citynet.web.sign_in import signing_in_to
from citynet.web.text import is_key
from members.teams import waiting
from policies.content import diff, sections
from policies.content.case_page import case_context
from policies.content.gaps import GAPS
from policies.forms.progress import progress
from policies.forms.start import NoteForm, UpdateAnswerForm
from policies.models import CaseStudy, ReviewEvent, Revision
from policies.statistics import turnaround
from policies.workflow import authoring, corrections, thread
from policies.workflow.errors import WorkflowError

State = Revision.State
WRITABLE = authoring.WRITABLE
WITH_MODERATORS = (State.SUBMITTED, State.CHANGES_REQUESTED)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
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


@signing_in_to(gettext_lazy("Sign in to work on this case with its team."))
@never_cache
@get_or_post
def overview(request, pk):
    """The state of a case and what to do next; POST opens a draft beside the public text."""
    case = editable(request, pk)
    gap = GAPS.get((request.POST or request.GET).get("gap"))
    if request.method == "POST":
        number = request.POST.get("number")
        kept = revision_of(case, number) if number is not None else None
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
    proposal = (
        user.proposals.filter(provisional_member=member).first() if member.is_proposed else None
    )
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
        kept = revision_of(case, request.GET["number"])
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


def revision_of(case, number):
    """Return the revision that a form names by its number, or None."""
    return case.revisions.filter(number=number).first() if is_key(number) else None
