"""Writing a need or offer: the team's pages, and the steps of its coordinators."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from exchange.content.matching import matches_of
from exchange.forms.cooperation import CloseForm, CooperationEditForm, CooperationNewForm
from exchange.models import Cooperation
from exchange.models.querysets import writes_as
from exchange.steps import cooperation
from exchange.steps.entries import days, speaks_for
from exchange.steps.errors import ChangedMeanwhile, ExchangeError, NotAllowed
from members.models import Member

from .acts import join_first, own_members, posted

State, Kind = Cooperation.State, Cooperation.Kind
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _label(name, **_kwargs):
    field = CooperationNewForm.base_fields.get(name) or CloseForm.base_fields.get(name)
    return field.label if field else ""


@signing_in_to(gettext_lazy("Sign in to say what your city needs or offers."))
@field_labels(_label)
@never_cache
@get_or_post
def new(request):
    """Write down a need or offer of one's own member; its team reads it first."""
    members = own_members(request.user)
    if not members.exists():
        return join_first(request, _("Write a need or an offer"))
    first = {
        "kind": request.GET.get("kind"),
        "targets": request.GET.getlist("target"),
        "title": request.GET.get("title", ""),
    }
    form = CooperationNewForm(
        posted(request), initial=first, members=members, cases_of=writes_as(request.user)
    )
    if request.method == "POST" and form.is_valid():
        data = form.data_of_step
        try:
            entry = cooperation.draft(
                by=request.user, member=data["member"], kind=data["kind"], data=data
            )
        except ExchangeError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("exchange:cooperation-edit", entry.pk)
    context = {"form": form, "crumbs": _crumbs()}
    return render(
        request, "exchange/cooperation/new.html", context, status=422 if form.errors else 200
    )


@field_labels(_label)
@never_cache
@get_or_post
def edit(request, pk):
    """How a need or offer of one's team stands, what can be done with it, and its texts."""
    entry = _editable(request, pk)
    form = None
    if request.method == "POST":
        form = CooperationEditForm(request.POST, cases_of=_members(entry))
        if form.is_valid():
            try:
                cooperation.change(
                    entry,
                    by=request.user,
                    data=form.data_of_step,
                    shown=request.POST.get("shown", ""),
                )
            except ChangedMeanwhile as refusal:
                entry.refresh_from_db()
                return _page(request, entry, form, problem=str(refusal), status=409, theirs=True)
            except ExchangeError as refusal:
                return _page(request, entry, form, problem=str(refusal), status=409)
            messages.success(request, _("It is saved."))
            return redirect("exchange:cooperation-edit", pk)
        return _page(request, entry, form, status=422)
    return _page(request, entry, form)


@never_cache
@require_POST
def publish(request, pk):
    """Open a draft to readers."""

    def step(entry):
        entry = cooperation.publish(entry, by=request.user)
        if entry.state == State.CHECKING:
            messages.success(
                request,
                _(
                    "The secretariat looks at it first, as at everybody's first entry; within two "
                    "working days it is public."
                ),
            )
        else:
            messages.success(request, _("It is public now."))
        return entry

    return _take(request, pk, step)


@field_labels(_label)
@never_cache
@require_POST
def close(request, pk):
    """Close what is open or has ended, with what came of it."""
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _page(request, _editable(request, pk), close_form=form, status=422)

    def step(entry):
        entry = cooperation.close(entry, by=request.user, outcome=form.cleaned_data["outcome"])
        messages.success(request, _("It is closed. Its page says so, and what came of it."))
        return entry

    return _take(request, pk, step, close_form=form)


@never_cache
@require_POST
def renew(request, pk):
    """Let it stand for six months more."""

    def step(entry):
        entry = cooperation.renew(entry, by=request.user)
        messages.success(request, _("It is renewed."))
        return entry

    return _take(request, pk, step)


@never_cache
@require_POST
def take_back(request, pk):
    """Throw a draft away, or take back what waits for the secretariat."""

    def step(entry):
        entry = cooperation.take_back(entry, by=request.user)
        if entry is None:
            messages.success(request, _("The draft is thrown away."))
        else:
            messages.success(request, _("It is a draft again."))
        return entry

    return _take(request, pk, step)


def _take(request, pk, step, **shown):
    """Take a step and lead back to the page of the need or offer, or say why it was not taken."""
    entry = _editable(request, pk)
    try:
        entry = step(entry)
    except ExchangeError as refusal:
        status = 403 if isinstance(refusal, NotAllowed) else 409
        entry.refresh_from_db()
        return _page(request, entry, problem=str(refusal), status=status, **shown)
    if entry is None:
        return redirect("my-exchange:home")
    return redirect("exchange:cooperation-edit", entry.pk)


def _page(request, entry, form=None, *, problem="", status=200, close_form=None, theirs=False):
    """The page of a need or offer; with ``theirs`` it shows what a colleague wrote meanwhile beside the
    form, which can then be sent over it."""
    is_stale = form is not None and not theirs
    can_change = cooperation.can_change(request.user, entry)
    if form is None:
        form = CooperationEditForm(
            initial=CooperationEditForm.stored(entry), cases_of=_members(entry)
        )
    context = {
        "entry": entry,
        "is_need": entry.kind == Kind.NEED,
        "form": form,
        "close_form": close_form or CloseForm(initial={"outcome": entry.outcome}),
        "problem": problem,
        "theirs": theirs,
        # What was shown when the form was opened, until the person has seen what is there now.
        "shown": request.POST.get("shown", "") if is_stale else cooperation.as_shown(entry),
        "can_change": can_change,
        "decides": cooperation.decides(request.user, entry),
        "may_speak": speaks_for(request.user, entry),
        "unseen": entry.state in cooperation.UNSEEN,
        "renewable": entry.state in (State.OPEN, State.ENDED, State.CLOSED),
        "closable": entry.state in (State.OPEN, State.ENDED),
        "fitting": matches_of(entry),
        "warned_before": days("warn_of_end").days,
        "crumbs": _crumbs(),
    }
    return render(request, "exchange/cooperation/edit.html", context, status=status)


def _editable(request, pk):
    rows = Cooperation.objects.editable_by(request.user).select_related("member", "author")
    return get_object_or_404(rows, pk=pk)


def _members(entry):
    return Member.objects.filter(pk=entry.member_id)


def _crumbs():
    listed = (_("Needs and offers"), reverse("exchange:cooperations"))
    return [(_("Exchange"), reverse("exchange:home")), listed]
