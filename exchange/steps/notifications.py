"""Who is told of what happens in the exchange, in the same transaction as the change.

Nobody is told of their own acts, and no notice holds anybody's e-mail address.
"""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.utils import translation

from exchange.models.querysets import MODERATE, writes_as
from members.models import Membership, Notice, User
from members.notices.notifications import address, notify, settle

from .entries import is_of_secretariat


def secretariat(besides=None):
    """Return the people who moderate the exchange, without ``besides``."""
    people = ModelBackend().with_perm(MODERATE).filter(is_staff=True, is_active=True)
    return _without(people, besides)


def coordinators(member, besides=None):
    """Return who coordinates the team of ``member``, without ``besides``."""
    people = User.objects.filter(
        memberships__member=member,
        memberships__status=Membership.Status.ACTIVE,
        memberships__role=Membership.Role.COORDINATOR,
        is_active=True,
    )
    return _without(people.distinct(), besides)


def team_of(member):
    """Return everybody in the team of a member."""
    return User.objects.filter(
        is_active=True,
        memberships__member=member,
        memberships__status=Membership.Status.ACTIVE,
    )


def notify_of_check(entry):
    """Tell the secretariat that ``entry`` waits for a look, with its whole text."""
    notify(
        Notice.Kind.QUESTION_CHECK,
        secretariat(besides=entry.author),
        _of_desk(entry),
        what=kind_of(entry),
        member=entry.member.name,
        message=text_of(entry),
    )


def settle_desk(entry):
    """Mark as read what called the secretariat to ``entry``: there is nothing left to look at."""
    settle(_of_desk(entry))


def _of_desk(entry):
    return address(f"admin:exchange_{entry._meta.model_name}_change", entry.pk)


def notify_of_decision(entry, decision, reason, by):
    """Tell who wrote ``entry`` that the secretariat has "approved", "removed", "refused" or "restored" it,
    and why; where that person has left the team, its coordinators, without any the whole team."""
    author = entry.author
    told = [author] if author and _stands_for(author, entry) else coordinators(entry.member)
    notify(
        Notice.Kind.ENTRY_REMOVED,
        [person for person in told or team_of(entry.member) if person != by],
        entry.get_absolute_url(),
        what=kind_of(entry),
        decision=decision,
        title=str(entry),
        note=reason,
    )


def _stands_for(author, entry):
    """Return whether who wrote ``entry`` is told of it still: in the team of its member, or of the
    secretariat where that compiled it or passed it on."""
    if is_of_secretariat(entry) and author in secretariat():
        return True
    return author.is_active and writes_as(author).contains(entry.member)


def notify_of_flag(flag, entry):
    """Tell the secretariat that ``entry`` was flagged, and whether that hides it."""
    notify(
        Notice.Kind.FLAGGED,
        secretariat(besides=flag.by),
        _of_desk(entry),
        what=kind_of(entry),
        member=entry.member.name,
        title=str(entry),
        reason=_in_language_of_site(flag.get_reason_display),
        hidden=entry.hidden_at is not None,
        note=flag.text,
    )


def kind_of(entry):
    """Return what kind of entry it is, as the texts of mails ask for it: "question", "advice",
    "adoption", "need" or "offer"."""
    return getattr(entry, "kind", "") or entry._meta.model_name


def text_of(entry):
    """Return the whole text of an entry, as it was written."""
    parts = [getattr(entry, name, "") for name in ("title", "background", "text", "kept", "reason")]
    return "\n\n".join(filter(None, parts))


def _in_language_of_site(get):
    with translation.override(settings.LANGUAGE_CODE):
        return str(get())


def _without(people, person):
    return people.exclude(pk=person.pk) if person else people
