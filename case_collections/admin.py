"""Public and shared collections, as the secretariat sees them: to read, to remove, and to lift that."""

from functools import partial

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from citynet.web.admin import ReadOnlyAdmin, ReadOnlyInline, ask, get_or_post
from exchange.forms.desk import ReasonForm
from exchange.models.querysets import MODERATE

from . import steps
from .models import Collection, CollectionItem


class ItemInline(ReadOnlyInline):
    model = CollectionItem
    fields = ["position", "case", "note"]

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(MODERATE)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("case__live", "case__member")


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin):
    list_display = ["title", "member", "visibility", "changed_at"]
    list_filter = ["visibility"]
    list_select_related = ["member"]
    search_fields = ["title", "intro", "member__name"]
    show_full_result_count = False
    fields = ["title", "intro", "member", "owner", "visibility", "created_at", "changed_at"]
    inlines = [ItemInline]
    change_list_template = "admin/case_collections/change_list.html"
    change_form_template = "admin/case_collections/change_form.html"

    def get_queryset(self, request):
        """What somebody keeps for themselves is not for the secretariat."""
        return super().get_queryset(request).shared()

    def has_module_permission(self, request):
        return request.user.has_perm(MODERATE)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(MODERATE)

    def view_on_site(self, collection):
        return collection.get_absolute_url()

    def get_urls(self):
        acts = [
            path(
                f"<int:pk>/{act.__name__}/",
                self.admin_site.admin_view(partial(act, model_admin=self)),
                name=f"collections_collection_{act.__name__}",
            )
            for act in (remove, lift)
        ]
        return [*acts, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        """Beside those that others read, the removed ones, by number: their words are not read."""
        removed = Collection.objects.filter(removed_at__isnull=False).order_by("-removed_at")
        rows = removed.values("pk", "removed_at", "removed_reason")
        return super().changelist_view(request, (extra_context or {}) | {"removed": rows})


@get_or_post
def remove(request, pk, *, model_admin):
    """Let only the owner and the team read a collection, with the reason."""
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    collection = Collection.objects.shared().filter(pk=pk).first()
    if collection is None:
        raise Http404(_("There is no such collection."))
    form = ReasonForm(request.POST if request.method == "POST" else None, entry=collection)
    return ask(
        model_admin,
        request,
        collection,
        form,
        lambda data: steps.remove(collection, by=request.user, reason=data["reason"]),
        refused=steps.CollectionError,
        back=reverse("admin:collections_collection_changelist"),
        title=_("Remove a collection"),
        about=_("Only who made it and the team can read it then. They get the reason by mail."),
        button=_("Remove it"),
        done=_("It is removed: no longer public, and its link leads nowhere."),
    )


@get_or_post
def lift(request, pk, *, model_admin):
    """Let a collection that was removed be shared again, with the reason. Nothing of it is shown."""
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    if not Collection.objects.filter(pk=pk, removed_at__isnull=False).exists():
        raise Http404(_("There is no such collection."))
    unread = Collection(pk=pk, title=_("Collection %(number)s") % {"number": pk})
    form = ReasonForm(request.POST if request.method == "POST" else None, entry=unread)
    return ask(
        model_admin,
        request,
        unread,
        form,
        lambda data: steps.lift(pk, by=request.user, reason=data["reason"]),
        refused=steps.CollectionError,
        back=reverse("admin:collections_collection_changelist"),
        template="admin/case_collections/lift.html",
        title=_("Lift the removal of a collection"),
        about=_("Who made it and the team may share it again then. They get the reason by mail."),
        button=_("Lift it"),
        done=_("The removal is lifted."),
    )
