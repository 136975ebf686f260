"""What people are told when somebody else changes their account."""

from members.models import Notice
from members.notices.notifications import address, notify
from members.record import audit


def record_and_tell(action, person, change, *, by, reason=""):
    """Record what ``by`` did to the account of ``person``, and tell the person of it.

    ``change`` is one of those that the mail knows: ``templates/emails/account-changed.txt``. Who
    cannot sign in is told by mail alone.
    """
    audit.record(action, person, by=by, reason=reason)
    tell([person], change, by=by)


def tell(people, change, *, by, note=""):
    """Tell ``people`` of a change of their accounts, without who did it themselves."""
    page = "account_reset_password" if change == "added" else "account_overview"
    for person in people:
        if person.pk != by.pk:
            told = person if person.is_active else person.email
            notify(Notice.Kind.ACCOUNT_CHANGED, [told], address(page), change=change, note=note)
