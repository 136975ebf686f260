"""Headers of every answer that neither Django nor a library sets."""

PRIVATE = "private, no-store"


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
