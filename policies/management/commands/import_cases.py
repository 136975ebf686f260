import sys
import time
from contextlib import nullcontext
from pathlib import Path

from django.core.management.base import CommandError

from citynet.operations.commands import Cadence, TimedCommand
from policies.interchange import Importer
from policies.interchange.importer import BATCH_SIZE
from policies.search import index

LARGEST_BATCH = 5000


class Command(TimedCommand):
    help = (
        "Import case studies from JSON Lines. Good lines become drafts, bad ones are named with "
        "their line and field; the exit code is 1 when there was a bad one."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.jsonl", help="The file, or - for standard input.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Check everything and write nothing."
        )
        parser.add_argument(
            "--publish", action="store_true", help="Make the imported texts public at once."
        )
        parser.add_argument(
            "--batch",
            type=int,
            default=BATCH_SIZE,
            metavar="N",
            help="Lines in one transaction (%(default)s).",
        )

    def handle(self, *args, file, dry_run, publish, batch, verbosity, **options):
        if not 1 <= batch <= LARGEST_BATCH:
            raise CommandError(f"--batch must be between 1 and {LARGEST_BATCH}.")
        importer = Importer(publish=publish, dry_run=dry_run, batch_size=batch)
        with opened(file) as stream:
            self._run(importer, stream, verbosity, warn=dry_run)
        counts = importer.counts
        if publish and not dry_run and counts["published"] + counts["updated"]:
            index.sync()
        self.stdout.write(
            "{created} created, {updated} updated, {unchanged} unchanged, {published} published, "
            "{bad} bad".format_map(counts)
            + (" (nothing was written)" if dry_run else "")
        )
        if counts["bad"]:
            raise CommandError("Some lines were not imported.", returncode=1)

    def _run(self, importer, stream, verbosity, *, warn):
        """Import everything; tell errors at once, from time to time how far it is, and where ``warn``
        what to look at again."""
        start, cadence = time.monotonic(), Cadence(self.stderr)
        for batch in importer.run(stream):
            for error in batch.errors:
                self.stderr.write(str(error))
            for warning in batch.warnings if warn else ():
                self.stderr.write(f"{warning} (a hint)", self.style.WARNING)
            if verbosity and cadence.is_due():
                rate = batch.read / (time.monotonic() - start)
                self.stderr.write(f"{batch.read:,} lines, {rate:,.0f} a second", self.style.NOTICE)


def opened(file):
    """Return the file, or standard input, for reading bytes."""
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
