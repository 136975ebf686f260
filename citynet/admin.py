"""What the secretariat's pages have in common."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

admin.site.site_header = _("Urban SDG Knowledge Platform")
admin.site.site_title = _("Secretariat")
admin.site.index_title = _("Secretariat")
# One door: second factors and limits against guessing hold for the secretariat too.
admin.site.login = secure_admin_login(admin.site.login)


# Addresses that are typed without a scheme are taken for https.
HTTPS_ADDRESSES = {models.URLField: {"assume_scheme": "https"}}


class ReadOnlyMixin:
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


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline):
    """Read-only rows below a page."""

    extra = 0
    can_delete = False
