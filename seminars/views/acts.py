"""What a signed-in person does with a seminar: register, and give the place back."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from exchange.steps.errors import ExchangeError
from seminars.forms.registration import RegistrationForm
from seminars.models import Registration
from seminars.steps import registrations

from .detail import context_of, find, own_members


def _label(name, **_kwargs):
    field = RegistrationForm.base_fields.get(name)
    return field.label if field else ""


@signing_in_to(gettext_lazy("Sign in to register for this seminar."))
@field_labels(_label)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request, pk):
    """Register for a seminar. Who only follows the link is led to the form."""
    seminar = find(request, pk)
    if request.method != "POST":
        return redirect(f"{seminar.get_absolute_url()}#register")
    form = RegistrationForm(request.POST, members=own_members(request.user), seminar=seminar)
    status = 422
    if form.is_valid():
        try:
            row = registrations.register(
                seminar,
                user=request.user,
                member=form.cleaned_data["member"],
                language=form.cleaned_data.get("language", ""),
            )
        except ExchangeError as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            if row.state == Registration.State.WAITING:
                words = _("All places are taken. You are on the waiting list.")
            else:
                words = _("You are registered.")
            messages.success(request, words)
            return redirect(seminar)
    return render(
        request, "seminars/detail.html", context_of(request, seminar, form), status=status
    )


@never_cache
@require_POST
def cancel(request, pk):
    """Give one's place back."""
    seminar = find(request, pk)
    try:
        registrations.cancel(seminar, user=request.user)
    except ExchangeError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your registration is cancelled."))
    return redirect(seminar)
