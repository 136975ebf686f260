"""Fill a database with the first release's own code, and write it as lines of JSON.

This made ``first_release.jsonl.gz``, which the tests of upgrades start from. It runs in the tree of
that release, so it is not imported by any test; to make the file again (times and secrets differ):

    git worktree add /tmp/first 049b438
    cd /tmp/first
    export DEBUG=1 VAR_DIR=/tmp/first-var EMAIL_URL=console://
    python manage.py migrate && python manage.py load_reference && python manage.py load_samples
    PYTHONPATH=. python …/tests/data/first_release.py | gzip -9n > …/tests/data/first_release.jsonl.gz

Each line holds one table: its model, the names of its columns, and its rows. The people, passwords
and keys in it are made up. Stored files are not part of it, only what the database knows of them.
"""

import io
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citynet.settings")
django.setup()

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.migrations.recorder import MigrationRecorder
from PIL import Image

from citynet.uploads.images import prepare
from members.accounts import adapter
from members.models import Member, Membership, User
from members.notices.notifications import deliver
from members.teams import invitations, memberships
from policies.models import CaseStudy
from policies.workflow import authoring, files, moderation
from tests.policies.contents import fill

NOT_KEPT = {"sessions", "usersessions", "admin"}


def person(number, **rights):
    user = User.objects.create_user(
        f"person{number}@city.example",
        f"a long password {number}",
        name=f"Person {number}",
        **rights,
    )
    adapter.verify(user)
    return user


def picture():
    written = io.BytesIO()
    Image.new("RGB", (1600, 900), "teal").save(written, "JPEG")
    return prepare(ContentFile(written.getvalue(), "bus.jpg"), "bus.jpg")


def fill_database():
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    moderator = person(1, is_staff=True, is_superuser=True)
    member = Member.objects.get(slug="surabaya")
    head, official, asking, turned_down, gone = map(person, range(2, 7))

    request = memberships.request_membership(head, member, "I lead the planning office.")
    memberships.approve(request, moderator, role=Membership.Role.COORDINATOR)
    memberships.approve(memberships.request_membership(official, member), head, note="Welcome.")
    memberships.decline(
        memberships.request_membership(turned_down, member), head, note="We do not know you."
    )
    memberships.leave(memberships.approve(memberships.request_membership(gone, member), head), gone)
    memberships.request_membership(asking, member, "Please.")
    invitations.invite(member, "invited@city.example", head)
    invitations.revoke(invitations.invite(member, "revoked@city.example", head), head)

    def write(title):
        draft = authoring.start_case(
            user=official,
            member=member,
            title=title,
            summary="Nine lines, all night.",
            language="en",
        )
        fill(draft, times=3)
        draft.refresh_from_db()
        files.attach_photo(draft, user=official, picture=picture(), name="bus.jpg", alt="A bus")
        files.attach_file(
            draft,
            user=official,
            file=ContentFile(b"line,riders\n3,900\n", "riders.csv"),
            name="riders.csv",
        )
        return draft

    write("Still a draft")
    waiting = moderation.submit(write("Waits for a decision"), by=official)
    authoring.add_note(waiting.case, user=head, text="The figures of this year follow.")
    moderation.request_changes(
        moderation.submit(write("To be changed"), by=official),
        by=moderator,
        note="Say what it cost.",
    )
    moderation.reject(
        moderation.submit(write("Not taken"), by=official),
        by=moderator,
        note="This is an advertisement.",
    )
    moderation.withdraw(moderation.submit(write("Taken back"), by=official), by=official)
    off = moderation.publish(moderation.submit(write("Taken off"), by=official), by=moderator)
    moderation.unpublish(off, by=moderator, note="The city asked for it.")

    first = moderation.publish(moderation.submit(write("Public twice"), by=official), by=moderator)
    second = authoring.open_draft(first.case, user=official)
    moderation.publish(moderation.submit(second, by=official), by=moderator)
    third = authoring.open_draft(CaseStudy.objects.get(pk=first.case_id), user=head)
    authoring.confirm_still_true(third.case, user=head)
    deliver(5)


def tables():
    models = apps.get_models(include_auto_created=True)
    yield from (model for model in models if model._meta.app_label not in NOT_KEPT)
    yield MigrationRecorder.Migration


if __name__ == "__main__":
    fill_database()
    for model in tables():
        if not model._meta.managed and model is not MigrationRecorder.Migration:
            continue
        columns = [field.attname for field in model._meta.local_concrete_fields]
        rows = [list(row) for row in model._base_manager.order_by("pk").values_list(*columns)]
        line = {"model": model._meta.label_lower, "columns": columns, "rows": rows}
        sys.stdout.write(json.dumps(line, default=str, ensure_ascii=False) + "\n")
