"""The account's own pages beside allauth's: overview, name, one's data, and deletion."""

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.views import LogoutView
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.models import Member
from members.record import people

from .forms import NameForm

# What a browser keeps of drafts that could not be sent (``static/js/author.js``).
CLEARED = '"storage"'


@login_not_required
@never_cache
def sign_out(request):
    """Ask, then sign out as allauth does, and let the browser forget drafts that were not sent."""
    answer = LogoutView.as_view()(request)
    if request.method == "POST":
        answer["Clear-Site-Data"] = CLEARED
    return answer


@login_not_required
@never_cache
@require_safe
def overview(request):
    """Where "Account" leads: the parts of one's account, or the ways to sign in and up."""
    return render(request, "account/overview.html", {"second_factor": is_mfa_enabled(request.user)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def name(request):
    form = NameForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your name is saved."))
        return redirect("account_name")
    return render(request, "account/name.html", {"form": form})


@never_cache
@require_safe
def data(request):
    return render(request, "account/data.html")


@never_cache
@require_safe
def data_json(request):
    data = {} if request.method == "HEAD" else people.export_data(request.user, by=request.user)
    answer = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def delete(request):
    """Ask, then delete. Who works for the secretariat hands over the rights first."""
    user = request.user
    if request.method == "POST" and not user.is_staff:
        email = user.email
        people.delete_account(user)
        logout(request)
        get_adapter().send_mail("account/email/account_deleted", email, {})
        messages.success(request, _("Your account is deleted."))
        answer = redirect("account_overview")
        answer["Clear-Site-Data"] = CLEARED
        return answer
    return render(
        request,
        "account/delete.html",
        {"left_alone": Member.objects.only_coordinated_by(user)},
        status=403 if request.method == "POST" else 200,
    )
