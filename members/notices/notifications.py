"""Notices: written in the same transaction as the change they tell of, mailed afterwards.

A mail goes out at least once and, unless the machine dies between the mail server's answer and our
note of it, only once. To send it again is better than to lose it: who gets it twice gets it with the
same ``Message-ID``, by which mail programs know and drop the second.
"""

import logging
import re
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.template import Context
from django.template.loader import get_template
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string

from members.models import Invitation, Membership, Notice
from members.models.invitation_tokens import token_of
from members.secretariat import acts_for_secretariat

logger = logging.getLogger(__name__)

# Waits of 1, 2, 4 … minutes and at most 12 hours: given up after about five days.
MAX_ATTEMPTS = 20
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=12)
# Notes come in bursts: those of some minutes go to a person in one mail, which names so many.
GATHERED = timedelta(minutes=5)
MAX_GATHERED = 20
# What tells a team how its exchange goes on: the first of a day at once, the others together when the
# day is over. A question that is asked, and who is put in touch, wait for nothing.
DAILY = frozenset(
    {
        Notice.Kind.QUESTION_CHECK,
        Notice.Kind.QUESTION_WAITING,
        Notice.Kind.QUESTION_ANSWERED,
        Notice.Kind.QUESTION_CLOSED,
        Notice.Kind.ADOPTION_NEW,
        Notice.Kind.ADOPTION_DUE,
        Notice.Kind.COOPERATION_ENDS,
        Notice.Kind.FLAGGED,
    }
)
A_DAY = timedelta(days=1)
# Whoever claims a notice has this long to mail it: far more than settings.EMAIL_TIMEOUT allows.
LEASE = timedelta(minutes=10)
# What the signature of links for getting no more mail is for.
UNSUBSCRIBE = "unsubscribe"
OF_SECRETARIAT = frozenset({Notice.Kind.NETWORK_MAIL, Notice.Kind.WORK_MAIL})
ERROR_LENGTH = Notice._meta.get_field("last_error").max_length

SUBJECT_LENGTH = 200
# Line breaks and other control characters, and marks that turn the writing direction round.
UNFIT_FOR_HEADERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

# What the server says of one mail. All else says that it takes no mail just now.
OF_ONE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)


class NothingToSay(Exception):
    """What the notice tells of is no longer so; its mail is not sent."""


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

    That is what leads to its desk, and what teams without a coordinator leave to it.
    """
    own = user.notices.all()
    if acts_for_secretariat(user):
        return own
    of_desk = own.filter(
        Q(path__startswith=address("admin:index"))
        | Q(context__has_coordinator=False)
        | Q(context__change="no-coordinator")
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


def subject_of(notice):
    """Return the notice in one line, fit for the header of a mail."""
    subject = _render(f"emails/{notice.kind}_subject.txt", _context(notice))
    return _one_line(subject)[:SUBJECT_LENGTH]


def text_of(notice):
    """Return the subject and text of the notice's mail, both plain text in the language of the site.

    Raises ``NothingToSay`` where what it tells of is no longer so (``settings.READ_WHEN_MAILED``).
    """
    return _text_of(notice, _context_now(notice))


def _text_of(notice, context):
    subject = _one_line(_render(f"emails/{notice.kind}_subject.txt", context))[:SUBJECT_LENGTH]
    body = _render(f"emails/{notice.kind}.txt", context)
    return subject, re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def _text_of_several(pairs):
    """Return subject and text of one mail for several (notice, context) to the same person."""
    notice, context = pairs[0]
    context = context | {
        "total": len(pairs),
        "more": max(0, len(pairs) - MAX_GATHERED),
        "link": settings.SITE_URL + address("my:notices"),
    }
    name = "several"
    if notice.kind == Notice.Kind.NOTE:
        name = "notes"
        context["notes"] = [each for _notice, each in pairs[:MAX_GATHERED]]
    else:
        context["parts"] = [_part(*pair) for pair in pairs[:MAX_GATHERED]]
        # One that cannot be switched off may be among them.
        context["may_mute"] = any(each["may_mute"] for _notice, each in pairs)
    body = _render(f"emails/{name}.txt", context)
    subject = _one_line(_render(f"emails/{name}_subject.txt", context))[:SUBJECT_LENGTH]
    return subject, re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def _part(notice, context):
    """Return what a mail of several says of one of them, with its own text and link."""
    subject, text = _text_of(notice, context | {"is_part": True})
    return {"subject": subject, "text": text.strip()}


def _context_now(notice):
    """Return what the text of a mail is made of, as it is now: a mail waits, for minutes or for days,
    and what it tells of may be unpublished meanwhile. Raises ``NothingToSay``."""
    if notice.recipient and not notice.recipient.is_active:
        raise NothingToSay("The account is closed.")
    context = _context(notice)
    if notice.kind == Notice.Kind.INVITED:
        return context | _invitation(notice)
    path = settings.READ_WHEN_MAILED.get(notice.kind)
    if path and notice.recipient:
        facts = import_string(path)(notice)
        if facts is None:
            raise NothingToSay("What it tells of is no longer there, or not for this person.")
        context |= {
            name: _one_line(value) if isinstance(value, str) else value
            for name, value in facts.items()
        }
    return context


def _context(notice):
    role = notice.context.get("role")
    words = notice.context.get("note") or notice.context.get("message") or ""
    # Only a person's own words may have lines, and they are marked as such: nobody can write a
    # name or a title that reads as if the platform spoke.
    facts = {
        key: _one_line(value) if isinstance(value, str) else value
        for key, value in notice.context.items()
    }
    return facts | {
        "quoted": "\n".join(f"> {line}" for line in words.splitlines()),
        # What the secretariat writes to the network is the platform's own word.
        "own_words": "\n".join(map(_one_line, words.splitlines()))
        if notice.kind in OF_SECRETARIAT
        else "",
        "role_label": Membership.Role(role).label if role in Membership.Role else "",
        "recipient": notice.recipient,
        "link": settings.SITE_URL + notice.path if notice.path else "",
        "site_url": settings.SITE_URL,
        "may_mute": notice.recipient is not None and notice.kind not in Notice.ALWAYS_MAILED,
        "switches": settings.SITE_URL + address("my:notices"),
        "unsubscribe": _unsubscribe(notice),
    }


def _unsubscribe(notice):
    """Return where a person says, without signing in, that no such mail is wanted; "" for what is
    about the person's own work."""
    if notice.kind != Notice.Kind.NETWORK_MAIL or notice.recipient_id is None:
        return ""
    token = signing.dumps(notice.recipient_id, salt=UNSUBSCRIBE)
    return settings.SITE_URL + address("my:unsubscribe", token)


def _one_line(text):
    return " ".join(UNFIT_FOR_HEADERS.sub(" ", text).split())


def _invitation(notice):
    invitation = Invitation.objects.filter(pk=notice.context["invitation"]).first()
    if invitation is None or invitation.state != "open":
        raise NothingToSay("The invitation can no longer be accepted.")
    try:
        path = address("my:invitation", token_of(invitation))
    except LookupError as error:
        raise NothingToSay(str(error)) from error
    return {"link": settings.SITE_URL + path, "expires_at": invitation.expires_at}


def _render(name, context):
    # Text, not HTML: nothing is escaped, whatever the template says.
    with translation.override(settings.LANGUAGE_CODE):
        return get_template(name).template.render(Context(context, autoescape=False))


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
    notice = (
        free.exclude(too_new)
        .exclude(Q(kind__in=DAILY) & Exists(had_one))
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
            pairs.append((notice, _context_now(notice)))
        except NothingToSay as reason:
            outcome.dropped += 1
            _note([notice], mail=Notice.Mail.DROPPED, last_error=str(reason))
    return pairs


def _message(pairs, connection):
    notices = [notice for notice, _context in pairs]
    notice, context = pairs[0]
    subject, body = _text_of(notice, context) if len(pairs) == 1 else _text_of_several(pairs)
    way_out = _unsubscribe(notice)
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
    outcome.error = _one_line(f"{type(error).__name__}: {error}")
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
