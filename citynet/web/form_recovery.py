"""Nothing that was typed is lost: a form that cannot be accepted is shown with everything in it.

A session may have ended, the form may be too old, the page may be gone, or too much may have been
sent in a short time. Django's guards decide that; where they refuse (the CSRF failure view, the
redirect to the sign-in page, the 404 page, the limits), they answer with :func:`recover_form`: the
reason, and the typed text ready to be sent again or copied. Passwords and tokens are left out.
"""

import re

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

# State -> (status, title, whether the same form can be sent once more).
STATES = {
    "large": (400, _("This is too large"), False),
    "signed-out": (401, _("You are signed out"), True),
    "expired": (403, _("The form was open for too long"), True),
    "gone": (404, _("There is no such page for you"), False),
    "closed": (409, _("This cannot be saved"), False),
    "busy": (429, "", True),
}
# Fields that are never shown again: secrets, and codes that work only once.
SECRET = re.compile(r"password|token|credential|secret|^code$", re.IGNORECASE)
# Labels of fields in which people write, where the view does not name its own.
LABELS = {
    "message": _("Message"),
    "note": _("Note"),
    "reason": _("Reason"),
    "text": _("Text"),
    "name": _("Name"),
    "email": _("E-mail address"),
    "website": _("Website"),
    "title": _("Title"),
    "summary": _("Summary"),
    "phrase_title": _("Name of the phrase"),
    "remark": _("Remark"),
    "after": _("Correction"),
}


def field_labels(label):
    """Decorator for views: ``label(name, **kwargs)`` returns what their page calls a field, or ""."""

    def decorate(view):
        view.field_label = label
        return view

    return decorate


@never_cache
def recover_form(request, state, message=""):
    """Return the page (for scripts, JSON) that says why a form was refused, with what was typed.

    ``state`` is a key of ``STATES``; ``message`` tells more, or stands in place of its title. Call
    it only for forms of this site: with a valid CSRF token, or one that is merely too old.
    """
    status, title, may_send_again = STATES[state]
    title = title or message
    if wants_json(request):
        answer = {"state": state, "message": message or title}
        if state == "signed-out":
            answer["login"] = resolve_url("account_login")
        if state in ("signed-out", "expired"):
            answer["token"] = get_token(request)
        return JsonResponse(answer, status=status)
    # A form that is too large cannot be read.
    fields = [] if state == "large" else _fields(request)
    context = {
        "state": state,
        "title": title,
        "message": message,
        "may_send_again": may_send_again,
        "had_files": bool(fields and request.FILES),
        "fields": fields,
        "typed": _typed(fields),
    }
    return render(request, "citynet/form_recovery.html", context, status=status)


def recover_typed_form(request, state, message=""):
    """Return :func:`recover_form`, or None for a request that carries nothing to be recovered.

    That is anything but a form in which somebody wrote, or one of a view with :func:`field_labels`.
    """
    if request.method != "POST":
        return None
    is_described = hasattr(request.resolver_match.func, "field_label")
    if is_described or wants_json(request) or _typed(_fields(request)):
        return recover_form(request, state, message)
    return None


def wants_json(request):
    """Return whether a script sent the form and shows the answer in its page."""
    return request.headers.get("Accept", "").startswith("application/json")


def _fields(request):
    """Return (name, label, value) of all that was sent; the label is "" where people write nothing."""
    match = request.resolver_match
    own_label = getattr(match.func, "field_label", None)
    fields = []
    for name, values in request.POST.lists():
        if SECRET.search(name):
            continue
        # "decision-note" is the note of one form among several.
        label = (
            own_label(name, **match.kwargs) if own_label else LABELS.get(name.rpartition("-")[2])
        )
        fields += [(name, label or "", value) for value in values]
    return fields


def _typed(fields):
    return [(label, value) for _name, label, value in fields if label and value.strip()]
