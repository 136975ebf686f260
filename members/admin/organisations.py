"""Members: what is known of them, merging doubles, and who coordinates a team."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citynet.web.admin import (
    HTTPS_ADDRESSES,
    AddressFromNameForm,
    LockedChangeMixin,
    ask,
    get_or_post,
    page,
)
from members.errors import MembersError
from members.models import FormerAddress, Member, MemberEvidence
from members.place_names import add_place_names
from members.record import audit
from members.teams import city_facts, handover, invitations, memberships, merging
from members.teams.forms import InviteForm

from .forms import HandOverForm, KeptMemberForm, MergeForm
from .search import MemberSearchMixin


class MemberEvidenceInline(admin.TabularInline):
    """Evidence is part of what is known of a member: who may change one may change the other."""

    model = MemberEvidence
    formfield_overrides = HTTPS_ADDRESSES
    extra = 0

    def has_add_permission(self, request, obj):
        return _may_write(request)

    def has_change_permission(self, request, obj=None):
        return _may_write(request)

    def has_delete_permission(self, request, obj=None):
        return _may_write(request)


def _may_write(request):
    return request.user.has_perm("members.change_member") or request.user.has_perm(
        "members.add_member"
    )


@admin.register(Member)
class MemberAdmin(LockedChangeMixin, MemberSearchMixin, admin.ModelAdmin):
    member_path = "pk"
    formfield_overrides = HTTPS_ADDRESSES
    list_display = ["name", "kind", "country_name", "status", "year_of_joining", "updated_at"]
    list_filter = ["kind", "status", "country"]
    search_fields = ["slug"]
    form = AddressFromNameForm
    readonly_fields = ["updated_at"]
    show_full_result_count = False
    # Pictures are taken in by a form that checks and re-encodes them, not here.
    exclude = ["photo"]
    inlines = [MemberEvidenceInline]

    @admin.display(description=_("country or area"), ordering="country")
    def country_name(self, member):
        return member.country_name

    @admin.display(description=_("year of joining"), ordering="joined")
    def year_of_joining(self, member):
        return member.joined and str(member.joined)

    def has_delete_permission(self, request, obj=None):
        # The right that editors in chief have is for merging: nothing is lost by that.
        return request.user.is_superuser

    def get_urls(self):
        own = [
            path(
                f"<int:pk>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(view),
                name=f"members_member_{name}",
            )
            for name, view in [
                ("hand_over", self.hand_over),
                ("invite", self.invite),
                ("merge", self.merge),
            ]
        ]
        return own + super().get_urls()

    def save_model(self, request, obj, form, change):
        before = Member.objects.get(pk=obj.pk).slug if change else obj.slug
        add_place_names([obj])
        if not change and (near := Member.objects.near(obj.name, obj.country.code)):
            names = ", ".join(f"{member.name} ({member.slug})" for member in near)
            message = gettext("Listed already under nearly the same name: %(names)s.")
            messages.warning(request, message % {"names": names})
        super().save_model(request, obj, form, change)
        if before != obj.slug:
            # What was public once leads to the page for ever.
            obj.former_addresses.filter(slug=obj.slug).delete()
            FormerAddress.objects.create(slug=before, member=obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        names = [name for name in form.changed_data if name in form.fields]
        # What a team says itself is kept before and after, as where the team changes it.
        said = {
            name: city_facts.change_in_words(name, form.initial.get(name), form.cleaned_data[name])
            for name in names
            if name in city_facts.FIELDS + city_facts.OF_PAGE
        }
        changed = [said.get(name, name) for name in names]
        changed += [formset.prefix for formset in formsets if formset.has_changed()]
        if change and not changed:
            return
        action = "member-changed" if change else "member-added"
        audit.record(
            action, form.instance, by=request.user, reason=", ".join(changed) if change else ""
        )
        if change and said:
            city_facts.tell_team(form.instance, said.values(), request.user)

    def get_deleted_objects(self, objs, request):
        """What hangs on the members is counted and not named: drafts are among it."""
        deleted, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        if protected:
            protected = [
                f"{member}: {number} {name}"
                for member in objs
                for name, number in merging.what_moves(member)
            ]
        return deleted, counts, forbidden, protected

    def delete_model(self, request, obj):
        audit.record("member-deleted", obj, by=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        audit.record_all("member-deleted", queryset, by=request.user)
        super().delete_queryset(request, queryset)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = dict(extra_context or {})
        member = self.get_object(request, object_id)
        if member is not None and request.user.has_perm("members.change_membership"):
            roles = memberships.Role
            led = member.memberships.active().filter(role=roles.COORDINATOR).exists()
            role = roles.OFFICIAL if led else roles.COORDINATOR
            context |= {
                "invite_form": InviteForm(initial={"role": role}, auto_id="invite-%s"),
                "invited": member.invitations.open().order_by("-pk"),
            }
        return super().change_view(request, object_id, form_url, context)

    @method_decorator(get_or_post)
    def invite(self, request, pk):
        """Invite somebody to the team of a member; the form stands on the page of the member."""
        if not request.user.has_perm("members.change_membership"):
            raise PermissionDenied
        member = get_object_or_404(Member, pk=pk)
        form = InviteForm(request.POST if request.method == "POST" else None)
        return ask(
            self,
            request,
            member,
            form,
            lambda data: invitations.invite(member, data["email"], request.user, data["role"]),
            refused=MembersError,
            back=reverse("admin:members_member_change", args=[member.pk]),
            done=gettext("An invitation goes to %(email)s. It can be accepted for 14 days.")
            % {"email": request.POST.get("email", "")},
            title=gettext("Invite to the team of %(member)s") % {"member": member},
            about=gettext(
                "Whoever gets the mail signs up, or signs in, with this address and is in the team at once."
            ),
            button=gettext("Invite"),
        )

    @method_decorator(get_or_post)
    def hand_over(self, request, pk):
        """Give the coordination of a team to another person in it."""
        if not request.user.has_perm("members.change_membership"):
            raise PermissionDenied
        member = get_object_or_404(Member, pk=pk)
        form = HandOverForm(request.POST if request.method == "POST" else None, member=member)
        return ask(
            self,
            request,
            member,
            form,
            lambda data: handover.hand_over(by=request.user, **data),
            refused=MembersError,
            back=reverse("admin:members_member_change", args=[member.pk]),
            done=gettext("The coordination is handed over; those concerned are told."),
            title=gettext("Hand over the coordination of %(member)s") % {"member": member},
            template="admin/members/member/hand_over.html",
            about=gettext(
                "Coordinators decide who joins the team, invite colleagues and give roles. Only "
                "people of the team can be chosen; others are invited on the page of the team."
            ),
            button=gettext("Hand over"),
            has_people=form.fields["membership"].queryset.exists(),
        )

    @method_decorator(get_or_post)
    def merge(self, request, pk):
        """Ask which member stays, show what will move to it and, with the reason, move it."""
        if not request.user.has_perm("members.delete_member"):
            raise PermissionDenied
        double = get_object_or_404(Member, pk=pk)
        posted = request.POST if request.method == "POST" else None
        chosen = posted or (request.GET if "kept" in request.GET else None)
        choice = KeptMemberForm(chosen, double=double)
        if not choice.is_valid():
            return page(
                self,
                request,
                "admin/members/member/merge.html",
                title=gettext("Merge %(member)s into another member") % {"member": double},
                obj=double,
                form=choice,
                status=422 if choice.errors else 200,
                button=gettext("Go on"),
            )
        kept = choice.cleaned_data["kept"]
        return ask(
            self,
            request,
            double,
            MergeForm(posted, initial={"kept": kept.slug}, double=double),
            lambda data: self.merge_members(double, data, by=request.user),
            refused=MembersError,
            back=reverse("admin:members_member_change", args=[kept.pk]),
            done=gettext("%(double)s is now part of %(kept)s.") % {"double": double, "kept": kept},
            template="admin/members/member/merge.html",
            title=gettext("Merge %(member)s into %(kept)s") % {"member": double, "kept": kept},
            button=gettext("Merge"),
            kept=kept,
            moves=merging.what_moves(double),
        )

    def merge_members(self, double, data, *, by):
        merging.merge(double, data["kept"], by=by, reason=data["reason"])
