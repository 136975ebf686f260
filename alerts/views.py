"""A person's saved searches and followed cases; and the way out of their mails, without signing in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from members.models import Notice
from policies.models import CaseStudy

from . import steps
from .forms import SearchForm, WatchForm, search_of
from .models import MAX_SEARCHES, Follow, SavedSearch, Watch

KINDS = {"search": SavedSearch, "case": Follow, "news": Watch}
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _label(name, **_kwargs):
    field = SearchForm.base_fields.get(name) or WatchForm.base_fields.get(name)
    return field.label if field else ""


@field_labels(_label)
@never_cache
@get_or_post
def home(request):
    """All alerts of the person; POST saves which news about one's members are told."""
    user = request.user
    watched = Watch.objects.filter(user=user)
    form = WatchForm(
        request.POST if request.method == "POST" else None,
        initial={"kinds": [row.kind for row in watched]},
    )
    if request.method == "POST" and form.is_valid():
        steps.watch(user, form.cleaned_data["kinds"])
        messages.success(request, _("Your choice is saved."))
        return redirect("my-alerts:home")
    context = {
        "searches": SavedSearch.objects.filter(user=user).order_by("name", "pk"),
        "followed": Follow.objects.filter(user=user)
        .select_related("case__live", "case__member", "case__merged_into")
        .order_by("-pk"),
        "paused_news": [row for row in watched if row.paused_at],
        "form": form,
        "is_stopped": Notice.Kind.ALERT in user.muted,
        "most": MAX_SEARCHES,
    }
    return render(request, "alerts/home.html", context, status=422 if form.errors else 200)


@signing_in_to(gettext_lazy("Sign in to save this search and be told what is new."))
@field_labels(_label)
@never_cache
@get_or_post
def save(request):
    """Save the search in the query of the address."""
    found = search_of(request.GET.urlencode())
    if found is None:
        raise Http404(_("This search is not understood. Save it from the page of its results."))
    query, words = found
    there = SavedSearch.objects.filter(user=request.user, query=query).first()
    first = {"name": (words or _("All policies"))[:120]}
    if there:
        first = {"name": there.name, "every": there.every}
    return _saving(request, query, words, first, there)


@field_labels(_label)
@never_cache
@get_or_post
def edit(request, pk):
    """Change the name of a saved search, and how often it is told."""
    search = get_object_or_404(SavedSearch, pk=pk, user=request.user)
    found = search_of(search.query)
    first = {"name": search.name, "every": search.every}
    return _saving(request, search.query, found[1] if found else "", first, search)


def _saving(request, query, words, first, there):
    form = SearchForm(request.POST if request.method == "POST" else None, initial=first)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                steps.save_search(request.user, query=query, **form.cleaned_data)
            except steps.TooMany as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, _("The search is saved."))
                return redirect("my-alerts:home")
    context = {"form": form, "query": query, "words": words, "there": there}
    return render(request, "alerts/save.html", context, status=status)


@signing_in_to(gettext_lazy("Sign in to follow this case and be told of changes."))
@never_cache
@get_or_post
def follow(request, pk):
    """Follow a public case: what happens is said first."""
    case = get_object_or_404(CaseStudy.objects.live().select_related("live", "member"), pk=pk)
    there = Follow.objects.filter(user=request.user, case=case).first()
    if request.method == "POST":
        try:
            steps.follow(request.user, case)
        except steps.TooMany as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You follow this policy."))
        return redirect("my-alerts:home")
    return render(request, "alerts/follow.html", {"case": case, "there": there})


def _own(request, kind, pk):
    return get_object_or_404(KINDS[kind], pk=pk, user=request.user)


@never_cache
@require_POST
def delete(request, kind, pk):
    """End an alert."""
    _own(request, kind, pk).delete()
    messages.success(request, _("It is deleted."))
    return redirect("my-alerts:home")


@never_cache
@require_POST
def renew(request, kind, pk):
    """Keep an alert for another year."""
    steps.renew(_own(request, kind, pk))
    messages.success(request, _("It goes on for another year."))
    return redirect("my-alerts:home")


@never_cache
@require_POST
def mail(request):
    """Send mails about news again."""
    steps.stop(request.user, stopped=False)
    messages.success(request, _("You get mails about news again."))
    return redirect("my-alerts:home")


# The token says who it is and that it comes from a mail of ours: mail programs send no other.
@csrf_exempt
@login_not_required
@never_cache
@get_or_post
def stop(request, token):
    """Stop all mails about news, without signing in: by the button of a mail program or of this page.

    Who only follows the link stops nothing, as programs that look into mails do.
    """
    person = steps.person_of(token)
    if person is None:
        raise Http404(_("This link is not complete. Copy the whole of it from the mail."))
    if request.method == "POST":
        steps.stop(person)
        return render(request, "alerts/stop.html", {"is_stopped": True})
    return render(request, "alerts/stop.html", {"is_stopped": Notice.Kind.ALERT in person.muted})
