from django.conf import settings
from django.core.management.base import CommandError
from django.db.models import Q

from citynet.operations.commands import EXIT_RETRY, TimedCommand
from policies.interchange import datacite
from policies.models import Revision


class Command(TimedCommand):
    help = (
        "Registers a DOI for each published text that has none, and hides those of texts that were "
        "unpublished. Without DATACITE_PREFIX it does nothing. Safe to repeat."
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
        missing = public.filter(Q(doi="") | Q(doi_is_hidden=True))
        missing = missing.with_rows("contributions", "joint_members").order_by("case_id", "number")
        gone = Revision.objects.exclude(doi="").filter(doi_is_hidden=False)
        gone = gone.exclude(pk__in=Revision.objects.citable().values("pk"))
        if dry_run:
            for revision in missing:
                self.say(verbosity, f"{datacite.doi_of(revision)} {revision.title}")
            self.say(verbosity, f"{len(missing)} to register, {gone.count()} to hide")
            return
        self.refused, done = [], 0
        for revision in missing:
            done += self.tell(revision, datacite.register, revision, hidden=False)
        for revision in gone.order_by("pk"):
            done += self.tell(revision, datacite.hide, revision.doi, hidden=True)
        self.say(verbosity, f"{done} DOIs registered or hidden")
        if self.refused:
            raise CommandError("Not accepted: " + "; ".join(self.refused))

    def tell(self, revision, act, about, *, hidden):
        """Tell the registry, and note it; return whether it accepted that."""
        try:
            doi = act(about) or revision.doi
        except datacite.RefusedError as error:
            self.refused.append(f"case {revision.case_id}, revision {revision.number}: {error}")
            return False
        except datacite.RegistryAwayError as error:
            text = f"The registry does not answer: {error}"
            raise CommandError(text, returncode=EXIT_RETRY) from error
        Revision.objects.filter(pk=revision.pk).update(doi=doi, doi_is_hidden=hidden)
        return True

    def say(self, verbosity, text):
        if verbosity:
            self.stdout.write(text)
