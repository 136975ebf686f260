"""Sessions as sign-in begins them, for clients that do not go by its pages."""

import time

from members.accounts.middleware import SIGNED_IN_AT
from members.accounts.second_factor import has_second_factor


def noted_of(person):
    """What a session notes of ``person`` who has just signed in, with all factors that there are."""
    noted = {SIGNED_IN_AT: time.time()}
    if has_second_factor(person):
        noted["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
        noted["account_authentication_methods_user"] = str(person.pk)
    return noted


def begin_session(session, person):
    """Note in a session that ``person`` has just signed in."""
    session.update(noted_of(person))
    session.save()
