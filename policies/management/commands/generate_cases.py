import random
import time
from collections import defaultdict

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from citynet.operations.commands import Cadence
from members.models import Member
from policies.management.synthetic import SLUG_PREFIX, Cases, insert_rows, new_members
from policies.models import CaseStudy, Revision, Theme
from policies.search import index
from policies.workflow import moderation
from sdg.models import Target

BATCH = 500


class Command(BaseCommand):
    help = "Make synthetic, published case studies, marked as such, to measure speed with."

    def add_arguments(self, parser):
        parser.add_argument("number", nargs="?", type=int, metavar="N", help="How many.")
        parser.add_argument("--seed", type=int, default=0, help="Another number, other cases.")
        parser.add_argument("--clear", action="store_true", help="Remove all synthetic cases.")
        parser.add_argument(
            "--force", action="store_true", help="Also in a library that holds real cases."
        )
        parser.add_argument(
            "--no-sync", action="store_true", help="Leave the search index as it is."
        )

    def handle(self, *args, number, seed, clear, force, no_sync, verbosity, **options):
        if clear == (number is not None):
            raise CommandError("Give either a number of cases or --clear.")
        self._quiet, self._start = not verbosity, time.monotonic()
        self._cadence = Cadence(self.stderr)
        if clear:
            self._clear()
        elif number < 1:
            raise CommandError("Give a number above zero.")
        else:
            self._refuse_mixing(force)
            self._generate(number, seed)
        if not no_sync:
            index.sync()

    def _refuse_mixing(self, force):
        if not force and CaseStudy.objects.filter(synthetic=False).exists():
            raise CommandError("The library holds real cases; --force adds synthetic ones to them.")
        if not Target.objects.exists():
            raise CommandError("Run load_reference first.")

    def _generate(self, number, seed):
        there = CaseStudy.objects.filter(synthetic=True).count()
        draw = random.Random(f"{seed} {there}")  # noqa: S311 - nothing here is secret
        synthetic = Member.objects.filter(slug__startswith=SLUG_PREFIX).order_by("pk")
        Member.objects.bulk_create(new_members(draw, synthetic.count()))
        cases = Cases(
            draw,
            members=list(synthetic),
            themes=list(Theme.objects.values_list("pk", flat=True)),
            targets=list(Target.objects.values_list("pk", flat=True)),
        )
        for done in range(0, number, BATCH):
            last = min(done + BATCH, number)
            self._save([cases.case(there + count + 1) for count in range(done, last)])
            self._report(last, number)

    @transaction.atomic
    def _save(self, made):
        CaseStudy.objects.bulk_create([case for case, _revision, _rows in made])
        revisions = Revision.objects.bulk_create([revision for _case, revision, _rows in made])
        rows_of = defaultdict(list)
        for _case, revision, rows in made:
            for model, values in rows:
                rows_of[model].append((revision.pk, *values))
        for model, rows in rows_of.items():
            insert_rows(model, rows)
        moderation.publish_all(revisions, name="Secretariat", note="Synthetic.")

    def _clear(self):
        """Remove the synthetic cases, and those of their members that no real case needs."""
        cases = CaseStudy.objects.filter(synthetic=True)
        total, removed = cases.count(), 0
        while keys := list(cases.values_list("pk", flat=True)[:BATCH]):
            with transaction.atomic():
                # A case does not go while it shows a text, nor a text while it is shown.
                cases.filter(pk__in=keys).update(live=None)
                cases.filter(pk__in=keys).delete()
            removed += len(keys)
            self._report(removed, total)
        Member.objects.filter(slug__startswith=SLUG_PREFIX, cases=None).delete()
        self.stdout.write(f"{removed} synthetic cases removed")

    def _report(self, done, of):
        if not self._quiet and (self._cadence.is_due() or done == of):
            rate = done / (time.monotonic() - self._start)
            self.stderr.write(f"{done:,} of {of:,}, {rate:,.0f} a second", self.style.NOTICE)
