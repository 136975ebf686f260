"""Questions, advice, adoptions, needs and offers, introductions and flags, as the secretariat sees them."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from citynet.web.admin import ReadOnlyAdmin, ReadOnlyInline
from exchange.content import desk
from exchange.content.introductions import subject_of, title_of
from exchange.models import (
    Addressee,
    Adoption,
    Advice,
    Cooperation,
    Flag,
    Introduction,
    Question,
)
from exchange.models.querysets import MODERATE
from exchange.steps import moderation
from exchange.steps.errors import ExchangeError
from exchange.steps.notifications import text_of
from members.admin.search import MemberSearchMixin

from . import acts, figures, letters
from .adoptions import EnteredAdoptions


class WaitsFilter(admin.SimpleListFilter):
    """Rows by the work that they wait for, as the desk names it."""

    title, parameter_name = _("waits for"), "waits"

    def lookups(self, request, model_admin):
        return [
            (kind.name, kind.label)
            for kind in desk.KINDS.values()
            if kind.model is model_admin.model
        ]

    def queryset(self, request, queryset):
        known = {name for name, _label in self.lookup_choices}
        return desk.CONDITIONS[self.value()](queryset) if self.value() in known else queryset


class HiddenFilter(admin.SimpleListFilter):
    """Entries by whether others can read them."""

    title, parameter_name = _("taken away"), "away"
    CONDITIONS = {"removed": Q(removed_at__isnull=False), "hidden": Q(hidden_at__isnull=False)}

    def lookups(self, request, model_admin):
        return [("removed", _("Removed")), ("hidden", _("Hidden after flags"))]

    def queryset(self, request, queryset):
        condition = self.CONDITIONS.get(self.value())
        return queryset.filter(condition) if condition is not None else queryset


class DeskAdmin(ReadOnlyAdmin):
    """Rows are read here, the oldest first where they wait; what may be done has a page each."""

    show_full_result_count = False
    list_per_page = 50

    def get_ordering(self, request):
        kind = desk.KINDS.get(request.GET.get(WaitsFilter.parameter_name, ""))
        return [kind.since, "pk"] if kind and kind.model is self.model else ["-pk"]


class EntryAdmin(MemberSearchMixin, DeskAdmin):
    """An entry, with the acts that are possible now."""

    list_select_related = ["member"]
    change_form_template = "admin/exchange/change_form.html"
    actions = ["approve"]

    def get_queryset(self, request):
        return self.model.objects.readable_by(request.user)

    def get_urls(self):
        model = self.opts.model_name
        view = partial(acts.act_view, model_admin=self)
        own = [
            path(
                f"<int:pk>/{act.name}/",
                self.admin_site.admin_view(partial(view, name=act.name)),
                name=f"exchange_{model}_{act.name}",
            )
            for act in acts.of_model(self.model)
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        entry = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if entry is not None:
            model = self.opts.model_name
            context["acts"] = [
                (act.label, reverse(f"admin:exchange_{model}_{act.name}", args=[entry.pk]))
                for act in acts.possible(request.user, entry)
            ]
            context["written"] = text_of(entry)
            context["flags"] = moderation.flags_on(entry).select_related("member")
            kind = {Question: "questions", Advice: "know-how"}.get(self.model)
            if kind and entry.language != "en" and request.user.has_perm(MODERATE):
                context["english"] = reverse("exchange:english", args=[kind, entry.pk])
        return super().change_view(request, object_id, form_url, context)

    def get_actions(self, request):
        """Only entries that wait can be approved, and by moderators only."""
        known = super().get_actions(request)
        waits = request.GET.get(WaitsFilter.parameter_name, "").startswith("check-")
        if not waits or not request.user.has_perm(MODERATE):
            known.pop("approve", None)
        return known

    @admin.action(description=_("Approve the ticked ones"), permissions=["view"])
    def approve(self, request, queryset):
        """Approve several entries at once; what cannot be approved is named."""
        if not request.user.has_perm(MODERATE):
            raise PermissionDenied
        done = 0
        for entry in queryset:
            try:
                moderation.approve(entry, by=request.user)
            except ExchangeError as refusal:
                messages.warning(request, f"{entry}: {refusal}")
            else:
                done += 1
        if done:
            words = ngettext("%(count)d is approved.", "%(count)d are approved.", done)
            messages.success(request, words % {"count": done})

    @admin.display(description=_("state"))
    def standing(self, entry):
        if entry.removed_at:
            return _("Removed")
        if entry.hidden_at:
            return _("Hidden after flags")
        return entry.get_state_display()


class AddresseeInline(ReadOnlyInline):
    model = Addressee
    fields = ["member", "state", "asked_at", "reason", "declined_reason", "declined_text"]
    readonly_fields = fields


@admin.register(Question)
class QuestionAdmin(EntryAdmin):
    list_display = ["title", "member", "topic", "standing", "language", "opened_at", "created_at"]
    list_filter = [WaitsFilter, "state", HiddenFilter, "topic", "visibility", "language"]
    search_fields = ["title", "background", "english"]
    inlines = [AddresseeInline]

    def get_urls(self):
        return [*figures.urls(self), *super().get_urls()]

    def view_on_site(self, entry):
        return entry.get_absolute_url()


@admin.register(Advice)
class AdviceAdmin(EntryAdmin):
    list_display = ["__str__", "member", "topic", "standing", "language", "created_at"]
    list_filter = [WaitsFilter, "state", HiddenFilter, "topic", "visibility", "language"]
    search_fields = ["text", "english", "source"]

    def view_on_site(self, entry):
        return entry.get_absolute_url()


@admin.register(Adoption)
class AdoptionAdmin(EnteredAdoptions, EntryAdmin):
    list_display = ["__str__", "stage", "standing", "provenance", "created_at", "disputed_at"]
    list_filter = [WaitsFilter, "state", HiddenFilter, "stage", "provenance"]
    list_select_related = ["member", "case"]
    search_fields = ["kept", "original_title"]
    actions = []


@admin.register(Cooperation)
class CooperationAdmin(EntryAdmin):
    list_display = ["title", "kind", "member", "standing", "valid_until"]
    list_filter = [WaitsFilter, "kind", "state", HiddenFilter]
    search_fields = ["title", "text"]


@admin.register(Addressee)
class AddresseeAdmin(MemberSearchMixin, DeskAdmin):
    """Whom questions are put to; the letter to a member of whom nobody is here."""

    list_display = ["letter_link", "member", "asker", "state", "asked_at", "letter_sent_at"]
    list_display_links = None
    list_filter = [WaitsFilter, "state"]
    list_select_related = ["member", "question__member"]
    search_fields = ["question__title"]

    def get_queryset(self, request):
        readable = Question.objects.readable_by(request.user).order_by().values("pk")
        return super().get_queryset(request).filter(question__in=readable)

    def get_urls(self):
        return [*letters.urls(self), *super().get_urls()]

    @admin.display(description=_("question"))
    def letter_link(self, addressee):
        url = reverse("admin:exchange_addressee_letter", args=[addressee.pk])
        return format_html('<a href="{}" dir="auto">{}</a>', url, addressee.question.title)

    @admin.display(description=_("asked by"))
    def asker(self, addressee):
        return addressee.question.member


@admin.register(Introduction)
class IntroductionAdmin(DeskAdmin):
    list_display = ["__str__", "state", "created_at", "decided_at", "outcome"]
    list_filter = [WaitsFilter, "state", "outcome"]
    list_select_related = ["from_member", "to_member"]
    fields = [
        *("about", "from_user", "from_member", "to_member", "text", "state", "created_at"),
        *("decided_by", "decided_at", "decision_note", "outcome_asked_at", "outcome"),
    ]
    readonly_fields = ["about", "created_at"]

    @admin.display(description=_("entry"))
    def about(self, introduction):
        """Name the entry by its title; a draft of its team by its number only."""
        entry = subject_of(introduction)
        kind = capfirst(entry._meta.verbose_name)
        if not type(entry).objects.known_to_secretariat().contains(entry):
            return f"{kind} {entry.pk}"
        url = reverse(f"admin:exchange_{entry._meta.model_name}_change", args=[entry.pk])
        title = title_of(introduction)
        return format_html('{}: <a href="{}" dir="auto">{}</a>', kind, url, title)


@admin.register(Flag)
class FlagAdmin(DeskAdmin):
    """Flags lead to the entry that they are on."""

    list_display = ["entry_link", "reason", "text", "member", "created_at", "decided_at"]
    list_display_links = None
    list_filter = [WaitsFilter, "reason"]
    list_select_related = ["member"]
    fields = [
        *("entry_link", "reason", "text", "by", "member", "created_at"),
        *("decided_by", "decided_at"),
    ]
    readonly_fields = ["entry_link", "created_at"]

    @admin.display(description=_("entry"))
    def entry_link(self, flag):
        entry = moderation.entry_of(flag)
        if entry is None:
            return str(flag)
        url = reverse(f"admin:exchange_{entry._meta.model_name}_change", args=[entry.pk])
        return format_html('<a href="{}" dir="auto">{}</a>', url, entry)
