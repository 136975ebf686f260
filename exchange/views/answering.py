"""What the asked and the asker do with a question: take, answer, decline, judge, close, ask the next."""

from functools import wraps
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from citynet.web.text import is_key
from exchange.content import routing
from exchange.forms.answers import AnswerForm
from exchange.forms.questions import DeclineForm, JudgeForm
from exchange.models import Advice
from exchange.models.querysets import writes_as
from exchange.steps import questions as steps
from exchange.steps.entries import speaks_for, waits_for_a_look
from exchange.steps.errors import AlreadyThere, ExchangeError, NotAllowed
from members.models import Member

from .acts import is_moderator, join_first, own_members
from .questions import SECTION, answers_of, crumbs, question_or_404, question_page


def _label(name, **_kwargs):
    """Return what a page calls a field in which people write."""
    labels = {"text": _("Text"), "english": _("English text"), "source": _("Where this comes from")}
    return labels.get(name, "")


def step(view):
    """Decorator for views that do one thing with a question of which the person may know: what is
    refused is said on its page."""

    @never_cache
    @require_POST
    @wraps(view)
    def act(request, pk):
        found = question_or_404(request.user, pk)
        try:
            return view(request, found)
        except NotAllowed:
            raise Http404 from None
        except ExchangeError as refusal:
            found = question_or_404(request.user, pk)
            return question_page(request, found, request.user, problem=str(refusal), status=409)

    return act


@step
def take(request, found):
    """Say that one writes the answer of the own member."""
    addressee = _addressee(request, found)
    steps.take(addressee, by=request.user)
    messages.success(request, _("The question is yours to answer: your colleagues see that."))
    return redirect("exchange:answer", found.pk)


@signing_in_to(gettext_lazy("Sign in to answer for your city."))
@field_labels(_label)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request, pk):
    """Answer a question for a member of one's own, asked or not; the secretariat for any member."""
    found = question_or_404(request.user, pk)
    members = own_members(request.user)
    if not members.exists():
        return join_first(request, _("Answer a question"))
    passes_on = is_moderator(request.user)
    addressees = list(found.addressees.select_related("member", "taken_by"))
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        instance=Advice(),
        members=members,
        passes_on=passes_on,
        in_network=found.visibility == "network",
        initial=_initial(request, found, members, addressees),
    )
    problem, status = _closed(found, members), HTTPStatus.OK
    if request.method == "POST" and not problem:
        if not form.is_valid():
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            try:
                given = _give(request, found, form, passes_on=passes_on)
            except AlreadyThere as refusal:
                given = refusal.entry
            except ExchangeError as refusal:
                problem = str(refusal)
                found = question_or_404(request.user, pk)
                addressees = list(found.addressees.select_related("member", "taken_by"))
            if not problem:
                return redirect(f"{found.get_absolute_url()}#advice-{given.pk}")
    if problem:
        status = HTTPStatus.CONFLICT
    context = {
        "question": found,
        "form": form,
        "problem": problem,
        # With what is shown now it may be sent all the same.
        "shown": _standing(form, addressees),
        "answers": answers_of(found, request.user),
        "live": found.case.live if found.case else None,
        "waits": waits_for_a_look(request.user),
        "crumbs": [*crumbs(), (found.title, found.get_absolute_url())],
        "here": SECTION,
    }
    return render(request, "exchange/answer_form.html", context, status=status)


def _initial(request, found, members, addressees):
    """Return what the form begins with: for the member that the address names, or that is asked."""
    named = members.filter(slug=request.GET.get("member", "").replace("\x00", "")).first()
    keys = [each.member_id for each in addressees]
    asked = members.filter(pk__in=keys).first()
    member = named or asked or members.exclude(pk=found.member_id).first()
    return {
        "member": member and member.pk,
        "topic": found.topic,
        "language": "en",
        "visibility": "public",
        "asker": found.member_id,
    }


def _closed(found, members):
    """Return why the question takes no answer of this person; "" where it does."""
    if found.is_removed or found.hidden_at or not found.takes_answers:
        return _("This question is closed: it can no longer be answered.")
    if not members.exclude(pk=found.member_id).exists():
        return _("A member does not answer its own question.")
    return ""


def _give(request, found, form, *, passes_on):
    given = steps.answer(
        found,
        author=request.user,
        member=form.cleaned_data["member"],
        shown=request.POST.get("shown", ""),
        passed_on=passes_on,
        source=form.cleaned_data.get("source", ""),
        **form.content(),
    )
    if given.state == Advice.State.CHECKING:
        words = _(
            "Thank you. The secretariat looks at it within 2 working days, as at a first entry; then the "
            "asker gets it."
        )
    else:
        words = _("Thank you. The asker gets your whole answer by mail.")
    messages.success(request, words)
    return given


def _standing(form, addressees):
    """Return how the question stands now at the member that the form answers for."""
    key = str(form["member"].value())
    return next((each.standing for each in addressees if str(each.member_id) == key), "")


@field_labels(_label)
@step
def decline(request, found):
    """Say that the own member does not answer, and why."""
    addressee = _addressee(request, found)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return question_page(
            request, found, request.user, status=422, decline_form=form, declining=addressee.pk
        )
    steps.decline(addressee, by=request.user, **form.cleaned_data)
    messages.success(request, _("The asker is told, and can ask others."))
    return redirect(found)


@step
def judge(request, found):
    """Say whether the answers answered it, as the asker."""
    _need_asker(request, found)
    form = JudgeForm(request.POST)
    if not form.is_valid():
        return question_page(request, found, request.user, status=422, judge_form=form)
    steps.judge(found, by=request.user, **form.cleaned_data)
    messages.success(request, _("Thank you. Your answer is noted."))
    return redirect(found)


@step
def close(request, found):
    """Close a question, as the asker."""
    _need_asker(request, found)
    steps.close(found, by=request.user)
    messages.success(request, _("The question is closed."))
    return redirect(found)


@step
def ask_next(request, found):
    """Put a question to further members: those ticked, and one named."""
    if not is_moderator(request.user):
        _need_asker(request, found)
    keys = {int(each) for each in request.POST.getlist("addressee") if is_key(each)}
    proposed = {each.member.pk: each for each in routing.next_for(found, limit=20)}
    others = Member.objects.filter(pk__in=sorted(keys - proposed.keys())[:10])
    picked = [(each.member, each.why) for key, each in proposed.items() if key in keys]
    picked += [(each.member, each.why) for each in routing.by_choice(found.member, others)]
    if not picked:
        problem = _("Tick at least one member to ask.")
        return question_page(request, found, request.user, problem=problem, status=422)
    steps.ask_next(found, by=request.user, addressees=picked)
    names = ", ".join(member.name for member, _why in picked)
    messages.success(request, _("The question is put to %(names)s.") % {"names": names})
    return redirect(found)


def _addressee(request, found):
    """Return the row of the member that the form names, where the person may answer for it; else
    404."""
    typed = request.POST.get("addressee", "")
    if not typed:
        rows = found.addressees.filter(member__in=writes_as(request.user).values("pk"))
        rows = rows.select_related("member", "question")
        if len(rows) == 1:
            return rows[0]
    if not is_key(typed):
        raise Http404(_("There is no such question."))
    rows = found.addressees.select_related("member", "question")
    if not is_moderator(request.user):
        rows = rows.filter(member__in=writes_as(request.user).values("pk"))
    return get_object_or_404(rows, pk=int(typed))


def _need_asker(request, found):
    if not speaks_for(request.user, found):
        raise Http404(_("There is no such question."))
