"""What happened to a question, in order."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from exchange.models import Addressee


@dataclass(frozen=True)
class Step:
    at: datetime
    words: str


def course(question, addressees, answers):
    """Return the :class:`Step`s of a question, the first first."""
    steps = [
        *_of_question(question, addressees),
        *(step for each in addressees for step in _of_addressee(question, each)),
        *(step for each in answers for step in _of_answer(each)),
    ]
    return sorted(steps, key=lambda step: step.at)


def _of_question(question, addressees):
    if question.opened_at:
        names = [each.member.name for each in addressees if each.asked_at <= question.opened_at]
        words = _("Asked by %(member)s; put to %(names)s.") if names else _("Asked by %(member)s.")
        yield Step(
            question.opened_at, words % {"member": question.member, "names": ", ".join(names)}
        )
    if question.waits_since:
        yield Step(question.waits_since, _("Taken up by the secretariat: it waits too long."))
    if question.reopened_at:
        yield Step(question.reopened_at, _("Opened again by the asker."))
    if question.closed_at:
        yield Step(question.closed_at, f"{question.get_closed_reason_display()}.")


def _of_addressee(question, addressee):
    name = {"member": addressee.member}
    if question.opened_at and addressee.asked_at > question.opened_at:
        yield Step(addressee.asked_at, _("Put to %(member)s too.") % name)
    if addressee.letter_sent_at:
        words = _("Letter of the secretariat to %(member)s.")
        yield Step(addressee.letter_sent_at, words % name)
    if addressee.taken_at:
        yield Step(addressee.taken_at, _("Taken by somebody of %(member)s.") % name)
    if addressee.state == Addressee.State.DECLINED:
        yield Step(addressee.decided_at, _("%(member)s does not answer.") % name)


def _of_answer(advice):
    words = _("Answered by %(member)s.")
    yield Step(advice.created_at, words % {"member": advice.member})
    if advice.english and advice.english_at:
        yield Step(advice.english_at, _("English text added."))
