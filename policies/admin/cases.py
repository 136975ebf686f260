"""Cases: list, page with actions after publication, and compiling a case for a member."""

from functools import partial
from http import HTTPStatus

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, Subquery
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from citynet.web.admin import ReadOnlyAdmin, ReadOnlyInline, page
from members.admin.search import MemberSearchMixin
from policies.forms.curation import CompileForm, filled
from policies.models import CaseStudy, Revision
from policies.workflow import curation

from . import case_actions
from .review import may_decide


class RevisionInline(ReadOnlyInline):
    model = Revision
    fields = ["number", "title", "language", "state", "submitted_at", "decided_at"]
    readonly_fields = fields
    show_change_link = True
    view_on_site = False

    def get_queryset(self, request):
        return super().get_queryset(request).known_to_secretariat()


class YesNoFilter(admin.SimpleListFilter):
    """Cases by whether a column has a value."""

    column = ""

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(**{f"{self.column}__isnull": self.value() == "no"})


class PublicFilter(YesNoFilter):
    title, parameter_name, column = _("public"), "public", "live"


class FeaturedFilter(YesNoFilter):
    title, parameter_name, column = _("on the home page"), "featured", "featured_at"


class MergedFilter(YesNoFilter):
    title, parameter_name, column = _("merged into another case"), "merged", "merged_into"


class ConfirmedFilter(YesNoFilter):
    title, parameter_name, column = _("confirmed by the city"), "confirmed", "confirmed_at"


@admin.register(CaseStudy)
class CaseStudyAdmin(MemberSearchMixin, ReadOnlyAdmin):
    list_display = [
        "number",
        "title",
        "member",
        "provenance",
        "is_public",
        "is_featured",
        "merged_into_number",
        "confirmed_at",
    ]
    list_display_links = ["number", "title"]
    list_filter = [
        PublicFilter,
        "provenance",
        FeaturedFilter,
        MergedFilter,
        ConfirmedFilter,
        "synthetic",
    ]
    list_select_related = ["member", "live"]
    ordering = ["-pk"]
    search_fields = ["=id", "source_id"]
    search_help_text = _("By number, title, member or source id.")
    show_full_result_count = False
    fields = [
        "public_page",
        "member",
        "provenance",
        "confirmed_at",
        "confirmed_by",
        "featured_at",
        "merged",
        "merged_here",
        "source_id",
        "created_by",
        "created_at",
        "reminded_at",
    ]
    readonly_fields = ["public_page", "merged", "merged_here"]
    inlines = [RevisionInline]
    change_form_template = "admin/policies/casestudy/change_form.html"
    change_list_template = "admin/policies/casestudy/change_list.html"

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("policies.add_casestudy")

    def get_queryset(self, request):
        known = Revision.objects.known_to_secretariat().filter(case=OuterRef("pk"))
        cases = super().get_queryset(request).known_to_secretariat()
        newest = known.order_by("-number").values("title")[:1]
        return cases.annotate(newest_title=Subquery(newest))

    def get_search_results(self, request, queryset, search_term):
        """Find cases by their titles too, but not by those that the secretariat may not see."""
        found, may_be_twice = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_be_twice
        titled = Revision.objects.known_to_secretariat().filter(case=OuterRef("pk"))
        for word in search_term.split():
            titled = titled.filter(title__icontains=word)
        return queryset.filter(Q(pk__in=found.values("pk")) | Exists(titled)), False

    def get_urls(self):
        view = partial(case_actions.action_view, model_admin=self)
        return [
            *[
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(partial(view, name=name)),
                    name=f"policies_casestudy_{name}",
                )
                for name in case_actions.ACTIONS
            ],
            *super().get_urls(),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        """Start a case on behalf of a member; it is written with the authors' form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = filled(CompileForm, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            given = {name: form.cleaned_data[name] for name in CompileForm.Meta.fields}
            draft = curation.compile_case(
                form.cleaned_data["chosen"],
                by=request.user,
                reason=form.cleaned_data["reason"],
                **given,
            )
            messages.success(request, _("The draft is created. Write it section by section."))
            return redirect("policies:edit", draft.case_id)
        return page(
            self,
            request,
            "admin/policies/casestudy/compile.html",
            title=_("Compile a case on behalf of a member"),
            status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
            form=form,
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        case = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if case is not None:
            editable = CaseStudy.objects.editable_by(request.user).filter(pk=case.pk)
            context |= {
                "actions": [
                    (
                        action.label,
                        reverse(f"admin:policies_casestudy_{action.name}", args=[case.pk]),
                    )
                    for action in case_actions.possible(request.user, case)
                ],
                "can_correct": case.live_id and may_decide(request.user),
                "can_write": not case.merged_into_id and editable.exists(),
            }
        return super().change_view(request, object_id, form_url, context)

    def view_on_site(self, case):
        return case.get_absolute_url() if case.live_id else None

    @admin.display(description=_("number"), ordering="pk")
    def number(self, case):
        return str(case.pk)

    @admin.display(description=_("title"))
    def title(self, case):
        return case.live.title if case.live else case.newest_title

    @admin.display(description=_("public"), boolean=True)
    def is_public(self, case):
        return case.live_id is not None

    @admin.display(description=_("home page"), boolean=True, ordering="featured_at")
    def is_featured(self, case):
        return case.featured_at is not None

    @admin.display(description=_("public page"))
    def public_page(self, case):
        if not case.live:
            return _("Not public")
        return format_html('<a href="{}">{}</a>', case.get_absolute_url(), case.live.title)

    @admin.display(description=_("merged into"), ordering="merged_into")
    def merged_into_number(self, case):
        return case.merged_into_id and str(case.merged_into_id)

    @admin.display(description=_("merged into"))
    def merged(self, case):
        return _link(case.merged_into) if case.merged_into else ""

    @admin.display(description=_("merged into this case"))
    def merged_here(self, case):
        return render_to_string(
            "admin/policies/casestudy/merged.html", {"cases": case.merged.all()}
        )


def _link(case):
    address = reverse("admin:policies_casestudy_change", args=[case.pk])
    return format_html('<a href="{}">{}</a>', address, case)
