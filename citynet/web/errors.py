"""Error pages: 400, 403, 404, 500 and 503."""

import logging
import sys

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static

from . import form_recovery, request_log

logger = logging.getLogger(__name__)

# Errors of servers that may soon answer again: the database and the store of files.
AWAY = (OperationalError, InterfaceError, ConnectionError)
RETRY_AFTER = "5"  # seconds
# Texts of a form that failed are shown again from so many characters on; never passwords and tokens.
WORTH_KEEPING = 20


@login_not_required
def bad_request(request, exception):
    """400; a form that is too large to be read is told so.

    Also for hosts that are not ours, so the page itself reads nothing from the request.
    """
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return form_recovery.recover_form(request, "large")
    return HttpResponse(render_to_string("400.html"), status=400)


@login_not_required
def permission_denied(request, exception):
    """403."""
    return render(request, "403.html", status=403)


@login_not_required
def csrf_failure(request, reason=""):
    """403 for a form that was sent without our token: it is too old, or cookies are off.

    What was typed into it is shown again, but not what another site has sent. Forms for signing in
    or up are left to be filled in anew.
    """
    logger.warning("Forbidden (%s)", reason)
    signed_in = request.user.is_authenticated
    if reason.startswith("CSRF ") and (signed_in or _needs_account(request)):
        state = "expired" if signed_in else "signed-out"
        recovered = form_recovery.recover_typed_form(request, state)
        if recovered:
            return recovered
    return render(request, "403.html", {"is_form": True}, status=403)


@login_not_required
def page_not_found(request, exception):
    """404, with ways to go on, and with what was written for something that is gone meanwhile."""
    if request.resolver_match and request.method == "POST" and request.user.is_authenticated:
        recovered = form_recovery.recover_typed_form(request, "gone")
        if recovered:
            return recovered
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request):
    """500, or 503 where what failed can be back in a moment: asks nothing of the database, the
    session or the manifest of files.

    It names the request, so that a person who asks for help can tell which one it was.
    ``database_error`` of the answer is what a database said, for ``citynet.operations.replicas``.
    """
    error = sys.exc_info()[1]
    try:
        stylesheet = static("css/site.css")
    except ValueError:
        stylesheet = ""
    context = {"stylesheet": stylesheet, "reference": request_log.current_id()}
    if isinstance(error, AWAY):
        context["typed"] = _typed(request)
        response = HttpResponse(render_to_string("503.html", context), status=503)
        response["Retry-After"] = RETRY_AFTER
        response["Cache-Control"] = "no-store"
    else:
        response = HttpResponse(render_to_string("500.html", context), status=500)
    response.database_error = error if isinstance(error, DatabaseError | InterfaceError) else None
    return response


def _needs_account(request):
    return getattr(request.resolver_match.func, "login_required", True)


def _typed(request):
    """Return the texts of a form that came from one of our own pages, to be shown again."""
    if request.method != "POST" or not getattr(request, "csrf_processing_done", False):
        return []
    try:
        sent = request.POST.items()
    except (OSError, ValueError, RequestDataTooBig):
        return []
    return [
        value
        for name, value in sent
        if len(value) >= WORTH_KEEPING and not form_recovery.SECRET.search(name)
    ]
