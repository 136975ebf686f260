"""The goals, their targets, the thesaurus, and which targets have a case study."""

import json

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import maps, page_cache
from citynet.web.csv import csv_response, download, joined
from citynet.web.headers import open_to_other_sites
from policies.content import experience, lists
from policies.search.counts import (
    count_cases,
    goals_with_counts,
    heat,
    members_with_counts,
    subregions_with_cases,
    with_counts,
)
from sdg import thesaurus
from sdg.models import Goal, Target, plain_code

# How many cases a page shows before it leads to the whole list.
CARDS_OF_GOAL = 6
CARDS_OF_TARGET = 12
CARDS_INSTEAD = 4
TARGETS_TOGETHER = 8
MOST_SERVED = 6


@login_not_required
@require_safe
@page_cache.cache_public_page
def goal_list(request):
    """The 17 goals, each with its targets and how many cases serve them."""
    counts = count_cases()
    goals = goals_with_counts(counts)
    return render(request, "sdg/goals.html", {"goals": goals, **_totals(counts, goals)})


@login_not_required
@require_safe
@page_cache.cache_public_page
def coverage(request):
    """All targets in one table, coloured by number of cases, and the goals by subregion."""
    counts = count_cases()
    goals = goals_with_counts(counts)
    served = [target for goal in goals for target in goal.rows if target.case_count]
    context = {
        "goals": goals,
        "crumbs": [_goals_crumb()],
        "most_served": sorted(served, key=lambda target: -target.case_count)[:MOST_SERVED],
        "goals_without_case": [goal for goal in goals if not goal.case_count],
        "means": _coverage_of(Target.Kind.MEANS, goals),
        "outcomes": _coverage_of(Target.Kind.OUTCOME, goals),
        **_by_subregion(counts, goals),
        **_totals(counts, goals),
    }
    return render(request, "sdg/coverage.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def goal(request, number):
    """One goal: its targets, its newest cases, and the members that work on it."""
    goal = get_object_or_404(Goal, pk=number)
    if request.path != goal.get_absolute_url():
        return redirect(goal, permanent=True)
    counts = count_cases(goal=goal.number, newest=experience.MOST)
    targets = with_counts(goal.targets.all(), counts)
    context = {
        "goal": goal,
        "counts": counts,
        "targets": targets,
        "covered": sum(1 for target in targets if target.case_count),
        "revisions": lists.read(counts.newest[:CARDS_OF_GOAL]),
        "experience": experience.read(counts.newest, [target.code for target in targets]),
        "asked": f"goal={goal.number}",
        "crumbs": [_goals_crumb()],
        **_members(counts),
        "neighbours": _neighbours(Goal.objects, "number", goal.number),
    }
    return render(request, "sdg/goal.html", context)


@login_not_required
@require_safe
@page_cache.cache_public_page
def target(request, code):
    """One target: its wording, its cases, and what to look at where it has none."""
    target = get_object_or_404(Target.objects.select_related("goal"), pk=plain_code(code))
    if code != target.code:
        return redirect(target, permanent=True)
    counts = count_cases(target=target.code, newest=experience.MOST)
    siblings = with_counts(target.goal.targets.all(), counts)
    context = {
        "target": target,
        "counts": counts,
        "siblings": siblings,
        "revisions": lists.read(counts.newest[:CARDS_OF_TARGET]),
        "experience": experience.read(counts.newest, [target.code]),
        "asked": f"target={target.code}",
        "words": thesaurus.words(target),
        "crumbs": [_goals_crumb(), _goal_crumb(target.goal)],
        **_members(counts),
        "neighbours": _neighbours(Target.objects, "position", target.position),
        "together": Target.objects.served_together_with(target)[:TARGETS_TOGETHER],
    }
    if not counts.total:
        goal_counts = count_cases(goal=target.goal_id, newest=CARDS_INSTEAD)
        context |= {
            "goal_counts": goal_counts,
            "goal_revisions": lists.read(goal_counts.newest),
            "nearest": _nearest(target, siblings),
        }
    return render(request, "sdg/target.html", context)


THESAURUS_COLUMNS = ("target", "language", "kind", "text", "read_by_native_speaker")


@open_to_other_sites
@require_safe
def thesaurus_file(request, form):
    """The words that people use for each target, and our labels of the targets, as CSV or JSON
    Lines."""
    name = f"sdg-target-thesaurus-{timezone.localdate():%Y-%m-%d}.{form}"
    # No native speaker has read any of them.
    rows = ((*row, "no") for row in thesaurus.rows())
    if form == "csv":
        return csv_response(request, name, THESAURUS_COLUMNS, rows)
    lines = (
        json.dumps(
            dict(zip(THESAURUS_COLUMNS, (*row[:-1], False), strict=True)), ensure_ascii=False
        )
        + "\n"
        for row in rows
    )
    return download(request, name, "application/jsonl; charset=utf-8", joined(lines))


def _goals_crumb():
    return _("Goals and targets"), reverse("sdg:goals")


def _goal_crumb(goal):
    return _("Goal %(number)s") % {"number": goal.number}, goal.get_absolute_url()


def _members(counts):
    """Return the members that the counted cases come from, for the list and the small map."""
    members = members_with_counts(counts)
    return {
        "members": members,
        "points": maps.points(members, mini=True),
        "outside": maps.outside(members),
    }


def _totals(counts, goals):
    """Return the numbers in the head of a page about all goals."""
    covered = sum(goal.covered for goal in goals)
    targets = sum(len(goal.rows) for goal in goals)
    return {"total": counts.total, "covered": covered, "empty": targets - covered}


def _coverage_of(kind, goals):
    """Return how many targets of a kind there are, and how many of them have a case."""
    targets = [target for goal in goals for target in goal.rows if target.kind == kind]
    return {
        "total": len(targets),
        "covered": sum(1 for target in targets if target.case_count),
    }


def _by_subregion(counts, goals):
    """Return cases by goal and by the subregion they come from: the columns, and a row for each
    goal."""
    subregions = subregions_with_cases(counts)
    columns = {subregion.slug: count_cases(subregion=subregion.slug) for subregion in subregions}
    for goal in goals:
        goal.by_subregion = []
        for subregion in subregions:
            number = columns[subregion.slug].of("goal").get(str(goal.number), 0)
            goal.by_subregion.append((subregion, number, heat(number)))
    totals = [(subregion, columns[subregion.slug].total) for subregion in subregions]
    return {"subregions": subregions, "subregion_totals": totals}


def _neighbours(queryset, field, value):
    """Return the rows before and after, in the order of the resolution; None at either end."""
    found = queryset.filter(**{f"{field}__in": [value - 1, value + 1]})
    rows = {getattr(row, field): row for row in found}
    return {"previous": rows.get(value - 1), "next": rows.get(value + 1)}


def _nearest(target, siblings):
    """Targets of the same goal that have cases, those next to ``target`` first."""
    served = [sibling for sibling in siblings if sibling.case_count]
    return sorted(served, key=lambda sibling: abs(sibling.position - target.position))
