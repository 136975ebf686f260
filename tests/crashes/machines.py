"""What commands do: bring the index up to date, mail notices, import files."""

import json

from django.core.files.base import ContentFile
from django.utils import timezone

from members.models import Notice
from members.notices import delivery, notifications
from policies.interchange import import_runs
from policies.models import CaseStudy, ImportRun, Revision
from policies.search import index
from tests.policies.lines import FULL

from . import library
from .mail import mailed
from .people import idle


class Index:
    """The index follows changes, and every third time is built anew."""

    name, units = "index sync", 6

    def prepare(self, point):
        return []

    def work(self, say, _nothing):
        keys = list(Revision.objects.live().values_list("pk", flat=True)[: library.CASES])
        say("ready")
        for unit in range(self.units):
            say(f"begun {unit}")
            Revision.objects.filter(pk__in=keys).update(updated_at=timezone.now())
            index.sync(rebuild=unit % 3 == 1)
            say(f"kept {unit}")
        idle()

    def check(self, _nothing, killed):
        """Before anybody repairs it, an index can be read."""
        opened = index.reader()
        return {"lost": 0, "half": int(opened is None or not opened.searcher.num_docs)}


class Notices:
    """Letters go out one by one. Each goes out at least once; one a crash may go out twice."""

    name, units = "notices", 8

    def __init__(self, path):
        self.path = path

    def prepare(self, point):
        Notice.objects.filter(mail="waiting").update(next_attempt_at=timezone.now())
        for unit in range(self.units):
            notifications.notify(
                Notice.Kind.PUBLISHED,
                [library.membership().user],
                title=f"{point} {unit}",
                member="City",
                note="",
                case_title=f"{point} {unit}",
            )
        return []

    def work(self, say, _nothing):
        say("ready")
        while True:
            say("begun 1")
            outcome = delivery.deliver(1)
            if outcome.sent:
                say("kept 1")
            assert not outcome.error, outcome.error

    def check(self, _nothing, killed):
        """An e-mail that is noted as sent was taken by the mail server."""
        taken = mailed(self.path)
        sent = set(Notice.objects.filter(mail="sent").values_list("pk", flat=True))
        return {
            "lost": len(sent - set(taken)),
            "half": self._to_be_mailed().exclude(mail__in=("sent", "waiting")).count(),
        }

    def finish(self):
        """When what was claimed by the dead is due again, everything goes out.

        Return how many e-mails were never taken, and how many more than once.
        """
        Notice.objects.filter(mail="waiting").update(next_attempt_at=timezone.now())
        while delivery.deliver(1000).sent:
            pass
        taken = mailed(self.path)
        written = set(self._to_be_mailed().values_list("pk", flat=True))
        return {
            "lost": len(written - set(taken)),
            "twice": sum(number - 1 for number in taken.values()),
        }

    def _to_be_mailed(self):
        """All but what told of a submission that was decided before the mail went out."""
        return Notice.objects.exclude(kind="submitted", mail="dropped")


class Import:
    """A file of the secretariat is brought in and published, a batch a transaction."""

    name, units, batch = "import", 4, 8

    def prepare(self, point):
        lines = [
            FULL
            | {
                "source_id": f"{point}-{number}",
                "member": library.membership().member.slug,
                "joint_members": [],
            }
            for number in range(self.units * self.batch)
        ]
        run = ImportRun(original_name="cases.jsonl", publish=True, by_name="Secretariat")
        content = "\n".join(map(json.dumps, lines)).encode()
        run.file.save(f"{point}.jsonl", ContentFile(content))
        list(import_runs.check(run))
        return run.pk

    def work(self, say, key):
        import_runs.BATCH = self.batch
        run, moderator = ImportRun.objects.get(pk=key), library.moderator()
        say("ready")
        say("begun 0")
        for unit, _progress in enumerate(import_runs.carry_out(run, moderator)):
            say(f"kept {unit}")
            say(f"begun {unit + 1}")
        idle()

    def check(self, key, killed):
        run = ImportRun.objects.get(pk=key)
        point = run.file.name.split("/")[-1].removesuffix(".jsonl")
        found = [self._whole(point, unit) for unit in range(self.units)]
        lost = sum(found[int(unit)] != self.batch for unit in killed.kept if int(unit) < self.units)
        half = sum(number not in (0, self.batch) for number in found)
        # Whoever begins again, once the dead run is taken for dead, has everything once.
        ImportRun.objects.filter(pk=key, state="running").update(
            updated_at=timezone.now() - 2 * import_runs.TIMEOUT
        )
        run.refresh_from_db()
        if import_runs.may_run(run):
            list(import_runs.carry_out(run, library.moderator()))
        run.refresh_from_db()
        again = [self._whole(point, unit) for unit in range(self.units)]
        half += run.state != "done" or again != [self.batch] * self.units
        return {"lost": lost, "half": half}

    def _whole(self, point, unit):
        """How many cases of a batch are there, with all that belongs to them."""
        names = [
            f"{point}-{number}" for number in range(unit * self.batch, (unit + 1) * self.batch)
        ]
        cases = CaseStudy.objects.filter(source_id__in=names).select_related("live")
        parts = [
            case.live is not None
            and case.revisions.count() == 1
            and case.live.contributions.count() == len(FULL["targets"])
            and case.live.funding_sources.count() == len(FULL["budget"]["funding"])
            and case.live.events.count() == 1
            for case in cases
        ]
        # Cases without a part of theirs are counted as too many.
        return sum(parts) if all(parts) else -1
