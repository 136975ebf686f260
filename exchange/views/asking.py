"""Asking a question: what it is about, who is asked and why each, all of it seen before it is sent.

Who is in no team is told why one is needed, and what was typed waits until the person is in one.
"""

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citynet.web.form_recovery import field_labels
from citynet.web.sign_in import signing_in_to
from citynet.web.text import is_key
from exchange.content import gaps, routing, similar
from exchange.forms.questions import AskForm
from exchange.models import Question, QuestionDraft
from exchange.models.querysets import writes_as
from exchange.models.questions import MAX_ADDRESSEES
from exchange.steps import questions as steps
from exchange.steps.entries import waits_for_a_look
from exchange.steps.errors import ExchangeError
from members.models import Member
from policies.content.key_facts import key_facts
from policies.models import CaseStudy
from sdg.models import Target

from .acts import own_members
from .questions import SECTION, crumbs

# What a draft keeps of the form.
KEPT = ("case", "gap", "to", "title", "background", "targets", "topic", "language")
LONGEST_KEPT = 5000


def _label(name, **_kwargs):
    field = AskForm.base_fields.get(name)
    return field.label if field and name in ("title", "background", "targets") else ""


class _Asking:
    """What the address, or the form, says of a question that is being written."""

    def __init__(self, request):
        self.user = request.user
        self.data = request.POST if request.method == "POST" else request.GET
        self.draft = QuestionDraft.objects.filter(author=self.user).first()
        if request.method != "POST" and self.draft and self._is_of_draft():
            self.data = self.draft.fields
        else:
            self.draft = None
        self.case = self._case()
        self.gap = gaps.gap_of(self.text("gap"))
        self.members = own_members(self.user)
        self.to = Member.objects.at(self.text("to")[:100]).first() if self.text("to") else None

    def text(self, name):
        """Return what was typed or asked for by a name; "" for nothing."""
        return str(self.data.get(name) or "").replace("\x00", "").strip()

    def _is_of_draft(self):
        """Whether the address asks for what the draft is about, or for nothing in particular."""
        asked = {name: self.text(name) for name in ("case", "gap", "to")}
        return not any(asked.values()) or asked["case"] == str(self.draft.fields.get("case", ""))

    def _case(self):
        number = self.text("case")
        if not number:
            return None
        if not is_key(number):
            raise Http404(_("There is no such public case."))
        cases = CaseStudy.objects.live().select_related("live", "member")
        found = cases.filter(Q(pk=int(number)) | Q(merged=int(number))).first()
        if found is None:
            raise Http404(_("There is no such public case."))
        return found

    def initial(self):
        """Return what the form begins with."""
        if self.draft:
            kept = {name: self.text(name) for name in KEPT} | {"visibility": "public"}
            return kept | {"title": kept["title"] or self.filled_in()}
        initial = {
            "visibility": "public",
            "language": "en",
            "targets": self.text("target")[:20],
            "topic": gaps.TOPICS.get(self.gap),
        }
        if title := self.filled_in():
            initial["title"] = title
        return initial

    def filled_in(self):
        """Return the title that the form begins with; "" where the address names no gap of a case."""
        if not (self.case and self.gap):
            return ""
        return gaps.question_about(self.gap, self.case.live.title)


@signing_in_to(gettext_lazy("Sign in to ask a city: then you come to your question."))
@field_labels(_label)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """The form for a question; ``case``, ``gap``, ``target`` and ``to`` (a member) say what about."""
    asking = _Asking(request)
    own = list(asking.members[:2])
    if request.method == "POST":
        form = AskForm(request.POST, members=asking.members, case=asking.case)
        if not own:
            return _keep(request, asking)
        return _send(request, asking, form)
    form = AskForm(initial=asking.initial(), members=asking.members, case=asking.case)
    return _page(request, asking, form)


@never_cache
@require_safe
def similar_questions(request):
    """The part of the form with what was asked before, for the script that follows the typing."""
    asking = _Asking(request)
    found = _similar(asking, asking.text("title")[:200], _codes_typed(asking))
    return render(request, "exchange/similar.html", {"similar": found})


def _keep(request, asking):
    """Keep what was typed until the person is in a team, and lead to finding one."""
    fields = {name: asking.text(name)[:LONGEST_KEPT] for name in KEPT}
    if fields["title"] == asking.filled_in():
        # It follows the title that the case has when the person goes on.
        fields["title"] = ""
    QuestionDraft.objects.update_or_create(author=request.user, defaults={"fields": fields})
    messages.success(
        request,
        _(
            "Your question is kept. Join the team of your city or organisation, or propose it; then go on "
            "where you were: the question is on your page of the exchange."
        ),
    )
    return redirect("my:find")


def _send(request, asking, form):
    """Send the question, or show the form again: with what is wrong, or with what the person has not
    seen yet."""
    chosen = {int(each) for each in request.POST.getlist("addressee") if is_key(each)}
    added, problem = _named(request.POST.get("other", ""))
    if added:
        chosen.add(added.pk)
    candidates = _candidates(asking, form, chosen)
    shown = {"added": added, "chosen": chosen, "candidates": candidates, "other_problem": problem}
    is_valid = form.is_valid()
    if "look" in request.POST:
        return _page(request, asking, form, **shown)
    if not is_valid or problem:
        return _page(request, asking, form, **shown, status=422)
    unseen = _unseen(request, asking, form)
    if added or unseen:
        return _page(request, asking, form, **shown, look_first=unseen)
    try:
        question = steps.ask(
            author=request.user,
            case=asking.case,
            gap=asking.gap,
            addressees=[(each.member, each.why) for each in candidates if each.member.pk in chosen],
            **form.cleaned_data,
        )
    except ExchangeError as refusal:
        same = getattr(refusal, "question", None)
        return _page(request, asking, form, **shown, problem=str(refusal), same=same, status=409)
    messages.success(request, _sent(question))
    return redirect(question)


def _unseen(request, asking, form):
    """Return whether something is close to the question that the person was not shown yet."""
    data = form.cleaned_data
    found = _similar(asking, data["title"], data.get("targets", ()))
    keys = {f"{each._meta.model_name}-{each.pk}" for each in found}
    return bool(keys - set(request.POST.getlist("seen")))


def _sent(question):
    if question.state == Question.State.CHECKING:
        return _(
            "Your question is on its way. The secretariat looks at it within 2 working days, as at a "
            "first entry; then it goes out, and you are told."
        )
    return _("Your question is sent. You get a mail with the whole answer.")


def _page(request, asking, form, *, chosen=None, candidates=None, status=200, **facts):
    if candidates is None:
        chosen = set(chosen or ())
        candidates = _candidates(asking, form, chosen)
        chosen |= _ticked_at_first(candidates, asking)
    own = list(asking.members[:2])
    title, asker = _value(form, "title"), _asker(asking, form)
    context = {
        "heading": _heading(asking, asker),
        "form": form,
        "case": asking.case,
        "live": asking.case.live if asking.case else None,
        "facts": key_facts(asking.case.live) if asking.case else (),
        "gap": asking.gap,
        "to": asking.to,
        "missing": _missing(asking),
        "candidates": candidates,
        "chosen": chosen,
        "number": len(chosen),
        "most": MAX_ADDRESSEES,
        "similar": _similar(asking, title, _codes_typed(asking)) if title else [],
        "draft": asking.draft,
        "has_team": bool(own),
        "requests": request.user.memberships.filter(status="requested").select_related("member")
        if not own
        else (),
        "asker": asker,
        "waits": bool(own) and waits_for_a_look(request.user),
        "days": settings.EXCHANGE_DAYS,
        "crumbs": crumbs(),
        "here": SECTION,
        **facts,
    }
    return render(request, "exchange/ask.html", context, status=status)


def _missing(asking):
    """Return what the case does not say, where it still does not."""
    live = asking.case and asking.case.live
    if live and asking.gap and gaps.is_missing(live, asking.gap):
        return gaps.missing(asking.gap, live.title)
    return ""


def _heading(asking, asker):
    if asking.case and asking.case.member != asker:
        return _("Ask %(member)s") % {"member": asking.case.member}
    if asking.to:
        return _("Ask %(member)s") % {"member": asking.to}
    return _("Ask a question")


def _candidates(asking, form, chosen):
    """Return whom to propose: by rule, and whoever was named or ticked besides."""
    member = _asker(asking, form)
    codes = _codes_typed(asking)
    candidates = routing.propose(member, case=asking.case, targets=codes)
    there = {each.member.pk for each in candidates}
    further = {*chosen, *([asking.to.pk] if asking.to else [])} - there
    others = Member.objects.filter(pk__in=sorted(further)[: 2 * MAX_ADDRESSEES])
    return candidates + routing.by_choice(member, [each for each in others if each != member])


def _ticked_at_first(candidates, asking):
    """Return the keys of those ticked at first: the case's member and who is named in the address, or
    else the first that somebody is here of."""
    ticked = {each.member.pk for each in candidates if each.is_fixed or each.member == asking.to}
    if not ticked:
        here = [each for each in candidates if each.team] or candidates
        ticked = {each.member.pk for each in here[:1]}
    return ticked


def _asker(asking, form):
    """Return the member in whose name is asked, as far as it is known; None without any."""
    typed = str(_value(form, "member") or "")
    if is_key(typed):
        found = asking.members.filter(pk=int(typed)).first()
        if found:
            return found
    own = list(writes_as(asking.user).order_by("search_names", "pk")[:1])
    return own[0] if own else None


def _value(form, name):
    return form[name].value() if name in form.fields else ""


def _codes_typed(asking):
    """Return the targets that were typed, as far as they are some."""
    if asking.case is not None:
        return []
    text = asking.text("targets") or asking.text("target")
    typed = text[:100].lower().replace(",", " ").replace(";", " ").split()[:10]
    return list(Target.objects.filter(pk__in=typed).values_list("pk", flat=True)) if typed else []


def _similar(asking, title, codes):
    return similar.similar(asking.user, str(title), case=asking.case, codes=codes)


def _named(typed):
    """Return the member that ``typed`` names, and what to say where it is not just one."""
    typed = typed.replace("\x00", "").strip()[:200]
    if not typed:
        return None, ""
    found = list(Member.objects.named(typed)[:4])
    exact = [each for each in found if typed.casefold() in map(str.casefold, each.names)]
    if len(found) == 1 or len(exact) == 1:
        return (exact or found)[0], ""
    near = found or Member.objects.near(typed, limit=3)
    if near:
        names = "; ".join(each.name for each in near)
        return None, _("Which one do you mean: %(names)s?") % {"names": names}
    return None, _("There is no member called “%(name)s”.") % {"name": typed}
