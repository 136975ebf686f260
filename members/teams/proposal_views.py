"""Pages for who misses a city or organisation in the list."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from citynet.web.sign_in import signing_in_to
from members.errors import AlreadyDecided, MembersError

from . import proposals, waiting
from .forms import ProposeForm


@signing_in_to(gettext_lazy("Sign in to propose a city or organisation that is not listed."))
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request):
    """Ask for a member that is not listed; the place in its team waits with it."""
    form = ProposeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                proposals.propose(request.user, **form.cleaned_data)
            except MembersError as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(
                    request,
                    _("You have asked for %(name)s. You will get a mail when it is decided.")
                    % {"name": form.cleaned_data["name"]},
                )
                return redirect(
                    "policies:new" if request.GET.get("for") == "publish" else "my:find"
                )
    return render(
        request,
        "my/propose.html",
        {"form": form, "pace": waiting.pace_of_proposals()},
        status=status,
    )


@never_cache
@require_POST
def take_back(request, pk):
    """Withdraw a proposal of one's own."""
    proposal = get_object_or_404(request.user.proposals, pk=pk)
    try:
        proposals.take_back(proposal, request.user)
    except AlreadyDecided as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Your request is taken back."))
    return redirect("my:find")
