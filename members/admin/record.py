"""The record: read, filtered and downloaded by those who may, changed by nobody."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from citynet.web.admin import ReadOnlyAdmin
from citynet.web.csv import csv_response
from members.models import Event
from members.record import audit

EXPORTED = (
    *("created_at", "actor_name", "action", "subject_type", "subject_id", "subject"),
    *("reason", "address"),
)


class ActionFilter(admin.SimpleListFilter):
    """What was done, by its name; asks nothing of the database."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request, model_admin):
        return audit.ACTIONS.items()

    def queryset(self, request, queryset):
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "what", "subject", "actor_name", "reason", "address"]
    list_filter = [ActionFilter, "created_at"]
    date_hierarchy = "created_at"
    search_fields = ["actor_name", "subject", "reason"]
    show_full_result_count = False
    list_per_page = 50
    fields = [
        *("created_at", "what", "subject", "subject_type", "subject_id", "actor_name", "actor"),
        *("reason", "address"),
    ]
    readonly_fields = fields

    @admin.display(description=_("action"), ordering="action")
    def what(self, event):
        return event.label

    def get_urls(self):
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="members_event_export"), *super().get_urls()]

    @method_decorator(require_POST)
    def export(self, request):
        """The entries that the list shows, as CSV; the download is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            events = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:members_event_changelist"))
        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        audit.record(
            "personal-data-exported",
            request.user,
            by=request.user,
            reason=f"record {request.GET.urlencode()}".strip(),
        )
        rows = events.filter(pk__lte=newest).values_list(*EXPORTED)
        return csv_response(
            request,
            f"record-{timezone.localdate():%Y-%m-%d}.csv",
            EXPORTED,
            ((row[0].isoformat(), *row[1:]) for row in rows.iterator(chunk_size=2000)),
        )
