"""Mailing notices that are due.

A mail goes out at least once and, unless the machine dies between the mail server's answer and our
note of it, only once. To send it again is better than to lose it: who gets it twice gets it with the
same ``Message-ID``, by which mail programs know and drop the second.
"""

import logging
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from members.models import Notice

from .mail_texts import (
    NothingToSay,
    context_now,
    one_line,
    text_of_context,
    text_of_several,
    unsubscribe_link,
)

logger = logging.getLogger(__name__)

# Waits of 1, 2, 4 … minutes and at most 12 hours: given up after about five days.
MAX_ATTEMPTS = 20
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=12)
# Notes come in bursts: those of some minutes go to a person in one mail.
GATHERED = timedelta(minutes=5)
# What tells a team how its exchange goes on: the first of a day at once, the others together when the
# day is over. A question that is asked, and who is put in touch, wait for nothing.
DAILY = frozenset(
    {
        Notice.Kind.QUESTION_CHECK,
        Notice.Kind.QUESTION_WAITING,
        Notice.Kind.QUESTION_ANSWERED,
        Notice.Kind.QUESTION_CLOSED,
        Notice.Kind.ADOPTION_NEW,
        Notice.Kind.ADOPTION_ANSWERED,
        Notice.Kind.ADOPTION_DUE,
        Notice.Kind.COOPERATION_ENDS,
        Notice.Kind.FLAGGED,
    }
)
A_DAY = timedelta(days=1)
# What a team may do and undo over and over: for an hour after a mail on a case no other on it goes out.
# The last one that waits then tells how things are; the others are dropped by who wrote them.
HOURLY = frozenset({Notice.Kind.SUBMITTED, Notice.Kind.WITHDRAWN})
AN_HOUR = timedelta(hours=1)
# Whoever claims a notice has this long to mail it: far more than settings.EMAIL_TIMEOUT allows.
LEASE = timedelta(minutes=10)
ERROR_LENGTH = Notice._meta.get_field("last_error").max_length

# What the server says of one mail. All else says that it takes no mail just now.
OF_ONE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


@dataclass
class Outcome:
    """How many notices were mailed, put off, given up, or dropped because nobody wants the mail."""

    sent: int = 0
    delayed: int = 0
    given_up: int = 0
    dropped: int = 0
    error: str = ""  # the last one

    @property
    def turns(self):
        """How many notices were taken up."""
        return self.sent + self.delayed + self.given_up + self.dropped

    def __add__(self, other):
        return Outcome(
            self.sent + other.sent,
            self.delayed + other.delayed,
            self.given_up + other.given_up,
            self.dropped + other.dropped,
            other.error or self.error,
        )


def deliver(limit=100, now=None, stop=None):
    """Mail up to ``limit`` notices that are due at ``now`` and return the :class:`Outcome`.

    No other notice is taken up once the event ``stop`` is set.

    Never raises for a mail server that is down or a notice that cannot be written: the notice is
    put off, with longer and longer waits, until it is given up and the error stored. A server that
    takes no mail ends the run, so that one broken server costs one attempt and not all of them.
    """
    outcome = Outcome()
    connection = get_connection()
    try:
        for _turn in range(limit):
            if stop is not None and stop.is_set():
                break
            notices = _claim(now or timezone.now())
            if not notices:
                break
            if notices[0].is_muted:
                outcome.dropped += len(notices)
                _note(notices, mail=Notice.Mail.MUTED)
                continue
            try:
                pairs = _still_so(notices, outcome)
                notices = [notice for notice, _context in pairs]
                if notices:
                    message = _message(pairs, connection)
                    connection.open()
                    message.send()
            except Exception as error:  # noqa: BLE001 - whatever it is, no notice is lost
                for notice in notices:
                    _put_off(notice, error, now or timezone.now(), outcome)
                _close(connection)
                if isinstance(error, OSError) and not isinstance(error, OF_ONE_MAIL):
                    break
            else:
                outcome.sent += len(notices)
                _note(
                    notices,
                    mail=Notice.Mail.SENT,
                    mailed_at=now or timezone.now(),
                    last_error="",
                )
    finally:
        _close(connection)
    return outcome


@transaction.atomic
def _claim(now):
    """Return the next notice that is due, made not due for others while it is being mailed: with
    the others of one mail, where it is a note; or none.

    PostgreSQL steps over rows that another sender is just claiming; on SQLite the transaction
    excludes other senders by itself. Either way the update takes only what nobody has taken.
    """
    due = Notice.objects.filter(mail=Notice.Mail.WAITING, next_attempt_at__lte=now)
    free = due.select_for_update(skip_locked=True, of=["self"]).select_related("recipient")
    too_new = Q(kind__in=[Notice.Kind.NOTE, *DAILY], created_at__gt=now - GATHERED)
    had_one = Notice.objects.filter(
        recipient=OuterRef("recipient"), kind__in=DAILY, mailed_at__gt=now - A_DAY
    )
    had_of_case = Notice.objects.filter(
        recipient=OuterRef("recipient"),
        kind__in=HOURLY,
        context__case=OuterRef("context__case"),
        mailed_at__gt=now - AN_HOUR,
    )
    notice = (
        free.exclude(too_new)
        .exclude(Q(kind__in=DAILY) & Exists(had_one))
        .exclude(Q(kind__in=HOURLY) & Exists(had_of_case))
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if notice is None:
        return []
    notices = [notice]
    together = DAILY if notice.kind in DAILY else {notice.kind} & {Notice.Kind.NOTE}
    if together and notice.recipient_id and not notice.is_muted:
        others = free.filter(kind__in=together, recipient=notice.recipient_id)
        others = others.exclude(pk=notice.pk).order_by("pk")
        notices += [each for each in others if not each.is_muted]
    for each in notices:
        each.attempts += 1
    taken = due.filter(pk__in=[each.pk for each in notices]).update(
        attempts=F("attempts") + 1, next_attempt_at=now + LEASE
    )
    return notices if taken == len(notices) else []


def _still_so(notices, outcome):
    """Return (notice, context) of those that still have something to say; the others are dropped."""
    pairs = []
    for notice in notices:
        try:
            pairs.append((notice, context_now(notice)))
        except NothingToSay as reason:
            outcome.dropped += 1
            _note([notice], mail=Notice.Mail.DROPPED, last_error=str(reason))
    return pairs


def _message(pairs, connection):
    notices = [notice for notice, _context in pairs]
    notice, context = pairs[0]
    subject, body = text_of_context(notice, context) if len(pairs) == 1 else text_of_several(pairs)
    way_out = unsubscribe_link(notice)
    return EmailMessage(
        subject,
        body,
        to=[notice.recipient.email if notice.recipient else notice.email],
        reply_to=[settings.CONTACT_EMAIL] if settings.CONTACT_EMAIL else None,
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": _identity(notices),
            **({"List-Unsubscribe": f"<{way_out}>"} if way_out else {}),
            **_own_headers(notice),
        },
        connection=connection,
    )


def _own_headers(notice):
    """Return the headers that the app of this kind of notice adds (``settings.MAIL_HEADERS``)."""
    if notice.recipient is None or notice.kind not in settings.MAIL_HEADERS:
        return {}
    return import_string(settings.MAIL_HEADERS[notice.kind])(notice)


def _identity(notices):
    """Return the same for every attempt, so that mail programs drop the second of two."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    keys = sorted({min(each.pk for each in notices), max(each.pk for each in notices)})
    several = f"-{len(notices)}" if len(notices) > 1 else ""
    parts = f"{'-'.join(map(str, keys))}{several}"
    return f"<notice-{parts}-{notices[0].created_at:%Y%m%d%H%M%S}@{host}>"


def _put_off(notice, error, now, outcome):
    outcome.error = one_line(f"{type(error).__name__}: {error}")
    if notice.attempts >= MAX_ATTEMPTS:
        outcome.given_up += 1
        logger.error("Notice %s is given up: %s", notice.pk, outcome.error)
        _note([notice], mail=Notice.Mail.FAILED, last_error=outcome.error[:ERROR_LENGTH])
        return
    outcome.delayed += 1
    logger.warning("Notice %s could not be mailed: %s", notice.pk, outcome.error)
    wait = min(FIRST_WAIT * 2 ** (notice.attempts - 1), LONGEST_WAIT)
    _note([notice], next_attempt_at=now + wait, last_error=outcome.error[:ERROR_LENGTH])


def _note(notices, **fields):
    Notice.objects.filter(pk__in=[each.pk for each in notices]).update(**fields)


def _close(connection):
    try:
        connection.close()
    except OSError:  # it is gone already
        logger.debug("The connection to the mail server was lost.", exc_info=True)
