"""What other people do to the portal while a browser test looks on, beside the server and on its data.

Each line on the standard input is ``["name of a function", {its arguments}]``; the answer is a line
of JSON. One process for all of them, because starting Django takes a second.
"""

import importlib
import json
import sys
import traceback
from types import SimpleNamespace

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from citynet.uploads import images
from exchange.models import Advice, Question
from exchange.steps import questions
from members.accounts import adapter
from members.models import Member, Membership, User
from members.models.invitation_tokens import token_of
from members.notices.delivery import deliver
from members.teams import invitations, memberships
from policies.models import CaseStudy
from policies.workflow import authoring, files, moderation
from tests import uploads

Store = importlib.import_module(settings.SESSION_ENGINE).SessionStore


def set_up():
    """Make the portal: its tables, the sample library and the collected files."""
    for command in ("migrate", "load_reference", "load_samples"):
        call_command(command)
    call_command("collectstatic", interactive=False)


def person(email, *, name="Ani Rahma", password=None, member="", role="official"):
    """Somebody with a verified address; gives the number of the membership where one is named."""
    user = User.objects.create_user(email, password, name=name)
    adapter.verify(user)
    if not member:
        return None
    return Membership.objects.create(
        user=user,
        member=Member.objects.get(slug=member),
        role=role,
        status=Membership.Status.ACTIVE,
        decided_at=timezone.now(),
    ).pk


def join(email, member):
    """Put somebody into a team, as its coordinator does."""
    Membership.objects.create(
        user=User.objects.get(email=email),
        member=Member.objects.get(slug=member),
        status=Membership.Status.ACTIVE,
        decided_at=timezone.now(),
    )


def mail_domain(member, domain):
    """Let a member have a domain of its own, as the secretariat sets it."""
    Member.objects.filter(slug=member).update(email_domain=domain)


def approve(title):
    """Approve a first question, as the secretariat does."""
    questions.approve(Question.objects.get(title=title), by=None)


def advised(email):
    """Let somebody have written before, so that what is written next does not wait for a look."""
    membership = Membership.objects.get(user__email=email)
    text = "Ask for the cost of cleaning too: it was a third of the whole."
    author, member = membership.user, membership.member
    Advice.objects.create(author=author, member=member, topic="budget", text=text)


def second_factor(email):
    """Ask this person for the code of an app from the next sign-in on."""
    TOTP.activate(User.objects.get(email=email), generate_totp_secret())


def session(email):
    """The cookie of a person who has just given the password."""
    user = User.objects.get(email=email)
    store = Store()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    record_authentication(
        SimpleNamespace(session=store), user, method="password", reauthenticated=True
    )
    store.create()
    return store.session_key


def end_session(key):
    """What time does to a session in the end."""
    Session.objects.get(session_key=key).delete()


def invitation(email, member, by):
    """The link with which somebody accepts an invitation to a team."""
    leader = User.objects.get(email=by)
    invited = invitations.invite(Member.objects.get(slug=member), email, leader)
    return reverse("my:invitation", args=[token_of(invited)])


def request(email, member):
    """Ask to join a team for somebody, and give the number of the request."""
    user, member = User.objects.get(email=email), Member.objects.get(slug=member)
    return memberships.request_membership(user, member, "I plan the lamps.").pk


def photo(case):
    """Put a photo into the draft of a case, and give its number."""
    revision = _newest(case)
    picture = images.prepare(uploads.sent("lane.jpg", uploads.picture()), "lane.jpg")
    options = {"alt": "A lane", "caption": "", "credit": "", "licence": ""}
    user = revision.created_by
    return files.attach_photo(revision, picture=picture, user=user, name="lane.jpg", **options).pk


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


def change(case, **content):
    """Write into the open draft of a case."""
    CaseStudy.objects.get(pk=case).revisions.filter(pk=_newest(case).pk).update(**content)


def submit(case):
    draft = _newest(case)
    moderation.submit(draft, by=draft.created_by)


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
        try:
            answer = {"answer": globals()[name](**arguments)}
        except Exception:  # noqa: BLE001 - the test that asked for it is told
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)  # noqa: T201 - the way back to the test
