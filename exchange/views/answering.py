"""What the asked and the asker do with a question: take, answer, decline, judge, close, ask the next."""

from functools import wraps

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from citynet.web.form_recovery import field_labels
from exchange.content import routing
from exchange.forms.questions import DeclineForm, JudgeForm
from exchange.models.querysets import MODERATE, writes_as
from exchange.steps import questions as steps
from exchange.steps.errors import ExchangeError, NotAllowed
from members.accounts.secretariat import acts_for_secretariat
from members.models import Member
from policies.views.gone import LONGEST_NUMBER

from .questions import question_or_404, question_page


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
    return redirect(found)


@field_labels(lambda name, **_kwargs: _("In your words") if name == "text" else "")
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
    if not acts_for_secretariat(request.user, MODERATE):
        _need_asker(request, found)
    typed = [each for each in request.POST.getlist("addressee") if each.isdecimal()]
    keys = {int(each) for each in typed if len(each) <= LONGEST_NUMBER}
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
    if not typed.isdecimal() or len(typed) > LONGEST_NUMBER:
        raise Http404(_("There is no such question."))
    rows = found.addressees.select_related("member", "question")
    if not acts_for_secretariat(request.user, MODERATE):
        rows = rows.filter(member__in=writes_as(request.user).values("pk"))
    return get_object_or_404(rows, pk=int(typed))


def _need_asker(request, found):
    own = writes_as(request.user).filter(pk=found.member_id).exists()
    if not own and not (found.passed_on and acts_for_secretariat(request.user, MODERATE)):
        raise Http404(_("There is no such question."))
