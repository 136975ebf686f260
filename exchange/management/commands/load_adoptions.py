import json
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from exchange.steps import adoption_lines
from members.models import FormerAddress, Member
from members.place_names import add_place_names

SAMPLES = Path(__file__).parents[2] / "samples"


class Command(BaseCommand):
    help = (
        "Load adoptions that the secretariat compiled, by default the real ones of the samples with "
        "the members that they need. What is there already stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FILE", help="JSON Lines.")

    @transaction.atomic
    def handle(self, *args, file, **options):
        if file is None:
            self._load_members(SAMPLES / "members.jsonl")
        loaded, there = 0, 0
        for number, line in enumerate(_lines(Path(file or SAMPLES / "adoptions.jsonl")), 1):
            try:
                adoption = adoption_lines.load(line)
            except ValidationError as error:
                raise CommandError(f"Line {number}: {'; '.join(error.messages)}") from error
            loaded += adoption is not None
            there += adoption is None
        self.stdout.write(f"adoptions: {loaded} added, {there} there already")

    def _load_members(self, path):
        there = {
            *Member.objects.values_list("slug", flat=True),
            *FormerAddress.objects.values_list("slug", flat=True),
        }
        new = [Member(**row) for row in _lines(path) if row["slug"] not in there]
        add_place_names(new)
        Member.objects.bulk_create(new)
        self.stdout.write(f"members: {len(new)} added")


def _lines(path):
    try:
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line, parse_float=Decimal) for line in lines if line.strip()]
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{path} is not JSON Lines: {error}") from error
