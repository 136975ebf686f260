"""Introductions: a coordinator decides, both sides get one mail, and nobody gets an address before."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.content.introductions import (
    days,
    kind_of,
    lapses_on,
    stands_for,
    subject_of,
    title_of,
    titles_for,
)
from exchange.models import Adoption, Advice, Cooperation, Introduction
from exchange.models.querysets import writes_as
from members.models import Notice
from members.notices.notifications import address, notify, settle
from members.record import audit

from .entries import (
    lock,
    lock_author,
    need_coordinator,
    need_member,
    refuse_contact_details,
    refuse_removed,
    refuse_too_many,
)
from .errors import AlreadyThere, ExchangeError, NotAllowed, StepRefused
from .notifications import coordinators, secretariat

State = Introduction.State
ABOUT = {Cooperation: "cooperation", Advice: "advice", Adoption: "adoption"}
MONTH = 30  # days


@transaction.atomic
def ask(*, by, member, about, text):
    """Ask the member of ``about``, a need or offer, an advice or an adoption, to be put in touch with
    ``by``, of ``member``. Return the :class:`Introduction`.

    The coordinators of that member are told, or the secretariat where it has none; not who asks.
    Raises ``NotAllowed``, ``AlreadyThere``, ``TooManyToday`` and, for contact details and what can no
    longer be answered, ``ExchangeError``.
    """
    need_member(by, member)
    lock_author(by)
    _refuse_unfit(about, by, member)
    refuse_contact_details(text)
    limit = settings.EXCHANGE_LIMITS["introductions_a_month"]
    refuse_too_many(
        by.introductions_asked.all(),
        limit,
        ngettext(
            "You can ask for %(count)d introduction in 30 days. Please go on later.",
            "You can ask for %(count)d introductions in 30 days. Please go on later.",
            limit,
        )
        % {"count": limit},
        days=MONTH,
    )
    introduction = Introduction.objects.create(
        **{ABOUT[type(about)]: about},
        from_user=by,
        from_member=member,
        to_member=about.member,
        text=text.strip(),
    )
    audit.record("introduction-asked", introduction, by=by)
    people, facts = coordinators(about.member, besides=by), {}
    if not people:
        people, facts = secretariat(besides=by), {"for_secretariat": True}
    _tell(Notice.Kind.INTRODUCTION_ASKED, introduction, people, member, **facts)
    return introduction


def accept(introduction, *, by):
    """Let both sides have each other's address, and return the introduction as it is now.

    Raises ``NotAllowed`` and, where it is decided, has lapsed, or who asked has left the team,
    ``StepRefused``.
    """
    return _decide(introduction, State.ACCEPTED, by)


def decline(introduction, *, by, note=""):
    """Decline, and return the introduction as it is now; the asker reads the note.

    Raises ``NotAllowed``, ``StepRefused`` and, for contact details, ``ExchangeError``.
    """
    return _decide(introduction, State.DECLINED, by, note)


@transaction.atomic
def say_outcome(introduction, *, by, outcome):
    """Write down what came of an accepted introduction, as either side may say and say again.

    Return it. Raises ``NotAllowed`` and ``StepRefused``.
    """
    introduction = lock(introduction)
    if not may_say_outcome(by, introduction):
        raise NotAllowed(_("Only the two who were put in touch may say what came of it."))
    if introduction.state != State.ACCEPTED:
        raise StepRefused(what_happened(introduction))
    if outcome not in Introduction.Outcome:
        raise ExchangeError(_("Choose one of the four."))
    introduction.outcome = outcome
    introduction.save(update_fields=["outcome"])
    audit.record("introduction-outcome", introduction, by=by, reason=outcome)
    _settle(introduction, Notice.Kind.INTRODUCTION_OUTCOME)
    return introduction


def may_say_outcome(user, introduction):
    """Return whether ``user`` is one of the two sides: who asked, while standing for the own member, or the
    team that was asked."""
    if user.pk == introduction.from_user_id:
        return stands_for(user, introduction.from_member)
    if user.pk == introduction.decided_by_id and stands_for(user, introduction.to_member):
        return True
    return writes_as(user).contains(introduction.to_member)


def lapse_and_ask(today):
    """Let introductions lapse that nobody has decided on, and ask both sides what came of those that
    were accepted, once each. Return how many lapsed and how many were asked about. To be run daily; a
    second run does nothing."""
    asked = Introduction.objects.filter(state=State.ASKED)
    lapsed = sum(_lapse(each, today) for each in asked.order_by("pk"))
    accepted = Introduction.objects.filter(
        state=State.ACCEPTED,
        outcome="",
        outcome_asked_at=None,
        decided_at__date__lte=today - days("outcome"),
    )
    return lapsed, sum(_ask_outcome(each) for each in accepted.order_by("pk"))


def what_happened(introduction):
    """Return a sentence on how an introduction stands, for who wanted to take a step."""
    return {
        State.ASKED: _("It waits for a decision."),
        State.ACCEPTED: _("It has already been accepted."),
        State.DECLINED: _("It has already been declined."),
        State.LAPSED: _("It has lapsed: nobody decided on it in time."),
    }[introduction.state]


@transaction.atomic
def _decide(introduction, state, by, note=""):
    introduction = lock(introduction)
    need_coordinator(by, introduction.to_member)
    if introduction.from_user_id == by.pk:
        raise NotAllowed(_("You cannot decide on what you asked for yourself."))
    if introduction.state == State.ASKED and lapses_on(introduction) < timezone.localdate():
        raise StepRefused(_("It has lapsed: nobody decided on it in time."))
    if introduction.state != State.ASKED:
        raise StepRefused(what_happened(introduction))
    if state == State.ACCEPTED:
        refuse_removed(subject_of(introduction))
    # The right to ask is the team's: who has left it may be declined, and told nobody's address.
    member = introduction.from_member
    if state == State.ACCEPTED and not stands_for(introduction.from_user, member):
        raise StepRefused(
            _("Whoever asked is no longer in the team of %(member)s.") % {"member": member}
        )
    refuse_contact_details(note)
    introduction.state, introduction.decided_by = state, by
    introduction.decided_at, introduction.decision_note = timezone.now(), note.strip()
    introduction.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    audit.record(f"introduction-{state}", introduction, by=by, reason=introduction.decision_note)
    _settle(introduction, Notice.Kind.INTRODUCTION_ASKED)
    asker, other = introduction.from_user, introduction.to_member
    if state == State.ACCEPTED:
        made = Notice.Kind.INTRODUCTION_MADE
        _tell(made, introduction, [asker], other)
        _tell(made, introduction, [by], introduction.from_member)
    else:
        note = introduction.decision_note
        _tell(Notice.Kind.INTRODUCTION_NO, introduction, [asker], other, message="", note=note)
    return introduction


@transaction.atomic
def _lapse(introduction, today):
    introduction = lock(introduction)
    if introduction.state != State.ASKED or lapses_on(introduction) >= today:
        return 0
    introduction.state, introduction.decided_at = State.LAPSED, timezone.now()
    introduction.save(update_fields=["state", "decided_at"])
    audit.record("introduction-lapsed", introduction)
    _settle(introduction, Notice.Kind.INTRODUCTION_ASKED)
    _tell(
        Notice.Kind.INTRODUCTION_NO,
        introduction,
        [introduction.from_user],
        introduction.to_member,
        message="",
        lapsed=True,
    )
    return 1


@transaction.atomic
def _ask_outcome(introduction):
    introduction = lock(introduction)
    if introduction.outcome or introduction.outcome_asked_at:
        return 0
    introduction.outcome_asked_at = timezone.now()
    introduction.save(update_fields=["outcome_asked_at"])
    asking, asked = introduction.from_member, introduction.to_member
    for person, own, other in (
        (introduction.from_user, asking, asked),
        (introduction.decided_by, asked, asking),
    ):
        if person and stands_for(person, own):
            _tell(Notice.Kind.INTRODUCTION_OUTCOME, introduction, [person], other, message="")
    return 1


def _refuse_unfit(about, by, member):
    """Raise where ``about`` cannot be asked for by ``by`` in the name of ``member``."""
    model = type(about)
    stands = model.objects.open() if model is Cooperation else model.objects.standing()
    readable = model.objects.readable_by(by).order_by().values("pk")
    if not stands.filter(pk=about.pk, pk__in=readable).exists():
        raise ExchangeError(_("It is no longer open to be asked about."))
    if about.member_id == member.pk:
        raise ExchangeError(_("It is your own team's: talk to your colleagues."))
    same = Introduction.objects.filter(**{ABOUT[model]: about}, from_member=member)
    since = timezone.now() - timedelta(days=MONTH)
    before = same.filter(Q(state=State.ASKED) | Q(created_at__gt=since)).first()
    if before:
        raise AlreadyThere(
            _("An introduction was asked for by your team in the last 30 days."), before
        )


def _settle(introduction, kind):
    """Mark as read what asked for a decision, or for a word on what came of it: there is one."""
    settle(address("my-exchange:introduction", introduction.pk), kind=kind)


def _tell(kind, introduction, people, other, **facts):
    """Tell ``people``; ``other`` is the member on the other side of it."""
    # Without a name or an address: the mail of an accepted one reads them when it is written.
    context = {
        "introduction": introduction.pk,
        "member": other.name,
        "about": kind_of(introduction),
        "message": introduction.text,
    }
    for person in people:
        # What it is about may be no longer for this person; the secretariat reads all of it.
        title = titles_for([introduction], person)[introduction.pk]
        if "for_secretariat" in facts:
            title = title_of(introduction)
        path = address("my-exchange:introduction", introduction.pk)
        notify(kind, [person], path, title=title, **context | facts)
