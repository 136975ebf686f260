"""Past saturation, some visitors are told at once to come back, so that the others are answered soon.

The web server in front writes on each request when it came in. Where requests have had to wait too
long for some time, more come than can be answered: those that have waited too long already are
refused, which takes next to nothing. A queue that is only being worked off, after a restart say, is
worked off. Who is signed in waits longer before being refused: what a person has written counts
more than a page that can be asked for again.

Connections that nobody has taken yet are bounded by gunicorn's ``backlog``; what comes beyond that
the web server in front refuses itself.
"""

import time
from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language

from . import request_log

# How often as long somebody who is signed in may wait.
PATIENCE = 5
# Once waits are this share of the bearable again, nobody is refused any more.
CALM = 0.25
RETRY_AFTER = "10"  # seconds
# Monitors and balancers ask these; an answer late is what they want to know of.
EXEMPT = ("/healthz", "/readyz", "/metrics")
# A longer wait is a clock that is wrong.
ABSURD = 600


class Queue:
    """What a process knows of how long its requests wait."""

    def __init__(self):
        self.late_since = None
        self.refuses = False

    def is_too_late(self, waited, patience):
        """Note that a request has waited so many seconds; gives whether to refuse it."""
        bearable, now = settings.QUEUE_SECONDS, time.monotonic()
        if waited <= bearable:
            self.late_since = None
            if waited <= bearable * CALM:
                self.refuses = False
        elif self.late_since is None:
            self.late_since = now
        elif now - self.late_since > bearable:
            self.refuses = True
        return self.refuses and waited > bearable * patience


def refuse_when_late(get_response):
    """Middleware, outside of all that takes time."""
    queue = Queue()

    def middleware(request):
        waited = _waited(request)
        if waited is not None and queue.is_too_late(waited, _patience(request)):
            return _refusal()
        return get_response(request)

    return middleware


def _waited(request):
    """Seconds since the web server in front has taken the request; None where nobody says so."""
    if not (settings.BEHIND_PROXY and settings.QUEUE_SECONDS) or request.path_info in EXEMPT:
        return None
    try:
        came = float(request.META.get("HTTP_X_REQUEST_START", "").removeprefix("t="))
    except ValueError:
        return None
    waited = time.time() - came
    return waited if 0 <= waited < ABSURD else None


def _patience(request):
    return PATIENCE if settings.SESSION_COOKIE_NAME in request.COOKIES else 1


def _refusal():
    request_log.note(refused="overload")
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    answer = HttpResponse(_page(get_language()), status=503, headers=headers)
    # Meant so: as errors these would fill the log when there is no time for it (django.utils.log).
    answer._has_been_logged = True  # noqa: SLF001 - there is no other way
    return answer


@cache
def _page(language):
    """The page is the same for all in one language, so it is made once."""
    try:
        stylesheet = static("css/site.css")
    except ValueError:
        stylesheet = ""
    return render_to_string("busy.html", {"stylesheet": stylesheet})
