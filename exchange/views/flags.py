"""Flagging an entry for the secretariat to look at."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from exchange.forms.advice import FlagForm
from exchange.models import Adoption, Advice, Cooperation, Question
from exchange.models.querysets import is_in_network
from exchange.steps import moderation
from exchange.steps.errors import ExchangeError

from .acts import join_first, posted
from .advice import get_or_post, label

KINDS = {
    "questions": Question,
    "know-how": Advice,
    "adoptions": Adoption,
    "cooperation": Cooperation,
}


@signing_in_to(gettext_lazy("Sign in to flag this entry."))
@field_labels(label)
@never_cache
@get_or_post
def flag(request, kind, pk):
    """Say what is wrong with an entry."""
    if kind not in KINDS:
        raise Http404(_("There is no such page."))
    if not is_in_network(request.user):
        return join_first(request, _("Flag an entry"))
    entry = get_object_or_404(KINDS[kind].objects.readable_by(request.user), pk=pk)
    form = FlagForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            moderation.flag(entry, by=request.user, **form.cleaned_data)
        except ExchangeError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. The secretariat looks at it."))
            entry.refresh_from_db()
            return redirect("exchange:know-how" if entry.hidden_at else entry)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "exchange/flag.html", {"entry": entry, "form": form}, status=status)
