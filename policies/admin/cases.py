"""Cases: what stays the same about them, and their revisions."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from citynet.admin import ReadOnlyAdmin, ReadOnlyInline

from ..models import CaseStudy, Revision


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
