from datetime import timedelta

from django.core.files.storage import default_storage
from django.core.management.base import CommandError
from django.utils import timezone

from citynet.operations.commands import Cadence, TimedCommand
from members.models import Member
from policies.models import Attachment, Dump, ImportRun, MissedQuestion, Photo

# Folders of the storage with the columns that name their files.
FOLDERS = {
    "photos": ((Photo, "image"), (Photo, "small")),
    "members": ((Member, "photo"),),
    "attachments": ((Attachment, "file"),),
    "imports": ((ImportRun, "file"),),
    "dumps": ((Dump, "file"),),
}
# Imported files may contain personal data; the record of an import is kept without its file.
KEEP_IMPORTS = timedelta(days=30)
# A file is stored before its row: a recent one may still get a row.
MIN_AGE = timedelta(hours=1)


class Command(TimedCommand):
    help = (
        "Removes stored photos and files that no revision has any more, imported files after "
        "30 days, and questions that found little after half a year."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be removed, and remove nothing."
        )

    def handle(self, *, dry_run, verbosity, **options):
        self.verbosity, self.dry_run = verbosity, dry_run
        self.seen = self.kept = self.young = self.removed = self.bytes = 0
        self.failed = []
        self.cadence = Cadence(self.stdout)
        old = ImportRun.objects.filter(updated_at__lt=timezone.now() - KEEP_IMPORTS).exclude(
            file=""
        )
        self.forgotten = set(old.values_list("file", flat=True))
        if not dry_run:
            old.update(file="")
        outdated = MissedQuestion.objects.outdated(timezone.localdate())
        questions = outdated.count() if dry_run else outdated.delete()[0]
        for folder, columns in FOLDERS.items():
            self.sweep(folder, columns)
        self.say(
            f"{self.seen} files: {self.kept} in use, {self.young} younger than an hour, "
            f"{self.removed} {'would be ' if dry_run else ''}removed ({self.bytes} bytes)"
        )
        if questions:
            self.say(f"{questions} old questions {'would be ' if dry_run else ''}removed")
        if self.failed:
            raise CommandError("Could not remove: " + ", ".join(self.failed))

    def sweep(self, folder, columns):
        try:
            _folders, names = default_storage.listdir(folder)
        except FileNotFoundError:
            # Nothing was ever stored there.
            return
        # Read after the listing: a file that is listed but not used has been unused since.
        used = {
            name
            for model, column in columns
            for name in model.objects.values_list(column, flat=True)
        } - self.forgotten
        for name in sorted(names):
            self.look(f"{folder}/{name}", used, columns)
            self.seen += 1
            if self.cadence.is_due():
                self.say(f"{self.seen} files looked at")

    def look(self, name, used, columns):
        if name in used:
            self.kept += 1
            return
        try:
            if timezone.now() - default_storage.get_modified_time(name) < MIN_AGE:
                self.young += 1
            # A draft may have been copied meanwhile.
            elif name not in self.forgotten and any(
                model.objects.filter(**{column: name}).exists() for model, column in columns
            ):
                self.kept += 1
            else:
                self.remove(name)
        except OSError as error:
            if isinstance(error, FileNotFoundError) and not default_storage.exists(name):
                # Another run has deleted it.
                return
            self.failed.append(f"{name} ({error})")

    def remove(self, name):
        size = default_storage.size(name)
        if not self.dry_run:
            default_storage.delete(name)
        self.removed += 1
        self.bytes += size
        if self.verbosity > 1:
            self.stdout.write(name)

    def say(self, message):
        if self.verbosity:
            self.stdout.write(message)
