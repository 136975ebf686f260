import json

from django.core.management.base import BaseCommand

from exchange.content.adoption_lines import record
from exchange.models import Adoption


class Command(BaseCommand):
    help = (
        "Write all adoptions that stand as JSON Lines, in the form that load_adoptions reads: also those "
        "that only the network reads, because a city just considers them."
    )

    def handle(self, *args, **options):
        adoptions = Adoption.objects.standing().order_by("pk")
        adoptions = adoptions.select_related("member", "case", "original_member")
        rows = ("changes", "reports__indicators", "sources")
        for adoption in adoptions.prefetch_related(*rows).iterator(chunk_size=500):
            line = json.dumps(record(adoption), ensure_ascii=False) + "\n"
            self.stdout.write(line, ending="")
