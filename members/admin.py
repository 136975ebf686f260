"""Members, the evidence that they are members, people and who acts for which member."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

from citynet.admin import HTTPS_ADDRESSES

from . import accounts
from .models import Member, MemberEvidence, Membership, User


class UserCreationForm(AdminUserCreationForm):
    """A person signs in with the e-mail address; Django's own form asks for a user name."""

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean_email(self):
        return self.cleaned_data["email"].lower()


class MembershipInline(admin.TabularInline):
    model = Membership
    fk_name = "user"
    extra = 0
    autocomplete_fields = ["member"]
    fields = ["member", "role", "status", "created_at", "decided_by", "decided_at"]
    readonly_fields = ["created_at"]
    raw_id_fields = ["decided_by"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = UserCreationForm
    list_display = ["email", "name", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["email", "password", "name"]}),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]}),
    ]

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def delete_model(self, request, obj):
        accounts.delete_account(obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            accounts.delete_account(user, by=request.user)


class MemberEvidenceInline(admin.TabularInline):
    model = MemberEvidence
    formfield_overrides = HTTPS_ADDRESSES
    extra = 0


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    formfield_overrides = HTTPS_ADDRESSES
    list_display = ["name", "kind", "country_name", "status", "joined", "updated_at"]
    list_filter = ["kind", "status", "country"]
    search_fields = ["name", "local_name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["updated_at"]
    # Pictures are taken in by a form that checks and re-encodes them, not here.
    exclude = ["photo"]
    inlines = [MemberEvidenceInline]

    @admin.display(description=_("country or area"), ordering="country")
    def country_name(self, member):
        return member.country_name


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "member", "role", "status", "created_at", "decided_at"]
    list_filter = ["status", "role"]
    list_select_related = ["user", "member"]
    search_fields = ["user__email", "user__name", "member__name", "member__local_name"]
    autocomplete_fields = ["user", "member"]
    raw_id_fields = ["decided_by"]
    readonly_fields = ["created_at"]
