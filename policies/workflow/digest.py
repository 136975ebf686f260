"""The weekly digest: what waits for the moderators."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from members.models import Notice, User
from members.notices.mail_texts import UNFIT_FOR_HEADERS
from members.notices.notifications import address, notify
from policies.models import Revision, Screening

from .notifications import moderators

# Submissions named in a digest; the queue lists all.
MAX_NAMED = 30
FLAGS = ("first_time_author", "over_tagged", "without_source", "duplicate_of")


def waiting():
    """Return submissions that wait for a decision, the oldest first, with what the digest says of each."""
    return Revision.objects.awaiting_review().select_related(
        "case__member", "reviewer", "screening"
    )


def send(now=None):
    """Create this week's notice for every moderator who has none, and return for how many.

    Running it again in the same week, also at the same time, adds nothing. There is no notice when
    nothing waits. The notices are mailed by ``send_notices``.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    monday = timezone.make_aware(
        datetime.combine(today - timedelta(days=today.weekday()), datetime.min.time())
    )
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        facts = _facts(now)
        if not facts["total"]:
            return 0
        wanted = moderators().values_list("pk", flat=True)
        # Whoever sends at the same time waits here, and then finds the notices.
        people = User.objects.filter(pk__in=list(wanted)).order_by("pk")
        people = list(people.select_for_update(no_key=True))
        told = set(
            Notice.objects.filter(kind=Notice.Kind.DIGEST, created_at__gte=monday).values_list(
                "recipient", flat=True
            )
        )
        notices = notify(
            Notice.Kind.DIGEST,
            [person for person in people if person.pk not in told],
            address("admin:policies_revision_changelist"),
            **facts,
        )
    return len(notices)


def facts_of_mail(notice):
    """Return what waits when the digest is mailed; None where nothing does, or the person no longer
    decides. See ``settings.READ_WHEN_MAILED``."""
    with translation.override(settings.LANGUAGE_CODE):
        facts = _facts(timezone.now())
    decides = moderators().filter(pk=notice.recipient_id).exists()
    return facts if decides and facts["total"] else None


def _facts(now):
    """Return what the digest says, as JSON values: how many wait, and the oldest of them."""
    total, named = waiting().count(), list(waiting()[:MAX_NAMED])
    return {
        "total": total,
        "more": total - len(named),
        "oldest": _days(named[0], now) if named else 0,
        "lines": [_line(revision, now) for revision in named],
    }


def _days(revision, now):
    return max(0, (now - revision.submitted_at).days)


def _line(revision, now):
    """Return what the digest says of one submission, as JSON values."""
    return {
        "days": _days(revision, now),
        "title": _plain(revision.title),
        "member": _plain(revision.case.member.name),
        "reviewer": revision.reviewer.get_full_name() if revision.reviewer else "",
        "flags": ", ".join(_flags(revision)),
        "path": address("admin:policies_revision_change", revision.pk),
    }


def _flags(revision):
    if revision.case.live_id:
        yield _("edit of a public case")
    screening = getattr(revision, "screening", None)
    for field in map(Screening._meta.get_field, FLAGS):
        found = getattr(screening, field.attname, None)
        if found:
            yield f"{field.verbose_name} {found}" if field.is_relation else str(field.verbose_name)


def _plain(text):
    """Return text on one line, so that no title can imitate lines of the digest."""
    return " ".join(UNFIT_FOR_HEADERS.sub(" ", text).split())
