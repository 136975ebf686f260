"""Sessions of the secretariat: they last a working day, and count once a second factor was given."""

import time
from functools import partial

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import get_user, logout
from django.utils.functional import SimpleLazyObject

from .second_factor import has_second_factor

# In the session: when its person signed in, in seconds since 1970.
SIGNED_IN_AT = "signed_in_at"


def judge_session(get_response):
    """Middleware: say what the session of staff is worth, and end it after a working day.

    Asked only where a page asks who is there: public pages do not read the session.
    """

    def middleware(request):
        request.user = SimpleLazyObject(partial(_person_of, request))
        return get_response(request)

    return middleware


def _person_of(request):
    person = get_user(request)
    if not person.is_staff:
        return person
    if _has_expired(request):
        # Not the lazy object, which is being asked just now.
        request.user = person
        logout(request)
        return request.user
    person.is_in_secretariat_session = gave_second_factor(request, person)
    return person


def gave_second_factor(request, person):
    """Return whether this very session was begun, or confirmed, with a second factor that the
    person still has."""
    records = get_authentication_records(request, person)
    return any(record.get("method") == "mfa" for record in records) and has_second_factor(person)


def _has_expired(request):
    signed_in_at = request.session.get(SIGNED_IN_AT)
    return signed_in_at is None or time.time() - signed_in_at > settings.SECRETARIAT_SESSION_AGE
