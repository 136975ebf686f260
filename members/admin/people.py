"""People: who they are, what they may do, what they did."""

from functools import partial

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citynet.web.admin import LockedChangeMixin, ReadOnlyInline, ask, get_or_post, page
from members.accounts import blocking
from members.accounts.telling import record_and_tell, tell
from members.errors import MembersError
from members.models import Invitation, Membership, User
from members.record import audit, people

from .forms import ReasonForm, UserCreationForm

# What gives a person rights in the admin; a change of any is recorded.
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

# Rows of each kind on the page of a trail; for older ones the lists of the admin have filters.
MAX_TRAIL_ROWS = 100


class MembershipInline(ReadOnlyInline):
    model = Membership
    fk_name = "user"
    fields = ["member", "role", "status", "created_at", "decided_by", "decided_at"]
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("member", "decided_by")


class AdministratorsOnly:
    """Rows that only administrators add, change and delete; others may look at them."""

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


@admin.register(User)
class UserAdmin(LockedChangeMixin, AdministratorsOnly, DjangoUserAdmin):
    """Whoever may change people may block them; all else is the administrators'."""

    add_form = UserCreationForm
    list_display = ["email", "name", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    show_full_result_count = False
    # A person changes the address on the pages of the account, where it is verified.
    readonly_fields = ["email", "is_active", "last_login", "date_joined"]
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

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if not obj or request.user.is_superuser:
            return fieldsets
        # Nothing of a password is for others, and they cannot set one either.
        return [
            (title, {"fields": [name for name in each["fields"] if name != "password"]})
            for title, each in fieldsets
        ]

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_urls(self):
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"members_user_{name}")
            for name, view in [
                ("trail", self.trail),
                ("block", self.block),
                ("unblock", self.unblock),
            ]
        ]
        return own + super().get_urls()

    def render_change_form(self, request, context, *args, **kwargs):
        person = kwargs.get("obj")
        if person:
            context["may_block"] = blocking.may_block(request.user, person)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        # Compared with what it becomes once the groups are saved too.
        request.rights_before = rights_of(User.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        person = form.instance
        if not change:
            record_and_tell("account-added", person, "added", by=request.user)
            return
        changed = [name for name in form.changed_data if name not in RIGHTS]
        if changed:
            what = ", ".join(changed)
            record_and_tell("account-changed", person, "data", by=request.user, reason=what)
        record_rights(person, request.rights_before, by=request.user)

    def user_change_password(self, request, id, form_url=""):  # noqa: A002 - Django's own name
        """Django's page; what it changes is recorded, and the person is told."""
        person = self.get_object(request, unquote(id))
        answer = super().user_change_password(request, id, form_url)
        if person and person.password != (now := User.objects.get(pk=person.pk)).password:
            change = "password" if now.has_usable_password() else "no-password"
            record_and_tell("password-set", now, change, by=request.user)
        return answer

    def get_deleted_objects(self, objs, request):
        """What goes with the accounts is counted and not named: drafts are among it."""
        _deleted, counts, _forbidden, protected = super().get_deleted_objects(objs, request)
        accounts = [person.email for person in objs]
        # Memberships and the like are read-only by themselves, but go with the account.
        return accounts, counts, set(), protected

    def delete_model(self, request, obj):
        email = obj.email
        people.delete_account(obj, by=request.user)
        send = partial(get_adapter().send_mail, "account/email/account_deleted", email, {})
        transaction.on_commit(send)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            self.delete_model(request, user)

    @method_decorator(require_safe)
    def trail(self, request, pk):
        """All that a person did and that was done to the person."""
        if not (self.has_view_permission(request) and request.user.has_perm("members.view_event")):
            raise PermissionDenied
        person = get_object_or_404(User, pk=pk)
        parts = [
            {"template": template, "rows": rows[:MAX_TRAIL_ROWS], "total": rows.count()}
            for template, rows in people.trail_of(person).items()
        ]
        return page(
            self,
            request,
            "admin/members/user/trail.html",
            title=gettext("Trail of %(name)s") % {"name": person},
            obj=person,
            person=person,
            parts=parts,
            most=MAX_TRAIL_ROWS,
            is_cut=any(part["total"] > MAX_TRAIL_ROWS for part in parts),
        )

    @method_decorator(get_or_post)
    def block(self, request, pk):
        """Ask for the reason, then close the account to its person."""
        return self._ask(
            request,
            pk,
            blocking.block,
            title=_("Block %(name)s"),
            about=_(
                "Nobody can sign in to a blocked account; its sessions end now. Nothing is deleted: "
                "cases, memberships and the record stay."
            ),
            button=_("Block the account"),
            done=_("The account of %(name)s is blocked."),
        )

    @method_decorator(get_or_post)
    def unblock(self, request, pk):
        """Ask for the reason, then let the person sign in again."""
        return self._ask(
            request,
            pk,
            blocking.unblock,
            title=_("Unblock %(name)s"),
            about=_("The person can sign in again, with the rights that the account had before."),
            button=_("Unblock the account"),
            done=_("%(name)s can sign in again."),
        )

    def _ask(self, request, pk, step, *, title, about, button, done):
        if not request.user.has_perm("members.change_user"):
            raise PermissionDenied
        person = get_object_or_404(User, pk=pk)
        if not blocking.may_block(request.user, person):
            raise PermissionDenied
        return ask(
            self,
            request,
            person,
            ReasonForm(request.POST if request.method == "POST" else None),
            lambda data: step(person, by=request.user, reason=data["reason"]),
            refused=MembersError,
            back=reverse("admin:members_user_change", args=[person.pk]),
            done=done % {"name": person},
            title=title % {"name": person},
            about=about,
            button=button,
        )


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(LockedChangeMixin, AdministratorsOnly, DjangoGroupAdmin):
    """Groups give rights to all who are in them, so that a change is recorded."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        granted = form.instance.permissions.order_by("pk").values_list("codename", flat=True)
        audit.record("rights-changed", form.instance, by=request.user, reason=", ".join(granted))
        tell(form.instance.user_set.all(), "rights", by=request.user)
        Invitation.objects.end_without_right()

    def delete_model(self, request, obj):
        self._record_end(request, obj)
        super().delete_model(request, obj)
        Invitation.objects.end_without_right()

    def delete_queryset(self, request, queryset):
        for group in queryset:
            self._record_end(request, group)
        super().delete_queryset(request, queryset)
        Invitation.objects.end_without_right()

    def _record_end(self, request, group):
        audit.record("rights-changed", group, by=request.user, reason=gettext("Group deleted"))
        tell(group.user_set.all(), "rights", by=request.user)


def rights_of(user):
    """Return what of ``RIGHTS`` a person has, as texts."""
    return {
        "is_staff": str(user.is_staff),
        "is_superuser": str(user.is_superuser),
        "groups": ", ".join(user.groups.order_by("name").values_list("name", flat=True)),
        "user_permissions": ", ".join(
            user.user_permissions.order_by("codename").values_list("codename", flat=True)
        ),
    }


def record_rights(user, before, *, by):
    """Record which rights of a person are not as they were ``before``, and what they are now."""
    now = rights_of(user)
    changed = [
        f"{name}: {before[name]} → {now[name]}" for name in RIGHTS if before[name] != now[name]
    ]
    if changed:
        Invitation.objects.filter(invited_by=user).end_without_right()
        record_and_tell("rights-changed", user, "rights", by=by, reason="\n".join(changed))
