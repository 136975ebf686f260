import json
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from citynet.web.text import address_part
from members.models import Event
from members.place_names import refresh_names
from policies import models as policies
from sdg.reference import Changes, load_goals
from sdg.thesaurus import load_thesaurus

MAX_LISTED = 20  # keys that are named of each kind of change
THEMES_FILE = Path(policies.__file__).parents[1] / "data" / "themes.json"


class Command(BaseCommand):
    help = (
        "Load the 17 goals, 169 targets, their thesaurus, ten themes and other names of members'"
        " cities; repairs what differs from the files."
    )

    @transaction.atomic
    def handle(self, *args, verbosity, **options):
        goals, targets = load_goals()
        labels, terms = load_thesaurus()
        themes = load_themes()
        renamed = refresh_names()
        if verbosity:
            self._report("goals", goals)
            self._report("targets", targets)
            self._report("labels of targets", labels)
            self._report("terms of the thesaurus", terms)
            self._report("themes", themes)
            self.stdout.write(f"names of members: {renamed} repaired")

    def _report(self, name, changes):
        parts = [f"{name}: {len(changes.added)} added"]
        for verb in ("repaired", "removed", "kept"):
            keys = getattr(changes, verb)
            more = [f"{len(keys) - MAX_LISTED} more"] if len(keys) > MAX_LISTED else []
            listed = ", ".join([*map(str, keys[:MAX_LISTED]), *more])
            listed = f" ({listed})" if keys else ""
            parts.append(f"{len(keys)} {verb}{listed}")
        self.stdout.write(", ".join(parts))


def load_themes():
    """Add the themes that are missing; return ``Changes``.

    Themes, unlike goals, are the secretariat's own: what moderators reworded stays, and once they
    have merged or deleted one, the list is theirs altogether.
    """
    stored = {text for row in policies.Theme.objects.values_list("slug", "name") for text in row}
    stored |= set(policies.FormerTheme.objects.values_list("slug", flat=True))
    missing = []
    for position, theme in enumerate(json.loads(THEMES_FILE.read_text(encoding="utf-8")), 1):
        slug = address_part(theme["name"], 60)
        if slug not in stored and theme["name"] not in stored:
            missing.append(policies.Theme(slug=slug, position=position, **theme))
    if missing and Event.objects.filter(action__in=("theme-merged", "theme-deleted")).exists():
        missing = []
    policies.Theme.objects.bulk_create(missing)
    return Changes(added=[theme.slug for theme in missing])
