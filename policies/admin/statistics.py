"""Statistics of the secretariat as a page and as a CSV file."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web.csv import csv_response
from policies.content import charts
from policies.models import CaseUse
from policies.statistics import flow, library_status

PERMISSION = "policies.view_revision"
# The chart of months, in percent of its height: columns start at ``FOOT``, numbers are above them.
FOOT, TOP = 84, 10
GAP = 0.8


@require_safe
def statistics_view(request, admin_site):
    """Submissions, decisions, waiting times, coverage and use."""
    _check_permission(request)
    today = timezone.localdate()
    # As text, so that no page writes a year with a comma.
    years = [str(year) for year in flow.years()]
    period, year = _period(request, today, years)
    found, covered, used = flow.flow(period), library_status.coverage(), library_status.uses(period)
    context = admin_site.each_context(request) | {
        "title": _("Statistics"),
        "opts": CaseUse._meta,
        "period": period,
        "year": year,
        "years": years,
        "flow": found,
        "columns": columns(found.months),
        "parts": [
            (_("By country"), _("Country"), with_bars(found.countries)),
            (_("By goal"), _("Goal"), with_bars(found.goals)),
            (_("By theme"), _("Theme"), with_bars(found.themes)),
        ],
        "waiting": (waits := library_status.waiting()),
        "steps": bars([number for _label, number in waits.steps], waits.steps),
        "coverage": covered,
        "goals": bars([goal.case_count for goal in covered.goals], covered.goals),
        "subregions": bars([number for _name, number in covered.subregions], covered.subregions),
        "uses": used,
        "use_bars": bars([seen for _month, seen, _taken in used.months], used.months),
        "still_true": library_status.still_true(today),
    }
    return TemplateResponse(request, "admin/policies/statistics/statistics.html", context)


@require_safe
def csv_view(request, admin_site):
    """The statistics as CSV: one number a row, with what it counts."""
    _check_permission(request)
    today = timezone.localdate()
    period, _year = _period(request, today, [str(year) for year in flow.years()])
    name = f"figures-{period.months[0]}-{period.months[-1]}.csv"
    return csv_response(request, name, ["figure", "of", "measure", "value"], rows(period, today))


def _check_permission(request):
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _period(request, today, years):
    """Return the period in the query string and its year; by default the last twelve months."""
    year = request.GET.get("year", "")
    if not year:
        return flow.last_months(today), None
    if year not in years:
        raise Http404(_("There are no statistics for this year."))
    return flow.of_year(int(year)), year


def rows(period, today):
    """Yield all statistics as [figure, of what, measure, value]; unknown values are None."""
    found = flow.flow(period)
    for figure, parts in [
        ("all", [found.total]),
        ("month", found.months),
        ("country", found.countries),
        ("goal", found.goals),
        ("theme", found.themes),
    ]:
        for row in parts:
            yield [figure, row.key, "submissions", row.submissions]
            yield [figure, row.key, "decisions", row.decisions]
            yield [figure, row.key, "published", row.published]
            yield [figure, row.key, "changes-requested", row.changes]
            yield [figure, row.key, "rejected", row.rejected]
            yield [figure, row.key, "median-days", _rounded(row.median)]
            yield [figure, row.key, "ninety-percent-days", _rounded(row.ninety)]
    waits = library_status.waiting()
    yield ["waiting", "", "submitted", waits.total]
    yield ["waiting", "", "unassigned", waits.unassigned]
    yield ["waiting", "", "oldest-days", waits.oldest_days]
    yield ["waiting", "", "changes-requested", waits.with_authors]
    yield ["waiting", "", "drafts", waits.drafts]
    covered = library_status.coverage()
    for goal in covered.goals:
        yield ["coverage", f"goal {goal.number}", "cases", goal.case_count]
        for target in goal.rows:
            yield ["coverage", f"target {target.code}", "cases", target.case_count]
    for subregion, number in covered.subregions:
        yield ["coverage", subregion, "cases", number]
    used = library_status.uses(period)
    for month, seen, taken in used.months:
        yield ["uses", month, "views", seen]
        yield ["uses", month, "exports", taken]
    for case in used.cases:
        yield ["uses", f"case {case['case']}", "views", case["seen"]]
        yield ["uses", f"case {case['case']}", "exports", case["taken"]]
    true = library_status.still_true(today)
    yield ["still-true", "", "public", true.public]
    yield ["still-true", "", "confirmed", true.confirmed]
    yield ["still-true", "", "unanswered", true.unanswered]
    yield ["still-true", "", "due", true.due]
    yield ["still-true", "", "last-asked", true.last_asked]


def _rounded(days):
    return None if days is None else round(days, 2)


def bars(numbers, items):
    """Return (item, length of its bar as "12.5%") of each item; the largest number is 100%."""
    scale = charts.linear(numbers)
    return [
        (item, f"{scale.position(number):.2f}%")
        for item, number in zip(items, numbers, strict=True)
    ]


def with_bars(parts):
    """Return rows with bars of their submissions."""
    return bars([row.submissions for row in parts], parts)


def columns(months):
    """Return two columns a month, submissions and decisions; positions in percent."""
    scale = charts.linear([max(row.submissions, row.decisions) for row in months])
    slot = 100 / len(months)
    width = slot / 2 - GAP
    return [
        {
            "month": row.key[5:],
            "year": row.key[:4] if place == 0 or row.key.endswith("-01") else "",
            "middle": f"{slot * place + slot / 2:.2f}%",
            "pair": [
                _column(slot * place + GAP / 2, width, row.submissions, scale, "in"),
                _column(slot * place + slot / 2 + GAP / 2, width, row.decisions, scale, "out"),
            ],
        }
        for place, row in enumerate(months)
    ]


def _column(left, width, number, scale, kind):
    height = scale.position(number) * (FOOT - TOP) / 100
    return {
        "kind": kind,
        "number": number,
        "x": f"{left:.2f}%",
        "width": f"{width:.2f}%",
        "y": f"{FOOT - height:.2f}%",
        "height": f"{height:.2f}%",
        "middle": f"{left + width / 2:.2f}%",
        "label_y": f"{FOOT - height - 2:.2f}%",
    }
