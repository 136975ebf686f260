"""Who acts for which member, and who wants to: decided here, never by changing a row."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citynet.web.admin import ReadOnlyAdmin, ask, get_or_post
from members.errors import MembersError
from members.mail_domains import own_domain
from members.models import MemberProposal, Membership
from members.teams import memberships, proposals
from members.teams.forms import DecisionForm

from .forms import ProposalForm
from .search import MemberSearchMixin


def decide_link(model_admin, row):
    """Return a link to the page on which a waiting row is decided."""
    address = reverse(f"admin:members_{model_admin.opts.model_name}_decide", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, gettext("Decide"))


@admin.register(Membership)
class MembershipAdmin(MemberSearchMixin, ReadOnlyAdmin):
    list_display = ["user", "member", "role", "status", "created_at", "decided_at", "decision"]
    list_filter = ["status", "role"]
    list_select_related = ["user", "member"]
    search_fields = ["user__email", "user__name"]
    show_full_result_count = False

    @admin.display(description=_("decision"))
    def decision(self, membership):
        if membership.status != memberships.Status.REQUESTED:
            return ""
        return decide_link(self, membership)

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/decide/", decide, name="members_membership_decide"),
            *super().get_urls(),
        ]

    @method_decorator(get_or_post)
    def decide(self, request, pk):
        """One request to join a team: approve or decline, with a note."""
        if not request.user.has_perm("members.change_membership"):
            raise PermissionDenied
        membership = get_object_or_404(
            Membership.objects.select_related("user", "member", "decided_by"), pk=pk
        )

        def step(data):
            if data["decision"] == "approve":
                return memberships.approve(membership, request.user, data["note"], data["role"])
            return memberships.decline(membership, request.user, data["note"])

        waits = membership.status == memberships.Status.REQUESTED
        form = DecisionForm(
            request.POST if request.method == "POST" else None,
            initial={"role": membership.role},
        )
        return ask(
            self,
            request,
            membership,
            form,
            step,
            refused=MembersError,
            back=reverse("admin:members_membership_changelist"),
            done=gettext("%(name)s is told.") % {"name": membership.user},
            template="admin/members/membership/decide.html",
            title=gettext("Decide on a request"),
            about="" if waits else memberships.what_happened(membership),
            waits=waits,
        )


@admin.register(MemberProposal)
class MemberProposalAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "country", "user", "state", "created_at", "decision"]
    list_filter = ["state", "kind"]
    list_select_related = ["user"]
    search_fields = ["name", "user__email", "user__name"]
    show_full_result_count = False

    @admin.display(description=_("decision"))
    def decision(self, proposal):
        return decide_link(self, proposal) if proposal.state == proposals.State.PROPOSED else ""

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/decide/", decide, name="members_memberproposal_decide"),
            *super().get_urls(),
        ]

    @method_decorator(get_or_post)
    def decide(self, request, pk):
        """A city or organisation that somebody misses: add it, say which it is, or decline."""
        if not request.user.has_perm("members.add_member"):
            raise PermissionDenied
        proposal = get_object_or_404(
            MemberProposal.objects.select_related("user", "member", "decided_by"), pk=pk
        )
        waits = proposal.state == proposals.State.PROPOSED
        form = ProposalForm(
            request.POST if request.method == "POST" else None,
            initial={
                "slug": proposals.suggested_slug(proposal),
                "role": memberships.Role.COORDINATOR,
            },
        )
        return ask(
            self,
            request,
            proposal,
            form,
            lambda data: proposals.decide(proposal, by=request.user, **data),
            refused=MembersError,
            back=reverse("admin:members_memberproposal_changelist"),
            done=gettext("%(name)s is told.") % {"name": proposal.user},
            template="admin/members/memberproposal/decide.html",
            title=gettext("Decide on a proposed member"),
            about="" if waits else proposals.what_happened(proposal),
            button=gettext("Decide"),
            waits=waits,
            similar=proposals.similar(proposal),
            own_domain=own_domain(proposal.website),
        )
