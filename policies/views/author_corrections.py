"""The team of a case accepts or declines corrections that the moderators propose."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from citynet.web.text import is_key
from policies.models import Correction
from policies.workflow import corrections
from policies.workflow.errors import WorkflowError

from .author import editable, get_or_post

ANSWERS = {"accept": corrections.accept, "decline": corrections.decline}
State = Correction.State


@never_cache
@get_or_post
def decide(request, pk, row):
    """Accept or decline a correction, then go back to where the button was."""
    case = editable(request, pk)
    correction = get_object_or_404(
        Correction.objects.select_related("revision"), pk=row, revision__case=case
    )
    answer = request.POST.get("answer", "")
    if request.method == "POST" and answer in ANSWERS:
        try:
            decided = ANSWERS[answer](correction, user=request.user)
        except WorkflowError as refusal:
            messages.warning(request, str(refusal))
        else:
            _report(request, decided)
    return _back(request, pk)


@never_cache
@get_or_post
def accept_all(request, pk):
    """Accept all corrections that the page showed, in one step."""
    case = editable(request, pk)
    shown = set(filter(is_key, request.POST.getlist("correction")))
    found = Correction.objects.filter(pk__in=shown, revision__case=case).exclude(by=request.user)
    found = found.select_related("revision")
    if request.method == "POST" and shown:
        try:
            for each in corrections.accept_together(list(found.order_by("pk")), user=request.user):
                _report(request, each)
        except WorkflowError as refusal:
            messages.warning(request, str(refusal))
    return _back(request, pk)


def _back(request, pk):
    if request.POST.get("then") == "my":
        return redirect("my:home")
    return redirect(f"{reverse('policies:edit', args=[pk])}#corrections")


def _report(request, correction):
    field = {"field": corrections.label(correction.field)}
    if correction.state == State.ACCEPTED:
        messages.success(request, _("The correction is in the text: %(field)s.") % field)
    elif correction.state == State.DECLINED:
        messages.success(request, _("The text stays as it is: %(field)s.") % field)
    else:
        words = _("Nothing was changed: the text says something else by now (%(field)s).")
        messages.warning(request, words % field)
