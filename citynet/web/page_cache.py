"""Public pages, kept for some seconds for whoever asks for the same one next.

Only what anybody may see is kept: answers to a GET without a session, that read nothing of the
visitor and set nothing. A page is found again under all that it was made of: its whole address, the
language, this code, the state of the search index and of the database on this machine. So a change
made here shows at once, one made elsewhere after ``PAGE_CACHE_SECONDS`` at most. Machines never
serve each other's pages: one that lags behind could bring back an older text.
"""

import gzip
import json
import os
import socket
import time
from functools import cache, wraps
from hashlib import md5, sha256
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from policies.search import files

from . import changes, request_log

OK = 200
# Bytes of a page as it is sent: one that is smaller is made as fast as it is fetched, and a very
# large one would take the place of many.
SMALLEST, LARGEST = 200, 64 * 1024
# After this share of its time a page is drawn anew by the first who asks, while others still get it.
FRESH = 0.75
SECONDS_TO_DRAW = 5
# What the pages are made of, besides data.
CODE = ("citynet/**/*.py", "portal/**/*.py", "sdg/**/*.py", "members/**/*.py", "policies/**/*.py")
CODE += ("templates/**/*", "locale/**/*.mo")
SHOWN_SETTINGS = ("SITE_URL", "CONTENT_LICENCE", "CONTACT_EMAIL", "LANGUAGE_CODE", "TIME_ZONE")


class Page(NamedTuple):
    """A page as it is kept: plain values, so that any cache can hold it."""

    drawn_at: float
    headers: list
    tag: str
    compressed: bytes

    def answer(self, request):
        """The page as an answer to ``request``, compressed where the visitor takes that."""
        answer = HttpResponse(headers=dict(self.headers))
        if re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            answer.content = self.compressed
            answer["Content-Encoding"] = "gzip"
            answer["ETag"] = f'W/"{self.tag}"'
        else:
            answer.content = gzip.decompress(self.compressed)
            answer["ETag"] = f'"{self.tag}"'
        patch_vary_headers(answer, ("Accept-Encoding",))
        return answer

    @property
    def age(self):
        """Seconds since it was drawn."""
        return time.time() - self.drawn_at


def shared(view):
    """A decorator for public pages that are the same for everybody."""

    @wraps(view)
    def found_or_drawn(request, *args, **kwargs):
        key = _key(request) if _may_share(request) else None
        if key is None:
            return view(request, *args, **kwargs)
        if page := _kept(key):
            answer = page.answer(request)
            answer["Age"] = str(int(page.age))
            request_log.note(page_cache="hit")
            return answer
        request_log.note(page_cache="miss")
        answer = view(request, *args, **kwargs)
        page = _page(request, answer)
        if page is None:
            return answer
        caches["pages"].set(key, tuple(page), timeout=settings.PAGE_CACHE_SECONDS)
        return page.answer(request)

    return found_or_drawn


def _may_share(request):
    """Whether the visitor is nobody in particular. A cookie of ours may stand for a person."""
    return (
        settings.PAGE_CACHE_SECONDS > 0
        and request.method == "GET"
        and not {settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys()
    )


def _kept(key):
    """The page that is kept under ``key``, or None for whom it falls to draw it."""
    pages, seconds = caches["pages"], settings.PAGE_CACHE_SECONDS
    found = pages.get(key)
    if found is None:
        return None
    page = Page(*found)
    if not 0 <= page.age < seconds:
        return None
    if page.age >= FRESH * seconds and pages.add(f"{key}-drawn", 1, timeout=SECONDS_TO_DRAW):
        return None
    return page


def _key(request):
    """A name for all that the page is made of; None while that cannot be told."""
    index, data = files.generation(), changes.version()
    if index is None:
        return None
    made_of = (
        *(socket.gethostname(), index, data, release()),
        *(get_language(), request.scheme, request.get_host(), request.META.get("SCRIPT_NAME", "")),
        *(request.path_info, request.META.get("QUERY_STRING", "")),
    )
    return sha256(repr(made_of).encode("utf-8", "surrogateescape")).hexdigest()


@cache
def release():
    """A fingerprint of code, templates, static files and settings, as this process has read them."""
    found = [getattr(settings, name) for name in SHOWN_SETTINGS]
    paths = [path for pattern in CODE for path in Path(settings.BASE_DIR).glob(pattern)]
    paths.append(Path(settings.STATIC_ROOT) / "staticfiles.json")
    for path in sorted(paths):
        if path.is_file():
            stat = path.stat()
            found.append((os.fspath(path), stat.st_size, stat.st_mtime_ns))
    # Other processes must come to the same: what is not a plain value is refused here.
    return sha256(json.dumps(found).encode()).hexdigest()


def _page(request, answer):
    """What is to be kept of an answer; None where it is nobody else's business, or no page."""
    if (
        answer.status_code != OK
        or answer.streaming
        or answer.cookies
        or answer.has_header("Vary")
        or answer.has_header("Content-Encoding")
        or "Cache-Control" in answer
        or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        or getattr(request.session, "accessed", False)
    ):
        return None
    if len(answer.content) < SMALLEST:
        return None
    compressed = gzip.compress(answer.content, compresslevel=6, mtime=0)
    if len(compressed) > LARGEST:
        return None
    tag = md5(answer.content, usedforsecurity=False).hexdigest()
    return Page(time.time(), list(answer.items()), tag, compressed)
