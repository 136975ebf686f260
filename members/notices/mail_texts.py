"""What the mail of a notice says: subject and text, made when it is sent."""

import re

from django.conf import settings
from django.core import signing
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.module_loading import import_string

from members.models import Invitation, Membership, Notice
from members.models.invitation_tokens import token_of

from .notifications import address

# Notices of one mail that it names one by one; of the others it says how many they are.
MAX_GATHERED = 20
# What the signature of links for getting no more mail is for.
UNSUBSCRIBE = "unsubscribe"
OF_SECRETARIAT = frozenset({Notice.Kind.NETWORK_MAIL, Notice.Kind.WORK_MAIL})

SUBJECT_LENGTH = 200
# Line breaks and other control characters, and marks that turn the writing direction round.
UNFIT_FOR_HEADERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class NothingToSay(Exception):
    """What the notice tells of is no longer so; its mail is not sent."""


def subject_of(notice):
    """Return the notice in one line, fit for the header of a mail."""
    subject = _render(f"emails/{notice.kind}_subject.txt", _context(notice))
    return one_line(subject)[:SUBJECT_LENGTH]


def text_of(notice):
    """Return the subject and text of the notice's mail, both plain text in the language of the site.

    Raises ``NothingToSay`` where what it tells of is no longer so (``settings.READ_WHEN_MAILED``).
    """
    return text_of_context(notice, context_now(notice))


def text_of_context(notice, context):
    subject = one_line(_render(f"emails/{notice.kind}_subject.txt", context))[:SUBJECT_LENGTH]
    body = _render(f"emails/{notice.kind}.txt", context)
    return subject, re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def text_of_several(pairs):
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
    subject = one_line(_render(f"emails/{name}_subject.txt", context))[:SUBJECT_LENGTH]
    return subject, re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def _part(notice, context):
    """Return what a mail of several says of one of them, with its own text and link."""
    subject, text = text_of_context(notice, context | {"is_part": True})
    return {"subject": subject, "text": text.strip()}


def context_now(notice):
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
            name: one_line(value) if isinstance(value, str) else value
            for name, value in facts.items()
        }
    return context


def _context(notice):
    role = notice.context.get("role")
    words = notice.context.get("note") or notice.context.get("message") or ""
    # Only a person's own words may have lines, and they are marked as such: nobody can write a
    # name or a title that reads as if the platform spoke.
    facts = {
        key: one_line(value) if isinstance(value, str) else value
        for key, value in notice.context.items()
    }
    return facts | {
        "quoted": "\n".join(f"> {line}" for line in words.splitlines()),
        # What the secretariat writes to the network is the platform's own word.
        "own_words": "\n".join(map(one_line, words.splitlines()))
        if notice.kind in OF_SECRETARIAT
        else "",
        "role_label": Membership.Role(role).label if role in Membership.Role else "",
        "recipient": notice.recipient,
        "link": settings.SITE_URL + notice.path if notice.path else "",
        "site_url": settings.SITE_URL,
        "may_mute": notice.recipient is not None and notice.kind not in Notice.ALWAYS_MAILED,
        "switches": settings.SITE_URL + address("my:notices"),
        "unsubscribe": unsubscribe_link(notice),
    }


def unsubscribe_link(notice):
    """Return where a person says, without signing in, that no such mail is wanted; "" for what is
    about the person's own work."""
    if notice.kind != Notice.Kind.NETWORK_MAIL or notice.recipient_id is None:
        return ""
    token = signing.dumps(notice.recipient_id, salt=UNSUBSCRIBE)
    return settings.SITE_URL + address("my:unsubscribe", token)


def one_line(text):
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
