"""Collections as readers see them, and the pages on which people make them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citynet.web import page_cache
from citynet.web.form_recovery import field_labels
from citynet.web.headers import open_to_other_sites
from citynet.web.sign_in import signing_in_to
from citynet.web.text import is_key
from exchange.models.querysets import writes_as
from exchange.steps.errors import NotAllowed
from exchange.views.acts import is_moderator, posted
from policies.models import CaseStudy
from policies.views.compare import MAX_CASES, MIN_CASES
from policies.views.exports import library_file

from . import steps
from .content import data_of, items_of, notes_of, policies_of
from .forms import CollectionFilter, CollectionForm, ItemForm, ItemFormSet, PutInForm
from .models import MAX_ITEMS, Collection

PER_PAGE = 30
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _label(name, **_kwargs):
    if name.startswith("initial-"):  # what the page showed
        return ""
    form = ItemForm if name.startswith("items-") else CollectionForm
    field = form.base_fields.get(name.rpartition("-")[2])
    return field.label if field else ""


@login_not_required
@require_safe
@page_cache.cache_public_page
def collections(request):
    """The public collections, the one changed last first."""
    rows = Collection.objects.public()
    filters = CollectionFilter(request.GET, rows, request=request)
    context = {"form": filters.form, "crumbs": [(_("Policies"), reverse("policies:list"))]}
    if not filters.is_valid():
        return render(request, "collections/list.html", context, status=400)
    try:
        page = Paginator(filters.qs.with_numbers(), PER_PAGE).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404(_("There is no such page of the list.")) from error
    only = filters.form.cleaned_data
    context |= {"page": page, "only": only, "narrowed": any(only.values())}
    return render(request, "collections/list.html", context)


def _find(request, key):
    """Return the collection with this key that may be read: one that is shared, or the person's own."""
    rows = Collection.objects.select_related("member").filter(key=key)
    found = rows.shared().first() or rows.editable_by(request.user).first()
    if found is None:
        raise Http404(_("There is no such collection."))
    return found


@login_not_required
@require_safe
def detail(request, key):
    """A collection with its policies. Public ones are the same for everybody."""
    is_public = Collection.objects.public().filter(key=key).exists()
    return (_public_page if is_public else _shared_page)(request, key)


def _page(request, key):
    collection = _find(request, key)
    items = items_of(collection)
    policies = policies_of(items)
    first = [revision.case_id for revision, _note in policies[:MAX_CASES]]
    context = {
        "collection": collection,
        # Cards are made of lists.
        "policies": [([revision], note) for revision, note in policies],
        "compared": first if len(first) >= MIN_CASES else [],
        "data": data_of(collection, policies) if collection.is_public else None,
        "crumbs": [
            (_("Policies"), reverse("policies:list")),
            (_("Collections"), reverse("collections:list")),
        ],
    }
    return render(request, "collections/detail.html", context)


_public_page = page_cache.cache_public_page(_page)
_shared_page = never_cache(_page)


@open_to_other_sites
@never_cache
@require_safe
def export(request, key, form):
    """The policies of a collection as a file, as those of a list; ``form`` is csv, jsonl or xlsx."""
    collection = _find(request, key)
    keys = list(notes_of(items_of(collection)))
    return library_file(request, keys, form, collection.get_absolute_url(), collection.title)


@never_cache
@require_safe
def mine(request):
    """The collections that the person may change, what the secretariat published apart."""
    rows = Collection.objects.editable_by(request.user).with_numbers()
    return render(request, "collections/mine.html", {"collections": rows})


def _cases_of(request):
    """Return the public cases that the address names, in its order; 404 where one is not there."""
    keys = list(dict.fromkeys(request.GET.getlist("case")))
    if len(keys) > MAX_ITEMS or not all(map(is_key, keys)):
        raise Http404(_("There is no such policy."))
    found = CaseStudy.objects.live().select_related("live", "member").in_bulk(map(int, keys))
    if len(found) < len(keys):
        raise Http404(_("There is no such policy."))
    return [found[int(key)] for key in keys]


@signing_in_to(gettext_lazy("Sign in to collect policies for yourself or for your team."))
@field_labels(_label)
@never_cache
@get_or_post
def put_in(request):
    """Put the policies of the address into a collection, or begin one with them."""
    cases = _cases_of(request)
    own = Collection.objects.editable_by(request.user).order_by("-changed_at", "-pk")
    form = PutInForm(posted(request), collections=own)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                collection, number = _fill(request.user, cases, form.cleaned_data)
            except steps.CollectionError as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                if cases:
                    messages.success(request, _added_message(number))
                return redirect("my-collections:edit", collection.pk)
    return render(request, "collections/put_in.html", {"form": form, "cases": cases}, status=status)


def _fill(user, cases, data):
    collection = data.get("collection")
    if collection is None:
        new = Collection(title=data["title"])
        collection = steps.save(new, by=user, visibility=Collection.Visibility.PRIVATE)
    return collection, steps.put_in(collection, cases, by=user)


def _added_message(number):
    if not number:
        return _("It is in the collection already.")
    return ngettext(
        "%(number)d policy was added to the collection.",
        "%(number)d policies were added to the collection.",
        number,
    ) % {"number": number}


@field_labels(_label)
@never_cache
@get_or_post
def edit(request, pk):
    """Change a collection: its texts, who may read it, and the order of its policies with the notes."""
    own = Collection.objects.editable_by(request.user).select_related("member")
    collection = get_object_or_404(own, pk=pk)
    form = CollectionForm(
        posted(request),
        instance=collection,
        members=writes_as(request.user).order_by("search_names"),
        is_secretariat=is_moderator(request.user),
    )
    rows = ItemFormSet(
        posted(request), instance=collection, queryset=items_query(collection), prefix="items"
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() & rows.is_valid():
            visibility = form.cleaned_data["visibility"]
            # Of two at one place the one that came there stands first.
            items = [
                (row.instance, row not in rows.deleted_forms)
                for row in sorted(rows.initial_forms, key=lambda row: not row.has_changed())
            ]
            try:
                steps.save(form.instance, by=request.user, visibility=visibility, items=items)
            except steps.CollectionError as refusal:
                form.add_error("visibility", str(refusal))
                status = 409
            except NotAllowed as refusal:
                form.add_error("member", str(refusal))
                status = 409
            else:
                messages.success(request, _("The collection is saved."))
                return redirect("my-collections:edit", collection.pk)
    context = {"form": form, "rows": rows, "collection": collection}
    return render(request, "collections/edit.html", context, status=status)


def items_query(collection):
    """Return the items of a collection with what their rows in the form show."""
    return collection.items.select_related("case__live", "case__member", "case__merged_into__live")


@never_cache
@require_POST
def delete(request, pk):
    """Delete a collection."""
    collection = get_object_or_404(Collection.objects.editable_by(request.user), pk=pk)
    steps.delete(collection, by=request.user)
    messages.success(request, _("The collection is deleted."))
    return redirect("my-collections:mine")
