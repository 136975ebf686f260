from tarfile import TarError

from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from citynet.operations.backups import archive, building, postgres, state, stored
from citynet.operations.backups.progress import Progress
from policies.search import index


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
                if not check:
                    self._refuse(source, replace=replace)
                    if replace and interactive:
                        self._ask()
                    self._restore(source)
        except state.Refused as error:
            raise CommandError(f"Nothing was touched. {error}") from error
        except archive.Damaged as error:
            raise CommandError(f"Nothing was touched. {file} cannot be used. {error}") from error
        except (OSError, DatabaseError, TarError) as error:
            raise CommandError(
                f"Nothing was restored. {type(error).__name__}: {error}".strip()
            ) from error
        if not check:
            self._afterwards()

    def _describe(self, source):
        head, manifest = source.head, source.manifest
        files = len(source.names(stored.FOLDER))
        counts = manifest["rows"]
        rows = f"{sum(counts.values()):,} rows" if counts else "a dump of the database"
        self.progress.say(
            f"Whole and unchanged: made {head['made_at']} at {head['site']} by release "
            f"{head['release']}; {rows}, {files:,} files"
        )
        for name, _reason in manifest["missing"]:
            self.stderr.write(f"Was missing in the store already: {name}")

    def _refuse(self, source, *, replace):
        """Raise ``Refused`` where the backup does not fit here, or something is in the way."""
        state.check_known(source.head)
        if source.head["kind"] == "pg_dump":
            postgres.check("pg_restore", "psql")
        used = state.used_tables()
        if used and not replace:
            raise state.Refused(
                f"The installation is not empty: there are rows in {', '.join(used[:5])}"
                f"{' …' if len(used) > len(used[:5]) else ''}. With --replace they are deleted."
            )

    def _ask(self):
        name = connection.settings_dict["NAME"]
        answer = input(f"Everything in the database {name} will be deleted. Type yes to go on: ")
        if answer.strip().lower() != "yes":
            raise state.Refused("You did not say yes.")

    def _restore(self, source):
        added = stored.restore(source, self.progress)
        try:
            if source.head["kind"] == "pg_dump":
                postgres.restore(source, self.progress)
            else:
                with building.rebuilt(source, self.progress) as put_in_place:
                    put_in_place()
        except BaseException:
            stored.remove(added)
            raise

    def _afterwards(self):
        """Bring in step what follows from the database. It is restored by now, whatever happens."""
        connection.close()
        try:
            call_command("migrate", verbosity=0, interactive=False)
            # Pages and sessions of what was there before.
            cache.clear()
            index.sync(rebuild=True)
        except Exception as error:
            raise CommandError(
                "The database and the files are restored, but what follows from them is not in "
                "step. Run manage.py migrate, then manage.py sync_search --rebuild, and empty the "
                f"cache. {type(error).__name__}: {error}"
            ) from error
        self.progress.say("Restored. Everybody has to sign in again.")
