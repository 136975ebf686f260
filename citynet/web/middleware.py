from django.contrib.auth import middleware
from django.middleware import http
from django.utils.cache import set_response_etag

from . import form_recovery, throttles
from .text import clean_text


class ConditionalGetMiddleware(http.ConditionalGetMiddleware):
    """Django's, but whoever asks for the headers alone (HEAD) gets the tag of the page too."""

    def process_response(self, request, response):
        is_head = request.method == "HEAD" and self.needs_etag(response)
        if is_head and not response.has_header("ETag"):
            set_response_etag(response)
        return super().process_response(request, response)


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Django's, but a public page is not asked who reads it.

    Asking would load the session and mark every public answer as differing by cookie, so that no
    cache could share it.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        """Ask to sign in. What was written while the session ended is shown, to be sent again."""
        recovered = form_recovery.recover_typed_form(request, "signed-out")
        return recovered or super().handle_no_permission(request, view_func)


def throttle(get_response):
    """Middleware: refuse with 429 what comes too often, before its view does anything."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        seconds = throttles.wait(request)
        if not seconds:
            return None
        recovered = form_recovery.recover_typed_form(request, "busy", throttles.message(seconds))
        if recovered:
            return throttles.delayed(recovered, seconds)
        return throttles.refusal(request, seconds)

    middleware.process_view = process_view
    return middleware


def clean_typed_text(get_response):
    """Middleware: take out of every text of a form what nobody can see, and count its line ends once.

    Browsers send a line end as two characters, slides and word processors paste others, and marks
    that turn the direction of what follows come along from web pages. Passwords stay as they are.
    """

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if request.method != "POST":
            return
        changed = {
            name: cleaned
            for name, values in request.POST.lists()
            if not form_recovery.SECRET.search(name)
            and (cleaned := [clean_text(value) for value in values]) != values
        }
        if changed:
            sent = request.POST.copy()
            for name, values in changed.items():
                sent.setlist(name, values)
            sent._mutable = False  # noqa: SLF001 - as Django's own is
            request.POST = sent

    middleware.process_view = process_view
    return middleware
