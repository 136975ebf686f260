import re
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from citynet.operations.backups import BackupRefused, archive, database, files
from citynet.operations.commands import Progress, TimedCommand
from citynet.release import release

NAME = "platform-{:%Y%m%dT%H%M%SZ}.tar"
OWN = re.compile(r"platform-\d{8}T\d{6}Z\.tar")
# Exit code of a backup that is complete except for files that the store has lost.
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

    def handle(self, *, path, keep, verbosity, **options):
        if keep is not None and keep < 1:
            raise CommandError("Keep at least one backup.")
        now = datetime.now(UTC)
        target = self._target(path, now)
        if keep and not OWN.fullmatch(target.name):
            raise CommandError("--keep is for backups in a folder, named by this command.")
        progress = Progress(self.stdout, verbosity)
        # Without a database the timer tries again later. For any later failure a person has to look.
        connection.ensure_connection()
        try:
            archive.clear_abandoned(target.parent)
            missing = self._write(target, now, progress)
        except BackupRefused as error:
            raise CommandError(str(error)) from error
        except (OSError, DatabaseError) as error:
            raise CommandError(f"No backup was made. {type(error).__name__}: {error}") from error
        progress.say(f"{target} ({target.stat().st_size:,} bytes)")
        for name, reason in missing.items():
            self.stderr.write(f"Missing in the store: {name} ({reason})")
        if missing:
            raise CommandError(
                f"The backup is made, but {len(missing)} files are missing in the store.",
                returncode=FILES_MISSING,
            )
        if keep:
            own = sorted(each for each in target.parent.iterdir() if OWN.fullmatch(each.name))
            for old in own[:-keep]:
                old.unlink()
                progress.say(f"Removed: {old.name}")

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

    def _write(self, target, now, progress):
        """Write the archive, and return the files that are missing in the store."""
        with archive.written(target) as made:
            with database.snapshot():
                made.add_written(database.NAME, database.dump)
                names, migrations = files.named(), database.migrations()
            missing = files.dump(made, names, progress)
            made.finish(
                format=1,
                release=release(),
                made_at=now.isoformat(timespec="seconds"),
                site=settings.SITE_URL,
                database=connection.vendor,
                migrations=migrations,
                missing=missing,
            )
        return missing
