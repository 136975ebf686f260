import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from local_reviews.models import LocalReview, LocalReviewSource
from members.models import FormerAddress, Member
from members.place_names import add_place_names
from members.record import audit
from sdg.models import Goal

SAMPLES = Path(__file__).parents[2] / "samples"
TEXTS = ("title", "kind", "url", "url_is", "note", "source_id")


class Command(BaseCommand):
    help = (
        "Load local reviews that the secretariat compiled, by default the real ones of the samples with "
        "the members that they need. What is there already stays as it is."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", metavar="FILE", help="JSON Lines.")

    @transaction.atomic
    def handle(self, *args, file, **options):
        if file is None:
            self._load_members()
        loaded, there = 0, 0
        for number, line in enumerate(_lines(Path(file or SAMPLES / "reviews.jsonl")), 1):
            try:
                made = _load(line)
            except ValidationError as error:
                raise CommandError(f"Line {number}: {'; '.join(error.messages)}") from error
            loaded += made
            there += not made
        self.stdout.write(f"local reviews: {loaded} added, {there} there already")

    def _load_members(self):
        there = {
            *Member.objects.values_list("slug", flat=True),
            *FormerAddress.objects.values_list("slug", flat=True),
        }
        rows = _lines(SAMPLES / "members.jsonl")
        new = [Member(**row) for row in rows if row["slug"] not in there]
        add_place_names(new)
        Member.objects.bulk_create(new)
        self.stdout.write(f"members: {len(new)} added")


def _load(line):
    """Make the review of a line public; return whether there was none with its source id."""
    if not line.get("source_id"):
        raise ValidationError("A local review in a file needs a source_id.")
    if LocalReview.objects.filter(source_id=line["source_id"]).exists():
        return False
    member = Member.objects.at(line["member"]).first()
    if member is None:
        raise ValidationError(f"There is no member “{line['member']}”.")
    review = LocalReview(
        member=member,
        year=line.get("year"),
        languages=line.get("languages") or [],
        is_compiled=True,
        **{name: line.get(name) or "" for name in TEXTS},
    )
    review.full_clean()
    review.save()
    review.goals.set(Goal.objects.filter(pk__in=line.get("goals") or []))
    for values in line.get("sources", []):
        source = LocalReviewSource(review=review, **values)
        source.full_clean()
        source.save()
    audit.record("local-review-added", review, name="Secretariat")
    return True


def _lines(path):
    try:
        with path.open(encoding="utf-8") as rows:
            return [json.loads(line) for line in rows if line.strip()]
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(f"{path} is not JSON Lines: {error}") from error
