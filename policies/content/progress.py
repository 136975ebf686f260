"""What a member measures, by goal and target: for its own report on the goals.

Every indicator of its public policies stands under each target that the policy serves. Of a target that no
indicator belongs to, and of a policy without indicators, it is said that nothing is measured. There is no
index and no ranking.
"""

from dataclasses import dataclass
from itertools import groupby

from policies.models import Revision
from sdg.models import Goal, Target

from .sections import IndicatorRow, indicator_rows


@dataclass(frozen=True)
class ProgressRow:
    """An indicator of a policy under one of its targets; None where the policy measures nothing."""

    target: Target
    revision: Revision
    indicator: IndicatorRow | None


@dataclass(frozen=True)
class GoalProgress:
    """A goal with the rows of its targets, and how many indicators and policies these are."""

    goal: Goal
    targets: list[tuple[Target, list[ProgressRow]]]
    measured: int
    unmeasured: int


def rows_of(member):
    """Return a :class:`ProgressRow` for each indicator and target, by target, then policy; six
    queries."""
    live = Revision.objects.live().of_members([member]).select_related("case__member")
    live = live.prefetch_related("contributions__target__goal", "indicators").order_by(
        "title", "pk"
    )
    found = []
    for revision in live:
        indicators = indicator_rows(revision) or [None]
        found += [
            ProgressRow(contribution.target, revision, indicator)
            for contribution in revision.contributions.all()
            for indicator in indicators
        ]
    # Sorting keeps the order of policies and of their indicators.
    return sorted(found, key=lambda row: _place(row.target))


def by_goal(rows):
    """Return the rows as :class:`GoalProgress`, in the order of the goals."""
    goals = []
    for goal, group in groupby(rows, key=lambda row: row.target.goal):
        of_goal = list(group)
        targets = [
            (target, list(part)) for target, part in groupby(of_goal, key=lambda row: row.target)
        ]
        # Each once, although an indicator may stand under several targets of the goal.
        measured = {(row.revision.pk, id(row.indicator)) for row in of_goal if row.indicator}
        unmeasured = {row.revision.pk for row in of_goal if not row.indicator}
        goals.append(GoalProgress(goal, targets, len(measured), len(unmeasured)))
    return goals


def _place(target):
    """Return where a target stands: 1.2 before 1.10, and these before 1.a."""
    last = target.code.partition(".")[2]
    return target.goal_id, not last.isdecimal(), int(last) if last.isdecimal() else 0, last
