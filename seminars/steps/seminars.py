"""The steps of a seminar: announced, changed, cancelled, copied, held."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.models.querysets import MODERATE
from exchange.steps.errors import ChangedMeanwhile, ExchangeError, NotAllowed, ReasonRequired
from members.models import Notice, User
from members.notices.notifications import address, notify
from members.record import audit
from members.secretariat import acts_for_secretariat
from seminars.content import times
from seminars.content.ical import where
from seminars.models import Registration, Seminar, SeminarHost, SeminarItem

from . import registrations

State = Seminar.State
# Who is registered reads of a change of one of these at once.
TOLD_OF = ("starts_at", "ends_at", "time_zone", "whole_days", "place", "country", "mode")
# What a copy does not repeat: its own state and times, and what tells of the seminar that was.
NOT_COPIED = frozenset(
    {
        *("id", "starts_at", "ends_at", "day", "closes_at", "join_url", "state", "sequence"),
        *("cancelled_at", "cancelled_reason", "announced_at", "changed_at", "created_at"),
        *("took_part", "is_compiled", "source_id", "caveat"),
    }
)


def need_secretariat(by):
    """Raise ``NotAllowed`` for anybody but who acts for the secretariat."""
    if not acts_for_secretariat(by, MODERATE):
        raise NotAllowed(_("Only the secretariat may do this."))


def lock(seminar):
    """Return the seminar as it is in the database now, locked until the end of the transaction."""
    return Seminar.objects.select_for_update().get(pk=seminar.pk)


@transaction.atomic
def announce(seminar, *, by):
    """Make a draft public. It needs its times, a target, and at least one case that it shows."""
    need_secretariat(by)
    seminar = lock(seminar)
    if seminar.state != State.DRAFT:
        raise ChangedMeanwhile(_("It is announced already."))
    if not seminar.starts_at:
        raise ExchangeError(_("Write when it begins and ends."))
    if seminar.ends_at <= timezone.now():
        raise ExchangeError(_("It is over already: write when it is."))
    if not seminar.targets.exists():
        raise ExchangeError(_("Choose at least one target."))
    if not any(item.shown_case for item in _items(seminar)):
        raise ExchangeError(
            _("A seminar of the network shows at least one public case: name it in the programme.")
        )
    seminar.state, seminar.announced_at = State.ANNOUNCED, timezone.now()
    seminar.save()
    audit.record("seminar-announced", seminar, by=by)
    return seminar


def _items(seminar):
    return seminar.items.select_related("case__merged_into")


@transaction.atomic
def changed(seminar, before, *, by):
    """Take in what the secretariat has changed of a public seminar: ``before`` is it as it was.

    A new time or place is mailed to all who are registered, and calendars get it under a higher number;
    new places go to who waits.
    """
    need_secretariat(by)
    audit.record("seminar-changed", seminar, by=by)
    if seminar.state == State.ANNOUNCED:
        moved = [name for name in TOLD_OF if getattr(seminar, name) != getattr(before, name)]
        if moved:
            seminar.sequence = before.sequence + 1
            seminar.save(update_fields=["sequence", "changed_at"])
            _tell(seminar, by, act="moved", before=_when_and_where(before))
        registrations.fill_places(seminar)
    return seminar


def move_programme(seminar, before):
    """Move all parts of the programme with the beginning, where that was moved."""
    if before.starts_at and seminar.starts_at:
        by = seminar.starts_at - before.starts_at
        seminar.items.update(starts_at=F("starts_at") + by)


@transaction.atomic
def cancel(seminar, *, by, reason):
    """Cancel an announced seminar: its page stays and says so, and who is registered gets a mail."""
    need_secretariat(by)
    if not reason.strip():
        raise ReasonRequired
    seminar = lock(seminar)
    if seminar.state != State.ANNOUNCED or seminar.is_over:
        raise ChangedMeanwhile(_("Only what is announced and not over can be cancelled."))
    seminar.state, seminar.cancelled_at = State.CANCELLED, timezone.now()
    seminar.cancelled_reason = reason.strip()
    seminar.sequence += 1
    seminar.save()
    audit.record("seminar-cancelled", seminar, by=by, reason=reason)
    _tell(seminar, by, act="cancelled", note=seminar.cancelled_reason)
    return seminar


@transaction.atomic
def copy(seminar, *, by):
    """Return a new draft with the texts, hosts and programme of a seminar, without its times."""
    need_secretariat(by)
    new = Seminar(
        **{
            field.attname: getattr(seminar, field.attname)
            for field in Seminar._meta.concrete_fields
            if field.name not in NOT_COPIED
        }
    )
    new.title = (_("Copy of %(title)s") % {"title": seminar.title})[
        : Seminar._meta.get_field("title").max_length
    ]
    new.save()
    new.targets.set(seminar.targets.all())
    new.themes.set(seminar.themes.all())
    SeminarHost.objects.bulk_create(
        SeminarHost(seminar=new, member=row.member, name=row.name, position=row.position)
        for row in seminar.hosts.select_related("member")
    )
    SeminarItem.objects.bulk_create(
        SeminarItem(
            seminar=new,
            minutes=row.minutes,
            title=row.title,
            speaker=row.speaker,
            member_id=row.member_id,
            case_id=row.case_id,
            position=position,
        )
        for position, row in enumerate(seminar.items.all())
    )
    audit.record("seminar-copied", new, by=by)
    return new


@transaction.atomic
def delete(seminar, *, by):
    """Delete a draft; what was public stays, and can be cancelled."""
    need_secretariat(by)
    seminar = lock(seminar)
    if seminar.state != State.DRAFT:
        raise ChangedMeanwhile(_("What was announced is not deleted: cancel it."))
    audit.record("seminar-deleted", seminar, by=by)
    seminar.delete()


def move_on(now):
    """Remind who is registered of seminars of tomorrow, and say of those that are over that they were
    held. Return how many people were reminded, and how many seminars were held.

    To be run daily; a second run does nothing. "Tomorrow" is that of the seminar's zone; where the
    timer did not run, today counts too.
    """
    over = Seminar.objects.filter(state=State.ANNOUNCED, ends_at__lte=now)
    held = sum(_hold(seminar, now) for seminar in over)
    soon = Seminar.objects.filter(
        state=State.ANNOUNCED, starts_at__gt=now, starts_at__lte=now + timedelta(days=2)
    )
    return sum(_remind(seminar, now) for seminar in soon), held


@transaction.atomic
def _hold(seminar, now):
    seminar = lock(seminar)
    if seminar.state != State.ANNOUNCED or seminar.ends_at > now:
        return 0
    seminar.state = State.HELD
    seminar.save()
    audit.record("seminar-held", seminar)
    return 1


@transaction.atomic
def _remind(seminar, now):
    seminar = lock(seminar)
    if seminar.state != State.ANNOUNCED or seminar.starts_at <= now:
        return 0
    first, _last = times.first_and_last(seminar)
    if first - times.today_in(seminar.zone, now) > timedelta(days=1):
        return 0
    rows = seminar.registrations.filter(state=Registration.State.REGISTERED)
    rows = rows.exclude(reminded_of=seminar.starts_at).select_related("user")
    people = [row.user for row in rows]
    rows.update(reminded_of=seminar.starts_at)
    notify(
        Notice.Kind.SEMINAR_SOON,
        people,
        _path(seminar),
        title=seminar.title,
        **_when_and_where(seminar),
        link_from=times.moment(seminar, seminar.link_from) if seminar.join_url else "",
    )
    return len(people)


def _tell(seminar, by, *, act, before=None, note=""):
    """Tell who is registered or waits that a seminar is moved or cancelled."""
    told = User.objects.filter(
        seminar_registrations__seminar=seminar,
        seminar_registrations__state__in=Registration.TOLD,
    ).exclude(pk=by.pk)
    notify(
        Notice.Kind.SEMINAR_CHANGED,
        told,
        _path(seminar),
        title=seminar.title,
        act=act,
        was_when=before["when"] if before else "",
        was_where=before["where"] if before else "",
        note=note,
        **_when_and_where(seminar),
    )


def _when_and_where(seminar):
    with translation.override(settings.LANGUAGE_CODE):
        return {"when": times.in_words(seminar), "where": where(seminar)}


def _path(seminar):
    return address("seminars:detail", seminar.pk, seminar.slug)
