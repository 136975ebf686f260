"""The figures of the desk as a page and as a table for download."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web.csv import csv_response
from policies.content import charts
from policies.models import CaseUse
from policies.statistics import figures, flow

RIGHT = "policies.view_revision"
# The chart of months, in percent of its height: columns stand on the bottom, numbers above them.
FOOT, TOP = 84, 10
GAP = 0.8


@require_safe
def figures_view(request, admin_site):
    """What came in, was decided, waits, is missing and is used."""
    _allow(request)
    today = timezone.localdate()
    # As texts: no page writes a year with a comma.
    years = [str(year) for year in flow.years()]
    period, year = _period(request, today, years)
    found, covered, used = flow.flow(period), figures.coverage(), figures.uses(period)
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
        "waiting": (waits := figures.waiting()),
        "steps": bars([number for _label, number in waits.steps], waits.steps),
        "coverage": covered,
        "goals": bars([goal.case_count for goal in covered.goals], covered.goals),
        "subregions": bars([number for _name, number in covered.subregions], covered.subregions),
        "uses": used,
        "use_bars": bars([seen for _month, seen, _taken in used.months], used.months),
        "still_true": figures.still_true(today),
    }
    return TemplateResponse(request, "admin/policies/figures/figures.html", context)


@require_safe
def csv_view(request, admin_site):
    """The same figures: one number a row, with what it is a number of."""
    _allow(request)
    today = timezone.localdate()
    period, _year = _period(request, today, [str(year) for year in flow.years()])
    name = f"figures-{period.months[0]}-{period.months[-1]}.csv"
    return csv_response(request, name, ["figure", "of", "measure", "value"], rows(period, today))


def _allow(request):
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def _period(request, today, years):
    """The period that the address asks for, and its year; the last twelve months by itself."""
    year = request.GET.get("year", "")
    if not year:
        return flow.last_months(today), None
    if year not in years:
        raise Http404(_("There are no statistics for this year."))
    return flow.of_year(int(year)), year


def rows(period, today):
    """All figures as [figure, of what, measure, value]; what is not known is None."""
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
    waits = figures.waiting()
    yield ["waiting", "", "submitted", waits.total]
    yield ["waiting", "", "unassigned", waits.unassigned]
    yield ["waiting", "", "oldest-days", waits.oldest_days]
    yield ["waiting", "", "changes-requested", waits.with_authors]
    yield ["waiting", "", "drafts", waits.drafts]
    covered = figures.coverage()
    for goal in covered.goals:
        yield ["coverage", f"goal {goal.number}", "cases", goal.case_count]
        for target in goal.rows:
            yield ["coverage", f"target {target.code}", "cases", target.case_count]
    for subregion, number in covered.subregions:
        yield ["coverage", subregion, "cases", number]
    used = figures.uses(period)
    for month, seen, taken in used.months:
        yield ["uses", month, "views", seen]
        yield ["uses", month, "exports", taken]
    for case in used.cases:
        yield ["uses", f"case {case['case']}", "views", case["seen"]]
        yield ["uses", f"case {case['case']}", "exports", case["taken"]]
    true = figures.still_true(today)
    yield ["still-true", "", "public", true.public]
    yield ["still-true", "", "confirmed", true.confirmed]
    yield ["still-true", "", "unanswered", true.unanswered]
    yield ["still-true", "", "due", true.due]
    yield ["still-true", "", "last-asked", true.last_asked]


def _rounded(days):
    return None if days is None else round(days, 2)


def bars(numbers, items):
    """(item, length of its bar as "12.5%") of each item, the largest number being the whole."""
    scale = charts.linear(numbers)
    return [
        (item, f"{scale.position(number):.2f}%")
        for item, number in zip(items, numbers, strict=True)
    ]


def with_bars(parts):
    """Rows with bars of their submissions."""
    return bars([row.submissions for row in parts], parts)


def columns(months):
    """Two columns a month: what came in and what was decided; positions as percent."""
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
