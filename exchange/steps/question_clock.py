"""What is due with questions as days go by: reminders, the next members to ask, the end."""

from dataclasses import dataclass, fields

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from exchange.content import routing
from exchange.models import Addressee, Advice, Question
from members.record import audit

from . import question_notices as notices
from .entries import days
from .questions import note_end

State, Closed, Asked = Question.State, Question.Closed, Addressee.State


@dataclass
class Moved:
    """How many questions moved on with time, by what was done."""

    reminded: int = 0
    waits: int = 0
    next_offered: int = 0
    unanswered: int = 0
    settled: int = 0
    reopened: int = 0

    def __iter__(self):
        return iter((each.name, getattr(self, each.name)) for each in fields(self))


def move_on(now):
    """Do what is due at ``now`` with every question, each in its own transaction, and return
    :class:`Moved`. Doing it again does nothing, also when two processes do it at once."""
    moved = Moved()
    for key in _due(now):
        _move_on(key, now, moved)
    return moved


def _due(now):
    """Return the numbers of the questions with which something may be due."""
    began = Coalesce("reopened_at", "opened_at")
    owing = Addressee.objects.filter(
        question=OuterRef("pk"),
        state__in=Addressee.OWING,
        reminded_at=None,
        asked_at__lte=now - days("remind"),
    )
    newer_answer = Advice.objects.filter(
        question=OuterRef("pk"),
        state=Advice.State.PUBLISHED,
        created_at__gt=now - days("settled"),
    )
    open_and_due = Q(state=State.OPEN) & (
        Exists(owing)
        | Q(waits_since=None, began__lte=now - days("waits"))
        | Q(next_offered_at=None, began__lte=now - days("offer_next"))
        | Q(began__lte=now - days("unanswered"))
    )
    settled = Q(state=State.ANSWERED, answered_at__lte=now - days("settled")) & ~Exists(
        newer_answer
    )
    # Its answers were withdrawn or removed.
    bare = Q(state=State.ANSWERED) & ~Exists(_given().filter(question=OuterRef("pk")))
    due = open_and_due | settled | bare
    found = Question.objects.standing().alias(began=began).filter(due)
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _move_on(key, now, moved):
    question = Question.objects.select_for_update(of=["self"]).filter(pk=key).first()
    # Another process may have been here since the list was made.
    if question is None or question.removed_at or question.hidden_at:
        return
    if question.state == State.ANSWERED and not _given().filter(question=question).exists():
        _reopen(question, now)
        moved.reopened += 1
    elif question.state == State.ANSWERED:
        newest = (
            question.advice.filter(state=Advice.State.PUBLISHED).order_by("-created_at").first()
        )
        last = max(filter(None, [question.answered_at, newest and newest.created_at]))
        if last <= now - days("settled"):
            question.state = State.CLOSED
            note_end(question, Closed.SETTLED, now=now)
            moved.settled += 1
    elif question.state == State.OPEN:
        _move_open_on(question, now, moved)


def _given():
    """Return answers that were given and were neither withdrawn nor removed."""
    return Advice.objects.filter(
        state__in=[Advice.State.PUBLISHED, Advice.State.REPLACED], removed_at=None
    )


def _reopen(question, now):
    """Open a question again of which no answer is left; who gave one is asked again."""
    question.state, question.reopened_at = State.OPEN, now
    question.waits_since = question.next_offered_at = None
    question.save(update_fields=["state", "reopened_at", "waits_since", "next_offered_at"])
    question.addressees.filter(state=Asked.ANSWERED).update(
        state=Asked.ASKED, taken_by=None, taken_at=None, decided_at=None, reminded_at=None
    )
    question.addressees.filter(state__in=Addressee.OWING).update(asked_at=now)
    with translation.override(settings.LANGUAGE_CODE):
        audit.record("question-reopened", question, name=_("The clock of the exchange"))


def _move_open_on(question, now, moved):
    passed = now - question.clock_from
    if passed >= days("unanswered"):
        question.state = State.CLOSED
        note_end(question, Closed.UNANSWERED, now=now, people=notices.askers(question))
        moved.unanswered += 1
        return
    _remind(question, now, moved)
    if question.waits_since is None and passed >= days("waits"):
        question.waits_since = now
        question.save(update_fields=["waits_since"])
        notices.notify_waits(question, passed.days)
        moved.waits += 1
    if question.next_offered_at is None and passed >= days("offer_next"):
        question.next_offered_at = now
        question.save(update_fields=["next_offered_at"])
        offered = routing.next_for(question)
        notices.notify_next(question, [each.member for each in offered], passed.days)
        moved.next_offered += 1


def _remind(question, now, moved):
    """Remind each member that owes an answer, once, unless its answer waits for the secretariat already."""
    waiting = Advice.objects.filter(addressee=OuterRef("pk"), state=Advice.State.CHECKING)
    due = question.addressees.filter(
        ~Exists(waiting),
        state__in=Addressee.OWING,
        reminded_at=None,
        asked_at__lte=now - days("remind"),
    ).select_related("member", "taken_by")
    for addressee in due:
        addressee.reminded_at = now
        addressee.save(update_fields=["reminded_at"])
        notices.notify_reminded(question, addressee, (now - addressee.asked_at).days)
        moved.reminded += 1
