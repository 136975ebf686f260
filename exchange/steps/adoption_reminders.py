"""When the team of an adoption is asked how it is going, and the notice that asks."""

from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from exchange.models import Adoption
from exchange.models.adoptions import FINAL_STAGES
from members.models import Member, Notice
from members.notices.notifications import address, notify

from .notifications import team_of

MONTHS_A_YEAR = 12
LAST_DAY_OF_ALL_MONTHS = 28


def due(today):
    """Return the public adoptions whose teams are to be asked how it is, with ``since``: the day of
    the last report, or of publication.

    They are asked once at 6, 12 and 24 months (``settings.EXCHANGE_ADOPTION_MONTHS``) after it.
    """
    found = (
        Adoption.objects.standing()
        .exclude(stage__in=FINAL_STAGES)
        .filter(member__memberships__status="active", member__memberships__user__is_active=True)
        .annotate(last_report=Max("reports__created_at"))
        .with_originals()
        .order_by("member", "pk")
    )
    for adoption in found:
        adoption.since = timezone.localtime(adoption.last_report or adoption.published_at).date()
        asked = adoption.reminded_at and timezone.localtime(adoption.reminded_at).date()
        passed = [
            day
            for day in (
                _after(adoption.since, count) for count in settings.EXCHANGE_ADOPTION_MONTHS
            )
            if day <= today
        ]
        if passed and (asked is None or asked < passed[-1]):
            yield adoption


def next_due(adoption):
    """Return the day on which the team is next asked for a report; None where nobody is asked."""
    if adoption.is_final or adoption.published_at is None or not team_of(adoption.member).exists():
        return None
    last = adoption.reports.aggregate(last=Max("created_at"))["last"] or adoption.published_at
    since, today = timezone.localtime(last).date(), timezone.localdate()
    days = (_after(since, count) for count in settings.EXCHANGE_ADOPTION_MONTHS)
    return next((day for day in days if day > today), None)


def _after(day, count):
    """Return the day ``count`` months later, in the same month's first 28 days."""
    years, month = divmod(day.month - 1 + count, MONTHS_A_YEAR)
    return day.replace(
        year=day.year + years, month=month + 1, day=min(day.day, LAST_DAY_OF_ALL_MONTHS)
    )


@transaction.atomic
def remind(today):
    """Ask the teams whose adoptions are due for a report; return how many adoptions that are.

    Each person gets one notice, however many adoptions the team has. Doing it twice asks nobody
    twice, also when two processes do it at once.
    """
    by_member = {}
    for adoption in due(today):
        by_member.setdefault(adoption.member, []).append(adoption)
    asked = 0
    for member, adoptions in by_member.items():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        still = {
            adoption.pk
            for adoption in Adoption.objects.filter(pk__in=[each.pk for each in adoptions])
            if adoption.reminded_at is None
            or timezone.localtime(adoption.reminded_at).date() < today
        }
        rows = [adoption for adoption in adoptions if adoption.pk in still]
        if not rows:
            continue
        noon = timezone.make_aware(datetime.combine(today, time(12)))
        Adoption.objects.filter(pk__in=still).update(reminded_at=noon)
        notify(
            Notice.Kind.ADOPTION_DUE,
            team_of(member),
            address("exchange:adoption-report", rows[0].pk)
            if len(rows) == 1
            else address("my-exchange:home"),
            member=member.name,
            adoptions=[
                {
                    "title": each.title,
                    "path": address("exchange:adoption-report", each.pk),
                    "since": each.since.isoformat(),
                }
                for each in rows
            ],
        )
        asked += len(rows)
    return asked
