"""What of the exchange waits for a person and the person's teams, at /my/exchange/."""

from django.conf import settings
from django.db.models import F, Max, Q
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exchange.content.introductions import addresses_end, kind_of, lapses_on, titles_for
from exchange.content.matching import MAX_MATCHES, number_of_matches
from exchange.models import (
    Addressee,
    Adoption,
    Advice,
    Cooperation,
    Introduction,
    Question,
    QuestionDraft,
)
from exchange.models.adoptions import FINAL_STAGES
from exchange.models.querysets import writes_as
from exchange.steps.cooperation import months_after
from exchange.steps.entries import days
from members.models import Membership

from .questions import for_lists, with_standing

# Of each kind so many are shown; there is a list of all.
SHOWN = 10
ASKED, ACCEPTED = Introduction.State.ASKED, Introduction.State.ACCEPTED
RELATED = (
    *("from_member", "to_member", "from_user", "decided_by"),
    *("cooperation__member", "advice", "adoption__case__live"),
)


@never_cache
@require_safe
def home(request):
    """What waits for the person and the teams, what they have asked, and what ends soon."""
    user, today = request.user, timezone.localdate()
    # Each with the role that the person has in its team.
    members = list(
        writes_as(user).annotate(role=F("memberships__role")).order_by("search_names", "pk")
    )
    context = {
        "members": members,
        "question_draft": QuestionDraft.objects.filter(author=user).first(),
        "introductions": introductions_of(user, members),
    }
    if members:
        context |= {
            "asked": asked_of(members, today),
            "questions": questions_of(members),
            "adoptions": adoptions_of(members, today),
            "adopted_by_others": adopted_by_others(members),
            "cooperation": cooperation_of(members, today),
            "english_due": english_due(members),
            "figures_due": figures_due(members),
        }
    context["urgent"] = next((each for each in context.get("asked", ()) if each.is_late), None)
    context["waiting"] = sum(
        row.waits if hasattr(row, "waits") else True
        for name in WAITING
        for row in context.get(name, ())
    )
    return render(request, "exchange/my/home.html", context)


# Sections of which each row asks for an act, unless it says that it does not (``waits``).
WAITING = (
    *("asked", "questions", "adoptions", "adopted_by_others", "cooperation", "introductions"),
    *("english_due", "figures_due"),
)


def asked_of(members, today):
    """Return what the members are asked and owe an answer to, the oldest first, each with the day on
    which it ``is_due`` and whether it ``is_late``."""
    rows = Addressee.objects.filter(
        member__in=members,
        state__in=Addressee.OWING,
        question__in=Question.objects.standing().filter(state__in=["open", "answered"]),
    )
    related = ("member", "question__member", "question__case__live", "taken_by")
    found = list(rows.select_related(*related).order_by("asked_at", "pk")[:SHOWN])
    for row in found:
        asked_on = timezone.localdate(row.asked_at)
        row.due = asked_on + days("remind")
        row.is_late = row.due < today
        row.taken_up_on = asked_on + days("waits")
    return found


def questions_of(members):
    """Return the questions of the members that are not closed, those that ask for an act first: a
    verdict on the answers, or whom to ask next."""
    rows = Question.objects.filter(
        member__in=members, state__in=["checking", "open", "answered"], removed_at=None
    )
    found = with_standing(for_lists(rows.order_by("-created_at", "-pk"))[:SHOWN])
    for row in found:
        row.to_be_judged = row.state == Question.State.ANSWERED and not row.verdict
        row.has_next = row.state == Question.State.OPEN and row.next_offered_at is not None
        row.waits = row.to_be_judged or row.has_next
    return sorted(found, key=lambda row: not row.waits)


def adoptions_of(members, today):
    """Return the adoptions of the members that wait to be published or are due for a report."""
    first, *_later = settings.EXCHANGE_ADOPTION_MONTHS
    rows = Adoption.objects.filter(member__in=members, removed_at=None)
    rows = rows.exclude(state="published", stage__in=FINAL_STAGES).with_originals()
    found = []
    for row in rows.annotate(last_report=Max("reports__created_at")).order_by("created_at", "pk"):
        row.is_draft = row.state == Adoption.State.DRAFT
        last = row.last_report or row.published_at or row.created_at
        row.since = timezone.localdate(last)
        row.due = months_after(row.since, first)
        row.is_late = row.due < today
        if row.is_draft or row.due <= today:
            found.append(row)
    return found[:SHOWN]


def adopted_by_others(members):
    """Return what others adopted of the members' cases and the members have said nothing on yet."""
    rows = Adoption.objects.standing().filter(
        Q(origin_note="") | Q(origin_note_is_older=True),
        case__member__in=members,
        confirmed_by_origin_at=None,
        disputed_at=None,
    )
    return list(rows.with_originals().order_by("published_at", "pk")[:SHOWN])


def cooperation_of(members, today):
    """Return the needs and offers of the members that are not public yet or end soon, these with how
    many fit."""
    rows = Cooperation.objects.filter(member__in=members, removed_at=None)
    ends_soon = Q(state="open", valid_until__lte=today + days("warn_of_end"))
    unseen = Q(state__in=["draft", "refused", "checking"])
    rows = rows.filter(ends_soon | unseen).select_related("member").order_by("valid_until", "pk")
    rows = rows.annotate(fitting=number_of_matches())
    found = list(rows[:SHOWN])
    for row in found:
        row.ends = row.state == Cooperation.State.OPEN
        row.fitting = row.ends and min(row.fitting, MAX_MATCHES)
        row.waits = row.state != Cooperation.State.CHECKING
    return found


def introductions_of(user, members):
    """Return introductions that wait for a decision or a word on what came of them, and those whose
    addresses are still shown; those that the person decides on first."""
    since = timezone.now() - days("addresses")
    rows = Introduction.objects.filter(
        Q(from_user=user) | Q(to_member__in=members),
        Q(state=ASKED) | Q(state=ACCEPTED, outcome="") | Q(state=ACCEPTED, decided_at__gt=since),
    )
    coordinated = {member.pk for member in members if member.role == Membership.Role.COORDINATOR}
    found = list(rows.select_related(*RELATED).order_by("created_at", "pk")[: 2 * SHOWN])
    titles = titles_for(found, user)
    for row in found:
        row.is_mine = row.from_user_id == user.pk
        row.decides = row.state == ASKED and not row.is_mine and row.to_member_id in coordinated
        row.kind, row.title, row.lapses = kind_of(row), titles[row.pk], lapses_on(row)
        row.shows_address = (
            row.state == ACCEPTED
            and user.pk in (row.from_user_id, row.decided_by_id)
            and addresses_end(row) > timezone.localdate()
        )
        row.asks_outcome = row.outcome_asked_at is not None and not row.outcome
        row.waits = row.decides or row.asks_outcome
    return sorted(found, key=lambda row: not row.waits)


def english_due(members):
    """Return what the members advise whose English text is older than the original."""
    return list(
        Advice.objects.standing()
        .filter(member__in=members, state="published", english_at__lt=F("text_changed_at"))
        .exclude(english="")
        .order_by("pk")[:SHOWN]
    )


def figures_due(members):
    """Return advice with a figure that a case of the members does not say and nobody has dealt with."""
    figures = Q(amount__isnull=False) | Q(people_fte__isnull=False) | Q(months__isnull=False)
    return list(
        Advice.objects.standing()
        .filter(figures, case__member__in=members, state="published", figure_settled_at=None)
        .select_related("member", "case__live")
        .order_by("pk")[:SHOWN]
    )
