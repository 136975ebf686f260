"""Goals and targets by name, in the reader's language, for pages that list them.

They change only when their files are loaded anew, so each process reads them now and then, not for
each page.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db.models import FilteredRelation, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from .models import Target

CACHE_SECONDS = 20


@dataclass(frozen=True)
class Names:
    """Titles of goals by number, as text, and targets by code; both in the order of the resolution.

    The targets have code, goal, label and text. All pages share them: they are not to be changed.
    """

    goals: dict[str, str]
    targets: dict[str, Target]


_known = {}  # language -> (when they were read, the names)


def names():
    """Return the :class:`Names` in the reader's language; a change is seen after ``CACHE_SECONDS``."""
    language = get_language()
    found = _known.get(language)
    if found is None or time.monotonic() - found[0] > CACHE_SECONDS:
        read = _read(language)
        if not read.targets:
            # A process may begin before the first loading.
            return read
        _known[language] = found = (time.monotonic(), read)
    return found[1]


def forget():
    """Read the names anew when they are asked for next."""
    _known.clear()


def _read(language):
    """Return the names, in ``language`` where there are texts in it; one query."""
    targets, label, title = Target.objects.order_by("position"), "label", "goal__title"
    if language != settings.LANGUAGE_CODE:
        targets = targets.annotate(
            here=FilteredRelation("texts", condition=Q(texts__language=language)),
            of_goal=FilteredRelation("goal__texts", condition=Q(goal__texts__language=language)),
        )
        label, title = Coalesce("here__label", label), Coalesce("of_goal__title", title)
    rows = list(targets.values_list("code", "goal_id", title, label, "text"))
    return Names(
        goals={str(goal): title for _code, goal, title, _label, _text in rows},
        targets={
            code: Target(code=code, goal_id=goal, label=label, text=text)
            for code, goal, _title, label, text in rows
        },
    )
