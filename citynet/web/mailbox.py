"""Mail on a development machine: printed, and stored to be read in the browser at /mailbox/.

The address exists only with DEBUG; without it the pages answer 404 even if somebody wires them up.
"""

import uuid
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MAX_MAILS = 100


class EmailBackend(ConsoleBackend):
    """Prints every mail, and stores it as a file in ``settings.MAILBOX_DIR``."""

    def write_message(self, message):
        super().write_message(message)
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        # Names sort by time.
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}.eml"
        (folder / name).write_bytes(message.message().as_bytes())


def only_in_development(view):
    @login_not_required
    @never_cache
    @require_safe
    @wraps(view)
    def guarded(request, **kwargs):
        if not settings.DEBUG:
            raise Http404
        return view(request, **kwargs)

    return guarded


@only_in_development
def mail_list(request):
    files = sorted(Path(settings.MAILBOX_DIR).glob("*.eml"), reverse=True)
    mails = [_read(file) for file in files[:MAX_MAILS]]
    return render(request, "citynet/mailbox.html", {"mails": mails, "total": len(files)})


@only_in_development
def mail(request, name):
    file = Path(settings.MAILBOX_DIR) / f"{name}.eml"
    if not file.is_file():
        raise Http404
    return render(request, "citynet/mail.html", {"mail": _read(file)})


def _read(file):
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    part = message.get_body(("plain", "html"))
    return {
        "name": file.stem,
        "subject": message["Subject"],
        "sender": message["From"],
        "recipients": message["To"],
        "date": message["Date"].datetime,
        "text": part.get_content() if part else "",
    }


def urlpatterns():
    """Return the addresses of the mailbox, or none outside development."""
    if not settings.DEBUG:
        return []
    return [
        path("mailbox/", mail_list, name="mailbox"),
        path("mailbox/<slug:name>/", mail, name="mailbox-mail"),
    ]
