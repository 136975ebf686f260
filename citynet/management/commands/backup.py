import fcntl
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from citynet.operations.backups import archive, postgres, rows, state, stored
from citynet.operations.backups.progress import Progress
from citynet.operations.commands import TimedCommand

NAME = "platform-{:%Y%m%dT%H%M%SZ}.tar"
OWN = re.compile(r"platform-\d{8}T\d{6}Z\.tar")
# The exit code of a backup that is whole but for files that the store has lost.
FILES_MISSING = 3


class Command(TimedCommand):
    help = (
        "Backs up the database and the uploaded files, as they are at one moment, into one archive. "
        "It holds personal data and password hashes: only its owner may read it. Exits with 0 when "
        "all is in it, 1 when no backup was made, 3 when stored files were missing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "path",
            nargs="?",
            metavar="FILE or FOLDER",
            help="Where to; a folder gets a file named after the time (default: BACKUP_DIR).",
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="Afterwards keep only the N newest backups of the folder.",
        )
        parser.add_argument(
            "--pg-dump",
            action="store_true",
            help="Let pg_dump copy the database: faster for large ones, for PostgreSQL only.",
        )

    def handle(self, *, path, keep, pg_dump, verbosity, **options):
        if keep is not None and keep < 1:
            raise CommandError("Keep at least one backup.")
        now = datetime.now(UTC)
        target = self._target(path, now)
        if keep and not OWN.fullmatch(target.name):
            raise CommandError("--keep is for backups in a folder, named by this command.")
        self.progress = Progress(self.stdout, verbosity)
        try:
            state.check_in_step()
            if pg_dump:
                postgres.check("pg_dump")
            _clear(target.parent)
            missing = self._write(target, now, pg_dump=pg_dump)
        except state.Refused as error:
            raise CommandError(str(error)) from error
        except (OSError, DatabaseError) as error:
            raise CommandError(f"No backup was made. {type(error).__name__}: {error}") from error
        self.progress.say(f"{target} ({target.stat().st_size:,} bytes)")
        if missing:
            for name, reason in missing:
                self.stderr.write(f"Missing in the store: {name} ({reason})")
            raise CommandError(
                f"The backup is made, but {len(missing)} files are missing in the store.",
                returncode=FILES_MISSING,
            )
        if keep:
            for old in sorted(_backups(target.parent))[:-keep]:
                old.unlink()
                self.progress.say(f"Removed: {old.name}")

    def _target(self, path, now):
        target = Path(path) if path else settings.BACKUP_DIR
        if not path:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.is_dir():
            target /= NAME.format(now)
        if target.exists():
            raise CommandError(f"{target} is there already.")
        if not target.parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}.")
        return target

    def _write(self, target, now, *, pg_dump):
        """Write the archive, and give the files that are missing in the store."""
        with archive.written(target) as made:
            with rows.snapshot():
                made.add_json(archive.HEAD, self._head(now, pg_dump=pg_dump))
                if pg_dump:
                    counts = None
                    postgres.write(made, self.progress)
                else:
                    counts = rows.write(made, self.progress)
                names = stored.named()
            missing = stored.write(made, names, self.progress)
            made.finish(rows=counts, missing=missing)
        return missing

    def _head(self, now, *, pg_dump):
        return {
            "format": 1,
            "release": state.release(),
            "made_at": now.isoformat(timespec="seconds"),
            "site": settings.SITE_URL,
            "database": connection.vendor,
            "kind": "pg_dump" if pg_dump else "rows",
            "schema": postgres.schema() if pg_dump else "",
            "migrations": state.applied(),
            "columns": rows.columns(),
            "numbers": rows.numbers(),
        }


def _backups(folder):
    return [each for each in folder.iterdir() if OWN.fullmatch(each.name)]


def _clear(folder):
    """Remove what backups have left that were killed; those at work hold a lock on theirs."""
    for part in folder.glob(f".*{archive.PART}"):
        with suppress(BlockingIOError, FileNotFoundError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
