"""Needs and offers: written by anybody of a team, opened and ended by its coordinators or on their day.

The member is locked first, so that two who open at the same moment are counted one by one.
"""

import hashlib
from calendar import monthrange
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.models import Cooperation
from exchange.models.querysets import MODERATE, writes_as
from members.models import Member, Notice
from members.notices.notifications import address, notify, settle
from members.record import audit
from members.secretariat import acts_for_secretariat

from .entries import (
    days,
    lock,
    need_member,
    need_voice,
    refuse_contact_details,
    refuse_removed,
    speaks_for,
    waits_for_a_look,
)
from .errors import ChangedMeanwhile, ExchangeError, NotAllowed, StepRefused
from .notifications import coordinators, notify_of_check, secretariat, settle_desk

Kind, State = Cooperation.Kind, Cooperation.State

DEFAULT_MONTHS, MAX_MONTHS = 6, 12
FIELDS = ("title", "text", "language", "limit", "who_pays", "valid_until")
KEYS = ("targets", "themes", "cases")
ROWS = (("forms", "form"), ("languages", "language"))
# Not yet before others: it can be changed by the whole team, and thrown away.
UNSEEN = (State.DRAFT, State.REFUSED)
STANDS = (State.OPEN, State.CHECKING)


@transaction.atomic
def draft(*, by, member, kind, data):
    """Write down a need or offer of ``member`` for its team to read, and return it.

    ``data`` has the fields by name, ``targets``, ``themes`` and ``cases`` as rows, ``forms`` and
    ``languages`` as values. Raises ``NotAllowed`` and, for contact details, ``ExchangeError``.
    """
    need_member(by, member)
    entry = Cooperation(
        kind=kind,
        member=member,
        author=by,
        author_name=by.get_full_name(),
        state=State.DRAFT,
        passed_on=not writes_as(by).contains(member),
    )
    return _write(entry, data)


def as_shown(entry):
    """Return what may be edited of a need or offer, to find out whether a colleague was quicker."""
    many = [
        [*getattr(entry, name).order_by("pk").values_list(column, flat=True)]
        for name, column in (*ROWS, *((name, "pk") for name in KEYS))
    ]
    written = repr(([str(getattr(entry, name)) for name in FIELDS], many))
    return hashlib.sha256(written.encode()).hexdigest()


@transaction.atomic
def change(entry, *, by, data, shown):
    """Write ``data`` over a need or offer and return it as it is now.

    ``shown`` is what :func:`as_shown` returned when the form was opened. What others read already is
    changed by coordinators alone, and waits for a look where it has many links. Raises
    ``ChangedMeanwhile``, ``NotAllowed``, ``StepRefused`` and, for contact details, ``ExchangeError``.
    """
    entry = _locked(entry)
    _need_right_to_change(by, entry)
    refuse_removed(entry)
    if shown != as_shown(entry):
        raise ChangedMeanwhile(
            _("A colleague has changed this in the meantime. Below is what you wrote.")
        )
    if entry.state not in (*UNSEEN, *STANDS):
        raise StepRefused(_("It is over and can no longer be changed. Renew it first."))
    was_open = entry.state == State.OPEN
    # What its team has changed is the team's own.
    entry.passed_on = entry.passed_on and not writes_as(by).contains(entry.member)
    _write(entry, data)
    if entry.state == State.REFUSED:
        # What is written now is the team's own again, until it is sent in.
        entry.state = State.DRAFT
        entry.save(update_fields=["state"])
    if entry.state in UNSEEN and not entry.has_first_words and entry.author_id != by.pk:
        entry.has_first_words = waits_for_a_look(by)
        entry.save(update_fields=["has_first_words"])
    if was_open:
        if waits_for_a_look(by, entry.title, entry.text):
            entry.state = State.CHECKING
            notify_of_check(entry)
        entry.warned_at = None
        entry.save(update_fields=["state", "warned_at"])
        audit.record("cooperation-changed", entry, by=by)
    return entry


@transaction.atomic
def publish(entry, *, by):
    """Open a draft to readers, or let it wait for a look where the first words of somebody do who wrote
    in it: where who opens it is known, that is look enough. Return it.

    Raises ``NotAllowed``, ``StepRefused``, and ``ExchangeError`` where the member has as many open
    already as it may have.
    """
    entry = _locked(entry)
    _need_decider(by, entry)
    refuse_removed(entry)
    if entry.state not in UNSEEN:
        raise StepRefused(what_happened(entry))
    refuse_contact_details(entry.title, entry.text, entry.limit)
    _refuse_wrong_date(entry.valid_until)
    _refuse_too_many(entry)
    texts = (entry.title, entry.text)
    waits = waits_for_a_look(by, *texts) and (
        entry.has_first_words or waits_for_a_look(entry.author or by, *texts)
    )
    if waits:
        entry.state = State.CHECKING
        entry.save(update_fields=["state"])
        notify_of_check(entry)
    else:
        _open(entry)
    audit.record("cooperation-opened", entry, by=by)
    return entry


@transaction.atomic
def approve(entry, *, by):
    """Open a need or offer that has waited for a look, and return it. Raises ``StepRefused``."""
    entry = _locked(entry)
    refuse_removed(entry)
    if entry.state != State.CHECKING:
        raise StepRefused(what_happened(entry))
    return _open(entry)


@transaction.atomic
def close(entry, *, by, outcome=""):
    """Close what is open or has ended, with what came of it, and return it.

    Raises ``NotAllowed``, ``StepRefused`` and, for contact details, ``ExchangeError``.
    """
    entry = _locked(entry)
    _need_decider(by, entry)
    refuse_removed(entry)
    if entry.state not in (State.OPEN, State.ENDED):
        raise StepRefused(what_happened(entry))
    refuse_contact_details(outcome)
    entry.state, entry.outcome = State.CLOSED, outcome.strip()
    entry.ended_at = entry.ended_at or timezone.now()
    entry.save(update_fields=["state", "outcome", "ended_at"])
    audit.record("cooperation-closed", entry, by=by, reason=entry.outcome)
    settle(address("exchange:cooperation-edit", entry.pk))
    return entry


@transaction.atomic
def take_back(entry, *, by):
    """Make what waits for the secretariat a draft again and return it; throw away what nobody outside
    the team has seen, and return None. Raises ``NotAllowed`` and ``StepRefused``.

    What was open before is taken back by coordinators alone and never thrown away: others have read
    it, and have asked for introductions.
    """
    entry = _locked(entry)
    need_voice(by, entry)
    if entry.opened_at:
        _need_decider(by, entry)
    refuse_removed(entry)
    if entry.state == State.CHECKING:
        # It may have been open before: its address leads on to the team alone.
        entry.state = State.DRAFT
        entry.save(update_fields=["state"])
        settle_desk(entry)
        if entry.opened_at:
            with translation.override(settings.LANGUAGE_CODE):
                reason = _("Taken back")
            audit.record("cooperation-changed", entry, by=by, reason=reason)
        return entry
    if entry.state not in UNSEEN:
        raise StepRefused(what_happened(entry))
    if entry.opened_at:
        raise StepRefused(
            _("It was open to readers, so it is kept. Publish it again, or leave it.")
        )
    entry.delete()
    return None


@transaction.atomic
def renew(entry, *, by):
    """Let a need or offer stand for six months more, but never beyond twelve from now; one that has
    ended or was closed is open again. Return it. Raises ``NotAllowed``, ``StepRefused`` and, where the
    member has as many open already as it may have, ``ExchangeError``."""
    entry = _locked(entry)
    _need_decider(by, entry)
    if entry.state not in (State.OPEN, State.ENDED, State.CLOSED):
        raise StepRefused(what_happened(entry))
    refuse_removed(entry)
    _refuse_too_many(entry)
    today = timezone.localdate()
    entry.valid_until = min(
        months_after(max(entry.valid_until, today), DEFAULT_MONTHS),
        months_after(today, MAX_MONTHS),
    )
    entry.state, entry.ended_at, entry.warned_at = State.OPEN, None, None
    entry.save(update_fields=["valid_until", "state", "ended_at", "warned_at"])
    audit.record("cooperation-renewed", entry, by=by)
    settle(address("exchange:cooperation-edit", entry.pk))
    return entry


def end_and_warn(today):
    """End what is open beyond its date, and warn the teams of what ends soon, once each. Return how
    many were ended and how many warned of. To be run daily; a second run does nothing."""
    is_open = Cooperation.objects.filter(state=State.OPEN, removed_at=None)
    ended = sum(_end(entry, today) for entry in is_open.filter(valid_until__lt=today))
    soon = is_open.filter(
        valid_until__gte=today, valid_until__lte=today + days("warn_of_end"), warned_at=None
    )
    return ended, sum(_warn(entry, today) for entry in soon)


@transaction.atomic
def _end(entry, today):
    entry = lock(entry)
    if entry.state != State.OPEN or entry.valid_until >= today:
        return 0
    # Where the timer did not run in time, the team is told now.
    if entry.warned_at is None:
        _tell_team(entry, over=True)
    entry.state, entry.ended_at = State.ENDED, timezone.now()
    entry.save(update_fields=["state", "ended_at"])
    audit.record("cooperation-ended", entry)
    return 1


@transaction.atomic
def _warn(entry, today):
    entry = lock(entry)
    if entry.state != State.OPEN or entry.warned_at:
        return 0
    _tell_team(entry, over=False)
    entry.warned_at = timezone.now()
    entry.save(update_fields=["warned_at"])
    return 1


def _tell_team(entry, *, over):
    """Tell the coordinators and, while in the team, the author; where there are none, the
    secretariat, which has entered it."""
    told = {person.pk: person for person in coordinators(entry.member)}
    author = entry.author
    if author and writes_as(author).contains(entry.member):
        told[author.pk] = author
    with translation.override(settings.LANGUAGE_CODE):
        until = date_format(entry.valid_until, "DATE_FORMAT")
    notify(
        Notice.Kind.COOPERATION_ENDS,
        list(told.values()) or secretariat(),
        address("exchange:cooperation-edit", entry.pk),
        for_secretariat=not told,
        about=entry.kind,
        title=entry.title,
        member=entry.member.name,
        until=until,
        over=over,
    )


def can_change(user, entry):
    """Return whether ``user`` may change the texts of a need or offer as it stands."""
    if entry.is_removed:
        return False
    if entry.state in UNSEEN:
        return speaks_for(user, entry)
    return entry.state in STANDS and decides(user, entry)


def decides(user, entry):
    """Return whether ``user`` opens, changes, renews and closes a need or offer: the coordinators of its
    member and, of what the secretariat passed on, the secretariat."""
    if entry.passed_on and acts_for_secretariat(user, MODERATE):
        return True
    return Member.objects.coordinated_by(user).filter(pk=entry.member_id).exists()


def _need_decider(by, entry):
    if not decides(by, entry):
        raise NotAllowed(
            _("Only a coordinator of %(member)s may do this.") % {"member": entry.member}
        )


def months_after(day, months):
    """Return the day so many months later; the last day of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    _weekday, last = monthrange(year, month + 1)
    return date(year, month + 1, min(day.day, last))


def wrong_date_message(day):
    """Return what is wrong with ``day`` as the last one of a need or offer; "" where nothing is."""
    today = timezone.localdate()
    last = months_after(today, MAX_MONTHS)
    if today < day <= last:
        return ""
    return _("Choose a day from tomorrow to %(last)s, twelve months from now.") % {
        "last": date_format(last, "DATE_FORMAT")
    }


def what_happened(entry):
    """Return a sentence on how a need or offer stands, for who wanted to take a step."""
    return {
        State.DRAFT: _("It is a draft."),
        State.CHECKING: _("It waits for the secretariat."),
        State.REFUSED: _("The secretariat has refused it."),
        State.OPEN: _("It is open already."),
        State.CLOSED: _("It is closed."),
        State.ENDED: _("It has ended on its date."),
    }[entry.state]


def _open(entry):
    entry.state, entry.opened_at, entry.has_first_words = State.OPEN, timezone.now(), False
    entry.save(update_fields=["state", "opened_at", "has_first_words"])
    return entry


def _locked(entry):
    Member.objects.select_for_update().get(pk=entry.member_id)
    return lock(entry)


def _need_right_to_change(by, entry):
    if entry.state in UNSEEN:
        need_voice(by, entry)
    else:
        _need_decider(by, entry)


def _write(entry, data):
    refuse_contact_details(data["title"], data["text"], data["limit"])
    _refuse_wrong_date(data["valid_until"])
    for name in FIELDS:
        setattr(entry, name, data[name])
    entry.save()
    for name in KEYS:
        getattr(entry, name).set(data[name])
    for name, column in ROWS:
        rows = getattr(entry, name)
        rows.all().delete()
        rows.bulk_create([rows.model(cooperation=entry, **{column: each}) for each in data[name]])
    return entry


def _refuse_wrong_date(day):
    message = wrong_date_message(day)
    if message:
        raise ExchangeError(message)


def _refuse_too_many(entry):
    """Raise ``ExchangeError`` where the member has as many of the kind open as it may have."""
    limit = most_of(entry.kind, entry.member)
    stands = Cooperation.objects.filter(member=entry.member, kind=entry.kind, state__in=STANDS)
    if stands.filter(removed_at=None).exclude(pk=entry.pk).count() < limit:
        return
    if entry.kind == Kind.NEED:
        text = ngettext(
            "A member has at most %(count)d open need. Close one first.",
            "A member has at most %(count)d open needs. Close one first.",
            limit,
        )
    else:
        text = ngettext(
            "%(member)s may have %(count)d open offer. Close it first.",
            "%(member)s may have %(count)d open offers. Close one first.",
            limit,
        )
    raise ExchangeError(text % {"count": limit, "member": entry.member})


def most_of(kind, member):
    """Return how many needs or offers a member may have open at a time."""
    if kind == Kind.NEED:
        return settings.EXCHANGE_LIMITS["needs"]
    is_company = member.kind == Member.Kind.COMPANY
    return settings.EXCHANGE_LIMITS["offers_of_a_company" if is_company else "offers"]
