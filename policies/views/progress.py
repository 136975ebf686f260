"""What a member measures, by goal and target, as a page and as a file with the same rows."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response
from members.models import Member
from policies.content.progress import by_goal, rows_of

COLUMNS = (
    *("goal", "target", "target_label", "policy", "address", "indicator", "unit", "baseline"),
    *("baseline_year", "planned", "result", "result_year", "change", "evidence", "reported_by"),
    "source",
)


@login_not_required
@require_safe
@page_cache.cache_public_page
def progress(request, slug):
    """Every indicator of a member's public policies, and what is not measured."""
    member = Member.objects.filter(slug=slug).first()
    if member is None:
        return _moved(slug, "members:progress")
    context = {
        "member": member,
        "goals": by_goal(rows_of(member)),
        "crumbs": [
            (_("Members"), reverse("members:list")),
            (member.name, member.get_absolute_url()),
        ],
    }
    return render(request, "members/progress.html", context)


@login_not_required
@require_safe
def progress_csv(request, slug):
    """The rows of the page as CSV."""
    member = Member.objects.filter(slug=slug).first()
    if member is None:
        return _moved(slug, "members:progress-csv")
    name = f"progress-{member.slug}.csv"
    return csv_response(request, name, COLUMNS, map(_line, rows_of(member)))


def _line(row):
    target, revision, indicator = row.target, row.revision, row.indicator
    values = [None] * 11
    if indicator:
        values = [
            *(indicator.name, indicator.unit, indicator.before, indicator.before_year),
            *(indicator.planned, indicator.result, indicator.result_year, indicator.change),
            *(indicator.evidence, indicator.reporter, indicator.source),
        ]
    address = settings.SITE_URL + revision.case.get_absolute_url()
    return [target.goal_id, target.code, target.label, revision.title, address, *values]


def _moved(slug, name):
    """Lead on from a former address of a member, or from the present one in capitals."""
    moved = Member.objects.at(slug).first()
    moved = moved or get_object_or_404(Member.objects.at(slug.lower()))
    return redirect(name, moved.slug, permanent=True)
