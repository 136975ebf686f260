"""The list of questions, and the page of one: for everybody, and with what its own people may do."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citynet.web import page_cache
from citynet.web.csv import csv_response
from citynet.web.text import LONGEST_NUMBER
from exchange.content import files, routing, standing
from exchange.content.course import course
from exchange.forms.question_filters import SELECTS, QuestionFilter
from exchange.forms.questions import DeclineForm, JudgeForm
from exchange.models import Addressee, Advice, Question
from exchange.models.querysets import is_in_network, writes_as
from exchange.models.questions import MAX_ADDRESSEES
from policies.content.key_facts import key_facts

from .acts import is_moderator

PER_PAGE = 20
SECTION = "questions"
# What lists show. All columns of thousands of cases would be put in order with the questions.
LISTED = (
    *(
        "title",
        "language",
        "topic",
        "visibility",
        "state",
        "verdict",
        "closed_reason",
        "created_at",
    ),
    *("opened_at", "reopened_at", "answered_at", "waits_since", "next_offered_at"),
    *("member__name", "member__slug", "case__slug", "case__live__title", "case__live__language"),
)


@login_not_required
@require_safe
@page_cache.cache_public_page
def questions(request):
    """The questions that everybody may read, narrowed by the filters in the address."""
    filters = QuestionFilter(request.GET, Question.objects.public())
    valid = filters.is_valid()
    page = Paginator(for_lists(filters.qs), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": filters.form,
        "selects": [filters.form[name] for name in SELECTS],
        "is_refused": not valid,
        "in_use": valid and filters.in_use,
        "waiting_only": request.GET.get("state") == "open",
        "page": with_standing(page),
        "crumbs": crumbs(here=True),
        "here": SECTION,
    }
    return render(request, "exchange/questions.html", context, status=200 if valid else 400)


@login_not_required
@require_safe
def questions_csv(request):
    """The public questions that match the filters, as CSV."""
    filters = QuestionFilter(request.GET, Question.objects.public())
    if not filters.is_valid():
        return questions(request)
    name = f"questions-{timezone.localdate():%Y-%m-%d}.csv"
    return csv_response(request, name, files.QUESTIONS, files.questions(filters.qs))


@login_not_required
@require_safe
@page_cache.cache_public_page
def question(request, pk, slug=""):
    """One question: why it is asked, its answers, who was asked and how it stands.

    Who carries no session gets the page that is the same for everybody.
    """
    person = reader(request)
    found = question_or_404(person, pk)
    if slug != found.slug:
        return redirect(found, permanent=found.visibility == "public")
    response = question_page(request, found, person)
    if person.is_authenticated:
        add_never_cache_headers(response)
    return response


def question_page(request, found, person, *, problem="", status=200, **forms):
    """Return the page of a question; ``forms`` are those that could not be accepted, as typed."""
    addressees = routing_rows(found)
    own = set(writes_as(person).values_list("pk", flat=True)) if person.is_authenticated else set()
    of_secretariat = is_moderator(person)
    in_network = is_in_network(person)
    answers = list(answers_of(found, person))
    is_asker = found.member_id in own or (found.passed_on and of_secretariat)
    is_live = found.state in (Question.State.OPEN, Question.State.ANSWERED)
    is_live = is_live and not found.is_removed
    takes_answers = found.takes_answers and not found.is_removed
    waits = found.state == Question.State.CHECKING and not found.is_removed
    for each in addressees:
        each.is_mine = each.member_id in own and each.member_id != found.member_id
        each.may_act = each.is_mine and takes_answers and each.state in Addressee.OWING
        each.is_mine_to_write = each.taken_by_id == person.pk
    context = {
        "question": found,
        "standing": standing.of_question(found),
        "same_as": same_question(found, person),
        "addressees": addressees,
        "owing": [each for each in addressees if each.may_act],
        "answers": answers,
        "hidden_answers": not in_network and has_network_answers(found),
        "live": found.case.live if found.case else None,
        "facts": key_facts(found.case.live) if found.case else (),
        "targets": list(found.targets.select_related("goal")),
        "is_asker": is_asker,
        "may_judge": is_live and is_asker and found.state == Question.State.ANSWERED,
        "may_close": is_asker and (is_live or waits),
        "may_answer": in_network and takes_answers,
        "in_network": in_network,
        "problem": problem,
        "course": course(found, addressees, answers),
        "crumbs": crumbs(),
        "here": SECTION,
        "person": person,
        "data": json_ld(found, answers),
    }
    if (is_asker or of_secretariat) and is_live:
        context |= {"candidates": next_candidates(found, addressees), "most": MAX_ADDRESSEES}
    context["judge_form"] = forms.get("judge_form") or JudgeForm(initial={"verdict": found.verdict})
    context["decline_form"] = forms.get("decline_form") or DeclineForm()
    context |= forms
    return render(request, "exchange/question.html", context, status=status)


def next_candidates(found, addressees):
    """Return whom the asker is offered next: once somebody has declined, or all have had their time."""
    declined = any(each.state == Addressee.State.DECLINED for each in addressees)
    all_done = all(each.state not in Addressee.OWING for each in addressees)
    judged = found.verdict in (Question.Verdict.PARTLY, Question.Verdict.NO)
    if declined or all_done or judged or found.next_offered_at:
        return routing.next_for(found)
    return None


def reader(request):
    """Return the person of a request, without asking for a session where none is carried."""
    if page_cache.PERSONAL_COOKIES & request.COOKIES.keys():
        return request.user
    return AnonymousUser()


def question_or_404(person, pk):
    """Return a question that ``person`` may read, with what its page shows; raise 404 else."""
    if len(str(pk)) > LONGEST_NUMBER:
        raise Http404(_("There is no such question."))
    found = (
        Question.objects.readable_by(person)
        .filter(pk=pk)
        .select_related("member", "case__member", "case__live", "case__merged_into")
        .first()
    )
    # An asked team reads a question of the network too; what is removed nobody but its author's team.
    if found is None or (found.case_id and not _is_public(found)):
        raise Http404(_("There is no such question."))
    if found.case_id and not found.case.live_id:
        found.case = found.case.merged_into
    return found


def _is_public(found):
    case = found.case
    return bool(case.live_id or (case.merged_into_id and case.merged_into.live_id))


def routing_rows(found):
    """Return the addressees of a question, each with its team and how it stands there."""
    rows = list(found.addressees.select_related("member", "taken_by"))
    teams = routing.with_teams([routing.Candidate(each.member) for each in rows])
    numbers = {each.member.pk: each.team for each in teams}
    for row in rows:
        row.team = numbers.get(row.member_id, 0)
        row.in_words = standing.of_addressee(row, row.team)
    return rows


def answers_of(found, person):
    """Return the answers to a question that ``person`` may read, as they stand now."""
    readable = Advice.objects.readable_by(person)
    return (
        readable.filter(
            question=found, state=Advice.State.PUBLISHED, hidden_at=None, removed_at=None
        )
        .select_related("member", "case__live", "case__member")
        .prefetch_related(Prefetch("replaces", readable))
        .order_by("created_at", "pk")
    )


def has_network_answers(found):
    """Return whether members of the network read more; a public page says only that."""
    answers = Advice.objects.standing().filter(question=found, state=Advice.State.PUBLISHED)
    return answers.filter(visibility="network").exists()


def same_question(found, person):
    """Return the question that was asked before, as far as it stands and ``person`` may read it."""
    if found.same_as_id is None:
        return None
    readable = Question.objects.readable_by(person).standing()
    return readable.filter(pk=found.same_as_id).first()


def for_lists(rows):
    """Return questions as lists show them: in two queries, however many there are."""
    asked = Prefetch("addressees", Addressee.objects.select_related("member"))
    rows = rows.select_related("member", "case__live").only(*LISTED)
    return rows.prefetch_related(asked)


def with_standing(rows):
    """Note at each question how it stands, and return them."""
    for row in rows:
        row.in_words = standing.of_question(row)
    return rows


def crumbs(*, here=False):
    """Return the way to the questions, or with ``here`` to the list itself."""
    way = [(_("Exchange"), reverse("exchange:home"))]
    return way if here else [*way, (_("Questions"), reverse("exchange:questions"))]


def json_ld(found, answers):
    """Return what search engines are told of a public question; None for one of the network."""
    if found.visibility != "public" or found.is_removed:
        return None
    public = [each for each in answers if each.visibility == "public"]
    data = {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            "name": found.title,
            "text": found.background or found.title,
            "inLanguage": found.language,
            "answerCount": len(public),
            "author": {"@type": "Organization", "name": found.member.name},
        },
    }
    if found.opened_at:
        data["mainEntity"]["dateCreated"] = found.opened_at.isoformat()
    if public:
        data["mainEntity"]["suggestedAnswer"] = [
            {
                "@type": "Answer",
                "text": each.text,
                "inLanguage": each.language,
                "dateCreated": each.created_at.isoformat(),
                "url": f"{settings.SITE_URL}{found.get_absolute_url()}#advice-{each.pk}",
                "author": {"@type": "Organization", "name": each.member.name},
            }
            for each in public
        ]
    return data
