"""What people do, through the pages and functions that they use: publish, upload, save."""

import io
import time
from collections import Counter

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from members.models import Event, Notice
from policies.models import Attachment, ReviewEvent, Revision, Stakeholder
from policies.workflow import authoring, moderation
from tests.factories import webp
from tests.policies.authors import address, section_of

from . import library

ROWS = 3


def idle():
    """Wait to be killed: all is done."""
    while True:
        time.sleep(60)


def _draft(title):
    membership = library.membership()
    authoring.MAX_OPEN_DRAFTS = 10**9
    return authoring.start_case(
        user=membership.user, member=membership.member, title=title, summary=title
    )


def _client():
    client = Client()
    client.force_login(library.membership().user)
    return client


class Publish:
    """A moderator publishes one submission after the other, every other one of a public case."""

    name, units = "publish", 8

    def prepare(self, point):
        """Keys of submissions."""
        return [self._submission(f"Publish {point} {unit}", unit % 2) for unit in range(self.units)]

    @transaction.atomic
    def _submission(self, title, public):
        author, draft = library.membership().user, _draft(title)
        if public:
            moderation.submit(draft, by=author)
            moderation.publish(draft, by=library.moderator())
            draft = authoring.open_draft(draft.case, user=author)
        return moderation.submit(draft, by=author).pk

    def work(self, say, keys):
        moderator = library.moderator()
        say("ready")
        for key in keys:
            say(f"begun {key}")
            moderation.publish(Revision.objects.get(pk=key), by=moderator, note="Good")
            say(f"kept {key}")
        idle()

    def check(self, keys, killed):
        """How many acknowledged ones are lost, and how many are there by half."""
        states = {key: self._state(key) for key in keys}
        return {
            "lost": sum(states[int(key)] != "whole" for key in killed.kept),
            "half": sum(state == "half" for state in states.values()),
        }

    def _state(self, key):
        revision = Revision.objects.select_related("case").get(pk=key)
        before = revision.case.revisions.filter(number__lt=revision.number).last()
        facts = [
            revision.state == Revision.State.PUBLISHED,
            revision.decided_at is not None,
            revision.case.live_id == key,
            ReviewEvent.objects.filter(revision=key, to_state="published").count() == 1,
            self._recorded(revision) == 1,
            self._told(revision) == 1,
            before is None or before.state == Revision.State.SUPERSEDED,
        ]
        if all(facts):
            return "whole"
        untouched = [
            revision.state == Revision.State.SUBMITTED,
            revision.decided_at is None,
            revision.case.live_id == (before.pk if before else None),
            not ReviewEvent.objects.filter(revision=key, to_state="published").exists(),
            self._recorded(revision) == 0,
            self._told(revision) == 0,
            before is None or before.state == Revision.State.PUBLISHED,
        ]
        return "none" if all(untouched) else "half"

    def _recorded(self, revision):
        return Event.objects.filter(
            action="published", subject_type="policies.revision", subject_id=str(revision.pk)
        ).count()

    def _told(self, revision):
        """Return how many e-mails were written to the author of this decision, of all of the case."""
        notices = Notice.objects.filter(kind="published", path__contains=f"/{revision.case_id}/")
        return notices.count() - (revision.number - 1)


class Upload:
    """An official sends photos and files to a draft."""

    name, units = "upload", 6

    def prepare(self, point):
        return _draft(f"Upload {point}").pk

    def _content(self, unit):
        return f"line;riders\n{unit};{unit}\n".encode() * 3000

    def work(self, say, key):
        client, case = _client(), Revision.objects.get(pk=key).case_id
        say("ready")
        for unit in range(self.units):
            kind = "attachments" if unit % 2 else "photos"
            content = self._content(unit) if unit % 2 else webp(300 + unit, 200)
            file = SimpleUploadedFile("riders.csv" if unit % 2 else "bus.webp", content)
            texts = {"alt": unit, "caption": unit, "credit": "", "licence": "", "upload": file}
            say(f"begun {unit}")
            answer = client.post(reverse("policies:file-add", args=[case, kind]), texts)
            assert answer.status_code == 302, answer.text
            say(f"kept {unit}")
        idle()

    def check(self, key, killed):
        revision = Revision.objects.get(pk=key)
        found = {}
        for row in Attachment.objects.filter(revision=revision):
            with row.file.open() as file:
                found[row.caption] = file.read() == self._content(int(row.caption))
        for row in revision.photos.all():
            found[row.caption] = (
                _width(row.image) == 300 + int(row.caption) and _width(row.small) <= 640
            )
        return {
            "lost": len(set(killed.kept) - set(found)),
            "half": sum(not whole for whole in found.values())
            + len(set(found) - set(killed.begun)),
        }


def _width(field):
    from PIL import Image  # noqa: PLC0415 - only where it is needed

    with field.open() as file:
        return Image.open(io.BytesIO(file.read())).width


class Autosave:
    """The page of an official saves a section with rows, again and again."""

    name, units = "autosave", 8

    def prepare(self, point):
        return _draft(f"Autosave {point}").pk

    def work(self, say, key):
        client, case = _client(), Revision.objects.get(pk=key).case
        say("ready")
        for unit in range(1, self.units + 1):
            rows = {
                f"stakeholders__{row}__{field}": value
                for row in range(ROWS)
                for field, value in (("name", f"{unit} {row}"), ("kind", "community"))
            }
            sent = section_of(client, case, "stakeholders", **rows)
            say(f"begun {unit}")
            answer = client.post(
                address(case, "stakeholders"), sent, headers={"Accept": "application/json"}
            )
            assert answer.json()["state"] == "saved", answer.text
            say(f"kept {unit}")
        idle()

    def check(self, key, killed):
        rows = Stakeholder.objects.filter(revision=key).values_list("name", flat=True)
        found = Counter(name.split()[0] for name in rows)
        newest = max(map(int, found), default=0)
        return {
            "lost": int(newest < max(map(int, killed.kept), default=0)),
            "half": int(
                found not in (Counter(), Counter({str(newest): ROWS}))
                or newest > max(map(int, killed.begun), default=0)
            ),
        }
