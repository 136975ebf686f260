"""The secretariat writes news, and texts of its own on the pages of the platform."""

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citynet.web.admin import LockedChangeMixin, ReadOnlyMixin
from citynet.web.text import is_key
from members.record import audit

from .models import News, PageText


@admin.register(News)
class NewsAdmin(LockedChangeMixin, admin.ModelAdmin):
    list_display = ["title", "day", "changed_at"]
    search_fields = ["title", "text"]
    show_full_result_count = False

    def save_model(self, request, obj, form, change):
        # What stood there before is the history of a text.
        before = News.objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        if before is None:
            audit.record("news-added", obj, by=request.user)
        elif _written(before) != _written(obj):
            audit.record("news-changed", obj, by=request.user, reason=_written(before))

    def delete_model(self, request, obj):
        self._record_end(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for news in queryset:
            self._record_end(request, news)
        super().delete_queryset(request, queryset)

    @staticmethod
    def _record_end(request, news):
        audit.record("news-deleted", news, by=request.user, reason=_written(news))


def _written(news):
    return f"{news.day.isoformat()} {news.title}\n\n{news.text}"


@admin.register(PageText)
class PageTextAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """The newest text of a place is shown; a new one takes its place, and the old one stays here."""

    list_display = ["place", "beginning", "is_shown", "by_name", "created_at", "new_from_this"]
    list_filter = ["place"]
    show_full_result_count = False
    fields = ["place", "text"]

    def has_add_permission(self, request):
        return request.user.has_perm("portal.add_pagetext")

    def get_fields(self, request, obj=None):
        return [*self.fields, "by_name", "created_at"] if obj else self.fields

    def get_queryset(self, request):
        newest = PageText.objects.filter(place=OuterRef("place")).values("pk")[:1]
        return super().get_queryset(request).annotate(newest=Subquery(newest))

    def get_changeform_initial_data(self, request):
        """Begin with the text of the place named in the address, or with an earlier one of it."""
        chosen = request.GET.get("place", "")
        number = request.GET.get("text", "")
        rows = PageText.objects.all()
        if is_key(number):
            row = rows.filter(pk=number).first()
        else:
            row = rows.filter(place=chosen).first()
        if row:
            return {"place": row.place, "text": row.text}
        return {"place": chosen} if chosen in PageText.Place.values else {}

    def save_model(self, request, obj, form, change):
        obj.by, obj.by_name = request.user, request.user.get_full_name()
        super().save_model(request, obj, form, change)
        audit.record("page-text-changed", obj, by=request.user)

    @admin.display(description=_("text"))
    def beginning(self, row):
        return row.text[:80] or "–"

    @admin.display(description=_("shown"), boolean=True)
    def is_shown(self, row):
        return row.pk == row.newest

    @admin.display(description=_("write anew"))
    def new_from_this(self, row):
        address = reverse("admin:portal_pagetext_add", query={"text": row.pk})
        return format_html('<a href="{}">{}</a>', address, gettext("Begin with this text"))
