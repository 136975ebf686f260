"""Mail that does not arrive: what is given up or fails again and again, and sending it once more."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from members.models import Notice

# After so many attempts, a quarter of an hour, it is no passing trouble.
FAILS_AFTER = 5
# What was given up longer ago is no news any more.
SHOWN_FOR = timedelta(days=30)


def failed_mail():
    """Return notices whose mail was given up in the last 30 days, or fails now."""
    given_up = Q(mail=Notice.Mail.FAILED)
    fails = Q(mail=Notice.Mail.WAITING, attempts__gte=FAILS_AFTER)
    return Notice.objects.filter(given_up | fails, created_at__gte=timezone.now() - SHOWN_FOR)


def send_again(notices):
    """Let the mail of those of ``notices`` that failed be tried anew at once; return these."""
    failed = failed_mail().filter(pk__in=notices.order_by().values("pk"))
    rows = list(failed.select_for_update(of=("self",)))
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
        mail=Notice.Mail.WAITING, attempts=0, next_attempt_at=timezone.now()
    )
    return rows
