"""What a console can be told to do on its node; plain values in and out."""

import io

from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from members.models import Member, Membership, Notice, User
from members.notices import delivery
from policies.models import Attachment, Photo, ReviewNote, Revision
from policies.search import index
from policies.search.query import Question, ask
from policies.workflow import moderation
from tests.factories import MemberFactory, MembershipFactory, RevisionFactory, StaffFactory
from tests.sessions import begin_session

PASSWORD = "a long walk by the river"


def migrate():
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def set_up():
    """Reference data, a city with an official, and a moderator; gives who they are."""
    call_command("load_reference", verbosity=0)
    default_storage.bucket.create()
    city = MemberFactory(name="Surabaya", slug="surabaya")
    official = MembershipFactory(member=city).user
    official.set_password(PASSWORD)
    official.save()
    EmailAddress.objects.create(user=official, email=official.email, verified=True, primary=True)
    moderator = StaffFactory(groups=["Moderators"])
    publish_new(["The first"])
    return {"official": official.email, "moderator": moderator.email, "city": city.pk}


def draft(title):
    """A new draft of the official; gives its case."""
    official = Membership.objects.get(member__slug="surabaya")
    revision = RevisionFactory(
        case__member=official.member,
        created_by=official.user,
        title=title,
        targets=["11.2"],
        themes=["transport"],
    )
    return revision.case_id


def handed_in(title):
    case = draft(title)
    moderation.submit(Revision.objects.get(case=case), by=_official())
    return case


def publish(case):
    """Publish the open revision of a case, as the moderators' page does; gives its address."""
    revision = Revision.objects.get(case=case, state__in=Revision.OPEN_STATES)
    moderation.publish(revision, by=User.objects.get(is_staff=True))
    return revision.case.get_absolute_url()


def publish_new(titles):
    """Publish a new case for each title; gives their addresses."""
    return [publish(draft(title)) for title in titles]


def session_of(email):
    """The session of somebody who has signed in, both factors given."""
    client, person = Client(), User.objects.get(email=email)
    client.force_login(person)
    begin_session(client.session, person)
    return client.cookies["sessionid"].value


def run(program):
    """Run a program as ``citynet shell --command`` does."""
    exec(program, {})  # noqa: S102 - it is copied from the page for operators


def sweep():
    """What ``delete_unused_files`` says."""
    said = io.StringIO()
    call_command("delete_unused_files", "--dry-run", stdout=said)
    return said.getvalue()


def stored(name):
    """What the store has under this name."""
    with default_storage.open(name) as file:
        return file.read().decode()


def rename_city(name):
    Member.objects.filter(slug="surabaya").update(name=name)


def notes(case):
    return list(ReviewNote.objects.filter(revision__case=case).values_list("text", flat=True))


def open_revision(case):
    """The open revision of a case."""
    return Revision.objects.get(case=case, state__in=Revision.OPEN_STATES).pk


def files_of(case):
    """Keys of the documents and photos of a case."""
    return [
        list(model.objects.filter(revision__case=case).values_list("pk", flat=True))
        for model in (Attachment, Photo)
    ]


def indexed():
    """Keys of the live revisions in this node's index."""
    return sorted(ask(Question(limit=100_000)).ids)


def live():
    """Keys of the live revisions in the database."""
    return sorted(Revision.objects.live().values_list("pk", flat=True))


def sync():
    return index.sync()


def notices_waiting():
    return Notice.objects.filter(mail=Notice.Mail.WAITING).count()


def deliver():
    """Mail what is due, as ``send_notices`` does."""
    outcome = delivery.deliver()
    return {"sent": outcome.sent, "delayed": outcome.delayed, "error": outcome.error}


def make_due():
    """Do not wait until notices that were put off are due again."""
    long_ago = "2020-01-01T00:00Z"  # notes wait for others before they are mailed
    waiting = Notice.objects.filter(mail=Notice.Mail.WAITING)
    waiting.update(next_attempt_at=long_ago, created_at=long_ago)


def _official():
    return Membership.objects.get(member__slug="surabaya").user
