"""What people do with a question and with those who are asked it; ``question_clock`` does what is due.

Nothing else changes their states.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from exchange.models import Addressee, Advice, Question, QuestionDraft
from exchange.models.querysets import MODERATE, writes_as
from exchange.models.questions import MAX_TARGETS
from members.record import audit
from members.secretariat import acts_for_secretariat

from . import advice as advice_steps
from . import question_notices as notices
from .asking_limits import (
    chosen_members,
    limit_members,
    limit_person,
    need_subject,
    refuse_asked_before,
)
from .entries import (
    lock,
    need_member,
    need_team,
    need_voice,
    refuse_contact_details,
    refuse_hidden,
    refuse_removed,
    waits_for_a_look,
)
from .errors import (
    AlreadyThere,
    ChangedMeanwhile,
    ExchangeError,
    NotAllowed,
    ReasonRequired,
    StepRefused,
)
from .notifications import notify_of_check, settle_desk, team_of

State, Closed, Verdict = Question.State, Question.Closed, Question.Verdict
Asked = Addressee.State

# A question that so many members were asked has gone round.
MAX_ADDRESSEES_IN_ALL = 15


@transaction.atomic
def ask(
    *,
    author,
    member,
    title,
    topic,
    addressees,
    background="",
    language="en",
    case=None,
    gap="",
    targets=(),
    visibility="public",
):
    """Save a question of ``member`` and return it: asked at once, or waiting for the secretariat.

    ``addressees`` are pairs of a member and why it is asked; that of the ``case`` is always asked.
    Raises ``AlreadyAsked`` where the same was asked of one of them lately, ``TooManyToday`` where the
    person has asked, or one of the members was asked, too often.
    """
    need_member(author, member)
    refuse_contact_details(title, background)
    need_subject(case, targets)
    chosen = chosen_members(member, addressees, case)
    of_secretariat = acts_for_secretariat(author, MODERATE)
    if not of_secretariat:
        limit_person(author, chosen)
    refuse_asked_before(author, title, [each for each, _reason in chosen])
    waits = waits_for_a_look(author, title, background)
    question = Question.objects.create(
        author=author,
        author_name=author.get_full_name(),
        member=member,
        passed_on=not writes_as(author).contains(member),
        case=case,
        gap=gap,
        topic=topic,
        title=title,
        background=background,
        language=language,
        visibility=visibility,
        state=State.CHECKING if waits else State.OPEN,
    )
    question.targets.set(targets or _targets_of(case))
    added = _add_addressees(question, chosen)
    if not waits:
        # Not before those that are asked with it.
        question.opened_at = timezone.now()
        question.save(update_fields=["opened_at"])
    QuestionDraft.objects.filter(author=author).delete()
    audit.record("question-asked", question, by=author)
    if waits:
        notify_of_check(question)
    else:
        notices.notify_asked(question, added, author)
    return question


@transaction.atomic
def approve(question, *, by):
    """Put a question that waited for a look to those it is for, and return it; the clock begins."""
    question = lock(question)
    refuse_removed(question)
    if question.state != State.CHECKING:
        raise StepRefused(_("This question does not wait for the secretariat any more."))
    now = timezone.now()
    question.state, question.opened_at = State.OPEN, now
    question.save(update_fields=["state", "opened_at"])
    addressees = question.addressees.select_related("member")
    addressees.update(asked_at=now)
    notices.notify_asked(question, list(addressees), by)
    return question


@transaction.atomic
def take(addressee, *, by):
    """Note that ``by`` writes the answer of a member, so that no two do, and return the addressee.

    Raises ``ChangedMeanwhile`` where a colleague was quicker.
    """
    question, addressee = _locked(addressee)
    _need_asked(by, addressee.member)
    _need_answerable(question)
    if addressee.state != Asked.ASKED:
        raise ChangedMeanwhile(standing_in_words(addressee))
    addressee.state, addressee.taken_by, addressee.taken_at = Asked.TAKEN, by, timezone.now()
    addressee.save(update_fields=["state", "taken_by", "taken_at"])
    audit.record("question-taken", question, by=by, reason=str(addressee.member))
    notices.settle_asked(question, addressee.member, by)
    return addressee


@transaction.atomic
def answer(question, *, author, member, text, shown="", **of_advice):
    """Save the answer of ``member`` to a question and return it, an :class:`Advice`.

    Whoever knows may answer, asked or not. ``shown`` is the ``standing`` of the addressee as the
    author was shown it: raises ``ChangedMeanwhile`` where a colleague has acted since, and nothing is
    saved. What else is known is handed to :func:`exchange.steps.advice.give`.
    """
    question = lock(question)
    need_member(author, member)
    _need_answerable(question)
    if question.member_id == member.pk:
        raise NotAllowed(_("A member does not answer its own question."))
    addressee = question.addressees.select_for_update().filter(member=member).first()
    if addressee and shown and shown != addressee.standing:
        raise ChangedMeanwhile(standing_in_words(addressee))
    same = question.advice.filter(author=author, member=member, text=text).first()
    if same:
        raise AlreadyThere(_("You have sent this answer already."), same)
    of_advice = {"topic": question.topic} | of_advice
    given = advice_steps.give(
        author=author,
        member=member,
        text=text,
        question=question,
        addressee=addressee,
        **of_advice,
    )
    audit.record("question-answered", question, by=author, reason=str(member))
    notices.settle_asked(question, member, author)
    if given.state == Advice.State.PUBLISHED:
        _count(question, given, author)
    elif addressee and addressee.state == Asked.ASKED:
        addressee.state, addressee.taken_by, addressee.taken_at = (
            Asked.TAKEN,
            author,
            timezone.now(),
        )
        addressee.save(update_fields=["state", "taken_by", "taken_at"])
    return given


@transaction.atomic
def count_answer(advice, *, by=None):
    """Note that advice which answers a question can be read now: it was approved."""
    if advice.question_id:
        _count(lock(advice.question), advice, by)


@transaction.atomic
def decline(addressee, *, by, reason, text=""):
    """Say for a member that it does not answer, and why; return the addressee."""
    question, addressee = _locked(addressee)
    _need_asked(by, addressee.member)
    _need_answerable(question)
    if reason not in Addressee.Declined.values:
        raise ReasonRequired
    if reason == Addressee.Declined.OTHER and not text.strip():
        raise ReasonRequired
    refuse_contact_details(text)
    if addressee.state not in Addressee.OWING:
        raise ChangedMeanwhile(standing_in_words(addressee))
    addressee.state, addressee.decided_at = Asked.DECLINED, timezone.now()
    addressee.declined_reason, addressee.declined_text = reason, text.strip()
    addressee.save(update_fields=["state", "decided_at", "declined_reason", "declined_text"])
    audit.record("question-declined", question, by=by, reason=str(addressee.member))
    notices.settle_asked(question, addressee.member, by)
    notices.notify_declined(question, addressee, by)
    return addressee


@transaction.atomic
def judge(question, *, by, verdict):
    """Note whether the answers answered it, as the asker says; "no" opens the question again."""
    question = lock(question)
    need_voice(by, question)
    refuse_removed(question)
    if verdict not in Verdict.values:
        raise ExchangeError(_("Choose one: yes, partly or no."))
    if question.state != State.ANSWERED:
        raise StepRefused(_("Only an answered question can be judged."))
    question.verdict = verdict
    changed = ["verdict"]
    audit.record("question-judged", question, by=by, reason=verdict)
    notices.settle_answered(question)
    if verdict == Verdict.NO:
        question.state, question.reopened_at = State.OPEN, timezone.now()
        question.waits_since = question.next_offered_at = None
        changed += ["state", "reopened_at", "waits_since", "next_offered_at"]
        question.addressees.filter(state__in=Addressee.OWING).update(reminded_at=None)
        audit.record("question-reopened", question, by=by)
    question.save(update_fields=changed)
    return question


@transaction.atomic
def close(question, *, by):
    """Close a question in the name of its asker: withdrawn where nobody has answered."""
    question = lock(question)
    need_voice(by, question)
    refuse_removed(question)
    if question.state not in (State.CHECKING, State.OPEN, State.ANSWERED):
        raise StepRefused(_("This question is closed already."))
    is_answered = _is_answered(question)
    if question.state == State.CHECKING:
        # Nobody has read it, and nobody will.
        question.state, reason = State.REFUSED, Closed.WITHDRAWN
        settle_desk(question)
        people = []
    else:
        question.state = State.CLOSED
        reason = Closed.BY_ASKER if is_answered else Closed.WITHDRAWN
        owing = question.addressees.filter(state__in=Addressee.OWING).select_related("member")
        people = notices.asked(question, owing)
    note_end(question, reason, by=by, people=people)
    return question


@transaction.atomic
def close_as_duplicate(question, same_as, *, by):
    """Close a question that was asked before, and lead to that one; for the secretariat."""
    question = lock(question)
    if not acts_for_secretariat(by, MODERATE):
        raise NotAllowed(_("Only the secretariat may do this."))
    if question.pk in (same_as.pk, same_as.same_as_id):
        raise ExchangeError(_("A question is not the same as itself."))
    refuse_removed(question)
    if question.state not in (State.OPEN, State.ANSWERED):
        raise StepRefused(_("Only an open question can be closed."))
    standing = Question.objects.standing().filter(pk=same_as.pk)
    if not (same_as.is_for_readers_of(question) and standing.exists()):
        raise StepRefused(_("Not everybody who reads this question can read that one."))
    question.state, question.same_as = State.CLOSED, same_as
    owing = question.addressees.filter(state__in=Addressee.OWING).select_related("member")
    people = [*notices.askers(question), *notices.asked(question, owing)]
    note_end(question, Closed.DUPLICATE, by=by, people=people, other=same_as.title)
    return question


@transaction.atomic
def ask_next(question, *, by, addressees):
    """Put a question to further members, as the asker or the secretariat chose; return the new rows.

    ``addressees`` are pairs of a member and why it is asked.
    """
    question = lock(question)
    if not acts_for_secretariat(by, MODERATE):
        need_voice(by, question)
    refuse_hidden(question)
    if question.state not in (State.OPEN, State.ANSWERED):
        raise StepRefused(_("This question is closed: nobody else can be asked."))
    there = set(question.addressees.values_list("member", flat=True))
    new = [(member, reason) for member, reason in addressees if member.pk not in there]
    chosen = chosen_members(question.member, new, None)
    if len(there) + len(chosen) > MAX_ADDRESSEES_IN_ALL:
        raise ExchangeError(
            _("This question was put to %(count)d members. Please ask a new one.")
            % {"count": len(there)}
        )
    if not acts_for_secretariat(by, MODERATE):
        limit_members([member for member, _reason in chosen])
    added = _add_addressees(question, chosen)
    names = ", ".join(member.name for member, _reason in chosen)
    audit.record("question-forwarded", question, by=by, reason=names)
    notices.settle_waiting(question)
    notices.settle_answered(question)
    notices.notify_asked(question, added, by)
    return added


def ask_merged_once(member, *, by, reason):
    """Take what a member owes since it was merged with another where the question is its own, or was put
    to both. ``reason`` stands in the record of the merge, in whose transaction this is called."""
    order = (Asked.ANSWERED, Asked.DECLINED, Asked.TAKEN, Asked.ASKED)
    rows = Addressee.objects.filter(member=member).select_related("question")
    there = set()
    for row in sorted(rows, key=lambda row: (order.index(row.state), row.pk)):
        is_own = row.question.member_id == member.pk
        if row.state in Addressee.OWING and (is_own or row.question_id in there):
            row.delete()
        if is_own:
            notices.settle_asked(row.question, member, by)
        there.add(row.question_id)


@transaction.atomic
def note_letter(addressee, *, by):
    """Note that the secretariat has written to a member that nobody is here of."""
    question, addressee = _locked(addressee)
    if not acts_for_secretariat(by, MODERATE):
        raise NotAllowed(_("Only the secretariat may do this."))
    refuse_removed(question)
    addressee.letter_sent_at = timezone.now()
    addressee.save(update_fields=["letter_sent_at"])
    audit.record("letter-sent", question, by=by, reason=str(addressee.member))
    return addressee


def standing_in_words(addressee):
    """Return how a question stands at a member, for a colleague who wants to act on it."""
    who = addressee.taken_by.get_full_name() if addressee.taken_by else _("A colleague")
    if addressee.state == Asked.TAKEN:
        return _("%(person)s has taken this question and is writing an answer.") % {"person": who}
    if addressee.state == Asked.ANSWERED:
        return _("%(member)s has answered this question already.") % {"member": addressee.member}
    if addressee.state == Asked.DECLINED:
        return _("%(member)s has said already that it does not answer.") % {
            "member": addressee.member
        }
    return _("Nobody has taken this question any more.")


# What the steps share


def _locked(addressee):
    """Return the question and the addressee as they are now, locked; the question always first."""
    question = lock(addressee.question)
    addressee = (
        Addressee.objects.select_for_update(of=["self"])
        .select_related("member", "taken_by")
        .get(pk=addressee.pk)
    )
    return question, addressee


def _need_answerable(question):
    if question.removed_at or question.hidden_at or not question.takes_answers:
        raise StepRefused(_("This question is closed: it can no longer be answered."))


def _need_asked(by, member):
    """Raise ``NotAllowed`` unless ``by`` is in the team of a member that is asked. Where nobody is, the
    secretariat says what the member told it."""
    if team_of(member):
        need_team(by, member)
    else:
        need_member(by, member)


def _targets_of(case):
    rows = case.live.contributions.order_by("position")[:MAX_TARGETS]
    return [row.target_id for row in rows]


def _add_addressees(question, chosen):
    longest = Addressee._meta.get_field("reason").max_length
    return [
        question.addressees.create(member=member, reason=reason[:longest])
        for member, reason in chosen
    ]


def _count(question, advice, by):
    """Note at a locked question that ``advice`` answers it, and tell the asker."""
    now = timezone.now()
    if advice.addressee_id:
        question.addressees.filter(pk=advice.addressee_id).update(
            state=Asked.ANSWERED, decided_at=now, declined_reason="", declined_text=""
        )
    if question.takes_answers:
        question.state, question.closed_at, question.closed_reason = State.ANSWERED, None, ""
        question.answered_at = question.answered_at or now
        question.save(update_fields=["state", "closed_at", "closed_reason", "answered_at"])
    notices.settle_waiting(question)
    notices.notify_answered(question, advice, by)


def _is_answered(question):
    return question.advice.filter(state=Advice.State.PUBLISHED, removed_at=None).exists()


def note_end(question, reason, *, by=None, now=None, people=(), **facts):
    """Save that a locked question has ended, with its state, and tell ``people``; without ``by`` it was
    the clock of the exchange."""
    question.closed_reason, question.closed_at = reason, now or timezone.now()
    question.save(update_fields=["state", "closed_reason", "closed_at", "same_as"])
    with translation.override(settings.LANGUAGE_CODE):
        name = "" if by else _("The clock of the exchange")
    audit.record("question-closed", question, by=by, name=name, reason=reason)
    notices.settle_closed(question)
    if by:
        notices.settle_answered(question)
    notices.notify_closed(question, by, people, **facts)
