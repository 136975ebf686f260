from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import Q

from citynet.operations.commands import EXIT_RETRY, TimedCommand
from policies.interchange import datacite
from policies.models import Revision


class Command(TimedCommand):
    help = (
        "Registers a DOI for each published text that has none, hides those of texts that were "
        "unpublished, and tells the registry anew of those that something was taken out of. Without "
        "DATACITE_PREFIX it does nothing. Safe to repeat."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be registered, and ask nobody."
        )

    def handle(self, *, dry_run, verbosity, **options):
        if not settings.DATACITE_PREFIX:
            self.say(verbosity, "DATACITE_PREFIX is not set: nothing is registered.")
            return
        public = Revision.objects.citable().filter(case__synthetic=False)
        rows = ("contributions", "joint_members")
        missing = public.filter(Q(doi="") | Q(doi_is_hidden=True) | Q(doi_is_outdated=True))
        missing = missing.with_rows(*rows).order_by("case_id", "number")
        gone = Revision.objects.exclude(doi="").filter(
            Q(doi_is_hidden=False) | Q(doi_is_outdated=True)
        )
        gone = gone.exclude(pk__in=Revision.objects.citable().values("pk")).with_rows(*rows)
        if dry_run:
            for revision in missing:
                self.say(verbosity, f"{datacite.doi_of(revision)} {revision.title}")
            self.say(verbosity, f"{len(missing)} to register, {gone.count()} to hide")
            return
        self.refused, done = [], 0
        for revision in missing:
            done += self.tell(revision, datacite.register, hidden=False)
        for revision in gone.order_by("pk"):
            done += self.tell(revision, datacite.hide, hidden=True)
        self.say(verbosity, f"{done} DOIs registered or hidden")
        if self.refused:
            raise CommandError("Not accepted: " + "; ".join(self.refused))

    def tell(self, revision, act, *, hidden):
        """Tell the registry, and note it; return whether it accepted that."""
        try:
            doi = act(revision)
        except datacite.RefusedError as error:
            self.refused.append(f"case {revision.case_id}, revision {revision.number}: {error}")
            return False
        except datacite.RegistryAwayError as error:
            text = f"The registry does not answer: {error}"
            raise CommandError(text, returncode=EXIT_RETRY) from error
        told = Revision.objects.filter(pk=revision.pk)
        told.update(doi=doi, doi_is_hidden=hidden)
        # What was taken out meanwhile is told by the next run.
        told.filter(title=revision.title, summary=revision.summary).update(doi_is_outdated=False)
        return True

    def say(self, verbosity, text):
        if verbosity:
            self.stdout.write(text)
