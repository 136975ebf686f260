"""What the team of an adopter, and the city whose policy it is, do with an adoption."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from citynet.web.form_recovery import field_labels, recover_form
from citynet.web.sign_in import signing_in_to
from exchange.forms.adoptions import (
    MAX_INDICATORS,
    AdoptForm,
    AdoptionForm,
    ChangeRows,
    IndicatorRows,
    OriginForm,
    ReportForm,
)
from exchange.models import Adoption
from exchange.models.adoptions import FINAL_STAGES
from exchange.models.querysets import writes_as
from exchange.steps import adoptions as steps
from exchange.steps.entries import speaks_for
from exchange.steps.errors import AlreadyThere, ChangedMeanwhile, ExchangeError, NotAllowed
from policies.models import Revision

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
# Fields in which people write: nothing of it is lost where the session has ended.
WRITTEN = {
    "words": gettext_lazy("What interests you most?"),
    "interest": gettext_lazy("What interests you"),
    "kept": gettext_lazy("What was kept"),
    "reason": gettext_lazy("Reason"),
    "what": gettext_lazy("What was changed"),
    "text": gettext_lazy("How it went"),
    "name": gettext_lazy("Indicator"),
    "note": gettext_lazy("In your words"),
}
OK, FORBIDDEN, CONFLICT, UNPROCESSABLE = 200, 403, 409, 422


def _label(name, **kwargs):
    """Return what the pages call a field; "" where people write nothing."""
    return WRITTEN.get(name.rpartition("-")[2], "")


@signing_in_to(gettext_lazy("Sign in to say that your city adopts this policy."))
@field_labels(_label)
@never_cache
@get_or_post
def adopt(request, pk):
    """Say "we want to do this too" of a public case: two questions, then a draft or at once public."""
    live = get_object_or_404(
        Revision.objects.live().select_related("case__member"), case=pk, case__synthetic=False
    )
    case = live.case
    of_case = [case.member_id, *(member.pk for member in live.further_members)]
    members = writes_as(request.user).exclude(pk__in=of_case).order_by("name")
    context = {
        "live": live,
        "case": case,
        "members": members,
        "is_own": writes_as(request.user).filter(pk__in=of_case).exists(),
        "crumbs": [
            (_("Policies"), reverse("policies:list")),
            (live.title, case.get_absolute_url()),
        ],
    }
    if not members:
        typed = request.POST.get("words", "")
        status = FORBIDDEN if request.method == "POST" else OK
        return render(request, "exchange/adopt.html", context | {"typed": typed}, status=status)
    form = AdoptForm(request.POST if request.method == "POST" else None, members=members)
    context["form"] = form
    if not form.is_bound:
        return render(request, "exchange/adopt.html", context)
    if not form.is_valid():
        return render(request, "exchange/adopt.html", context, status=UNPROCESSABLE)
    data = form.cleaned_data
    try:
        adoption = steps.begin(
            request.user, data["member"], case, stage=data["stage"], words=data["words"]
        )
        if "publish" in request.POST:
            adoption = steps.publish(adoption, by=request.user)
    except AlreadyThere as error:
        context |= {"problem": str(error), "there": error.entry}
        return render(request, "exchange/adopt.html", context, status=CONFLICT)
    except ExchangeError as error:
        context["problem"] = str(error)
        return render(request, "exchange/adopt.html", context, status=UNPROCESSABLE)
    if adoption.state == Adoption.State.DRAFT:
        messages.success(request, _("It is a draft of your team; nobody else sees it."))
    else:
        messages.success(request, _("Thank you. The original city is told."))
    return redirect(adoption)


def _own(request, pk):
    """Return an adoption that the person may write; 404 for everybody else."""
    adoptions = Adoption.objects.editable_by(request.user).with_originals()
    adoption = get_object_or_404(adoptions.select_related("revision"), pk=pk)
    if not speaks_for(request.user, adoption):
        raise Http404
    return adoption


@require_POST
def publish(request, pk):
    """Make a draft public."""
    return _act(
        request, _own(request, pk), steps.publish, _("Thank you. The original city is told.")
    )


@require_POST
def delete(request, pk):
    """Delete a draft."""
    adoption = _own(request, pk)
    original = adoption.original
    try:
        steps.delete_draft(adoption, by=request.user)
    except ExchangeError as error:
        messages.error(request, str(error))
        return redirect(adoption)
    messages.success(request, _("The draft is deleted."))
    return redirect(original or reverse("exchange:adoptions"))


def _act(request, adoption, step, thanks):
    try:
        step(adoption, by=request.user)
    except ExchangeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, thanks)
    return redirect(adoption)


@field_labels(_label)
@never_cache
@get_or_post
def edit(request, pk):
    """Say what was kept, and what was changed and why."""
    adoption = _own(request, pk)
    sent = request.POST if request.method == "POST" else None
    shown = steps.as_shown(adoption)
    form = AdoptionForm(sent, instance=_own(request, pk))
    stored = list(adoption.changes.values(*steps.CHANGE))
    rows = _rows(ChangeRows, sent, stored, steps.MAX_CHANGES, "changes")
    context = {
        "adoption": adoption,
        "form": form,
        "rows": rows,
        "open_rows": len(stored) + 1,
        "shown": sent.get("shown", "") if sent else shown,
        "crumbs": _crumbs(adoption),
    }
    if sent is None:
        return render(request, "exchange/adoption_edit.html", context)
    is_valid = form.is_valid() & rows.is_valid()
    if not is_valid:
        return render(request, "exchange/adoption_edit.html", context, status=UNPROCESSABLE)
    try:
        steps.edit(
            adoption,
            by=request.user,
            facts=form.facts,
            changes=[row.cleaned_data for row in rows.filled()],
            shown=context["shown"],
        )
    except ChangedMeanwhile as error:
        # Sent once more it stands: the person has seen what changed.
        context |= {"problem": str(error), "shown": shown, "theirs": adoption}
        return render(request, "exchange/adoption_edit.html", context, status=CONFLICT)
    except NotAllowed as error:
        return recover_form(request, "closed", str(error))
    except ExchangeError as error:
        context["problem"] = str(error)
        return render(request, "exchange/adoption_edit.html", context, status=UNPROCESSABLE)
    messages.success(request, _("Saved."))
    return redirect(adoption)


@field_labels(_label)
@never_cache
@get_or_post
def report(request, pk):
    """Add a report: how it stands, what it cost, what was measured."""
    adoption = _own(request, pk)
    sent = request.POST if request.method == "POST" else None
    form = ReportForm(sent, adoption=adoption)
    rows = _rows(IndicatorRows, sent, [], MAX_INDICATORS, "indicators")
    context = {
        "adoption": adoption,
        "form": form,
        "rows": rows,
        "final_stages": FINAL_STAGES,
        "crumbs": _crumbs(adoption),
    }
    if sent is None:
        return render(request, "exchange/adoption_report.html", context)
    is_valid = form.is_valid() & rows.is_valid()
    if not is_valid:
        return render(request, "exchange/adoption_report.html", context, status=UNPROCESSABLE)
    facts = dict(form.cleaned_data)
    reason = facts.pop("reason")
    try:
        steps.report(
            adoption,
            by=request.user,
            facts=facts,
            indicators=[row.cleaned_data for row in rows.filled()],
            reason=reason,
        )
    except ExchangeError as error:
        context["problem"] = str(error)
        return render(request, "exchange/adoption_report.html", context, status=UNPROCESSABLE)
    messages.success(request, _("Thank you: others learn from it."))
    return redirect(adoption)


@field_labels(_label)
@never_cache
@get_or_post
def origin(request, pk):
    """The city whose policy it is confirms, adds a note, or disputes."""
    adoptions = Adoption.objects.readable_by(request.user).with_originals()
    adoption = get_object_or_404(adoptions, pk=pk, state=Adoption.State.PUBLISHED)
    if not steps.speaks_for_origin(request.user, adoption):
        return redirect(adoption)
    form = OriginForm(request.POST if request.method == "POST" else None)
    now = steps.as_shown(adoption)
    shown = request.POST.get("shown", "") if form.is_bound else now
    context = {"adoption": adoption, "form": form, "shown": shown, "crumbs": _crumbs(adoption)}
    if not form.is_bound:
        return render(request, "exchange/adoption_origin.html", context)
    if not form.is_valid():
        return render(request, "exchange/adoption_origin.html", context, status=UNPROCESSABLE)
    step = {"confirm": steps.confirm, "note": steps.add_note, "dispute": steps.dispute}
    note = form.cleaned_data["note"]
    try:
        step[form.cleaned_data["act"]](adoption, by=request.user, note=note, shown=shown)
    except ExchangeError as error:
        # Sent once more it stands: the page shows what it says now.
        context |= {"problem": str(error), "shown": now}
        return render(request, "exchange/adoption_origin.html", context, status=UNPROCESSABLE)
    messages.success(request, _("Thank you. The other city is told."))
    return redirect(adoption)


def _rows(row_set, sent, stored, most, prefix):
    """Return the rows of a form: those stored and empty ones up to ``most``, or those sent."""
    if sent is not None:
        # What is sent stands for itself: an emptied row is one that was taken out.
        return row_set(sent, prefix=prefix)
    return row_set(initial=[*stored, *({} for _row in range(most - len(stored)))], prefix=prefix)


def _crumbs(adoption):
    return [
        (_("Exchange"), reverse("exchange:home")),
        (_("Adoptions"), reverse("exchange:adoptions")),
        (adoption.title, adoption.get_absolute_url()),
    ]
