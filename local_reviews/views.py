"""The local reviews of all members, and the form in which teams enter theirs."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response
from citynet.web.form_recovery import field_labels
from citynet.web.headers import open_to_other_sites
from citynet.web.sign_in import signing_in_to
from exchange.models.querysets import MODERATE
from exchange.steps.notifications import team_of
from exchange.views.acts import join_first, own_members
from members.models import Member, Notice, User
from members.notices.notifications import address, notify
from members.record import audit
from members.secretariat import acts_for_secretariat

from . import files
from .forms import DeleteForm, ReviewFilter, ReviewForm
from .models import LocalReview

PER_PAGE = 30
# What one enters is public at once. A city has a handful; more in a day are a mistake or a robot's.
MAX_A_DAY = 10
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _label(name, **_kwargs):
    field = (ReviewForm.base_fields | DeleteForm.base_fields).get(name)
    return field.label if field else ""


@login_not_required
@require_safe
@page_cache.cache_public_page
def reviews(request):
    """The local reviews that match the filters in the address."""
    filters = ReviewFilter(request.GET, LocalReview.objects.all(), request=request)
    context = {"form": filters.form, "crumbs": [(_("Goals"), reverse("sdg:goals"))]}
    if not filters.is_valid():
        return render(request, "local_reviews/list.html", context, status=400)
    try:
        page = Paginator(filters.qs.for_lists(), PER_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of the list.")) from error
    only = filters.form.cleaned_data
    context |= {"page": page, "only": only, "narrowed": any(only.values())}
    return render(request, "local_reviews/list.html", context)


@open_to_other_sites
@require_safe
def reviews_csv(request):
    """The local reviews that match the filters, as CSV."""
    filters = ReviewFilter(request.GET, LocalReview.objects.all(), request=request)
    if not filters.is_valid():
        return reviews(request)
    name = f"local-reviews-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(request, name, files.COLUMNS, files.lines(filters.qs))


@signing_in_to(gettext_lazy("Sign in to enter a review or strategy of your city."))
@field_labels(_label)
@never_cache
@get_or_post
def new(request):
    """Enter a local review of one of the person's members; it is public at once."""
    members = own_members(request.user)
    if not members.exists():
        return join_first(request, _("Enter a local review"))
    return _editing(request, LocalReview(), members)


@field_labels(_label)
@never_cache
@get_or_post
def edit(request, pk):
    """Change a local review of one of the person's members."""
    review = get_object_or_404(LocalReview.objects.editable_by(request.user), pk=pk)
    return _editing(request, review, own_members(request.user))


def _editing(request, review, members, delete_form=None):
    """The form of a local review; with ``delete_form`` that of its deletion, which was refused."""
    is_new = review.pk is None
    initial = {"member": members.first()} if is_new else None
    is_sent = request.method == "POST" and delete_form is None
    data = request.POST if is_sent else None
    form = ReviewForm(data, instance=review, members=members, initial=initial)
    status = 422 if delete_form else 200
    if is_sent:
        status = 422
        if form.is_valid():
            saved = _save(form, request.user)
            if saved:
                messages.success(request, _("The local review is public."))
                return redirect("local-reviews:edit", saved.pk)
            told = _("You have entered %(count)d local reviews today. Please go on tomorrow.")
            form.add_error(None, told % {"count": MAX_A_DAY})
    if not is_new and delete_form is None and _needs_reason(request.user, review):
        delete_form = DeleteForm()
    context = {"form": form, "review": review, "is_new": is_new, "delete_form": delete_form}
    return render(request, "local_reviews/edit.html", context, status=status)


def _needs_reason(user, review):
    """Return whether ``user`` deletes what is a team's that the person is not in."""
    if Member.objects.of(user).filter(pk=review.member_id).exists():
        return False
    return team_of(review.member).exists()


def _tell_team(review, reason):
    notify(
        Notice.Kind.ENTRY_REMOVED,
        team_of(review.member),
        address("local-reviews:list"),
        title=review.title,
        decision="deleted",
        note=reason,
    )


def _lock(pk, by):
    """Return a local review that ``by`` may change, locked. Raises ``Http404``, also where the place in
    the team has ended since the page was asked for."""
    get_object_or_404(LocalReview.objects.select_for_update(), pk=pk)
    return get_object_or_404(LocalReview.objects.editable_by(by), pk=pk)


@transaction.atomic
def _save(form, by):
    """Save a local review and return it; None where the person has entered as many today as one may."""
    review = form.instance
    if review.pk is None:
        # The second of two clicks waits, and is counted.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        get_object_or_404(own_members(by), pk=review.member_id)
        since = timezone.now() - timedelta(days=1)
        added = by.events.filter(action="local-review-added", created_at__gt=since)
        if added.count() >= MAX_A_DAY and not acts_for_secretariat(by, MODERATE):
            return None
        saved, action = form.save(), "local-review-added"
    else:
        # Who deletes it at the same moment is not undone.
        current = _lock(review.pk, by)
        get_object_or_404(own_members(by), pk=review.member_id)
        saved, action = form.save_over(current), "local-review-changed"
        if saved.is_compiled and Member.objects.of(by).contains(saved.member):
            # What its city has written in is the city's own.
            saved.is_compiled = False
            saved.save(update_fields=["is_compiled"])
    audit.record(action, saved, by=by)
    return saved


@field_labels(_label)
@never_cache
@require_POST
@transaction.atomic
def delete(request, pk):
    """Take a local review away: a team its own, the secretariat that of a team with a reason, which the
    team reads."""
    review = _lock(pk, request.user)
    reason = ""
    if _needs_reason(request.user, review):
        form = DeleteForm(request.POST)
        if not form.is_valid():
            return _editing(request, review, own_members(request.user), delete_form=form)
        reason = form.cleaned_data["reason"]
        _tell_team(review, reason)
    audit.record("local-review-deleted", review, by=request.user, reason=reason)
    review.delete()
    messages.success(request, _("It is deleted."))
    return redirect("local-reviews:list")
