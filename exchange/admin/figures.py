"""Figures of the exchange by month, as a page and as a CSV file."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web.admin import page
from citynet.web.csv import csv_response
from exchange.content import measures
from exchange.models.querysets import MODERATE
from policies.statistics import flow


def urls(model_admin):
    """Return the addresses of the page and of the file."""
    site = model_admin.admin_site
    return [
        path(
            address,
            site.admin_view(partial(view, model_admin=model_admin)),
            name=f"exchange_question_{name}",
        )
        for address, name, view in (
            ("figures/", "figures", figures_view),
            ("figures.csv", "figures-csv", csv_view),
        )
    ]


@require_safe
def figures_view(request, *, model_admin):
    """What was asked, answered and adopted, and what came of it, month by month."""
    period, year, years = _period(request)
    return page(
        model_admin,
        request,
        "admin/exchange/figures.html",
        title=_("Figures of the exchange"),
        figures=measures.of_period(period),
        year=year,
        years=years,
    )


@require_safe
def csv_view(request, *, model_admin):
    """The figures as CSV: one number a row, with the month and what it counts."""
    period, _year, _years = _period(request)
    found = measures.of_period(period)
    rows = [
        [month, measure, value]
        for measure, _label, values in found.rows
        for month, value in zip(found.months, values, strict=True)
    ]
    today = timezone.localdate().isoformat()
    rows += [[today, f"stage: {label}", number] for label, number in found.stages]
    rows.append([today, "teams active in 90 days", found.active_teams])
    name = f"exchange-{found.months[0]}-{found.months[-1]}.csv"
    return csv_response(request, name, ["month", "measure", "value"], rows)


def _period(request):
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    years = measures.years()
    year = request.GET.get("year", "")
    if not year:
        return flow.last_months(timezone.localdate()), "", years
    if year not in years:
        raise Http404(_("There are no figures for this year."))
    return flow.of_year(int(year)), year, years
