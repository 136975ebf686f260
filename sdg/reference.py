"""Reference data: bring tables in line with the files that ship with the code."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import ProtectedError

from .models import Goal, Target

GOALS_FILE = Path(__file__).parent / "data" / "goals.json"


@dataclass
class Changes:
    """Keys of rows that were added, repaired, removed, or kept because a case names them."""

    added: list = field(default_factory=list)
    repaired: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    kept: list = field(default_factory=list)


def load_goals():
    """Make the goals and targets those of the file; return the ``Changes`` of both, in that order.

    A goal or target that is not in the file is removed, unless a case names it. Run it inside a
    transaction.
    """
    goals, targets = [], []
    for goal in json.loads(GOALS_FILE.read_text(encoding="utf-8"))["goals"]:
        rows = goal.pop("targets")
        goals.append(Goal(**goal))
        targets += [Target(goal_id=goal["number"], **row) for row in rows]
    for position, target in enumerate(targets, 1):
        target.position = position
    surplus = _remove_surplus(targets)
    goal_changes = _match(goals, ["title", "headline", "colour"])
    target_changes = _match(targets, ["goal_id", "kind", "label", "text", "position"])
    target_changes.removed, target_changes.kept = surplus
    return goal_changes, target_changes


def _match(rows, names):
    """Add what the table lacks of unsaved ``rows``, repair what differs in ``names``; return the
    ``Changes``."""
    model = type(rows[0])
    stored = model.objects.in_bulk()
    missing, different = [], []
    for row in rows:
        old = stored.get(row.pk)
        if old is None:
            missing.append(row)
        elif any(getattr(old, name) != getattr(row, name) for name in names):
            different.append(row)
    if different:
        if model is Target:
            _move_behind([row.pk for row in different])
        model.objects.bulk_update(different, names)
    model.objects.bulk_create(missing)
    return Changes(added=[row.pk for row in missing], repaired=[row.pk for row in different])


def _remove_surplus(targets):
    """Delete targets that the file does not know; return the codes removed and the codes kept."""
    removed, kept = [], []
    surplus = Target.objects.exclude(code__in=[target.code for target in targets])
    for target in surplus:
        code = target.code
        try:
            target.delete()
        except ProtectedError:
            kept.append(target)
        else:
            removed.append(code)
    _move_behind([target.code for target in kept if target.position <= len(targets)])
    return removed, [target.code for target in kept]


def _move_behind(codes):
    """Give these targets positions behind all others: positions are unique, so rows that swap
    places have to leave them first."""
    if codes:
        last = Target.objects.order_by("-position").first().position
        for position, code in enumerate(codes, last + 1):
            Target.objects.filter(code=code).update(position=position)
