"""Calls of the network: the list, a call with what came of it, and answering it with a case."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citynet.web import page_cache
from citynet.web.sign_in import signing_in_to
from citynet.web.text import is_key
from policies.models import Call, CallEntry, CaseStudy, Revision
from policies.workflow import calls
from policies.workflow.errors import WorkflowError

PAGE_SIZE = 20


@login_not_required
@require_safe
@page_cache.cache_public_page
def call_list(request):
    """All calls that have opened, a page at a time."""
    page = Paginator(Call.objects.public(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "policies/calls/list.html", {"page": page, "crumbs": []})


@login_not_required
@require_safe
@page_cache.cache_public_page
def call(request, pk):
    """A call, and once they are announced its results."""
    shown = get_object_or_404(Call.objects.public().prefetch_related("themes", "targets"), pk=pk)
    results = CallEntry.objects.none()
    if shown.announced_at:
        results = shown.entries.exclude(result="").filter(case__live__isnull=False)
        results = results.select_related("case__live", "case__member").order_by("result", "pk")
    context = {"call": shown, "results": results, "crumbs": [(_("Calls"), reverse("calls:list"))]}
    return render(request, "policies/calls/call.html", context)


@signing_in_to(gettext_lazy("Sign in to answer the call with a case of your city."))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, pk):
    """The cases with which the person may answer a call; POST enters one, or takes it back."""
    shown = get_object_or_404(Call.objects.public(), pk=pk)
    entered = shown.entries.filter(case__in=_own(request.user)).select_related("case__member")
    problem, status = "", 200
    if request.method == "POST":
        try:
            told = _act(request, shown, entered)
        except WorkflowError as refusal:
            problem, status = str(refusal), 409
        else:
            messages.success(request, told)
            return redirect("calls:answer", pk)
    possible = calls.answering(shown, request.user) if shown.is_open else None
    context = {
        "call": shown,
        "entered": _titled(CaseStudy.objects.filter(pk__in=entered.values("case"))),
        "possible": _titled(possible.exclude(call_entries__call=shown))
        if possible is not None
        else [],
        "problem": problem,
        "crumbs": [(_("Calls"), reverse("calls:list")), (shown.title, shown.get_absolute_url())],
    }
    return render(request, "policies/calls/answer.html", context, status=status)


def _own(user):
    return CaseStudy.objects.of_team(user).order_by().values("pk")


def _act(request, shown, entered):
    number = request.POST.get("case", "")
    key = number if is_key(number) else 0
    if request.POST.get("act") == "withdraw":
        calls.withdraw(get_object_or_404(entered, case=key), by=request.user)
        return _("The answer is taken back.")
    case = get_object_or_404(calls.answering(shown, request.user), pk=key)
    calls.enter(shown, case, by=request.user)
    return _("Your case answers the call.")


def _titled(cases):
    """Return cases with the title of their newest text that was submitted or is public."""
    texts = Revision.objects.filter(case=OuterRef("pk")).submitted_once().order_by("-number")
    return cases.annotate(title=Subquery(texts.values("title")[:1])).select_related("member")
