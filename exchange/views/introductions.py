"""Introductions: asking to be put in touch, deciding on it, and what came of it."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from citynet.web.text import is_key
from exchange.content.introductions import (
    addresses_end,
    contact_for,
    kind_of,
    lapses_on,
    subject_of,
    title_of,
    titles_for,
)
from exchange.forms.introductions import DecideForm, IntroduceForm, OutcomeForm
from exchange.models import Adoption, Advice, Cooperation, Introduction
from exchange.models.querysets import writes_as
from exchange.steps import introductions
from exchange.steps.entries import days, may_decide
from exchange.steps.errors import ExchangeError

from .acts import join_first

State = Introduction.State
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
RELATED = (
    *("from_user", "decided_by", "from_member", "to_member"),
    *("cooperation__member", "advice__member", "adoption__member", "adoption__case__live"),
)


# Parameter of the address -> what an introduction can be about.
ABOUT = {"cooperation": Cooperation, "advice": Advice, "adoption": Adoption}


def _label(name, **_kwargs):
    field = IntroduceForm.base_fields.get(name) or DecideForm.base_fields.get(name)
    return field.label if field else ""


@signing_in_to(gettext_lazy("Sign in to ask to be put in touch."))
@field_labels(_label)
@never_cache
@get_or_post
def introduce(request):
    """Ask the member of a need or offer, an advice or an adoption to be put in touch."""
    about = _about(request)
    own = writes_as(request.user)
    if not own.exists():
        return join_first(request, _("Ask to be introduced"))
    members = own.exclude(pk=about.member_id).order_by("search_names")
    context = {
        "about": about,
        "title": title_of(_introduction_to(about)),
        "most": settings.EXCHANGE_LIMITS["introductions_a_month"],
        "lapse_days": days("lapse").days,
        "address_days": days("addresses").days,
        "outcome_days": days("outcome").days,
        "crumbs": [(_("Exchange"), reverse("exchange:home"))],
    }
    if not members.exists():
        # The link is on the page of everything, also of one's own.
        status = 403 if request.method == "POST" else 200
        return render(request, "exchange/introduce_own.html", context, status=status)
    form = IntroduceForm(request.POST if request.method == "POST" else None, members=members)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = introductions.ask(
                    by=request.user,
                    member=form.cleaned_data["member"],
                    about=about,
                    text=form.cleaned_data["text"],
                )
            except ExchangeError as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(
                    request,
                    _("%(member)s is asked. You get a mail when it is decided.")
                    % {"member": about.member},
                )
                return redirect("my-exchange:introduction", made.pk)
    return render(request, "exchange/introduce.html", context | {"form": form}, status=status)


def _about(request):
    """Return what the address names; 404 where there is no such thing for this person."""
    named = [(name, request.GET[name]) for name in ABOUT if name in request.GET]
    if len(named) != 1 or not is_key(named[0][1]):
        raise Http404
    name, key = named[0]
    model = ABOUT[name]
    stands = model.objects.open() if model is Cooperation else model.objects.standing()
    readable = model.objects.readable_by(request.user).order_by().values("pk")
    return get_object_or_404(stands.filter(pk__in=readable).select_related("member"), pk=int(key))


def _introduction_to(about):
    """Return an unsaved introduction about something: how it is called."""
    return Introduction(**{next(name for name in ABOUT if isinstance(about, ABOUT[name])): about})


@field_labels(_label)
@never_cache
@get_or_post
def introduction(request, pk):
    """One introduction as the two sides see it: how it stands, the decision, the addresses, and what
    came of it. POST decides, or says what came of it."""
    found = get_object_or_404(Introduction.objects.of(request.user).select_related(*RELATED), pk=pk)
    form, problem, status = DecideForm(), "", 200
    if request.method == "POST":
        is_outcome = "outcome" in request.POST
        form = DecideForm(None if is_outcome else request.POST)
        sent = OutcomeForm(request.POST) if is_outcome else form
        status = 422
        if sent.is_valid():
            try:
                return _take_step(request, found, sent.cleaned_data)
            except ExchangeError as refusal:
                problem, status = str(refusal), 409
                found.refresh_from_db()
        elif is_outcome:
            problem = _("Choose one of the four.")
    context = {
        "introduction": found,
        "subject_path": _path_of(found),
        "form": form,
        "problem": problem,
        "subject": subject_of(found),
        "kind": kind_of(found),
        "title": titles_for([found], request.user)[found.pk],
        "is_asker": found.from_user_id == request.user.pk,
        "decides": found.state == State.ASKED
        and found.from_user_id != request.user.pk
        and may_decide(request.user, found.to_member),
        "contact": contact_for(found, request.user),
        "lapses_on": lapses_on(found),
        "outcomes": Introduction.Outcome.choices
        if found.state == State.ACCEPTED and introductions.may_say_outcome(request.user, found)
        else [],
    }
    if found.state == State.ACCEPTED:
        context["addresses_end"] = addresses_end(found)
    return render(request, "exchange/introduction.html", context, status=status)


def _path_of(introduction):
    """Return where its subject is read; "" where it is no longer read by others."""
    subject = subject_of(introduction)
    stands = type(subject).objects.standing().filter(pk=subject.pk).exists()
    return subject.get_absolute_url() if stands else ""


def _take_step(request, found, data):
    """Take the step that was asked for and lead back to the page. Raises ``ExchangeError``."""
    if "outcome" in data:
        introductions.say_outcome(found, by=request.user, outcome=data["outcome"])
        messages.success(request, _("Thank you. It is written down."))
    elif data["decision"] == "accept":
        introductions.accept(found, by=request.user)
        messages.success(request, _("You are in touch: both sides get a mail with both addresses."))
    else:
        introductions.decline(found, by=request.user, note=data["note"])
        messages.success(request, _("It is declined, and the other side is told."))
    return redirect("my-exchange:introduction", found.pk)
