"""The read-only page of a revision: its rows, and the events of its review."""

from django.contrib import admin

from citynet.web.admin import ReadOnlyAdmin, ReadOnlyInline
from policies.models import (
    BudgetLine,
    Contribution,
    FundingSource,
    Indicator,
    Phase,
    ReviewEvent,
    Revision,
    RevisionTheme,
    Source,
    StaffRole,
    Stakeholder,
)


def rows(row_model):
    """Return the inline that shows one list of a revision's content."""
    return type(f"{row_model.__name__}Inline", (ReadOnlyInline,), {"model": row_model})


class ReviewEventInline(ReadOnlyInline):
    model = ReviewEvent
    fields = ["created_at", "actor_name", "from_state", "to_state", "note"]
    readonly_fields = fields


INLINES = [
    rows(RevisionTheme),
    rows(Contribution),
    rows(BudgetLine),
    rows(FundingSource),
    rows(StaffRole),
    rows(Stakeholder),
    rows(Phase),
    rows(Indicator),
    rows(Source),
    ReviewEventInline,
]


@admin.register(ReviewEvent)
class ReviewEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "revision", "from_state", "to_state", "actor_name"]
    list_filter = ["to_state"]
    list_select_related = ["revision"]
    search_fields = ["revision__title", "actor_name", "note"]
    show_full_result_count = False

    def get_queryset(self, request):
        known = Revision.objects.known_to_secretariat()
        return super().get_queryset(request).filter(revision__in=known.order_by().values("pk"))
