"""Seminars: written, announced, moved, cancelled and copied by the secretariat, and who takes part."""

import zoneinfo
from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import NumberInput
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citynet.web.admin import HTTPS_ADDRESSES, LockedChangeMixin, ask, get_or_post, page
from citynet.web.csv import csv_response
from citynet.web.text import is_key
from exchange.admin.entries import WaitsFilter
from exchange.forms.desk import SureForm
from exchange.models.querysets import MODERATE
from exchange.steps.errors import ExchangeError
from members.models import Member
from members.record import audit
from seminars.content import times
from seminars.models import (
    Registration,
    Seminar,
    SeminarHost,
    SeminarItem,
    SeminarMaterial,
    SeminarSource,
)
from seminars.steps import registrations, seminars

from .forms import CancelForm, MaterialForm, SeminarForm


class SecretariatMixin:
    """Who may moderate the exchange writes seminars too."""

    def has_module_permission(self, request):
        return request.user.has_perm(MODERATE)

    def _may(self, request, obj=None):
        return request.user.has_perm(MODERATE)

    has_view_permission = has_add_permission = has_change_permission = _may


class Rows(SecretariatMixin):
    extra = 0
    formfield_overrides = HTTPS_ADDRESSES

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Members are read once for all rows; a case is named by its number."""
        if db_field.name == "case":
            kwargs["widget"] = NumberInput
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "member":
            if not hasattr(request, "members_to_choose"):
                names = Member.objects.order_by("search_names").values_list("pk", "name")
                request.members_to_choose = [("", "–"), *names]
            field.choices = request.members_to_choose
        return field

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm(MODERATE)


class HostInline(Rows, admin.TabularInline):
    model = SeminarHost
    fields = ["member", "name"]


class ItemInline(Rows, admin.StackedInline):
    model = SeminarItem
    fields = [("starts_at", "minutes"), "title", "speaker", "member", "case"]


class MaterialInline(Rows, admin.StackedInline):
    model = SeminarMaterial
    form = MaterialForm
    fields = [("kind", "language"), "title", "url", "file"]


class SourceInline(Rows, admin.TabularInline):
    model = SeminarSource
    fields = ["title", "url", "accessed"]


@admin.register(Seminar)
class SeminarAdmin(LockedChangeMixin, SecretariatMixin, admin.ModelAdmin):
    """All times are shown and written in the zone of the seminar."""

    form = SeminarForm
    inlines = [HostInline, ItemInline, MaterialInline, SourceInline]
    list_display = ["title", "kind", "state", "when"]
    list_filter = [WaitsFilter, "state", "kind", "is_compiled"]
    search_fields = ["title", "summary", "place"]
    ordering = ["-day", "-pk"]
    list_per_page = 50
    show_full_result_count = False
    formfield_overrides = HTTPS_ADDRESSES
    change_form_template = "admin/seminars/change_form.html"
    fieldsets = [
        (None, {"fields": ["title", ("kind", "mode"), "summary", "languages", "for_whom"]}),
        (
            gettext_lazy("When and where"),
            {
                "fields": [
                    *("time_zone", ("starts_at", "ends_at"), "whole_days", "day"),
                    ("place", "country"),
                ]
            },
        ),
        (gettext_lazy("Targets and themes"), {"fields": ["targets", "themes"]}),
        (
            gettext_lazy("Registration"),
            {
                "fields": [
                    *("registration", "registration_url", "closes_at", "seats", "fee"),
                    "join_url",
                ]
            },
        ),
        (gettext_lazy("Afterwards"), {"fields": ["took_part", "caveat"]}),
    ]

    def has_delete_permission(self, request, obj=None):
        """Nobody deletes a seminar here: drafts have a button of their own."""
        return False

    def view_on_site(self, seminar):
        return seminar.get_absolute_url()

    @admin.display(description=gettext_lazy("when"), ordering="day")
    def when(self, seminar):
        return times.in_words(seminar)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form, with all times in the zone that is sent or, else, in that of the seminar."""
        zone = request.POST.get("time_zone") or self._zone_of(object_id)
        if zone not in zoneinfo.available_timezones():
            zone = "UTC"
        with timezone.override(zoneinfo.ZoneInfo(zone)):
            answer = super().changeform_view(request, object_id, form_url, extra_context)
            if hasattr(answer, "render"):
                answer.render()
        return answer

    def _zone_of(self, key):
        if not is_key(str(key or "")):
            return "UTC"
        return Seminar.objects.filter(pk=key).values_list("time_zone", flat=True).first() or "UTC"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        seminar = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if seminar is not None:
            context["acts"] = [
                (label, reverse(f"admin:seminars_seminar_{name}", args=[seminar.pk]))
                for name, label, is_possible in ACTS
                if is_possible(seminar)
            ]
        return super().change_view(request, object_id, form_url, context)

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        # What is changed is compared with what stands in the database now.
        obj.before = seminars.lock(obj) if change else None
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        if formset.model is SeminarItem:
            form.instance.programme_was_edited = formset.has_changed()

    @transaction.atomic
    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        seminar = form.instance
        if seminar.before is None:
            audit.record("seminar-written", seminar, by=request.user)
            return
        if not seminar.programme_was_edited:
            seminars.move_programme(seminar, seminar.before)
        seminars.changed(seminar, seminar.before, by=request.user)

    def get_urls(self):
        views = {
            "announce": announce_view,
            "cancel": cancel_view,
            "copy": copy_view,
            "discard": discard_view,
            "registrations": registrations_view,
            "registrations-csv": csv_view,
        }
        own = [
            path(
                f"<int:pk>/{'registrations.csv' if name == 'registrations-csv' else name + '/'}",
                self.admin_site.admin_view(partial(view, model_admin=self)),
                name=f"seminars_seminar_{name}",
            )
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]


State = Seminar.State
ACTS = (
    ("announce", gettext_lazy("Announce it"), lambda row: row.state == State.DRAFT),
    (
        "registrations",
        gettext_lazy("Who takes part"),
        lambda row: row.state != State.DRAFT and not row.is_compiled,
    ),
    ("copy", gettext_lazy("Copy it"), lambda _row: True),
    (
        "cancel",
        gettext_lazy("Cancel it"),
        lambda row: row.state == State.ANNOUNCED and not row.is_over,
    ),
    ("discard", gettext_lazy("Delete the draft"), lambda row: row.state == State.DRAFT),
)


def _seminar(request, pk):
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    seminar = Seminar.objects.filter(pk=pk).first()
    if seminar is None:
        raise Http404(_("There is no such seminar."))
    return seminar


def _change_page(seminar):
    return reverse("admin:seminars_seminar_change", args=[seminar.pk])


def _act(model_admin, request, seminar, make_form, step, **context):
    form = make_form(request.POST if request.method == "POST" else None)
    return ask(model_admin, request, seminar, form, step, refused=ExchangeError, **context)


@get_or_post
def announce_view(request, pk, *, model_admin):
    """Make a draft public."""
    seminar = _seminar(request, pk)
    return _act(
        model_admin,
        request,
        seminar,
        partial(SureForm, entry=seminar),
        lambda _data: seminars.announce(seminar, by=request.user),
        title=_("Announce a seminar"),
        about=_("It is in the list and in the calendar, and people can register."),
        button=_("Announce it"),
        done=_("It is announced."),
        back=_change_page(seminar),
    )


@get_or_post
def cancel_view(request, pk, *, model_admin):
    """Cancel what was announced."""
    seminar = _seminar(request, pk)
    number = seminar.registrations.filter(state__in=Registration.TOLD).count()
    return _act(
        model_admin,
        request,
        seminar,
        CancelForm,
        lambda data: seminars.cancel(seminar, by=request.user, reason=data["reason"]),
        title=_("Cancel a seminar"),
        about=_(
            "Its page stays and says that it is cancelled, calendars are told, and who is registered or waits "
            "gets a mail at once (%(number)d now). This cannot be undone: copy it to plan it anew."
        )
        % {"number": number},
        button=_("Cancel the seminar"),
        done=_("It is cancelled, and who was registered is told."),
        back=_change_page(seminar),
    )


@get_or_post
def copy_view(request, pk, *, model_admin):
    """Make a new draft of a seminar."""
    seminar, made = _seminar(request, pk), []
    answer = _act(
        model_admin,
        request,
        seminar,
        partial(SureForm, entry=seminar),
        lambda _data: made.append(seminars.copy(seminar, by=request.user)),
        title=_("Copy a seminar"),
        about=_("A new draft with its texts, hosts and programme, without times and people."),
        button=_("Copy it"),
        done=_("This is the copy."),
        back=_change_page(seminar),
    )
    return redirect(_change_page(made[0])) if made else answer


@get_or_post
def discard_view(request, pk, *, model_admin):
    """Delete a draft."""
    seminar = _seminar(request, pk)
    return _act(
        model_admin,
        request,
        seminar,
        partial(SureForm, entry=seminar),
        lambda _data: seminars.delete(seminar, by=request.user),
        title=_("Delete a draft"),
        about=_("Nobody else has seen it. It cannot be brought back."),
        button=_("Delete the draft"),
        done=_("The draft is deleted."),
        back=reverse("admin:seminars_seminar_changelist"),
    )


def _rows(seminar):
    return seminar.registrations.select_related("user", "member").order_by("registered_at", "pk")


@get_or_post
def registrations_view(request, pk, *, model_admin):
    """Who is registered, who waits, and who came: ticked when it has begun."""
    seminar = _seminar(request, pk)
    rows = list(_rows(seminar))
    has_begun = bool(seminar.starts_at and seminar.starts_at <= timezone.now())
    if request.method == "POST":
        ticked = set(request.POST.getlist("came"))
        came = [row.pk for row in rows if str(row.pk) in ticked]
        try:
            registrations.note_who_came(seminar, came, by=request.user)
        except ExchangeError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It is noted who came."))
        return redirect("admin:seminars_seminar_registrations", pk)
    return page(
        model_admin,
        request,
        "admin/seminars/registrations.html",
        obj=seminar,
        title=_("Who takes part"),
        rows=rows,
        has_begun=has_begun,
        may_come=(*Registration.TOLD, Registration.State.CAME),
    )


@require_safe
def csv_view(request, pk, *, model_admin):
    """The registrations as a file, without anybody's address; that it was taken is recorded."""
    seminar = _seminar(request, pk)
    if request.method == "GET":
        audit.record("seminar-exported", seminar, by=request.user)
    header = ["name", "member", "country", "language", "state", "registered_at"]
    rows = (
        [
            row.user.get_full_name(),
            row.member.name if row.member else None,
            row.member.country.code if row.member else None,
            row.language,
            row.state,
            f"{row.registered_at:%Y-%m-%d %H:%M} UTC",
        ]
        for row in _rows(seminar)
    )
    return csv_response(request, f"seminar-{seminar.pk}-registrations.csv", header, rows)
