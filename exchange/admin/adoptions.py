"""Adoptions that the secretariat enters from public sources. What cities write is read here only."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.utils import timezone
from django.utils.translation import gettext as _

from citynet.web.admin import (
    HTTPS_ADDRESSES,
    AutocompleteMixin,
    LockedChangeMixin,
    ReadOnlyAdmin,
)
from citynet.web.text import is_key
from exchange.models import (
    Adoption,
    AdoptionChange,
    AdoptionIndicator,
    AdoptionReport,
    AdoptionSource,
)
from exchange.models.adoptions import FINAL_STAGES
from exchange.models.querysets import MODERATE
from exchange.steps import adoptions
from policies.models import CaseStudy

SECRETARIAT = CaseStudy.Provenance.SECRETARIAT
FIELDS = (
    *("member", "case", "original_title", "original_member", "stage", "learned_by", "started"),
    *("kept", "reason", "strength", "caveat"),
)


class AdoptionForm(forms.ModelForm):
    # Who fills it in; set by the page.
    user = None

    def clean(self):
        data = super().clean()
        case, member = data.get("case"), data.get("member")
        if not case and not data.get("original_title"):
            self.add_error("case", _("Name the case, or the title of the original."))
        if member and member in (case and case.member, data.get("original_member")):
            self.add_error("member", _("A member cannot adopt its own policy."))
        elif case and member:
            # A team's draft is its own: it meets this entry when it is published.
            others = Adoption.objects.readable_by(self.user).about_case(case)
            others = others.filter(member=member, removed_at=None)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("member", _("There is an entry of this member on the case already."))
        if data.get("stage") in FINAL_STAGES and not data.get("reason"):
            self.add_error("reason", _("Give the reason in a sentence."))
        return data


class EnteredRows:
    """Rows of what the secretariat entered."""

    extra = 0
    formfield_overrides = HTTPS_ADDRESSES

    def has_view_permission(self, request, obj=None):
        return True

    def _may_write(self, request, obj=None):
        return request.user.has_perm(MODERATE) and (obj is None or obj.is_compiled)

    has_add_permission = has_change_permission = has_delete_permission = _may_write


class SourceInline(EnteredRows, admin.TabularInline):
    model = AdoptionSource
    min_num = 1
    validate_min = True
    fields = ["title", "url", "accessed"]

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, **kwargs | {"validate_min": True})


class ChangeInline(EnteredRows, admin.TabularInline):
    model = AdoptionChange
    max_num = adoptions.MAX_CHANGES
    fields = ["aspect", "kind", "what", "reason", "when"]


OF_REPORT = [
    ("date", "stage", "compared"),
    "text",
    ("amount", "currency", "amount_year", "amount_basis"),
    ("staff_fte", "months"),
    "source_url",
]


class ReportInline(EnteredRows, admin.StackedInline):
    """Reports are added, never changed; the page of each takes the figures that it measured."""

    model = AdoptionReport
    fields = OF_REPORT
    show_change_link = True

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission


class KnownCaseInput(ForeignKeyRawIdWidget):
    """The number of a case and a way to look it up; drafts of cities are not named."""

    def label_and_url_for_value(self, value):
        known = CaseStudy.objects.known_to_secretariat()
        if not is_key(str(value)) or not known.filter(pk=value).exists():
            return "", ""
        return super().label_and_url_for_value(value)


class EnteredAdoptions(LockedChangeMixin, AutocompleteMixin):
    """The pages on which the secretariat enters adoptions and edits those it entered."""

    form = AdoptionForm
    fields = FIELDS
    autocomplete_fields = ["member", "original_member"]
    raw_id_fields = ["case"]
    inlines = [SourceInline, ChangeInline, ReportInline]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "case":
            kwargs["queryset"] = CaseStudy.objects.known_to_secretariat()
            kwargs["widget"] = KnownCaseInput(db_field.remote_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm(MODERATE)

    def has_change_permission(self, request, obj=None):
        may = request.user.has_perm(MODERATE)
        return may and obj is not None and obj.is_compiled and not obj.removed_at

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author, obj.author_name = request.user, request.user.get_full_name()
            obj.provenance, obj.state = SECRETARIAT, Adoption.State.PUBLISHED
            obj.published_at = timezone.now()
            obj.revision = obj.case and obj.case.live
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        has_new_report = any(
            formset.model is AdoptionReport and formset.new_objects for formset in formsets
        )
        words = [form, *(each for each in formsets if each.model is AdoptionChange)]
        adoptions.enter(
            form.instance,
            by=request.user,
            is_new=not change,
            has_new_report=has_new_report,
            has_other_words=any(each.has_changed() for each in words),
        )


class IndicatorInline(EnteredRows, admin.TabularInline):
    """Figures are added like reports."""

    model = AdoptionIndicator
    fields = ["name", "unit", "baseline", "baseline_year", "value", "year"]

    def _may_write(self, request, obj=None):
        return request.user.has_perm(MODERATE) and obj is not None and obj.adoption.is_compiled

    has_add_permission = _may_write

    def has_change_permission(self, request, obj=None):
        return False

    has_delete_permission = has_change_permission


@admin.register(AdoptionReport)
class ReportAdmin(ReadOnlyAdmin):
    """A report, where the secretariat enters what it measured."""

    fields = OF_REPORT
    readonly_fields = [
        name for row in OF_REPORT for name in ((row,) if isinstance(row, str) else row)
    ]
    inlines = [IndicatorInline]
    list_display = ["adoption", "date", "stage", "compared"]
    list_select_related = ["adoption__member", "adoption__case"]
    show_full_result_count = False

    def get_queryset(self, request):
        readable = Adoption.objects.readable_by(request.user).order_by().values("pk")
        return super().get_queryset(request).filter(adoption__in=readable)

    def has_module_permission(self, request):
        """It is reached from its adoption."""
        return False

    def has_change_permission(self, request, obj=None):
        may = request.user.has_perm(MODERATE) and obj is not None
        return may and obj.adoption.is_compiled and not obj.adoption.removed_at

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        adoption = form.instance.adoption
        adoptions.enter(adoption, by=request.user, is_new=False, has_new_report=False)
