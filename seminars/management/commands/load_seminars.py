import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from seminars.steps import lines

SAMPLES = Path(__file__).parents[2] / "samples" / "seminars.jsonl"


class Command(BaseCommand):
    help = (
        "Load seminars that the secretariat compiled, by default the real ones of the samples, whose "
        "members load_samples and load_adoptions bring. What is there already stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FILE", help="JSON Lines.")

    @transaction.atomic
    def handle(self, *args, file, **options):
        loaded, there = 0, 0
        for number, line in enumerate(_lines(Path(file or SAMPLES)), 1):
            try:
                seminar = lines.load(line)
            except ValidationError as error:
                raise CommandError(f"Line {number}: {'; '.join(error.messages)}") from error
            loaded += seminar is not None
            there += seminar is None
        self.stdout.write(f"seminars: {loaded} added, {there} there already")


def _lines(path):
    try:
        with path.open(encoding="utf-8") as rows:
            return [json.loads(line) for line in rows if line.strip()]
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{path} is not JSON Lines: {error}") from error
