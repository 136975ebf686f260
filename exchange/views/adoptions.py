"""The ledger of adoptions, and each of them."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response
from exchange.content import adoption_file
from exchange.content import adoptions as content
from exchange.forms.adoption_filter import SORTS, AdoptionFilter
from exchange.models import Adoption
from exchange.models.querysets import is_in_network, writes_as
from exchange.steps import adoptions as steps
from exchange.steps.adoption_reminders import next_due
from policies.models import months

PER_PAGE = 20


@login_not_required
@require_safe
@page_cache.cache_public_page
def ledger(request):
    """The public adoptions that match the filters in the address."""
    return _ledger(request, Adoption.objects.public(), "exchange:adoptions")


@never_cache
@require_safe
def network_ledger(request):
    """The list of adoptions, with those that members only consider; for members of the network."""
    if not is_in_network(request.user):
        raise Http404(_("There is no such page for you."))
    return _ledger(request, Adoption.objects.standing(), "exchange:adoptions-network")


def _ledger(request, adoptions, here):
    filters = AdoptionFilter(request.GET, adoptions)
    context = {
        "filters": filters,
        "form": filters.form,
        "groups": filters.groups(),
        "here": reverse(here),
        "is_for_network": here == "exchange:adoptions-network",
        "sorts": SORTS,
        "crumbs": _crumbs(),
    }
    if not filters.is_valid():
        return render(
            request, "exchange/adoptions.html", context | {"is_refused": True}, status=400
        )
    try:
        page = Paginator(filters.keys, PER_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of the list.")) from error
    rows = content.read(list(page), adoptions)
    context |= {
        "page": page,
        "sort": filters.sort_order,
        "rows": [
            {"adoption": row, "heading": content.heading(row), "facts": content.facts(row)}
            for row in rows
        ],
    }
    return render(request, "exchange/adoptions.html", context)


@login_not_required
@require_safe
def ledger_csv(request):
    """The public adoptions that match, as a file with one row a report; without one still a row."""
    filters = AdoptionFilter(request.GET, Adoption.objects.public())
    if not filters.is_valid():
        return _ledger(request, Adoption.objects.public(), "exchange:adoptions")
    name = f"adoptions-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(request, name, adoption_file.COLUMNS, adoption_file.rows(filters.keys))


@login_not_required
@never_cache
@require_safe
def detail(request, pk):
    """An adoption: what was kept, changed, paid and achieved, beside the original."""
    user = request.user
    adoption = get_object_or_404(
        Adoption.objects.readable_by(user)
        .with_reports()
        .with_originals()
        .select_related("revision", "own_case__live")
        .prefetch_related("changes", "sources", "reports__indicators"),
        pk=pk,
    )
    reports = list(adoption.reports.all())[::-1]
    costly = [report for report in reports if report.amount is not None]
    adoption.cost_report = costly[0] if costly else None
    is_public = adoption.state == Adoption.State.PUBLISHED
    context = {
        "adoption": adoption,
        "heading": content.heading(adoption),
        "facts": content.key_facts_of(adoption, reports),
        "reports": [(report, content.figures(report)) for report in reports],
        "beside": content.beside_original(adoption, reports),
        "others": content.others(adoption),
        "next_due": next_due(adoption),
        "may_edit": writes_as(user).contains(adoption.member),
        "may_answer": user.is_authenticated
        and is_public
        and steps.speaks_for_origin(user, adoption),
        "started": months.label(adoption.started),
        "citation": content.citation(adoption),
        "crumbs": [*_crumbs(), (_("Adoptions"), reverse("exchange:adoptions"))],
    }
    return render(request, "exchange/adoption.html", context)


def _crumbs():
    return [(_("Exchange"), reverse("exchange:home"))]
