"""Mails of the secretariat to people of teams: who gets them, a test, and sending them once."""

import hashlib
import json

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Membership, Notice, User
from members.notices.notifications import notify
from members.record import audit
from policies.models import CaseStudy, Mailing, Revision, UpdateRequest

from .errors import ActionRefused

Kind, Cases = Notice.Kind, Mailing.Cases


def recipients(mailing):
    """Return the people whom a mailing is for, each once, by name; also who wants no such mail."""
    of_team = Membership.objects.active().filter(user=OuterRef("pk"))
    if mailing.roles == Mailing.Roles.COORDINATORS:
        of_team = of_team.filter(role=Membership.Role.COORDINATOR)
    if mailing.kinds:
        of_team = of_team.filter(member__kind__in=mailing.kinds)
    if mailing.countries:
        of_team = of_team.filter(member__country__in=mailing.countries)
    if mailing.cases:
        of_team = of_team.filter(_state_of_cases(mailing.cases))
    return User.objects.filter(Exists(of_team), is_active=True).order_by("name", "email")


def _state_of_cases(cases):
    """Return the condition on memberships that the member has cases in this state.

    Drafts that were never submitted are not asked for: they are their team's own.
    """
    of_member = CaseStudy.objects.filter(member=OuterRef("member"))
    submitted = Revision.objects.filter(case__member=OuterRef("member"))
    asked = UpdateRequest.objects.open().filter(case__member=OuterRef("member"))
    return {
        Cases.NONE: ~Q(Exists(of_member.live())),
        Cases.PUBLIC: Q(Exists(of_member.live())),
        Cases.WAITING: Q(Exists(submitted.filter(state=Revision.State.SUBMITTED))),
        Cases.CHANGES: Q(Exists(submitted.filter(state=Revision.State.CHANGES_REQUESTED))),
        Cases.UPDATE: Q(Exists(asked)),
        Cases.COMPILED: Q(Exists(of_member.live().unclaimed())),
    }[cases]


def kind_of(mailing):
    """Return the kind of the notices of a mailing: only what is about own work is always mailed."""
    return Kind.WORK_MAIL if mailing.is_about_own_work else Kind.NETWORK_MAIL


def switched_off(mailing, people):
    """Return how many of the ``people`` whom a mailing is for have switched such mail off."""
    return 0 if mailing.is_about_own_work else sum(Kind.NETWORK_MAIL in p.muted for p in people)


def fingerprint(mailing, people):
    """Return a hash of the text and of the people, which tells whether they are those of a preview."""
    written = [mailing.subject, mailing.text, mailing.is_about_own_work]
    keys = sorted(person.pk for person in people)
    return hashlib.sha256(json.dumps([written, keys]).encode()).hexdigest()


def send_test(mailing, *, to):
    """Send a mailing, as it is now, to one person of the secretariat, marked as a test."""
    notify(kind_of(mailing), [to], subject=mailing.subject, note=mailing.text, is_test=True)


@transaction.atomic
def send(mailing, *, by, seen):
    """Write the notices of a mailing, once, and return it.

    ``seen`` is what the person was shown (:func:`fingerprint`). Raises ``ActionRefused`` where it was sent
    already, is for nobody, or where it is another text or for other people by now.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if mailing.sent_at:
        raise ActionRefused(_("This mail was sent already."))
    people = list(recipients(mailing))
    if not people:
        raise ActionRefused(_("Nobody is chosen by this."))
    if fingerprint(mailing, people) != seen:
        raise ActionRefused(
            _(
                "The text or the people are not those that you were shown: it is for %(number)d people by "
                "now. Look at both again, then send it."
            )
            % {"number": len(people)}
        )
    notify(
        kind_of(mailing),
        people,
        subject=mailing.subject,
        note=mailing.text,
        mailing=mailing.pk,
    )
    mailing.sent_at, mailing.reached = timezone.now(), len(people)
    mailing.by, mailing.by_name = by, by.get_full_name()
    mailing.save()
    audit.record("mailing-sent", mailing, by=by, reason=str(len(people)))
    return mailing


def outcome(mailing):
    """Return the notices that were written for a mailing, with who got them."""
    return (
        Notice.objects.filter(context__mailing=mailing.pk, kind=kind_of(mailing))
        .select_related("recipient")
        .order_by("recipient__name", "pk")
    )
