import shutil
from tarfile import TarError

from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from citynet.operations.backups import BackupRefused, archive, database, files
from citynet.operations.commands import Progress
from citynet.release import release


class Command(BaseCommand):
    help = (
        "Restores a backup into an empty installation, or with --replace in the place of what is "
        "there. The archive is checked first; unless all goes well the installation stays as it is. "
        "Stop the portal and its timers before. Exits with 1 when nothing was restored."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="The archive.")
        parser.add_argument(
            "--check", action="store_true", help="Only check the archive; restore nothing."
        )
        parser.add_argument(
            "--replace", action="store_true", help="Delete what the installation holds now."
        )
        parser.add_argument(
            "--no-input", action="store_false", dest="interactive", help="Ask nothing."
        )

    def handle(self, *, file, check, replace, interactive, verbosity, **options):
        self.progress = Progress(self.stdout, verbosity)
        try:
            with archive.opened(file) as source:
                self._describe(source)
                if check:
                    return
                self._refuse(source.manifest, replace=replace)
                if replace and interactive:
                    self._ask()
                self._restore(source)
        except BackupRefused as error:
            raise CommandError(f"Nothing was touched. {error}") from error
        except archive.ArchiveDamaged as error:
            raise CommandError(f"Nothing was touched. {file} cannot be used. {error}") from error
        except (OSError, DatabaseError, TarError) as error:
            raise CommandError(
                f"Nothing was restored. {type(error).__name__}: {error}".strip()
            ) from error
        self._afterwards()

    def _describe(self, source):
        manifest = source.manifest
        self.progress.say(
            f"Whole and unchanged: made {manifest['made_at']} at {manifest['site']} by release "
            f"{manifest['release']}; a {manifest['database']} database and "
            f"{len(source.names(files.FOLDER)):,} files"
        )
        for name in manifest["missing"]:
            self.stderr.write(f"Was missing in the store already: {name}")

    def _refuse(self, manifest, *, replace):
        """Raise ``BackupRefused`` where the backup does not fit here, or something is in the way."""
        if manifest["format"] != 1:
            raise BackupRefused("The backup has a format that this release does not know.")
        if manifest["database"] != connection.vendor:
            raise BackupRefused(
                f"The backup holds a {manifest['database']} database, and this one is "
                f"{connection.vendor}. Restore it to its own kind, then run manage.py copy_database."
            )
        unknown = database.unknown_migrations(manifest["migrations"])
        if unknown:
            raise BackupRefused(
                f"The backup was made by a newer release ({manifest['release']}; this is "
                f"{release()}): its database has {unknown[0]}. Install that release, then restore."
            )
        used = database.used_tables()
        if used and not replace:
            raise BackupRefused(
                f"The installation is not empty: there are rows in {', '.join(used[:5])}"
                f"{' …' if len(used) > len(used[:5]) else ''}. With --replace they are deleted."
            )

    def _ask(self):
        name = connection.settings_dict["NAME"]
        answer = input(f"Everything in the database {name} will be deleted. Type yes to go on: ")
        if answer.strip().lower() != "yes":
            raise BackupRefused("You did not say yes.")

    def _restore(self, source):
        # Always the same name, so that the next restore removes what a killed one has left.
        folder = settings.VAR_DIR / "restoring"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        copy = folder / database.NAME
        try:
            with source.open(database.NAME) as packed, copy.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
            added = files.restore(source, self.progress)
            try:
                database.restore(copy)
            except BaseException:
                files.remove(added)
                raise
        finally:
            shutil.rmtree(folder)

    def _afterwards(self):
        """Migrate, empty the page cache and rebuild the index. The restore itself is complete by now."""
        try:
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            # It holds pages from before the restore.
            caches["pages"].clear()
            call_command("sync_search", rebuild=True, verbosity=0)
        except Exception as error:
            raise CommandError(
                "The database and the files are restored, but what follows from them is not in "
                "step. Run manage.py migrate, then manage.py sync_search --rebuild, and empty the "
                f"cache. {type(error).__name__}: {error}"
            ) from error
        self.progress.say("Restored. Everybody has to sign in again.")
