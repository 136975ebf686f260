"""Questions that can be answered."""

from django.db.models import Q

from exchange.models import Question

# Nobody has answered yet; what was closed because of that may be answered all the same.
WAITS = Q(state=Question.State.OPEN) | Q(closed_reason=Question.Closed.UNANSWERED)
