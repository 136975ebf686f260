"""What holds for every entry: who may write it, whether it waits for a look, and the lock on it."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.content.contact_details import contact_details, link_count
from exchange.models import Adoption, Advice, Cooperation, Question
from exchange.models.querysets import MODERATE, writes_as
from members.models import Member, User
from members.secretariat import acts_for_secretariat

from .errors import ExchangeError, NotAllowed, StepRefused, TooManyToday

# Kinds of entries of which a person's first one waits for a look.
LOOKED_AT = (Question, Advice, Cooperation)
MAX_LINKS = 2


def lock(entry):
    """Return the entry as it is in the database now, locked until the end of the transaction."""
    return type(entry).objects.select_for_update(of=["self"]).get(pk=entry.pk)


def need_member(author, member):
    """Raise ``NotAllowed`` unless ``author`` may write in the name of ``member``."""
    if not may_write_for(author, member):
        need_team(author, member)


def may_write_for(user, member):
    """Return whether ``user`` may write in the name of ``member``: its team and, as who passes on what
    the member says, the secretariat."""
    return acts_for_secretariat(user, MODERATE) or writes_as(user).contains(member)


def need_team(by, member):
    """Raise ``NotAllowed`` unless ``by`` is in the team of ``member``."""
    if not writes_as(by).contains(member):
        raise NotAllowed(
            _("Only people in the team of %(member)s may do this.") % {"member": member}
        )


def speaks_for(user, entry):
    """Return whether ``user`` may change what an entry says: its team and, of what the secretariat
    compiled or passed on, the secretariat. What a city wrote itself it may only remove."""
    if is_of_secretariat(entry) and acts_for_secretariat(user, MODERATE):
        return True
    return writes_as(user).contains(entry.member)


def is_of_secretariat(entry):
    """Return whether readers know that the secretariat compiled an entry, or passed it on."""
    return entry.is_compiled if isinstance(entry, Adoption) else entry.passed_on


def need_voice(by, entry):
    """Raise ``NotAllowed`` unless ``by`` may change what an entry says."""
    if not speaks_for(by, entry):
        need_team(by, entry.member)


def refuse_removed(entry):
    """Raise ``StepRefused`` where the secretariat has removed the entry: nothing happens to it until it
    is restored."""
    if entry.removed_at:
        raise StepRefused(_("The secretariat has removed this entry."))


def refuse_hidden(entry):
    """Raise ``StepRefused`` where the entry is removed, or two teams have flagged it: nobody else comes
    to read what the secretariat has yet to look at."""
    refuse_removed(entry)
    if entry.hidden_at:
        raise StepRefused(_("Two teams have flagged this: the secretariat looks at it first."))


def may_decide(user, member):
    """Return whether ``user`` decides in the name of ``member``: its coordinators, and who acts for the
    secretariat."""
    if acts_for_secretariat(user, MODERATE):
        return True
    return Member.objects.coordinated_by(user).filter(pk=member.pk).exists()


def need_coordinator(user, member):
    """Raise ``NotAllowed`` unless ``user`` decides in the name of ``member``."""
    if not may_decide(user, member):
        raise NotAllowed(_("Only a coordinator of %(member)s may do this.") % {"member": member})


def refuse_contact_details(*texts):
    """Raise ``ExchangeError`` where one of ``texts`` holds an e-mail address or telephone number."""
    for text in texts:
        found = contact_details(text or "")
        if found:
            raise ExchangeError(contact_details_message(found))


def contact_details_message(found):
    """Return what to say of an address or number ``found`` in a text: how contact is given instead."""
    return _(
        "Addresses and telephone numbers are not shown here: please take out “%(found)s”. Use “put us "
        "in touch”: both sides then get each other's address by mail."
    ) % {"found": found}


def waits_for_a_look(author, *texts):
    """Return whether the secretariat has to see an entry first: a person's first ones, until one has
    been approved, those with more than two links, and all while something of the person's is hidden, so
    that its words do not come back in a new entry. The secretariat's own never wait."""
    if acts_for_secretariat(author, MODERATE):
        return False
    if sum(link_count(text or "") for text in texts) > MAX_LINKS:
        return True
    own = [model.objects.filter(author=author, removed_at=None) for model in LOOKED_AT]
    hidden = [rows.filter(hidden_at__isnull=False) for rows in own]
    approved = [rows.filter(state__in=rows.model.OPEN_TO_READERS) for rows in own]
    return _any_of(hidden) or not _any_of(approved)


def _any_of(querysets):
    """Return whether one of ``querysets`` has a row, asked at once."""
    first, *others = (rows.values("pk") for rows in querysets)
    return first.union(*others).exists()


def refuse_too_many(rows, limit, message, days=1):
    """Raise ``TooManyToday`` with ``message`` where ``rows`` has ``limit`` or more of the last days.

    The caller holds a lock on the person or member that is counted (:func:`lock_author`).
    """
    since = timezone.now() - timedelta(days=days)
    if rows.filter(created_at__gt=since).count() >= limit:
        raise TooManyToday(message)


def lock_author(author):
    """Lock the row of a person, so that two entries at the same moment are counted one by one."""
    User.objects.select_for_update().get(pk=author.pk)


def days(name):
    """Return the ``timedelta`` of one of ``settings.EXCHANGE_DAYS``, by its name."""
    return timedelta(days=settings.EXCHANGE_DAYS[name])
