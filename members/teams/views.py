"""Pages of a team: asking to join, deciding, roles and leaving.

Whoever may not see a team is told that there is no such page.
"""

import logging

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citynet.web.sign_in import signing_in_to
from members import traits
from members.errors import MembersError, NotAllowed
from members.models import Member, MemberProposal, Membership

from . import city_facts, memberships, waiting
from .forms import (
    CityFactsForm,
    DecisionForm,
    InviteForm,
    LeaveForm,
    MemberSearchForm,
    PageForm,
    PagePhotoForm,
    RequestForm,
    RoleForm,
)
from .leaders import is_secretariat, leads, requests_for

logger = logging.getLogger(__name__)

MAX_FOUND = 20
PAGE_SIZE = 25
# What a team may correct; the income of its country is the World Bank's.
COMPARED_BY = (traits.Trait.SIZE, traits.Trait.CLIMATE, traits.Trait.COAST)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@signing_in_to(gettext_lazy("Sign in to find your city and ask to join its team."))
@never_cache
@require_safe
def find(request):
    """Look for the member one works for; the address of one's mail may already tell which."""
    form = MemberSearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    members, total, near = [], 0, []
    if words:
        found = Member.objects.named(words)
        members, total = list(found[:MAX_FOUND]), found.count()
        near = [] if members else Member.objects.near(words)
    own = dict(
        request.user.memberships.filter(status__in=memberships.CURRENT).values_list(
            "member", "status"
        )
    )
    suggested = memberships.suggested_member(request.user.email)
    proposed = list(request.user.proposals.filter(state=MemberProposal.State.PROPOSED))
    for member in [*members, *near]:
        member.own_status = own.get(member.pk, "")
    context = {
        "form": form,
        "for_query": "?for=publish" if request.GET.get("for") == "publish" else "",
        "words": words,
        "members": members,
        "total": total,
        "near": near,
        "proposals": proposed,
        "who_decides": waiting.on_proposals() if proposed else "",
        "suggested": suggested if suggested and suggested.pk not in own else None,
    }
    return render(request, "my/find.html", context, status=200 if not form.errors else 422)


@signing_in_to(gettext_lazy("Sign in to ask to join this team."))
@never_cache
@get_or_post
def join(request, slug):
    """Ask to join the team of a member."""
    member = get_object_or_404(Member.objects.at(slug))
    form = RequestForm(request.POST if request.method == "POST" else None)
    current = request.user.memberships.filter(member=member, status__in=memberships.CURRENT).first()
    status, is_to_publish = 200, request.GET.get("for") == "publish"
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                memberships.request_membership(request.user, member, form.cleaned_data["message"])
            except MembersError as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(
                    request,
                    _("You have asked to join %(member)s. You will get a mail when it is decided.")
                    % {"member": member},
                )
                return redirect("policies:new" if is_to_publish else "my:home")
    context = {
        "member": member,
        "form": form,
        "current": current,
        "is_to_publish": is_to_publish,
        "domain": "" if current else memberships.known_domain(request.user, member),
    }
    if current and current.status == Membership.Status.REQUESTED:
        context["who_decides"] = waiting.on_requests([current])[current.pk]
    return render(request, "my/join.html", context, status=status)


@never_cache
@require_safe
def requests(request):
    """Every request that waits in the whole network, for the secretariat."""
    if not is_secretariat(request.user):
        raise Http404
    page = Paginator(requests_for(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "my/requests.html", {"page": page})


@never_cache
@get_or_post
def request_page(request, pk):
    """One request, with the decision: approve or decline, with a note."""
    membership = get_object_or_404(
        Membership.objects.select_related("user", "member", "decided_by"), pk=pk
    )
    if membership.user == request.user or not leads(request.user, membership.member):
        raise Http404
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        initial={"role": membership.role},
    )
    status, problem = 200, ""
    if request.method == "POST" and form.is_valid():
        try:
            _decide(membership, request.user, form.cleaned_data)
        except NotAllowed:
            raise Http404 from None
        except MembersError as refusal:
            status, problem = 409, str(refusal)
        else:
            messages.success(
                request, _("%(name)s is told.") % {"name": membership.user.get_full_name()}
            )
            return redirect("my:team", membership.member.slug)
    elif request.method == "POST":
        status = 422
    membership.refresh_from_db(fields=["status", "note", "decided_by", "decided_at"])
    context = {"membership": membership, "form": form, "problem": problem}
    context["decided_by"] = memberships.decided_by(membership)
    if membership.status == Membership.Status.REQUESTED:
        # They were given for the decision.
        context |= {"email": membership.user.email, "message": membership.message}
    return render(request, "my/request.html", context, status=status)


def _decide(membership, by, data):
    if data["decision"] == "approve":
        return memberships.approve(membership, by, data["note"], data["role"])
    return memberships.decline(membership, by, data["note"])


@never_cache
@require_safe
def team(request, slug):
    """The people of a team and, for those who lead it, requests and invitations."""
    return team_page(request, team_or_404(request.user, slug))


def team_or_404(user, slug, *, leading=False):
    """Return the member whose team ``user`` may see or, with ``leading``, change. Raises
    ``Http404``."""
    member = get_object_or_404(Member.objects.at(slug))
    if leads(user, member):
        return member
    if leading or not Member.objects.of(user).contains(member):
        raise Http404
    return member


def team_page(request, member, *, problem="", status=200, **forms):
    """The page of a team, with what went wrong if anything did.

    ``forms`` are those with errors: ``invite_form``, ``facts_form``, ``page_form``, ``photo_form``.
    """
    leading = leads(request.user, member)
    people = member.memberships.active().select_related("user").order_by("user__name", "pk")
    coordinators = [person for person in people if person.role == memberships.Role.COORDINATOR]
    for person in people:
        person.is_last = coordinators == [person]
    context = {
        "member": member,
        "people": people,
        "leading": leading,
        "is_secretariat": is_secretariat(request.user),
        "has_coordinator": bool(coordinators),
        "problem": problem,
        "facts_form": forms.get("facts_form"),
        "page_form": forms.get("page_form") or PageForm(instance=member),
        "photo_form": forms.get("photo_form") or PagePhotoForm(),
    }
    if member.kind == Member.Kind.LOCAL_GOVERNMENT:
        context |= {
            "facts": [(trait.label, traits.words(member, trait)) for trait in COMPARED_BY],
            "facts_form": forms.get("facts_form") or CityFactsForm(instance=member),
        }
    if leading:
        context |= {
            "requests": requests_for(request.user).filter(member=member),
            "invitations": member.invitations.open().select_related("invited_by"),
            # The secretariat, which may invite too, is not named by its people.
            "leaders": [person.user_id for person in coordinators],
            "invite_form": forms.get("invite_form") or InviteForm(),
        }
    own = [person for person in people if person.user_id == request.user.pk]
    return render(request, "my/team.html", context | {"in_team": bool(own)}, status=status)


@never_cache
@get_or_post
def facts(request, slug):
    """Correct what the city is compared by: population, climate and coast."""
    member = team_or_404(request.user, slug)
    if member.kind != Member.Kind.LOCAL_GOVERNMENT:
        raise Http404
    told = _("It is corrected. Cities are compared by it from now on.")
    return _correct(request, member, CityFactsForm, "facts", told)


@never_cache
@get_or_post
def page(request, slug):
    """Write what the public page of one's member says: about, website, contact office."""
    member = team_or_404(request.user, slug)
    return _correct(request, member, PageForm, "page", _("Saved: your page says it now."))


def _correct(request, member, form_class, part, told):
    """Store what the form of a ``part`` of the team's page says of the member."""
    back = f"{reverse('my:team', args=[member.slug])}#{part}"
    if request.method != "POST":
        return redirect(back)
    form = form_class(request.POST, instance=member)
    if not form.is_valid():
        # What was typed is no fact of the member yet.
        member = Member.objects.get(pk=member.pk)
        return team_page(request, member, **{f"{part}_form": form}, status=422)
    try:
        is_changed = city_facts.correct(member, form.touched(), request.user)
    except NotAllowed:
        raise Http404 from None
    if is_changed:
        messages.success(request, told)
    else:
        messages.info(request, _("Nothing differs from what is on file."))
    return redirect(back)


@never_cache
@get_or_post
def photo(request, slug):
    """Put a photo on the public page of one's member, or take it away."""
    member = team_or_404(request.user, slug)
    back = f"{reverse('my:team', args=[member.slug])}#page"
    if request.method != "POST":
        return redirect(back)
    if "remove" in request.POST:
        picture, texts = None, {"photo_alt": "", "photo_credit": ""}
    else:
        form = PagePhotoForm(request.POST, request.FILES)
        if not form.is_valid():
            return team_page(request, member, photo_form=form, status=422)
        picture = form.cleaned_data["upload"]
        texts = {name: form.cleaned_data[name] for name in ("photo_alt", "photo_credit")}
    try:
        city_facts.set_photo(member, picture, texts, request.user)
    except NotAllowed:
        raise Http404 from None
    except OSError:
        logger.exception("A photo of a member could not be stored")
        problem = _("The file storage does not answer just now. Send the photo again in a moment.")
        return team_page(request, member, problem=problem, status=503)
    messages.success(request, _("Saved: your page says it now."))
    return redirect(back)


@never_cache
@require_POST
def role(request, slug, pk):
    """Make a person of the team a coordinator, or an official again."""
    member = team_or_404(request.user, slug, leading=True)
    membership = get_object_or_404(member.memberships, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return team_page(request, member, problem=_("There is no such role."), status=422)
    try:
        memberships.set_role(membership, form.cleaned_data["role"], request.user)
    except NotAllowed:
        raise Http404 from None
    except MembersError as refusal:
        return team_page(request, member, problem=str(refusal), status=409)
    messages.success(request, _("The role is changed."))
    # Who is no longer a coordinator still sees the team.
    return redirect("my:team", slug)


@never_cache
@get_or_post
def leave(request, slug):
    """Leave a team, or take back the request to join it; asks first."""
    own = request.user.memberships.filter(member__in=Member.objects.at(slug))
    own = own.select_related("member", "user")
    membership = own.filter(status__in=memberships.CURRENT).first()
    if membership is None:
        # A second click, or the back button: what was wanted is done.
        if request.method == "POST" and own.exists():
            return redirect("my:home")
        raise Http404
    if request.method == "POST":
        try:
            memberships.leave(membership, request.user)
        except MembersError:  # it ended between the two steps, which is what was wanted
            return redirect("my:home")
        messages.success(
            request,
            _("You are no longer in the team of %(member)s.") % {"member": membership.member}
            if membership.status == memberships.Status.ACTIVE
            else _("Your request to join %(member)s is taken back.")
            % {"member": membership.member},
        )
        return redirect("my:home")
    context = {
        "membership": membership,
        "is_last_coordinator": memberships.is_last_coordinator(membership),
    }
    return render(request, "my/leave.html", context)


@never_cache
@get_or_post
def remove(request, slug, pk):
    """Take a colleague out of the team; asks first, and tells the person."""
    member = team_or_404(request.user, slug, leading=True)
    people = member.memberships.exclude(status=memberships.Status.REQUESTED).select_related("user")
    if request.method != "POST":
        people = people.active()
    membership = get_object_or_404(people, pk=pk)
    if membership.user == request.user:
        return redirect("my:leave", slug)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            memberships.leave(membership, request.user, form.cleaned_data["note"])
        except NotAllowed:
            raise Http404 from None
        except MembersError as refusal:
            return team_page(request, member, problem=str(refusal), status=409)
        messages.success(
            request,
            _("%(name)s is no longer in the team and is told.")
            % {"name": membership.user.get_full_name()},
        )
        return redirect("my:team", slug)
    context = {
        "member": member,
        "membership": membership,
        "form": form,
        "is_last_coordinator": memberships.is_last_coordinator(membership),
    }
    return render(request, "my/remove.html", context, status=422 if form.errors else 200)
