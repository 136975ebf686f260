"""Revisions: the moderators' queue, and the record of what was decided."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from citynet.admin import ReadOnlyAdmin, ReadOnlyInline

from ..models import (
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
    """The inline that shows one list of a revision's content."""
    return type(f"{row_model.__name__}Inline", (ReadOnlyInline,), {"model": row_model})


class ReviewEventInline(ReadOnlyInline):
    model = ReviewEvent
    fields = ["created_at", "actor_name", "from_state", "to_state", "note"]
    readonly_fields = fields


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["title", "member", "number", "state", "language", "submitted_at", "decided_at"]
    list_filter = ["state", "language"]
    list_select_related = ["case__member"]
    search_fields = ["title", "case__member__name"]
    show_full_result_count = False
    inlines = [
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

    @admin.display(description=_("member"))
    def member(self, revision):
        return revision.case.member


@admin.register(ReviewEvent)
class ReviewEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "revision", "from_state", "to_state", "actor_name"]
    list_filter = ["to_state"]
    list_select_related = ["revision"]
    search_fields = ["revision__title", "actor_name", "note"]
    show_full_result_count = False
