"""Registering for a seminar, leaving it, the waiting list, and who came.

Every step locks the row of the seminar first, so that the last place goes to one person.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.models.querysets import MODERATE
from exchange.steps.entries import need_team
from exchange.steps.errors import NotAllowed, StepRefused
from members.models import Notice
from members.notices.notifications import address, notify
from members.record import audit
from members.secretariat import acts_for_secretariat
from seminars.models import Registration, Seminar

State = Registration.State


def taken(seminar):
    """Return how many places of a seminar are taken."""
    return seminar.registrations.filter(state__in=Registration.WITH_PLACE).count()


def places_left(seminar):
    """Return how many places are left; None where there is no limit."""
    return None if seminar.seats is None else max(0, seminar.seats - taken(seminar))


@transaction.atomic
def register(seminar, *, user, member=None, language=""):
    """Give ``user`` a place, or one on the waiting list; return the :class:`Registration`.

    The second of two clicks returns what the first one made. ``member`` is a member of the person, or
    None for who comes for themselves.
    """
    seminar = _lock(seminar)
    if not seminar.is_open:
        raise StepRefused(_("Registration for this seminar is closed."))
    if member:
        need_team(user, member)
    row = Registration.objects.filter(seminar=seminar, user=user).first()
    if row and row.state != State.CANCELLED:
        return row
    row = row or Registration(seminar=seminar, user=user)
    row.member, row.language = member, language
    row.state = State.WAITING if places_left(seminar) == 0 else State.REGISTERED
    row.registered_at, row.reminded_of = timezone.now(), None
    row.save()
    audit.record("seminar-registered", row, by=user)
    return row


@transaction.atomic
def cancel(seminar, *, user):
    """Give back the place of ``user``; the next who waits gets it, and a mail that says so."""
    seminar = _lock(seminar)
    if seminar.is_over:
        raise StepRefused(_("This seminar is over."))
    row = Registration.objects.filter(seminar=seminar, user=user, state__in=Registration.TOLD)
    row = row.first()
    if row is None:
        raise StepRefused(_("You are not registered for this seminar."))
    row.state = State.CANCELLED
    row.save(update_fields=["state"])
    audit.record("seminar-unregistered", row, by=user)
    fill_places(seminar)
    return row


@transaction.atomic
def fill_places(seminar):
    """Give the places that are free to those who wait, the first first, and tell them."""
    seminar = _lock(seminar)
    if seminar.state != Seminar.State.ANNOUNCED or seminar.starts_at <= timezone.now():
        return
    # Who is blocked waits on.
    waiting = seminar.registrations.filter(state=State.WAITING, user__is_active=True)
    waiting = waiting.select_related("user")
    left = places_left(seminar)
    for row in waiting if left is None else waiting[:left]:
        row.state = State.REGISTERED
        row.save(update_fields=["state"])
        notify(
            Notice.Kind.SEMINAR_PLACE,
            [row.user],
            address("seminars:detail", seminar.pk, seminar.slug),
            title=seminar.title,
        )


@transaction.atomic
def note_who_came(seminar, came, *, by):
    """Tick who came: ``came`` are keys of registrations; the others of it did not come."""
    if not acts_for_secretariat(by, MODERATE):
        raise NotAllowed(_("Only the secretariat may do this."))
    seminar = _lock(seminar)
    if not seminar.starts_at or seminar.starts_at > timezone.now():
        raise StepRefused(_("It has not begun yet."))
    rows = seminar.registrations.filter(state__in=Registration.WITH_PLACE)
    rows.exclude(pk__in=came).update(state=State.REGISTERED)
    # Who waited and got in has come as well.
    seminar.registrations.filter(pk__in=came).update(state=State.CAME)
    audit.record("seminar-attendance", seminar, by=by)


def _lock(seminar):
    return Seminar.objects.select_for_update().get(pk=seminar.pk)
