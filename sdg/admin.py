"""Goals and targets are reference data: only ``load_reference`` writes them."""

from django.contrib import admin

from citynet.web.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import Goal, GoalText, Target, TargetText


class GoalTextInline(ReadOnlyInline):
    model = GoalText


class TargetTextInline(ReadOnlyInline):
    model = TargetText


@admin.register(Goal)
class GoalAdmin(ReadOnlyAdmin):
    list_display = ["number", "title", "headline", "colour"]
    list_display_links = ["number", "title"]
    inlines = [GoalTextInline]


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ["code", "label", "goal", "kind"]
    list_display_links = ["code", "label"]
    list_filter = ["kind", "goal"]
    list_select_related = ["goal"]
    search_fields = ["code", "label", "text"]
    inlines = [TargetTextInline]
