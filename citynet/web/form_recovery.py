"""Nothing that was typed is lost: when a form cannot be taken, its page shows everything again.

A session may have ended, the form may be too old, the membership may be over, the text may be with
the moderators, or too much may have been sent in a short time. Each is said, with the typed text
below, ready to be sent again or copied. Views of cases name their fields themselves, by
:func:`keeps_what_was_typed`; for all other forms of signed-in people :func:`again` finds them.
"""

import re
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from . import throttles

STATUS = {
    "large": 400,
    "signed-out": 401,
    "expired": 403,
    "gone": 404,
    "closed": 409,
    "busy": throttles.STATUS,
}
# In these states the same form can be sent once more.
AGAIN = frozenset({"signed-out", "expired", "busy"})
# What nobody may read over a shoulder, and what is of no use a second time.
SECRET = re.compile(r"password|token|credential|secret|^code$", re.IGNORECASE)
# Fields in which people write, as their pages call them.
LABELS = {
    "message": gettext_lazy("Message"),
    "note": gettext_lazy("Note"),
    "reason": gettext_lazy("Reason"),
    "text": gettext_lazy("Text"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail address"),
    "website": gettext_lazy("Website"),
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("Summary"),
    "phrase_title": gettext_lazy("Name of the phrase"),
    "remark": gettext_lazy("Remark"),
    "after": gettext_lazy("Correction"),
}


class Check(CsrfViewMiddleware):
    """Django's own check, which tells what is wrong instead of answering."""

    def _reject(self, request, reason):
        return reason


def keeps_what_was_typed(typed, *, refused=()):
    """A decorator for views with a form: ``typed(data, **kwargs)`` gives (name, label, value) of it.

    The view is for signed-in people. A form from another site is refused as everywhere. What the
    view raises of ``refused`` is said to the person.
    """

    def decorate(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if request.method == "POST":
                return _sent(request, view, typed, refused, args, kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return view(request, *args, **kwargs)

        door = require_http_methods(["GET", "HEAD", "POST"])(checked)
        door = csrf_exempt(login_not_required(never_cache(door)))
        door.keeps_what_was_typed = True
        return door

    return decorate


def _sent(request, view, typed, refused, args, kwargs):
    from .errors import csrf_failure  # noqa: PLC0415 - which shows these pages too

    try:
        reason = Check(view).process_view(request, view, args, kwargs)
        sent = request.POST
    except (RequestDataTooBig, TooManyFieldsSent):
        return kept(request, [], "large", _("This is too large"))
    if reason and not reason.startswith("CSRF "):
        # Not from a page of ours: it is not shown again either.
        return csrf_failure(request, reason)
    fields = typed(sent, **kwargs)
    try:
        if not request.user.is_authenticated:
            answer = kept(request, fields, "signed-out", _("You are signed out"))
        elif reason:
            answer = kept(request, fields, "expired", _("The form was open for too long"))
        elif seconds := throttles.wait(request):
            answer = busy(request, fields, seconds)
        else:
            answer = view(request, *args, **kwargs)
    except Http404:
        answer = kept(request, fields, "gone", _("There is no such draft for you"))
    except refused as refusal:
        answer = kept(request, fields, "closed", _("This cannot be saved"), str(refusal))
    return answer


def again(request, state, title):
    """The page with all that was sent by a form of ours; None where nothing was written in it.

    The request has passed the check against forgery, or failed it only for being too old.
    """
    if request.method != "POST":
        return None
    fields = [
        (name, _label(name), value)
        for name, values in request.POST.lists()
        if not SECRET.search(name)
        for value in values
    ]
    if not any(label and value.strip() for _name, label, value in fields):
        return None
    return kept(request, fields, state, title)


def _label(name):
    """What the page calls a field in which people write: "" for all others."""
    # "decision-note" is the note of a form among several.
    return LABELS.get(name.rpartition("-")[2], "")


def busy(request, fields, seconds):
    """429 for a form: when to send it again."""
    answer = kept(request, fields, "busy", throttles.message(seconds))
    return throttles.delayed(answer, seconds)


def wants_json(request):
    """Whether the form was sent by the script, which shows the answer in the page."""
    return request.headers.get("Accept", "").startswith("application/json")


@never_cache
def kept(request, fields, state, title, message=""):
    """The page that says why, in one of ``STATUS``, with the (name, label, value) of ``fields``."""
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
        "may_send_again": state in AGAIN,
        "had_files": bool(fields) and bool(request.FILES),
        "fields": fields,
        "typed": [(label, value) for _name, label, value in fields if label and value.strip()],
    }
    return render(request, "citynet/kept.html", context, status=status)
