"""Know-how: the list, a single piece of advice, and what its team and others may do with it."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response
from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from citynet.web.text import is_key
from exchange.content import files, know_how
from exchange.content.figures import PLACES, figures, not_in_case
from exchange.forms.advice import AdviceForm, EnglishForm, GiveForm, KnowHowFilter
from exchange.models import Advice, Question
from exchange.models.querysets import is_in_network, writes_as
from exchange.steps import advice as steps
from exchange.steps.entries import may_write_for, speaks_for
from exchange.steps.errors import ExchangeError
from members.models import Member
from policies.content import citations
from policies.models import CaseStudy
from policies.workflow import authoring
from policies.workflow.errors import WorkflowError
from sdg.models import Target

from .acts import is_moderator, join_first, own_members, posted

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
FILES = {
    "bib": (citations.bibtex, "application/x-bibtex; charset=utf-8"),
    "json": (citations.csl, "application/vnd.citationstyles.csl+json; charset=utf-8"),
    "ris": (citations.ris, "application/x-research-info-systems; charset=utf-8"),
}


def label(name, **kwargs):
    """Return what the forms here call a field."""
    field = GiveForm.base_fields.get(name)
    return field.label if field else ""


@login_not_required
@require_safe
@page_cache.cache_public_page
def advice_list(request):
    """All advice for everybody, by words and filters, newest first."""
    filters, chosen, rows = _narrowed(request)
    page = Paginator(rows, know_how.PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "chosen": chosen,
        "page": page,
        "topics": know_how.topic_links(chosen.get("topic", "")),
        "crumbs": [(_("Exchange"), reverse("exchange:home"))],
    }
    status = HTTPStatus.BAD_REQUEST if filters.errors else HTTPStatus.OK
    return render(request, "exchange/know_how.html", context, status=status)


@login_not_required
@require_safe
def advice_csv(request):
    """The public advice that matches the filters, as CSV."""
    filters, _chosen, rows = _narrowed(request)
    if filters.errors:
        return advice_list(request)
    name = f"know-how-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(request, name, files.KNOW_HOW, files.advice(rows))


def _narrowed(request):
    """Return the filters in the address, those in use, and the advice that they leave."""
    given = Advice.objects.public().filter(state=Advice.State.PUBLISHED)
    authors = Member.objects.filter(pk__in=given.order_by().values("member"))
    filters = KnowHowFilter(request.GET, members=authors.order_by("search_names"))
    filters.is_valid()
    chosen = filters.chosen()
    return filters, chosen, know_how.narrowed(know_how.listed(Advice.objects.public()), chosen)


@login_not_required
@require_safe
@never_cache
def advice(request, pk):
    """One piece of advice, to be read and cited for good, and what the reader may do with it."""
    shown = _readable(request, pk)
    user, case = request.user, know_how.case_of(shown)
    is_public = Advice.objects.public().filter(pk=shown.pk).exists()
    question = shown.question
    if question and not know_how.is_open_to_all(question):
        question = Question.objects.readable_by(user).filter(pk=question.pk).first()
    readable = Advice.objects.readable_by(user)
    newer = readable.filter(replaces=shown).first()
    older = readable.filter(pk=shown.replaces_id).first() if shown.replaces_id else None
    is_own = may_write_for(user, shown.member)
    cited = know_how.citation(shown)
    of_case = case is not None and writes_as(user).contains(case.member)
    missing = [] if shown.figure_settled_at else not_in_case(shown, case and case.live)
    context = {
        "advice": shown,
        "heading": know_how.heading(shown),
        "case": case if case and case.live_id else None,
        "question": question,
        "targets": shown.targets.select_related("goal"),
        "figures": figures(shown),
        "missing": missing,
        "may_put_into_case": of_case and missing,
        "newer": newer if newer and newer.state != Advice.State.CHECKING else None,
        "waits": newer if newer and newer.state == Advice.State.CHECKING and is_own else None,
        "older": older,
        "is_public": is_public,
        "is_own": is_own,
        "may_speak": is_own and speaks_for(user, shown),
        "is_moderator": is_moderator(user),
        "stands": shown.state == Advice.State.PUBLISHED and not shown.is_removed,
        "may_correct": is_own and shown.author_id == user.pk and steps.is_correctable(shown),
        "may_flag": user.is_authenticated and not is_own and is_in_network(user),
        "citation": know_how.in_words(cited),
        "data": know_how.data(shown) if is_public else None,
        "crumbs": [
            (_("Exchange"), reverse("exchange:home")),
            (_("Know-how"), reverse("exchange:know-how")),
        ],
    }
    return render(request, "exchange/advice.html", context)


@login_not_required
@require_safe
@never_cache
def cite(request, pk, form):
    """A citation of advice as a file."""
    write, content_type = FILES[form]
    cited = know_how.citation(_readable(request, pk))
    response = HttpResponse(write(cited), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{cited.key}.{form}"'
    return response


@signing_in_to(gettext_lazy("Sign in to offer what your city knows: then you come to your advice."))
@field_labels(label)
@never_cache
@get_or_post
def give(request):
    """Give advice that nobody has asked for: on a case (``case``), or on targets (``target``)."""
    members = own_members(request.user)
    if not members.exists():
        return join_first(request, _("Give advice"))
    number = request.GET.get("case", "")
    case = None
    if number:
        cases = CaseStudy.objects.filter(live__isnull=False).select_related("live", "member")
        case = get_object_or_404(cases, pk=number if is_key(number) else None)
    passes_on = is_moderator(request.user)
    code = request.GET.get("target", "")
    known = Target.objects.filter(pk=code).exists() if code else False
    form = GiveForm(
        posted(request),
        members=members,
        case=case,
        passes_on=passes_on,
        instance=Advice(),
        initial={
            "member": members.first(),
            "topic": request.GET.get("topic", ""),
            "targets": code if known else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            given = steps.give(
                author=request.user,
                member=data["member"],
                case=case,
                targets=data.get("targets", ()),
                passed_on=passes_on,
                source=data.get("source", ""),
                **form.content(),
            )
        except ExchangeError as refusal:
            form.add_error(None, str(refusal))
        else:
            _thank(request, given)
            return redirect(given)
    context = {
        "form": form,
        "case": case,
        "title": _("Give advice"),
        "crumbs": [
            (_("Exchange"), reverse("exchange:home")),
            (_("Know-how"), reverse("exchange:know-how")),
        ],
        "limit": steps.CORRECTABLE,
    }
    return render(request, "exchange/advise.html", context, status=_status(form))


@field_labels(label)
@never_cache
@get_or_post
def correct(request, pk):
    """Mend a slip in the first half hour."""
    shown = _own(request, pk)

    def step(form):
        return steps.correct(shown, by=request.user, **form.content())

    return _edit(
        request,
        shown,
        step,
        title=_("Correct your advice"),
        button=_("Save the correction"),
        about=_(
            "Within 30 minutes you may correct what you wrote. Afterwards you can only replace it."
        ),
        done=_("The correction is saved."),
    )


@field_labels(label)
@never_cache
@get_or_post
def replace(request, pk):
    """Give a newer text in the place of advice; the old one stays readable."""
    shown = _own(request, pk)

    def step(form):
        return steps.replace(shown, by=request.user, **form.content())

    return _edit(
        request,
        shown,
        step,
        title=_("Replace this advice"),
        button=_("Replace it"),
        about=_(
            "The new text takes the place of the old one, which stays readable at its address with a "
            "link to the new one. The English text is taken along and marked as older until you change "
            "it."
        ),
        done=_("The new text has replaced the old one."),
    )


@require_POST
def withdraw(request, pk):
    """Take advice back, in the name of its member."""
    shown = _own(request, pk)
    return _step(
        request, shown, steps.withdraw, _("It is withdrawn: only your team can read it now.")
    )


@require_POST
def confirm(request, pk):
    """Say that advice is still true."""
    return _step(
        request, _own(request, pk), steps.confirm, _("Thank you. Readers see today’s date.")
    )


@require_POST
def into_case(request, pk):
    """Open the draft of the case at the field that a figure of an answer belongs to; or say that the
    figure does not belong there."""
    shown = _readable(request, pk)
    case = know_how.case_of(shown)
    if case is None or not writes_as(request.user).contains(case.member):
        raise Http404(_("There is no such page."))
    if "settle" in request.POST:
        return _step(
            request, shown, steps.settle_figures, _("It is noted. The case stays as it is.")
        )
    place = PLACES.get(request.POST.get("figure", ""))
    if place is None:
        raise Http404(_("There is no such figure."))
    try:
        authoring.open_draft(case, user=request.user)
    except WorkflowError as refusal:
        messages.warning(request, str(refusal))
        return redirect(shown)
    section, field = place
    stated = "; ".join(
        f"{label}: {value} {detail}".strip() for label, value, detail in figures(shown)
    )
    messages.info(
        request,
        _("The answer says: %(figures)s. Source: %(address)s")
        % {"figures": stated, "address": know_how.address(shown)},
    )
    return redirect(f"{reverse('policies:section', args=[case.pk, section])}#{field}")


@field_labels(label)
@never_cache
@get_or_post
def english(request, kind, pk):
    """Put an English text beside a question or advice in another language."""
    model = {"questions": Question, "know-how": Advice}[kind]
    entry = get_object_or_404(model.objects.editable_by(request.user), pk=pk)
    if entry.language == "en":
        messages.info(request, _("The original is in English."))
        return redirect(entry)
    initial = {"english": entry.english, "is_machine": entry.english_is_machine}
    form = EnglishForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            steps.put_english(entry, by=request.user, **form.cleaned_data)
        except ExchangeError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The English text is shown beside the original."))
            return redirect(entry)
    original = getattr(entry, "text", "") or f"{entry.title}\n\n{entry.background}"
    context = {"entry": entry, "original": original, "form": form}
    return render(request, "exchange/english.html", context, status=_status(form))


@never_cache
@require_safe
def network(request):
    """What members write for each other only: for people in any team."""
    if not is_in_network(request.user):
        return join_first(request, _("For members of the network"))
    advised = know_how.listed(Advice.objects.standing().filter(visibility="network"))
    asked = (
        Question.objects.standing()
        .filter(visibility="network")
        .select_related("member", "case__live")
        .defer(*(name for name in know_how.NOT_OF_CASE if name.startswith("case__live")))
    )
    context = {
        "page": Paginator(advised, know_how.PAGE_SIZE).get_page(request.GET.get("page")),
        "questions": asked[: know_how.PAGE_SIZE],
        "crumbs": [(_("Exchange"), reverse("exchange:home"))],
    }
    return render(request, "exchange/network.html", context)


def _readable(request, pk):
    rows = Advice.objects.readable_by(request.user).select_related(*know_how.RELATED, "replaces")
    return get_object_or_404(rows.defer(*know_how.NOT_OF_CASE), pk=pk)


def _own(request, pk):
    return get_object_or_404(Advice.objects.editable_by(request.user), pk=pk)


def _edit(request, shown, step, *, title, button, about, done):
    in_network = bool(shown.question_id) and shown.question.visibility == "network"
    form = AdviceForm(
        posted(request),
        # A copy: the form writes into it before the step has looked.
        instance=Advice.objects.get(pk=shown.pk),
        in_network=in_network,
        initial={"english": shown.english},
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = step(form)
        except ExchangeError as refusal:
            form.add_error(None, str(refusal))
        else:
            if saved.state == Advice.State.CHECKING and saved.pk != shown.pk:
                _thank(request, saved)
            else:
                messages.success(request, done)
            return redirect(saved)
    context = {
        "form": form,
        "advice": shown,
        "case": None,
        "title": title,
        "button": button,
        "about": about,
        "crumbs": [
            (_("Exchange"), reverse("exchange:home")),
            (_("Know-how"), reverse("exchange:know-how")),
        ],
    }
    return render(request, "exchange/advise.html", context, status=_status(form))


def _step(request, shown, step, done):
    try:
        step(shown, by=request.user)
    except ExchangeError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(shown)


def _thank(request, given):
    if given.state == Advice.State.CHECKING:
        words = _(
            "Thank you. The secretariat looks at it within 2 working days, as at every first entry of a "
            "person; until then your team reads it here."
        )
    else:
        words = _("Thank you. It is there for others to read.")
    messages.success(request, words)


def _status(form):
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
