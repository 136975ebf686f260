"""Addresses, second factors and sessions of people: read-only, but a lost factor can be removed."""

from allauth.account.models import EmailAddress
from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin

from citynet.web.admin import ReadOnlyAdmin
from members.accounts.telling import record_and_tell

# In place of what the package has, where everything can be edited and nothing is recorded.
for model in (Authenticator, EmailAddress, UserSession):
    admin.site.unregister(model)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email", "user__email", "user__name"]
    show_full_result_count = False


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    list_display = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "ip"]
    show_full_result_count = False
    fields = list_display
    readonly_fields = fields


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Administrators delete a second factor for a person who has lost the device."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    show_full_result_count = False
    # Not the secret, encrypted as it is.
    fields = list_display
    readonly_fields = fields

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def delete_model(self, request, obj):
        self._take_away(request, obj)

    def delete_queryset(self, request, queryset):
        for factor in queryset.select_related("user"):
            self._take_away(request, factor)

    @staticmethod
    def _take_away(request, factor):
        record_and_tell(
            "second-factor-removed", factor.user, "factor", by=request.user, reason=factor.type
        )
        factor.delete()
        delete_dangling_recovery_codes(factor.user)
