"""What other people do to the portal while a browser test looks on, beside the server and on its data.

Each line on the standard input is ``["name of a function", {its arguments}]``; the answer is a line
of JSON. One process for all of them, because starting Django takes a second.
"""

import importlib
import json
import sys
import time

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from members import accounts
from members.models import Member, Membership, User
from members.notifications import deliver
from policies import authoring, moderation
from policies.models import CaseStudy

Store = importlib.import_module(settings.SESSION_ENGINE).SessionStore


def person(email, *, name="Ani Rahma", password=None, member="", role="official"):
    """Somebody with a verified address, in the team of a member where one is named."""
    user = User.objects.create_user(email, password, name=name)
    accounts.verify(user)
    if member:
        Membership.objects.create(
            user=user,
            member=Member.objects.get(slug=member),
            role=role,
            status=Membership.Status.ACTIVE,
            decided_at=timezone.now(),
        )
    return user.pk


def session(email):
    """The cookie of a person who signed in just now."""
    user = User.objects.get(email=email)
    store = Store()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time(), "email": email}
    ]
    store.create()
    return store.session_key


def end_session(key):
    """What time does to a session in the end."""
    Session.objects.get(session_key=key).delete()


def draft(email, member, **content):
    """The number of a new case with a draft by this person."""
    content = {"language": "en", "title": "Lanterns", "summary": ""} | content
    user, member = User.objects.get(email=email), Member.objects.get(slug=member)
    return authoring.start_case(user=user, member=member, **content).case_id


def edit_public(email, title):
    """The number of a published case, with a draft opened beside its public text."""
    case = CaseStudy.objects.get(live__title=title)
    authoring.open_draft(case, user=User.objects.get(email=email))
    return case.pk


def submit(case):
    moderation.submit(_newest(case), name="Ani Rahma")


def request_changes(case, note):
    moderation.request_changes(_newest(case), name="Secretariat", note=note)


def publish(case):
    moderation.publish(_newest(case), name="Secretariat")


def mail():
    """Mail the notices that are due, and give how many were sent."""
    return deliver().sent


def _newest(case):
    return CaseStudy.objects.get(pk=case).revisions.latest("number")


def serve():
    """Do what is asked for, until there are no more lines."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        print(json.dumps(globals()[name](**arguments)), flush=True)  # noqa: T201 - the answer
