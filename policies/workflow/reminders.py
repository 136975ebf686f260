"""Yearly reminders: cities are asked whether their public texts are still true."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from members.models import Member, Membership, Notice, User
from members.notices.notifications import address, notify, place_of
from policies.models import CaseStudy

TRUE_FOR = timedelta(days=365)


def true_since(case):
    """Return the date of the last confirmation or publication of a public text; None without one."""
    if case.confirmed_at or not case.live_id:
        return case.confirmed_at
    return timezone.localtime(case.live.decided_at).date()


def is_due(case, today):
    """Return whether the city should be asked again: nobody confirmed the text for a year."""
    since = true_since(case)
    return since is not None and since <= today - TRUE_FOR


def cases_to_ask_about(today):
    """Return public cases that nobody confirmed, and whose team was not asked, for a year.

    Only cases of members with a team; no synthetic cases.
    """
    a_year_ago = today - TRUE_FOR
    team = Membership.objects.active().filter(member=OuterRef("member"), user__is_active=True)
    since = Coalesce("confirmed_at", TruncDate("live__decided_at"))
    return (
        CaseStudy.objects.live()
        .filter(Exists(team), Q(reminded_at=None) | Q(reminded_at__lte=a_year_ago), synthetic=False)
        .annotate(since=since)
        .filter(since__lte=a_year_ago)
        .select_related("member", "live")
        .order_by("member", "pk")
    )


@transaction.atomic
def ask(member, today):
    """Ask the team of ``member`` about all its cases that are due, and return these.

    Each person gets one notice, however many cases there are. Asking again on the same day does
    nothing, also when two processes do it at once.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    cases = list(cases_to_ask_about(today).filter(member=member))
    if not cases:
        return []
    CaseStudy.objects.filter(pk__in=[case.pk for case in cases]).update(reminded_at=today)
    notify(
        Notice.Kind.REMINDER,
        User.objects.filter(
            is_active=True, memberships__member=member, memberships__status="active"
        ),
        address("my:home"),
        member=member.name,
        cases=[_facts(case) for case in cases],
    )
    return cases


def facts_of_mail(notice):
    """Return the cases that a reminder asks about and that are public when it is mailed, in the team of
    the person; None where there are none. See ``settings.READ_WHEN_MAILED``."""
    keys = [place_of(case["path"])[1].get("pk") for case in notice.context["cases"]]
    cases = CaseStudy.objects.live().of_team(notice.recipient).filter(pk__in=filter(None, keys))
    cases = cases.select_related("live").order_by("pk")
    return {"cases": [_facts(case) for case in cases]} if cases else None


def _facts(case):
    return {
        "title": case.live.title,
        "path": address("policies:case", case.pk, case.slug),
        "since": true_since(case).isoformat(),
    }
