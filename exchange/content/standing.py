"""How a question stands, in words, with the mark that repeats them."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.models import Addressee, Question

State, Closed = Question.State, Question.Closed


@dataclass(frozen=True)
class Standing:
    """``mark`` is "good", "warn", "bad" or ""."""

    words: str
    mark: str = ""


def of_question(question, now=None):
    """Return the :class:`Standing` of a question at ``now``."""
    now = now or timezone.now()
    if question.state == State.ANSWERED and question.answered_at and question.opened_at:
        return Standing(_after(question.answered_at - question.opened_at), "good")
    if question.state == State.OPEN:
        return _open(question, now)
    if question.closed_reason in (Closed.UNANSWERED, Closed.WITHDRAWN, Closed.DUPLICATE):
        return Standing(question.get_closed_reason_display())
    if question.state == State.CLOSED:
        return Standing(_("Answered and closed"), "good")
    mark = {State.CHECKING: "warn", State.REFUSED: "bad", State.ANSWERED: "good"}
    return Standing(question.get_state_display(), mark[question.state])


def of_addressee(addressee, team):
    """Return how a question stands at a member of whose team so many people are here."""
    state = addressee.state
    if state == Addressee.State.ANSWERED:
        return Standing(_("Answered"), "good")
    if state == Addressee.State.DECLINED:
        reason = addressee.get_declined_reason_display()
        return Standing(_("Does not answer: %(reason)s") % {"reason": reason})
    if state == Addressee.State.TAKEN:
        return Standing(_("Somebody is writing an answer"), "good")
    if not team:
        member = {"member": addressee.member}
        return Standing(_("Nobody of %(member)s is here yet") % member, "warn")
    return Standing(_("Asked, no answer yet"), "warn")


def _open(question, now):
    days = (now - question.clock_from).days
    if days < 1:
        return Standing(_("Asked today"), "warn")
    if question.waits_since:
        words = ngettext("Waits too long: %(count)d day", "Waits too long: %(count)d days", days)
        return Standing(words % {"count": days}, "bad")
    words = ngettext("Waits %(count)d day", "Waits %(count)d days", days)
    return Standing(words % {"count": days}, "warn")


def _after(passed):
    if passed.days < 1:
        return _("Answered on the same day")
    words = ngettext("Answered after %(count)d day", "Answered after %(count)d days", passed.days)
    return words % {"count": passed.days}
