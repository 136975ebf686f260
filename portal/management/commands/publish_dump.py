from django.utils import timezone

from citynet.operations.commands import TimedCommand
from policies.models import Dump
from portal.data.dumps import make_dump


class Command(TimedCommand):
    help = (
        "Makes the file of this month at /data/, once: the whole library with checksum and what changed. "
        "Where something was removed from the site since, the files that hold it are deleted, and that of "
        "this month is made anew. Safe to repeat; meant for once a day."
    )

    def handle(self, *, verbosity, **options):
        last = Dump.last_removal()
        withdrawn = Dump.objects.without_state().filter(made_at__lt=last) if last else ()
        deleted = 0
        for dump in withdrawn:
            if dump.file:
                dump.file.delete(save=True)
                deleted += 1
        month = f"{timezone.localdate():%Y-%m}"
        made = None
        if not Dump.objects.filter(month=month).exclude(file="").exists():
            made = make_dump(month)
        if verbosity:
            if deleted:
                self.stdout.write(
                    f"{deleted} files deleted, as something in them was removed from the site"
                )
            if made:
                self.stdout.write(
                    f"{made.name}: {made.cases} policies, {made.size} bytes, {made.sha256}"
                )
            else:
                self.stdout.write(f"The file of {month} is there.")
