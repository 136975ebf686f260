"""Questions on the pages of cases. Public pages show what everybody reads."""

from django import template

from exchange.content import standing
from exchange.content.waiting import WAITS
from exchange.models import Question

register = template.Library()

SHOWN = 5


@register.simple_tag
def open_questions(case, revision):
    """Return the newest questions about a case that nobody has answered, each with how it stands.

    ``revision`` is its public text, with whether there are any.
    """
    if not revision.has_open_questions:
        return []
    rows = Question.objects.public().about_case(case).filter(WAITS).select_related("member")
    found = list(rows.order_by("-opened_at", "-pk")[:SHOWN])
    for row in found:
        row.in_words = standing.of_question(row)
    return found
