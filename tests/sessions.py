"""Sessions as sign-in begins them, for clients that do not go by its pages."""

import time

from members.accounts.middleware import SIGNED_IN_AT
from members.accounts.second_factor import has_second_factor


def begin_session(session, person):
    """Note in a session that ``person`` has just signed in, with all factors that there are."""
    session[SIGNED_IN_AT] = time.time()
    if has_second_factor(person):
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
        session["account_authentication_methods_user"] = str(person.pk)
    session.save()
