"""What of the exchange waits for a person, on the person's own page."""

from django import template
from django.utils import timezone

from exchange.models import Addressee, Cooperation, Introduction, Question
from exchange.models.querysets import writes_as
from exchange.steps.entries import days
from members.models import Member

register = template.Library()


@register.inclusion_tag("exchange/my/waiting.html")
def exchange_waiting(user):
    """How many questions, answers, introductions and ends wait for a person and the teams; in four
    queries, and nothing where nothing waits."""
    own = writes_as(user).order_by().values("pk")
    today = timezone.localdate()
    asked = Addressee.objects.filter(
        member__in=own,
        state__in=Addressee.OWING,
        question__in=Question.objects.standing().filter(state__in=["open", "answered"]),
    )
    answered = Question.objects.filter(
        member__in=own, state=Question.State.ANSWERED, verdict="", removed_at=None
    )
    ending = Cooperation.objects.open().filter(
        member__in=Member.objects.coordinated_by(user).values("pk"),
        valid_until__lte=today + days("warn_of_end"),
    )
    return {
        "asked": asked.count(),
        "answered": answered.count(),
        "decisions": Introduction.objects.decidable_by(user).exclude(from_user=user).count(),
        "ending": ending.count(),
    }
