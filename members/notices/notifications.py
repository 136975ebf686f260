"""Notices: written in the same transaction as the change they tell of, mailed afterwards.

``mail_texts`` says what a mail says, ``delivery`` sends it.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from members.models import Notice
from members.secretariat import acts_for_secretariat


def address(name, *args):
    """Return the path of a page, in the language of the site, for ``notify``."""
    with translation.override(settings.LANGUAGE_CODE):
        return reverse(name, args=args)


def place_of(path):
    """Return (name, arguments) of the page of this site that a path of a notice leads to."""
    with translation.override(settings.LANGUAGE_CODE):
        try:
            match = resolve(urlsplit(path).path)
        except Resolver404:
            return "", {}
    return match.view_name, match.kwargs


def leads_to(path, rows):
    """Return whether a path leads to the page of one of ``rows``: name of a page -> keys, as text."""
    name, arguments = place_of(path)
    return str(arguments.get("pk", arguments.get("object_id"))) in rows.get(name, ())


def notify(kind, recipients, path="", **context):
    """Write a notice of ``kind`` for each of ``recipients``, in the caller's transaction.

    A recipient is a person, or an e-mail address where no account is known. Nobody gets two, and
    closed accounts get none. ``path`` is where it leads on this site; ``context`` is what its text
    is made of, plain values only. Raises ``ValueError`` for an address of another site.
    """
    if path and not (path.startswith("/") and url_has_allowed_host_and_scheme(path, None)):
        raise ValueError(f"A notice leads to a page of this site, not to {path!r}.")
    notices = {}
    for recipient in recipients:
        if isinstance(recipient, str):
            notices[recipient] = Notice(email=recipient, kind=kind, path=path, context=context)
        elif recipient.is_active:
            notices[recipient.pk] = Notice(
                recipient=recipient,
                email=recipient.email,
                kind=kind,
                path=path,
                context=context,
            )
    return Notice.objects.bulk_create(notices.values())


def notices_of(user):
    """Return the notices of a person: what the secretariat alone is told only to who acts for it now.

    That is what leads to its desk, what teams without a coordinator leave to it, and what is marked
    ``for_secretariat``.
    """
    own = user.notices.all()
    if acts_for_secretariat(user):
        return own
    of_desk = own.filter(
        Q(path__startswith=address("admin:index"))
        | Q(context__has_coordinator=False)
        | Q(context__change="no-coordinator")
        | Q(context__for_secretariat=True)
    )
    return own.exclude(pk__in=of_desk.order_by().values("pk"))


def settle(path, user=None, **about):
    """Mark as read what told of something that is done now: notices that lead to ``path`` or below it.

    Those of ``user``, or without one of everybody, because nobody has anything left to do. ``about``
    narrows them further, as filters of notices do.
    """
    done = Notice.objects.filter(path__startswith=path, read_at=None, **about)
    if user is not None:
        done = done.filter(recipient=user)
    done.update(read_at=timezone.now())
