"""Pages of invitations: sending and taking back for those who lead, accepting for who is invited."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from members.errors import MembersError, NotAllowed
from members.models import Invitation, Member
from members.models.invitation_tokens import by_token

from . import invitations, memberships
from .forms import InviteForm
from .views import team_or_404, team_page


@never_cache
@require_POST
def invite(request, slug):
    """Invite somebody by e-mail address."""
    member = team_or_404(request.user, slug, leading=True)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return team_page(request, member, invite_form=form, status=422)
    try:
        invitations.invite(
            member, form.cleaned_data["email"], request.user, form.cleaned_data["role"]
        )
    except NotAllowed:
        raise Http404 from None
    except MembersError as refusal:
        form.add_error("email", str(refusal))
        return team_page(request, member, invite_form=form, status=409)
    messages.success(
        request,
        _("An invitation goes to %(email)s. It can be accepted for 14 days.")
        % {"email": form.cleaned_data["email"]},
    )
    return redirect("my:team", slug)


@never_cache
@require_POST
def revoke(request, slug, pk):
    """Take an invitation back."""
    member = team_or_404(request.user, slug, leading=True)
    invitation = get_object_or_404(member.invitations, pk=pk)
    try:
        invitations.revoke(invitation, request.user)
    except NotAllowed:
        raise Http404 from None
    except MembersError as refusal:
        return team_page(request, member, problem=str(refusal), status=409)
    messages.success(
        request,
        _("The invitation to %(email)s is taken back.") % {"email": invitation.email},
    )
    return redirect("my:team", slug)


# Who is invited may have no account yet and is told how to get one.
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """Accept an invitation, with the account of the invited address."""
    try:
        invitation = by_token(token)
    except Invitation.DoesNotExist:
        raise Http404 from None
    member, problem = invitation.member, ""
    in_team = Member.objects.of(request.user).contains(member)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        try:
            invitations.accept(invitation, request.user)
        except MembersError as refusal:
            if in_team:  # a second click
                return redirect("my:team", member.slug)
            problem = str(refusal)
        else:
            messages.success(request, _("You are in the team of %(member)s.") % {"member": member})
            return redirect("my:team", member.slug)
    over = invitations.why_over(invitation)
    context = {
        "invitation": invitation,
        "member": member,
        "over": over,
        "invited_by": "" if over else memberships.acting_name(invitation.invited_by, member),
        "in_team": in_team,
        "is_for_user": request.user.is_authenticated
        and invitation.email in invitations.verified_addresses(request.user),
    }
    status = 410 if over else 403 if problem else 200
    return render(request, "my/invitation.html", context, status=status)
