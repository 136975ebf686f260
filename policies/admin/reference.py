"""Themes and the moderators' phrases."""

from django.contrib import admin

from ..models import Phrase, Theme


@admin.register(Theme)
class ThemeAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Phrase)
class PhraseAdmin(admin.ModelAdmin):
    list_display = ["title", "use", "position"]
    list_filter = ["use"]
    search_fields = ["title", "text"]
