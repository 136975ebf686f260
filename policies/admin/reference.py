"""Themes and the moderators' phrases."""

from functools import partial
from http import HTTPStatus

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from citynet.web.admin import AddressFromNameForm, LockedChangeMixin, page
from citynet.web.text import is_key
from members.record import audit
from policies.forms.curation import ThemeMergeForm
from policies.models import FormerTheme, Phrase, RevisionTheme, Theme
from policies.workflow import themes
from policies.workflow.errors import WorkflowError


class ThemeForm(AddressFromNameForm):
    def clean_name(self):
        """Refuse names that differ from another one only in case."""
        name = self.cleaned_data["name"]
        if Theme.objects.exclude(pk=self.instance.pk).filter(name__iexact=name).exists():
            raise ValidationError(_("There is a theme of this name already."))
        return name

    def clean_slug(self):
        slug = super().clean_slug()
        if FormerTheme.objects.filter(slug=slug).exists():
            raise ValidationError(_("This address leads to another theme."))
        return slug


@admin.register(Theme)
class ThemeAdmin(LockedChangeMixin, admin.ModelAdmin):
    form = ThemeForm
    list_display = ["name", "slug", "position", "public_cases"]
    search_fields = ["name"]
    fields = ["name", "slug", "description", "position"]
    change_form_template = "admin/policies/theme/change_form.html"

    def get_queryset(self, request):
        public = Count("rows", filter=Q(rows__revision__live_of__isnull=False))
        return super().get_queryset(request).annotate(public=public)

    @admin.display(description=_("public cases"), ordering="public")
    def public_cases(self, theme):
        return theme.public

    def get_readonly_fields(self, request, obj=None):
        # The slug is part of URLs that people have saved.
        return ["slug"] if obj else []

    def get_actions(self, request):
        # Each deletion is confirmed and recorded on its own.
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request, obj=None):
        """Allow to delete only themes that no text has; others are merged."""
        in_use = obj is not None and RevisionTheme.objects.filter(theme=obj).exists()
        return super().has_delete_permission(request, obj) and not in_use

    def save_model(self, request, obj, form, change):
        (themes.change if change else themes.add)(obj, by=request.user)

    def delete_model(self, request, obj):
        themes.delete(obj, by=request.user)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except WorkflowError as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:policies_theme_changelist")

    def get_urls(self):
        view = self.admin_site.admin_view(partial(merge_view, model_admin=self))
        return [
            path("<int:pk>/merge/", view, name="policies_theme_merge"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        merge = None
        if is_key(object_id) and self.has_change_permission(request):
            merge = reverse("admin:policies_theme_merge", args=[object_id])
        return super().change_view(
            request, object_id, form_url, {"merge": merge, **(extra_context or {})}
        )


@require_http_methods(["GET", "HEAD", "POST"])
def merge_view(request, pk, *, model_admin):
    """Ask, and then replace this theme by another one in every text."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    theme = get_object_or_404(Theme, pk=pk)
    form = ThemeMergeForm(request.POST if request.method == "POST" else None, theme=theme)
    if form.is_bound and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            themes.merge(theme, into, by=request.user, reason=form.cleaned_data["reason"])
        except WorkflowError as refusal:
            messages.error(request, str(refusal))
        else:
            told = _("%(old)s is merged into %(new)s.") % {"old": theme, "new": into}
            messages.success(request, told)
        return redirect("admin:policies_theme_changelist")
    return page(
        model_admin,
        request,
        "admin/policies/theme/merge.html",
        title=_("Merge this theme into another one?"),
        obj=theme,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        theme=theme,
        uses=theme.rows.count(),
        form=form,
    )


@admin.register(Phrase)
class PhraseAdmin(LockedChangeMixin, admin.ModelAdmin):
    list_display = ["title", "use", "position"]
    list_filter = ["use"]
    search_fields = ["title", "text"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        action = "phrase-changed" if change else "phrase-added"
        audit.record(action, obj, by=request.user, reason=obj.text)

    def delete_model(self, request, obj):
        audit.record("phrase-deleted", obj, by=request.user, reason=obj.text)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for phrase in queryset:
            audit.record("phrase-deleted", phrase, by=request.user, reason=phrase.text)
        super().delete_queryset(request, queryset)
