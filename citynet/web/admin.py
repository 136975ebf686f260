"""What the secretariat's pages have in common."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import connection, models
from django.db.models.constants import LOOKUP_SEP
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .text import address_part

no_null_characters = ProhibitNullCharactersValidator()
get_or_post = require_http_methods(["GET", "HEAD", "POST"])

# How one asks for a row of another table by its key.
KEY_LOOKUPS = {"id", "pk", "exact", "in", "isnull"}
# Addresses that are typed without a scheme are taken for https.
HTTPS_ADDRESSES = {models.URLField: {"assume_scheme": "https"}}


class AddressFromNameForm(forms.ModelForm):
    """A name and the part of addresses that is made from it where none is written.

    The script of Django's admin, which fills it in while the name is typed, makes "dj" of "Đ".
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("Left empty, it is made from the name.")

    def clean_slug(self):
        most = self.fields["slug"].max_length
        slug = self.cleaned_data["slug"] or address_part(self.cleaned_data.get("name", ""), most)
        if not slug:
            raise ValidationError(_("Write it in Latin letters, digits and hyphens."))
        return slug


class KnownAutocompleteSelect(AutocompleteSelect):
    """A choice that is found by words. What can be no key of a row is not looked up when the form is
    shown again."""

    def optgroups(self, name, value, attr=None):
        key = self.field.remote_field.model._meta.pk
        known = []
        for each in value:
            try:
                no_null_characters(str(each))
                key.run_validators(key.to_python(each))
            except ValidationError:
                continue
            known.append(each)
        groups = super().optgroups(name, known, attr)
        for _label, options, _index in groups:
            for option in options:
                # A choice without a name is no HTML.
                option["label"] = option["label"] or "–"
        return groups


class AutocompleteMixin:
    """For pages with ``autocomplete_fields``."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocompleteSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        # What can be chosen is not in the page yet: "required" needs it there. The server asks for it.
        form.use_required_attribute = False
        return form


class OfferedFiltersMixin:
    """A list that its address narrows by what it offers and shows, and by the keys of its rows.

    Django lets it ask for any column, and for rows of any other table that refer to it: whether a case
    has a draft that was never submitted, or who has private collections.
    """

    def lookup_allowed(self, lookup, value, request=None):
        name, *rest = lookup.split(LOOKUP_SEP)
        if not super().lookup_allowed(lookup, value, request):
            return False
        filters = self.get_list_filter(request)
        if lookup in {each.parameter_name for each in filters if isinstance(each, type)}:
            return True
        columns = [each for each in filters if not isinstance(each, type)]
        columns = [each if isinstance(each, str) else each[0] for each in columns]
        if any(f"{lookup}__".startswith(f"{each}__") for each in [*columns, self.date_hierarchy]):
            return True
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            # Nothing is asked with it.
            return True
        if field.is_relation:
            return field.concrete and KEY_LOOKUPS.issuperset(rest)
        return field.primary_key or name in self.list_display


class LockedChangeMixin(OfferedFiltersMixin):
    """What a step of a colleague did between the reading and the saving of a form is not undone by it.

    The admin reads a row, fills the form in and saves every column: a mail sent meanwhile would be
    unsent. So the row is locked first, and what stands there then is what is changed.
    """

    def get_object(self, request, object_id, from_field=None):
        obj = super().get_object(request, object_id, from_field)
        if obj is None or request.method != "POST" or not connection.in_atomic_block:
            return obj
        self.model._base_manager.select_for_update().filter(pk=obj.pk).first()
        return super().get_object(request, object_id, from_field)


class ReadOnlyMixin(OfferedFiltersMixin):
    """Rows that may be looked at, never added, changed or deleted, whoever asks."""

    formfield_overrides = HTTPS_ADDRESSES

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """A read-only list and page."""


class YearAsWritten(forms.NumberInput):
    """A year that cannot be changed: 2010, where Django would write 2,010 as of any number."""

    read_only = True

    def render(self, name, value, attrs=None, renderer=None):
        return "–" if value is None else str(value)


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    """Read-only rows below a page."""

    extra = 0
    can_delete = False

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.IntegerField) and db_field.name.endswith("year"):
            kwargs["widget"] = YearAsWritten
        return super().formfield_for_dbfield(db_field, request, **kwargs)


def page(model_admin, request, template, *, title, obj=None, status=200, **context):
    """Return a page of our own among those of ``model_admin``, with the frame of the admin around it."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": obj,
        "title": title,
        "media": model_admin.media,
        **context,
    }
    return TemplateResponse(request, template, context, status=status)


def ask(
    model_admin,
    request,
    obj,
    form,
    step,
    *,
    refused,
    back,
    done,
    template="admin/ask.html",
    **context,
):
    """One thing to be done with ``obj``: the form on GET; on POST ``step(form.cleaned_data)``.

    When it is done, ``done`` is said and ``back`` follows. A form that is not filled in rightly, and
    a ``step`` that raises ``refused``, return the page with what was typed and what is wrong.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                step(form.cleaned_data)
            except refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, done)
                return redirect(back)
    return page(model_admin, request, template, obj=obj, form=form, status=status, **context)
