"""Nothing that was typed is lost: when a form cannot be taken, its page shows everything again.

A session may have ended, the form may be too old, the membership may be over or the text may be
with the moderators. Each is said, with the typed text below, ready to be sent again or copied.
"""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from citynet.views import csrf_failure

from .. import authoring

STATUS = {"large": 400, "signed-out": 401, "expired": 403, "gone": 404, "closed": 409}


class _Check(CsrfViewMiddleware):
    """Django's own check, which tells what is wrong instead of answering."""

    def _reject(self, request, reason):
        return reason


def keeps_what_was_typed(typed):
    """A decorator for views with a form: ``typed(data, **kwargs)`` gives (name, label, value) of it.

    The view is for signed-in people. A form from another site is refused as everywhere.
    """

    def decorate(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if request.method == "POST":
                return _sent(request, view, typed, args, kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        door = require_http_methods(["GET", "HEAD", "POST"])(checked)
        return csrf_exempt(login_not_required(never_cache(door)))

    return decorate


def _sent(request, view, typed, args, kwargs):
    try:
        reason = _Check(view).process_view(request, view, args, kwargs)
        sent = request.POST
    except (RequestDataTooBig, TooManyFieldsSent):
        return _kept(request, [], "large", _("This is too large"))
    if reason and not reason.startswith("CSRF "):
        # Not from a page of ours: it is not shown again either.
        return csrf_failure(request, reason)
    fields = typed(sent, **kwargs)
    try:
        if not request.user.is_authenticated:
            answer = _kept(request, fields, "signed-out", _("You are signed out"))
        elif reason:
            answer = _kept(request, fields, "expired", _("The form was open for too long"))
        else:
            answer = view(request, *args, **kwargs)
    except Http404:
        answer = _kept(request, fields, "gone", _("There is no such draft for you"))
    except authoring.NotAllowed as refusal:
        answer = _kept(request, fields, "closed", _("This cannot be saved"), str(refusal))
    return answer


def wants_json(request):
    """Whether the form was sent by the script, which shows the answer in the page."""
    return request.headers.get("Accept", "").startswith("application/json")


def _kept(request, fields, state, title, message=""):
    status = STATUS[state]
    if wants_json(request):
        answer = {"state": state, "message": message or title}
        if state == "signed-out":
            answer["login"] = resolve_url("account_login")
        if state in ("signed-out", "expired"):
            answer["token"] = get_token(request)
        return JsonResponse(answer, status=status)
    context = {
        "state": state,
        "title": title,
        "message": message,
        "fields": fields,
        "typed": [(label, value) for _name, label, value in fields if label and value.strip()],
    }
    return render(request, "policies/author/kept.html", context, status=status)
