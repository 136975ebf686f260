import json
import os
from pathlib import Path

from django.core.management.base import CommandError

from citynet.operations.commands import Cadence, TimedCommand
from policies.interchange import records
from policies.models import Revision

CHUNK = 500


class Command(TimedCommand):
    help = "Export all public case studies as JSON Lines, in the format that import_cases reads."

    def add_arguments(self, parser):
        parser.add_argument(
            "file", nargs="?", metavar="FILE", help="Where to; standard output when left out."
        )

    def handle(self, *args, file, verbosity, **options):
        if file is None:
            count = self._export(lambda line: self.stdout.write(line, ending=""), verbosity)
        else:
            count = self._export_to(Path(file), verbosity)
        if verbosity:
            self.stderr.write(f"{count:,} case studies exported", self.style.NOTICE)

    def _export_to(self, path, verbosity):
        """Write the file under another name first: a half of it must not pass for the whole."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with unfinished.open("w", encoding="utf-8", newline="\n") as stream:
                count = self._export(stream.write, verbosity)
            unfinished.replace(path)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)
        return count

    def _export(self, write, verbosity):
        revisions = Revision.objects.live().order_by("case_id").with_content()
        revisions = revisions.with_first_published()
        count, cadence = 0, Cadence(self.stderr)
        for line in records(revisions.iterator(chunk_size=CHUNK)):
            write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
            if verbosity and cadence.is_due():
                self.stderr.write(f"{count:,} case studies", self.style.NOTICE)
        return count
