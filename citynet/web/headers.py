"""Headers of every answer that neither Django nor a library sets."""

from functools import wraps
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

PRIVATE = "private, no-store"
# Of public data: a page of any other site may read it, and what the headers say of it. Browsers send
# no cookies of ours along.
FOR_OTHER_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Link, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


def open_to_other_sites(view):
    """Return a ``view`` of public data that pages of other sites may read too (CORS)."""

    @login_not_required
    @wraps(view)
    def opened(request, *args, **kwargs):
        if request.method == "OPTIONS":
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=FOR_OTHER_SITES | PREFLIGHT)
        answer = view(request, *args, **kwargs)
        for name, value in FOR_OTHER_SITES.items():
            answer.headers.setdefault(name, value)
        return answer

    return opened


def set_headers(get_response):
    """Middleware: nothing of ours is for pages of other sites, and personal answers are not cached.

    It stands outside of what answers early (a static file, a redirect to https) and of errors. What
    a view has set itself stays.
    """

    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if _is_personal(request, response):
            response.headers.setdefault("Cache-Control", PRIVATE)
        return response

    return middleware


def _is_personal(request, response):
    """Whether the answer may depend on who asked, so that nobody may keep it."""
    session = getattr(request, "session", None)
    return bool(response.cookies) or (session is not None and session.accessed)
