"""Needs and offers as everybody reads them."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from exchange.content.matching import matches_of
from exchange.forms.cooperation_filter import CooperationFilter
from exchange.models import Cooperation
from exchange.steps.entries import days
from policies.models import Contribution, Revision

State = Cooperation.State
MAX_FURTHER = 4
MAX_CASES = 5


PER_PAGE = 25


@login_not_required
@require_safe
@page_cache.cache_public_page
def cooperations(request):
    """The needs and offers of all members that match the filters in the address."""
    rows = Cooperation.objects.public().select_related("member")
    filters = CooperationFilter(request.GET, rows, request=request)
    context = {"filters": filters, "form": filters.form, "crumbs": crumbs()}
    if not filters.is_valid():
        return render(request, "exchange/cooperation/list.html", context, status=400)
    pages = Paginator(filters.qs.prefetch_related("targets", "forms", "languages"), PER_PAGE)
    try:
        page = pages.page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of the list.")) from error
    for entry in page:
        entry.is_open = is_open(entry)
    context |= {"page": page, "only": filters.form.cleaned_data}
    return render(request, "exchange/cooperation/list.html", context)


def crumbs():
    """Return the way to the list."""
    return [(_("Exchange"), reverse("exchange:home"))]


def is_open(entry):
    """Return whether one can answer a need or offer now: its timer may be late."""
    return entry.state == State.OPEN and entry.valid_until >= timezone.localdate()


@login_not_required
@require_safe
@page_cache.cache_public_page
def detail(request, pk, slug):
    """A need or offer with what fits it, and why; one that is over says so."""
    rows = Cooperation.objects.select_related("member")
    rows = rows.prefetch_related("targets", "themes", "forms", "languages")
    entry = rows.public().filter(pk=pk).first()
    if entry is None:
        # A draft, or one that waits, has a page for its team alone.
        if Cooperation.objects.editable_by(request.user).filter(pk=pk).exists():
            return redirect("exchange:cooperation-edit", pk)
        raise Http404
    if entry.slug != slug:
        return redirect(entry, permanent=True)
    entry.is_open = is_open(entry)
    targets = list(entry.targets.all())
    fitting = matches_of(entry) if entry.is_open else []
    context = {
        "entry": entry,
        "targets": targets,
        "goals": sorted({target.goal_id for target in targets}),
        "is_need": entry.kind == Cooperation.Kind.NEED,
        "shown": _titles(_live_of(entry.cases.all())),
        "best": fitting[:1],
        "further": fitting[1:],
        "cases": [] if fitting else _titles(_cases_on(targets, entry.member)),
        "others": _others(entry, targets),
        "warned_before": days("warn_of_end").days,
        "direction": "rtl" if entry.language in Revision.RIGHT_TO_LEFT else "ltr",
        "crumbs": [*crumbs(), (_("Needs and offers"), reverse("exchange:cooperations"))],
    }
    return render(request, "exchange/cooperation/detail.html", context)


def _titles(keys):
    """Return the public texts with these keys, in this order, as far as a link needs them."""
    return list(Revision.objects.live().for_lists().in_order(keys))


def _live_of(cases):
    """Return the keys of the public texts of cases."""
    return list(cases.filter(live__isnull=False).values_list("live", flat=True))


def _cases_on(targets, member):
    """Return the keys of public texts of other members on these targets, those on most of them
    first."""
    rows = Contribution.objects.filter(target__in=targets, revision__live_of__isnull=False)
    rows = rows.exclude(revision__case__member=member)
    found = {}
    for key, decided in rows.values_list("revision", "revision__decided_at"):
        number, _date = found.get(key, (0, decided))
        found[key] = number + 1, decided
    best_first = sorted(found, key=lambda key: found[key], reverse=True)
    return best_first[:MAX_CASES]


def _others(entry, targets):
    """Return further open entries of the same kind on the same targets."""
    same = Cooperation.objects.open().filter(kind=entry.kind, targets__in=targets)
    same = same.exclude(pk=entry.pk).select_related("member").distinct()
    return list(same[:MAX_FURTHER])
