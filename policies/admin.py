"""Themes may be edited; cases, their texts and their record may only be read here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from citynet.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import (
    BudgetLine,
    CaseStudy,
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
    Theme,
)


@admin.register(Theme)
class ThemeAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


class RevisionInline(ReadOnlyInline):
    model = Revision
    fields = ["number", "title", "language", "state", "submitted_at", "decided_at"]
    readonly_fields = fields
    show_change_link = True


@admin.register(CaseStudy)
class CaseStudyAdmin(ReadOnlyAdmin):
    list_display = ["pk", "title", "member", "provenance", "confirmed_at", "created_at"]
    list_display_links = ["pk", "title"]
    list_filter = ["provenance", "synthetic"]
    list_select_related = ["member", "live"]
    search_fields = ["revisions__title", "member__name", "source_id"]
    show_full_result_count = False
    inlines = [RevisionInline]

    @admin.display(description=_("title"))
    def title(self, case):
        return case.live.title if case.live else case.slug


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
