"""Questions on the pages of cases and members. Public pages show what everybody reads."""

from django import template
from django.db.models import Exists, OuterRef, Q

from exchange.content import standing
from exchange.content.waiting import WAITS
from exchange.models import Addressee, Question

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


@register.inclusion_tag("exchange/member_questions.html")
def member_questions(member):
    """Show what a member is asked and asks, the newest first; nothing where that is nothing."""
    asked = Addressee.objects.filter(question=OuterRef("pk"), member=member)
    rows = Question.objects.public().annotate(is_asked=Exists(asked))
    rows = rows.filter(Q(is_asked=True) | Q(member=member)).select_related("member")
    found = list(rows.order_by("-opened_at", "-pk")[:SHOWN])
    for row in found:
        row.in_words = standing.of_question(row)
    return {"member": member, "rows": found}
